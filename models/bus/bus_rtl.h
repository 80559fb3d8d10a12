// The Verilated interconnect in the cycle-accurate platform: a port for each master and each
// device, by number (models/machine/machine.txt). Latency, arbitration and burst rules are those of
// rtl/bus/wb_interconnect.sv.
#pragma once

#include <deque>
#include <functional>
#include <string>
#include <systemc>
#include <utility>

#include "models/bus/bus_model.h"
#include "models/bus/clock_driver.h"
#include "models/bus/wishbone.h"

namespace strata {

class BusRtl : public ClockedModule {
 public:
  /// A master's side: what it drives and what the interconnect answers.
  struct MasterPort {
    explicit MasterPort(const std::string& name)
        : request((name + "_request").c_str()), response((name + "_response").c_str()) {}
    sc_core::sc_in<WishboneRequest> request;
    sc_core::sc_out<WishboneResponse> response;
  };

  /// A device's side: what the interconnect drives and what the device answers. In `request`, adr
  /// is the byte offset in the device's block (the physical address for memory), tga tells an
  /// interrupt acknowledge from a register access.
  struct SlavePort {
    explicit SlavePort(const std::string& name)
        : request((name + "_request").c_str()), response((name + "_response").c_str()) {}
    sc_core::sc_out<WishboneRequest> request;
    sc_core::sc_in<WishboneResponse> response;
  };

  /// Called in the cycle in which a master's transfer is acknowledged, with what it had asked for.
  using TransferListener = std::function<void(unsigned master, const WishboneRequest& request)>;

  /// `context` outlives the module.
  BusRtl(const sc_core::sc_module_name& name, ClockDriver& clock, VerilatedContext* context);

  /// How many masters there are.
  static unsigned masters() { return BusModel::masters(); }

  /// Every port has to be bound.
  MasterPort& master(unsigned number) { return masters_[number]; }
  SlavePort& slave(unsigned number) { return slaves_[number]; }

  /// One listener; called for masters from `first` on.
  void on_transfer(unsigned first, TransferListener listener) {
    first_heard_ = first;
    transfer_listener_ = std::move(listener);
  }

  /// Asked for each access how many cycles later than it could the slave is to see it: so its
  /// answer comes later. Empty: none.
  using Delay = std::function<unsigned()>;
  void delay_accesses(Delay delay) { delay_ = std::move(delay); }

  void trace(VerilatedVcdC* file, int levels) { model_.trace(file, levels); }

 private:
  bool clock_edge(Cycle cycle) override;
  bool take_requests();
  void publish(bool answered);
  void publish_acks();
  void present(bool same_slave);

  BusModel model_;
  std::deque<MasterPort> masters_;
  std::deque<SlavePort> slaves_;
  unsigned first_heard_ = 0;
  TransferListener transfer_listener_;
  Delay delay_;
  unsigned held_ = 0;                     // cycles until the slave sees its request
  unsigned active_ = BusModel::kNoSlave;  // whose strobe is high
  unsigned latest_ = BusModel::kNoSlave;  // the one before
  unsigned acks_ = 0;                     // masters whose response shows an ack
};

}  // namespace strata
