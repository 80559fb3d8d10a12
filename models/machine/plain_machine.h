// The machine around a software engine, in plain C++: who answers at which address, what devices do
// by themselves and when, the CPU's interrupt pin, and time, which is a number. Knows no concrete
// device. Any number of machines live in one process.
//
// The engine runs ahead up to the next event of any device, so with an engine of virtual time none
// is ever late; one on host time may be, and then finds the events before its access done. A wire
// is a call: it has its new level as soon as the device has moved it, and the engine looks at its
// interrupt pin before the next instruction.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "models/base/device.h"
#include "models/base/types.h"
#include "models/engine/engine.h"
#include "models/machine/bus_map.h"
#include "models/machine/event_queue.h"

namespace strata {

class PlainMachine final : public EngineBus {
 public:
  /// Why run() returned.
  enum class End {
    kLimit,     // time has reached the limit
    kHalted,    // HLT, and nothing that could ever wake the CPU
    kShutdown,  // Engine::run() said so
    kStopped,   // stop(), or the poll function said so
  };

  /// Sees a write of 1 to 4 bytes to ports before the device does.
  using PortWatch =
      std::function<void(Cycle now, std::uint16_t port, unsigned bytes, std::uint32_t value)>;

  struct RunLimits {
    /// run() ends at this cycle.
    Cycle limit = kNever;
    /// What wakes a CPU that has halted may come from outside at the limit.
    bool awaited = false;
    /// Cycles between two calls of `poll`.
    Cycle quantum = 1 << 17;
    /// True ends the run; never a null function.
    std::function<bool()> poll = [] { return false; };
  };

  /// Puts `device`, which outlives the machine, at `windows`, whose `device` does not matter, and
  /// its events into the queue, which can move interrupt request lines `lines`. Returns its slot.
  /// No two windows share a byte.
  unsigned plug(Device& device, std::span<const BusWindow> windows,
                EventQueue::Lines lines = EventQueue::kUnknownLines);

  /// Which of lines 0 to 15 the interrupt controllers mask: events that can only move those do not
  /// stop the engine, and are made up for at the next access or stop, each at its own time.
  void set_masked_lines(std::uint16_t lines) { queue_.set_masked(lines); }

  /// The engine was built with this object as its bus and outlives it. Before anything below.
  void attach(Engine& engine) { engine_ = &engine; }

  /// The INTA cycle at time `now`: gives the vector.
  void set_acknowledge(std::function<std::uint8_t(Cycle now)> acknowledge) {
    acknowledge_ = std::move(acknowledge);
  }
  void set_port_watch(PortWatch watch) { port_watch_ = std::move(watch); }

  /// Told of each sleep in HLT when it has ended: from when to when. One that a limit of run() has
  /// cut off goes on in the next, or ends with end_sleep().
  using SleepWatch = std::function<void(Cycle from, Cycle to)>;
  void set_sleep_watch(SleepWatch watch) { sleep_watch_ = std::move(watch); }
  void end_sleep();

  /// Level of the CPU's INTR pin from now on: the interrupt controller's wire.
  void set_interrupt(bool level);

  /// Level of the CPU's A20M# pin from now on, high: address bit 20 is as the CPU has it.
  void set_a20(bool open);

  /// Says that an input wire of the device in `slot` has moved.
  void wire_moved(unsigned slot);

  /// Virtual time: in a device's call that of the access or event, else the engine's.
  Cycle now() const { return now_; }

  /// Goes on at cycle `now` with the CPU state `state`, whatever was before. The devices have been
  /// reset or loaded by their owner.
  void restart(Cycle now, const CpuState& state);

  /// Runs on from where the machine is; time stands still between two calls.
  End run(const RunLimits& limits);

  /// One step of the CPU, for a debugger: Engine::step_once() and what devices do until its end. A
  /// CPU that is halted sleeps until an interrupt first; kHalted if none comes in 2^28 cycles.
  EngineStep step();

  /// Ends run() after the instruction in progress. To be called by devices.
  void stop();

  /// Has the machine reset after the instruction in progress. To be called by devices, in an access
  /// or event.
  void request_reset();
  /// `reset` resets the devices, at time now(), and calls reset_cpu(). `on_shutdown`: a triple
  /// fault of the guest resets the machine too, and does not end run().
  void set_reset(std::function<void()> reset, bool on_shutdown) {
    reset_ = std::move(reset);
    reset_on_shutdown_ = on_shutdown;
  }
  /// The CPU goes on from `state`; time and counts go on too.
  void reset_cpu(const CpuState& state);

  /// What is done for a device on another thread: `under_way` says whether there is any, and
  /// `finish` makes the device show what has been done, at time now(). Neither is a null function.
  /// Of machines on host time only.
  void set_outside_work(std::function<bool()> under_way, std::function<void()> finish) {
    under_way_ = std::move(under_way);
    finish_ = std::move(finish);
  }
  /// Has `finish` called soon, from run() or step(). Callable from any thread.
  void wake();
  /// Calls it now if wake() was called, and says whether.
  bool take_outside_work();

  // EngineBus: an access that is not whole in a window is cut as BusMap says. Where nobody is reads
  // all ones; writes there are dropped.
  std::uint32_t port_read(std::uint16_t port, unsigned bytes) override;
  void port_write(std::uint16_t port, unsigned bytes, std::uint32_t value) override;
  std::uint32_t port_write_block(std::uint16_t port, unsigned bytes, const std::uint8_t* data,
                                 std::uint32_t count) override;
  std::uint32_t port_read_block(std::uint16_t port, unsigned bytes, std::uint8_t* data,
                                std::uint32_t count) override;
  std::uint32_t mmio_read(std::uint32_t physical, unsigned bytes) override;
  void mmio_write(std::uint32_t physical, unsigned bytes, std::uint32_t value) override;
  std::uint8_t acknowledge_interrupt() override;

 private:
  std::uint32_t read(WishboneSpace space, std::uint32_t address, unsigned bytes);
  void write(WishboneSpace space, std::uint32_t address, unsigned bytes, std::uint32_t value);
  std::uint32_t read_parts(WishboneSpace space, std::uint32_t address, unsigned bytes);
  void write_parts(WishboneSpace space, std::uint32_t address, unsigned bytes, std::uint32_t value);
  const BusWindow* find_whole(WishboneSpace space, std::uint32_t address, unsigned bytes) const;
  std::uint32_t read_window(const BusWindow& window, std::uint32_t address, unsigned bytes);
  void write_window(const BusWindow& window, std::uint32_t address, unsigned bytes,
                    std::uint32_t value);
  void take_engine_time();
  void end_access(unsigned slot);
  void run_events(Cycle until);
  void hold_host_time(Cycle passed);
  bool sleep(const RunLimits& limits);
  bool wakes() const;
  bool sleep_until_interrupt(const RunLimits& limits);
  Cycle next_stop(const RunLimits& limits) const;
  void poll(const RunLimits& limits);
  bool take_reset(StopReason reason);

  std::vector<Device*> devices_;    // by slot
  std::vector<BusWindow> windows_;  // with the slot as device
  BusMap map_{windows_};
  EventQueue queue_;
  Engine* engine_ = nullptr;
  std::function<std::uint8_t(Cycle)> acknowledge_;
  PortWatch port_watch_;
  SleepWatch sleep_watch_;
  std::optional<Cycle> asleep_since_;
  Cycle now_ = 0;
  Cycle deadline_ = 0;  // of the engine while it runs; else 0
  Cycle next_poll_ = 0;
  bool interrupt_ = false;
  bool a20_ = true;
  bool stopped_ = false;
  std::function<void()> reset_ = [] {};
  bool reset_requested_ = false;
  bool reset_on_shutdown_ = false;
  std::function<bool()> under_way_;  // null: there is no such device
  std::function<void()> finish_;
  std::atomic<bool> woken_{false};
};

}  // namespace strata
