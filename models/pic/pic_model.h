// The Verilated interrupt controllers behind plain C++ (the header and <systemc> do not compile
// together).
#pragma once

#include <cstdint>
#include <memory>

#include "models/pic/pic_state.h"

class VerilatedContext;
class VerilatedVcdC;
class Vpic;

namespace strata {

class PicModel {
 public:
  /// What the bus drives; adr is the byte offset in the block, bits 1:0 zero.
  struct Request {
    std::uint32_t adr = 0;
    std::uint32_t dat = 0;
    std::uint8_t sel = 0;
    bool cyc = false;
    bool stb = false;
    bool we = false;
    bool inta = false;
  };

  /// Holds reset for two clocks, and leaves one without it.
  PicModel(VerilatedContext* context, const char* name);
  ~PicModel();

  /// A rising edge with `request` on the bus and `irq` on the lines, and the falling edge.
  void clock(const Request& request, std::uint16_t irq);

  bool ack() const;
  std::uint32_t dat() const;
  bool intr() const;
  /// Nothing changes until a request comes or a line changes.
  bool idle() const;

  /// The state after the latest clock, between two accesses. Changes nothing.
  PicState state() const;
  /// Replaces it; takes one clock. Not during an access.
  void load_state(const PicState& state);

  void trace(VerilatedVcdC* file, int levels);

 private:
  std::unique_ptr<Vpic> rtl_;
};

}  // namespace strata
