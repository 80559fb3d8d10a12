// The Verilated VGA controller behind plain C++ (its header and <systemc> do not compile together).
#pragma once

#include <cstdint>
#include <memory>

#include "models/base/wishbone_wires.h"
#include "models/vga/vga_state.h"

class VerilatedContext;
class VerilatedVcdC;
class Vvga;

namespace strata {

class VgaModel {
 public:
  /// What the bus master drives; adr is the byte offset in the device's block.
  using Request = WishboneRequest;

  /// What the scan-out shows after a character clock.
  struct Cell {
    bool valid = false;         // inside the picture
    std::uint8_t column = 0;    // 0..79
    std::uint16_t line = 0;     // 0..399
    std::uint8_t row_bits = 0;  // leftmost pixel in bit 7
    std::uint8_t foreground = 0;
    std::uint8_t background = 0;
    std::uint8_t character = 0;
    std::uint8_t attribute = 0;
    bool cursor = false;  // the cursor is in this cell, whatever its blink phase and scan lines
  };

  /// Where the scan-out is.
  struct Position {
    std::uint8_t column = 0;  // 0..99
    std::uint16_t line = 0;   // 0..448
    std::uint16_t frame = 0;  // since reset, modulo 2^16
  };

  /// Character clocks from a position to its pixels on the outputs.
  static constexpr unsigned kPipelineTicks = 3;

  /// Holds reset for two clocks, and leaves one without it.
  VgaModel(VerilatedContext* context, const char* name);
  /// One that is in no wave file and no run: to look at a state of another.
  VgaModel();
  ~VgaModel();

  void set_request(const Request& request);

  /// Lets wires follow what is on the bus without an edge, so that waves do not depend on who
  /// evaluates next.
  void settle();

  /// One rising and one falling edge of the bus clock.
  void clock();

  bool idle() const;
  bool ack() const;
  std::uint32_t dat() const;

  /// One rising edge of the character clock, which stays high: tick_fall() shows the other half in
  /// waves, else the next tick() does it.
  void tick();
  void tick_fall();

  /// A character clock that loads the position instead of counting.
  void load(const Position& position);

  Cell cell() const;

  /// The cursor's scan lines in its cell, as the CRTC registers 0A and 0B have them.
  std::uint8_t cursor_first_line() const;
  std::uint8_t cursor_last_line() const;

  /// The state after the latest clock, between two accesses. Changes nothing.
  VgaState state() const;
  /// Replaces it, as a bus master would: two clocks a word. Not during an access.
  void load_state(const VgaState& state);

  void trace(VerilatedVcdC* file, int levels);

 private:
  void reset();
  void unload(unsigned index) const;
  void write(std::uint32_t adr, std::uint8_t sel, std::uint32_t dat);

  std::unique_ptr<VerilatedContext> own_context_;
  std::unique_ptr<Vvga> rtl_;
};

}  // namespace strata
