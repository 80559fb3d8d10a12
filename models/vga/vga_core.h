// VGA text controller as plain C++: 32 KiB of text memory, the CRTC's register file, input
// status 1. The twin of rtl/vga. Offsets in the device's block (models/machine/machine.txt):
// 0..7FFF text memory, 8000 + (port - 3C0) ports 3C0-3DF.
//
// Implemented: CRTC index 3D4 and data 3D5 (also as one 16-bit write to 3D4); start address 0C/0D
// and cursor location 0E/0F in 16 bits, of which text memory has 14; cursor start and end with the
// off bit 0A/0B; the other CRTC registers 00-18 are stored and read back; 3DA bit 0 (display
// disabled) and bit 3 (vertical retrace) of the standard 640x400, 70 Hz text timing. Left out, of
// the CRTC: what 00-07, 09 bit 5, 10-12, 15 and 16 say of timing, the vertical interrupt (11 bits
// 5:4), memory refresh (11 bit 6), write protection (11 bit 7) and the light pen (03 bit 7, 10, 11
// read); preset row scan and byte panning (08), cell height and double scan (09), cursor skew (0B
// bits 6:5), row pitch (13), underline (14 bits 4:0), doubleword addresses (14 bits 6:5), mode
// control (17), split screen (18 with 07 bit 4 and 09 bit 6). Of the rest: all other bits and ports
// (writes are ignored, reads of the ports give all ones), graphics modes. Power-on state is what a
// BIOS leaves after setting mode 3: blink enabled, cursor on scan lines 13 and 14.
#pragma once

#include <array>
#include <cstdint>

#include "models/base/device.h"
#include "models/base/text_screen.h"
#include "models/vga/vga_state.h"

namespace strata {

class VgaCore final : public DeviceOf<VgaState> {
 public:
  static constexpr std::size_t kTextBytes = kVgaTextBytes;

  VgaCore();

  void reset() override;
  std::uint32_t read(std::uint32_t offset, unsigned bytes, Cycle now) override;
  void write(std::uint32_t offset, unsigned bytes, std::uint32_t value, Cycle now) override;
  void advance(Cycle) override {}
  Cycle next_event() const override { return kNever; }
  VgaState state(Cycle now) const override;
  void load_state(const VgaState& state, Cycle now) override;

  /// The 32 KiB of text memory, aligned to 4096 bytes so that an engine can map it; a write here
  /// and one through write() are the same. Valid as long as the core.
  std::uint8_t* text_memory() { return text_.data(); }

  /// What the screen shows now.
  TextScreen snapshot() const;

 private:
  static constexpr unsigned kCrtcRegisters = kVgaCrtcRegisters;

  std::uint8_t read_byte(std::uint32_t offset, Cycle now) const;
  void write_byte(std::uint32_t offset, std::uint8_t value);

  alignas(4096) std::array<std::uint8_t, kTextBytes> text_;
  std::array<std::uint8_t, kCrtcRegisters> crtc_;
  std::uint8_t crtc_index_;
};

}  // namespace strata
