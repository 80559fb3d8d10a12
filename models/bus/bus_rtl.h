// The Verilated interconnect in the cycle-accurate platform: the CPU's port and one port a device.
// Latency and burst rules are those of rtl/bus/wb_interconnect.sv.
#pragma once

#include <array>
#include <string>
#include <systemc>

#include "models/bus/bus_model.h"
#include "models/bus/clock_driver.h"
#include "models/bus/wishbone.h"

namespace strata {

class BusRtl : public ClockedModule {
 public:
  /// A device's side: what the interconnect drives and what the device answers. In `request`, adr
  /// is the byte offset in the device's block (the physical address for memory), tga tells an
  /// interrupt acknowledge from a register access.
  struct SlavePort {
    explicit SlavePort(const std::string& name)
        : request((name + "_request").c_str()), response((name + "_response").c_str()) {}
    sc_core::sc_out<WishboneRequest> request;
    sc_core::sc_in<WishboneResponse> response;
  };

  sc_core::sc_in<WishboneRequest> cpu_request;
  sc_core::sc_out<WishboneResponse> cpu_response;
  SlavePort mem;
  SlavePort vga;
  SlavePort ata;
  SlavePort pic;
  SlavePort pit;
  SlavePort uart;
  SlavePort debug;

  /// `context` outlives the module.
  BusRtl(const sc_core::sc_module_name& name, ClockDriver& clock, VerilatedContext* context);

  void trace(VerilatedVcdC* file, int levels) { model_.trace(file, levels); }

 private:
  bool clock_edge(Cycle cycle) override;
  void request_method();
  void publish();

  BusModel model_;
  std::array<SlavePort*, kBusSlaveCount> slaves_;
  BusSlave active_ = kBusNone;  // whose strobe is high
  BusSlave latest_ = kBusNone;  // the one before
  bool ack_ = false;            // what cpu_response shows
};

}  // namespace strata
