#include "models/vga/vga_core.h"

#include <algorithm>
#include <cstring>

#include "models/machine/memory_map.h"

namespace strata {
namespace {

constexpr std::uint32_t kCrtcIndex = STRATA_VGA_BLOCK_PORTS + 0x14;     // 3D4
constexpr std::uint32_t kCrtcData = STRATA_VGA_BLOCK_PORTS + 0x15;      // 3D5
constexpr std::uint32_t kInputStatus1 = STRATA_VGA_BLOCK_PORTS + 0x1A;  // 3DA

// CRT controller registers (IBM VGA).
enum : unsigned {
  kCursorStart = 0x0A,
  kCursorEnd = 0x0B,
  kStartAddressHigh = 0x0C,
  kStartAddressLow = 0x0D,
  kCursorLocationHigh = 0x0E,
  kCursorLocationLow = 0x0F,
};
constexpr std::uint8_t kIndexMask = 0x1F;
constexpr std::uint8_t kCursorOff = 0x20;
constexpr std::uint8_t kScanLineMask = 0x1F;
constexpr unsigned kCellLines = 16;

// Mode 3 as a BIOS sets it, register by register.
constexpr std::array<std::uint8_t, 0x19> kMode3 = {
    0x5F, 0x4F, 0x50, 0x82, 0x55, 0x81, 0xBF, 0x1F,  // 00: horizontal timing, vertical total
    0x00, 0x4F, 0x0D, 0x0E, 0x00, 0x00, 0x00, 0x00,  // 08: cell height, cursor, start address
    0x9C, 0x8E, 0x8F, 0x28, 0x1F, 0x96, 0xB9, 0xA3,  // 10: vertical timing, offset, underline
    0xFF};

// The standard timing in character clocks and lines.
constexpr Cycle kLineClocks = 100;
constexpr Cycle kVisibleClocks = 80;
constexpr Cycle kFrameLines = 449;
constexpr Cycle kVisibleLines = 400;
constexpr Cycle kRetraceLine = 412;
constexpr Cycle kRetraceEnd = 414;

// Input status 1: bit 0 outside the visible cells, bit 3 in the vertical retrace.
std::uint8_t input_status_1(Cycle now) {
  const Cycle clock = now / STRATA_VGA_CHAR_CYCLES;
  const Cycle column = clock % kLineClocks;
  const Cycle line = clock / kLineClocks % kFrameLines;
  const bool display_off = column >= kVisibleClocks || line >= kVisibleLines;
  const bool retrace = line >= kRetraceLine && line < kRetraceEnd;
  return static_cast<std::uint8_t>((retrace ? 8 : 0) | (display_off ? 1 : 0));
}

constexpr unsigned kMemoryCells = VgaCore::kTextBytes / 2;

}  // namespace

VgaCore::VgaCore() {
  text_.fill(0);
  reset();
}

// Text memory keeps its contents, as RAM does.
void VgaCore::reset() {
  crtc_ = kMode3;
  crtc_index_ = 0;
}

VgaState VgaCore::state(Cycle) const {
  return {crtc_index_, crtc_, text_};
}

void VgaCore::load_state(const VgaState& state, Cycle) {
  crtc_index_ = state.crtc_index;
  crtc_ = state.crtc;
  text_ = state.text;
}

std::uint32_t VgaCore::read(std::uint32_t offset, unsigned bytes, Cycle now) {
  std::uint32_t value = 0;
  if (offset + bytes <= kTextBytes) {
    std::memcpy(&value, &text_[offset], bytes);
    return value;
  }
  for (unsigned i = 0; i < bytes; ++i)
    value |= std::uint32_t{read_byte(offset + i, now)} << (8 * i);
  return value;
}

void VgaCore::write(std::uint32_t offset, unsigned bytes, std::uint32_t value, Cycle) {
  if (offset + bytes <= kTextBytes) {
    std::memcpy(&text_[offset], &value, bytes);
    return;
  }
  for (unsigned i = 0; i < bytes; ++i) {
    write_byte(offset + i, static_cast<std::uint8_t>(value >> (8 * i)));
  }
}

std::uint8_t VgaCore::read_byte(std::uint32_t offset, Cycle now) const {
  if (offset < kTextBytes) return text_[offset];
  switch (offset) {
    case kCrtcIndex: return crtc_index_;
    case kCrtcData: return crtc_index_ < kCrtcRegisters ? crtc_[crtc_index_] : 0xFF;
    case kInputStatus1: return input_status_1(now);
    default: return 0xFF;
  }
}

void VgaCore::write_byte(std::uint32_t offset, std::uint8_t value) {
  if (offset < kTextBytes) {
    text_[offset] = value;
  } else if (offset == kCrtcIndex) {
    crtc_index_ = value & kIndexMask;
  } else if (offset == kCrtcData && crtc_index_ < kCrtcRegisters) {
    crtc_[crtc_index_] = value;
  }
}

TextScreen VgaCore::snapshot() const {
  const unsigned start = unsigned{crtc_[kStartAddressHigh]} << 8 | crtc_[kStartAddressLow];
  TextScreen screen;
  for (unsigned i = 0; i < screen.cells.size(); ++i) {
    const unsigned address = 2 * ((start + i) % kMemoryCells);
    screen.cells[i] = {text_[address], text_[address + 1]};
  }

  const unsigned location = unsigned{crtc_[kCursorLocationHigh]} << 8 | crtc_[kCursorLocationLow];
  // The address counter and the cursor location have 16 bits, more than there is memory: a cursor
  // beyond it shows only where the counter comes by.
  const unsigned cell = (location - start) & 0xFFFF;
  const unsigned first = crtc_[kCursorStart] & kScanLineMask;
  const unsigned last = crtc_[kCursorEnd] & kScanLineMask;
  const bool enabled = !(crtc_[kCursorStart] & kCursorOff) && first <= last && first < kCellLines;
  if (!enabled || cell >= screen.cells.size()) return screen;
  screen.cursor.visible = true;
  screen.cursor.row = static_cast<std::uint8_t>(cell / TextScreen::kColumns);
  screen.cursor.column = static_cast<std::uint8_t>(cell % TextScreen::kColumns);
  screen.cursor.first_line = static_cast<std::uint8_t>(first);
  screen.cursor.last_line = static_cast<std::uint8_t>(std::min(last, kCellLines - 1));
  return screen;
}

}  // namespace strata
