// The Verilated interconnect behind plain C++ (its header and <systemc> do not compile together).
// Masters and slaves go by number, as models/machine/machine.txt lists them.
#pragma once

#include <cstdint>
#include <memory>

#include "models/base/wishbone_wires.h"

class VerilatedContext;
class VerilatedVcdC;
class Vwb_interconnect;

namespace strata {

class BusModel {
 public:
  /// What a master drives; adr is a byte address, bits 1:0 zero.
  using Request = WishboneRequest;

  static constexpr unsigned kNoSlave = ~0u;

  /// Holds reset for two clocks, and leaves one without it.
  BusModel(VerilatedContext* context, const char* name);
  ~BusModel();

  /// How many ports the RTL has.
  static unsigned masters();
  static unsigned slaves();

  void set_request(unsigned master, const Request& request);
  void set_response(unsigned slave, const WishboneResponse& response);

  /// Whether the latest request of `master` has its CYC high.
  bool in_cycle(unsigned master) const;

  /// One rising and one falling edge.
  void clock();

  bool idle() const;
  bool ack(unsigned master) const;
  /// All of them: bit n is master n.
  unsigned acks() const;
  /// For the master whose ack is high.
  std::uint32_t dat() const;
  std::uint8_t tgd() const;

  /// The slave whose strobe is high, or kNoSlave.
  unsigned active() const;

  /// What is on the wires of `slave`: its strobe is high if it is active(). adr is the byte offset
  /// in the device's block, the physical address for memory.
  Request slave_request(unsigned slave) const;

  void trace(VerilatedVcdC* file, int levels);

 private:
  std::unique_ptr<Vwb_interconnect> rtl_;
};

}  // namespace strata
