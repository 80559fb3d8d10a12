// The Verilated block behind port ABBA and the medium behind it, in plain C++ (its header and
// <systemc> do not compile together).
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "models/base/disk_backend.h"
#include "models/base/event_log.h"
#include "models/base/medium_port.h"
#include "models/base/wishbone_wires.h"
#include "models/pv/pv_sinks.h"
#include "models/pv/pv_state.h"

class VerilatedContext;
class VerilatedVcdC;
class Vpv;

namespace strata {

class PvModel {
 public:
  /// What the bus drives; adr is the byte offset in the block, bits 1:0 zero.
  using Request = WishboneRequest;

  /// Holds reset for two clocks, and leaves one without it. `ram_bytes` is the end of RAM; `disk`
  /// and `log` (null: nobody listens) outlive the model. Log lines are those of PvCore.
  PvModel(VerilatedContext* context, const char* name, std::uint64_t ram_bytes, DiskBackend& disk,
          PvSinks sinks, EventLog* log);
  ~PvModel();

  /// The rising edge of `cycle` with `request` on the bus and `answer` at the master port, and the
  /// falling edge.
  void clock(Cycle cycle, const Request& request, const WishboneResponse& answer);

  bool ack() const;
  std::uint32_t dat() const;
  bool irq() const;
  /// What the master port drives.
  Request master() const;
  /// Nothing in progress: clock() may be left out until the next request, and the state is whole.
  bool idle() const;

  /// The state after the latest clock.
  PvState state() const;
  /// Replaces it; takes a clock. The model is idle.
  void load_state(const PvState& state);

  void trace(VerilatedVcdC* file, int levels);

 private:
  void hear(Cycle cycle);
  void end_call(Cycle cycle);

  std::unique_ptr<Vpv> rtl_;
  MediumPort<Vpv> medium_;
  PvSinks sinks_;
  EventLog* log_;
  std::string label_;  // as far as it has come
};

}  // namespace strata
