// The Verilated interconnect behind plain C++ (its header and <systemc> do not compile together).
#pragma once

#include <cstdint>
#include <memory>

#include "models/base/wishbone_wires.h"

class VerilatedContext;
class VerilatedVcdC;
class Vwb_interconnect;

namespace strata {

/// The slave ports of rtl/bus/wb_interconnect.sv.
enum BusSlave : unsigned {
  kBusMem,
  kBusVga,
  kBusAta,
  kBusPic,
  kBusPit,
  kBusUart,
  kBusDebug,
  kBusSlaveCount,
  kBusNone = kBusSlaveCount,
};

class BusModel {
 public:
  /// What the master drives; adr is a byte address, bits 1:0 zero.
  using Request = WishboneRequest;

  /// Holds reset for two clocks.
  BusModel(VerilatedContext* context, const char* name);
  ~BusModel();

  void set_request(const Request& request);
  void set_response(BusSlave slave, bool ack, std::uint32_t dat);

  /// One rising and one falling edge.
  void clock();

  bool idle() const;
  bool cpu_ack() const;
  std::uint32_t cpu_dat() const;

  /// The slave whose strobe is high, or kBusNone.
  BusSlave active() const;

  /// What is on the wires of `slave`; adr is the byte offset in the device's block.
  Request slave_request(BusSlave slave) const;

  void trace(VerilatedVcdC* file, int levels);

 private:
  std::unique_ptr<Vwb_interconnect> rtl_;
};

}  // namespace strata
