// The Verilated CPU in the cycle-accurate platform: bus master, interrupt pin, and the
// retirement port for whoever listens. Nothing else looks inside the CPU.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <systemc>
#include <utility>

#include "models/bus/clock_driver.h"
#include "models/bus/wishbone.h"
#include "models/cpu/cpu_model.h"
#include "models/cpu/cycle_counter.h"
#include "models/isa/retire_record.h"

namespace strata {

/// Who wants to see every retired instruction (lockstep check, waves, trace points).
class RetireListener {
 public:
  virtual ~RetireListener() = default;

  /// `cpu` has the state right after `record` if the listener asked for it (CpuModel::keep_state).
  virtual void on_retire(const RetireRecord& record, const CpuModel& cpu) = 0;

  /// A finished bus access other than an instruction fetch or an interrupt acknowledge, in bus
  /// order: `request` as driven, `data` the word read or written, on the selected byte lanes. A
  /// store may be seen after its instruction has retired, a read never.
  virtual void on_access(const WishboneRequest& request, std::uint32_t data) = 0;

  /// A write to memory that appears on the bus, at `address` (of its aligned dword).
  virtual void on_memory_write(std::uint32_t address) = 0;

  /// A finished interrupt acknowledge: what retires next is the delivery of `vector`.
  virtual void on_acknowledge(std::uint8_t vector) = 0;

  /// The A20M# pin has changed: by what retires next, for what retires after that.
  virtual void on_a20(bool open) { static_cast<void>(open); }
};

class CpuRtl : public ClockedModule {
 public:
  sc_core::sc_out<WishboneRequest> request;
  sc_core::sc_in<WishboneResponse> response;
  sc_core::sc_in<bool> interrupt;
  /// A20M#; not bound, it is high.
  sc_core::sc_port<sc_core::sc_signal_in_if<bool>, 1, sc_core::SC_ZERO_OR_MORE_BOUND> a20;

  /// `context` outlives the module. Leaves reset before time starts; the first fetch is of the
  /// reset vector.
  CpuRtl(const sc_core::sc_module_name& name, ClockDriver& clock, VerilatedContext* context,
         CpuFamily family = CpuFamily::k586, const CacheShape& caches = built_caches());

  /// Null: nobody. The listener outlives the module or the next call.
  void set_listener(RetireListener* listener) { listener_ = listener; }

  /// Sees every write to a port when it appears on the bus; empty: nobody.
  using PortWriteWatcher =
      std::function<void(Cycle now, std::uint16_t port, unsigned bytes, std::uint32_t value)>;
  void watch_port_writes(PortWriteWatcher watcher) { port_written_ = std::move(watcher); }

  /// Sees what each cycle the CPU was clocked in went to, before the listener sees what retired
  /// in it; in force while cycles are counted. Empty: nobody. `uncached`: of the latest cycles,
  /// this one among them, that had been told as kDataMiss and went to kUncached.
  using CycleWatcher = std::function<void(Cycle now, CycleCause cause, unsigned uncached)>;
  void watch_cycles(CycleWatcher watcher) { cycle_watched_ = std::move(watcher); }

  CpuModel& model() { return model_; }

  /// Another master's store to the aligned dword at `address` is in memory. Wakes the CPU, which
  /// throws out what it has of it.
  void snoop(std::uint32_t address);

  /// Architectural state at the latest instruction boundary. Between edges; changes nothing.
  CpuState state();

  /// Stops at the next instruction boundary, until it is called with false. drained(): it has, and
  /// the bus is quiet.
  void drain(bool drain);
  bool drained() const { return sleeping_ || model_.drained(); }

  /// Goes on from `state` at the present cycle, the clock's; the CPU has to be drained or shut
  /// down.
  void load_state(const CpuState& state);

  /// Whole instructions, exceptions and external interrupts since reset, and I/O cycles on the bus.
  std::uint64_t instructions() const { return instructions_; }
  /// What has been reported at the retirement port, iterations of string instructions included.
  std::uint64_t retired() const { return order_; }
  std::uint64_t exceptions() const { return exceptions_; }
  std::uint64_t interrupts() const { return interrupts_; }
  /// Vector of the latest external interrupt or NMI that has retired since the last call, as such
  /// or as what its delivery ended in.
  std::optional<std::uint8_t> take_interrupt() {
    return std::exchange(taken_interrupt_, std::nullopt);
  }
  std::uint64_t port_accesses() const { return port_accesses_; }
  /// Bus cycles to devices in memory space, fetches apart.
  std::uint64_t device_accesses() const { return device_accesses_; }
  /// How often the CPU has fallen asleep in HLT.
  std::uint64_t halts() const { return halts_; }

  /// Cycles in which the CPU was clocked; the others it slept through halted.
  Cycle clocked_cycles() const { return clocked_; }

  /// From the first cycle on, before time starts.
  void count_cycles();

  /// What the cycles went to, if they were counted. The sum is `cycles`, those up to now.
  CycleCounts cycle_counts(Cycle cycles) const;

  /// What cycle_counts() has said stays so: for who takes differences.
  void settle_cycle_counts() { counter_.settle(); }

  /// What happened in them.
  const PerformanceCounts& performance_counts() const { return counter_.happened(); }

  /// Calls `listener` from inside the edge after which nothing but a reset would go on: the CPU is
  /// stuck() or shutdown(), its last store is done. Empty: nobody.
  void on_end(std::function<void()> listener) { ended_ = std::move(listener); }

  /// HLT with interrupts disabled.
  bool stuck() const { return sleeping_ && !interrupts_enabled_ && !shutdown(); }

  /// Triple fault (SDM vol. 3, 6.15, shutdown), with the bus quiet.
  bool shutdown() const { return sleeping_ && model_.shutdown(); }

  void trace(VerilatedVcdC* file, int levels) { model_.trace(file, levels); }

 private:
  bool clock_edge(Cycle cycle) override;
  void interrupt_method();
  void sample_a20(bool tell);
  void count_cycle(Cycle cycle);
  void drive_bus(Cycle cycle);
  void report_access(const WishboneResponse& answer);
  void report_retirement(Cycle cycle);
  void note_interrupt();
  void fall_asleep();

  CpuModel model_;
  RetireListener* listener_ = nullptr;
  PortWriteWatcher port_written_;
  CycleWatcher cycle_watched_;
  std::function<void()> ended_;
  WishboneRequest driven_;                    // what request shows
  std::optional<std::uint8_t> acknowledged_;  // its delivery has not retired yet
  std::optional<std::uint8_t> taken_interrupt_;
  std::uint64_t order_ = 0;
  std::uint64_t instructions_ = 0;
  std::uint64_t exceptions_ = 0;
  std::uint64_t interrupts_ = 0;
  std::uint64_t port_accesses_ = 0;
  std::uint64_t device_accesses_ = 0;
  std::uint64_t halts_ = 0;
  Cycle clocked_ = 0;
  bool counting_ = false;
  CycleCounter counter_;
  bool a20_ = true;
  bool sleeping_ = false;
  bool halt_counted_ = false;  // of the HLT in force
  bool interrupts_enabled_ = false;
};

}  // namespace strata
