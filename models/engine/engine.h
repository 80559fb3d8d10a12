// The face of an engine that runs IA-32 instructions (charter, rule 4): interpreter, blocks, JIT
// and KVM all look like this to the machine, and the machine looks like EngineBus to all of them.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "models/base/engine_bus.h"
#include "models/base/types.h"
#include "models/isa/cpu_state.h"

namespace strata {

/// Memory an engine may touch directly. `base` and `size` are multiples of 4 KiB. Writes to a
/// region that is not writable go to EngineBus::mmio_write (reads stay direct).
struct MemoryRegion {
  std::uint32_t base = 0;
  std::uint64_t size = 0;
  std::uint8_t* host = nullptr;
  bool writable = true;
};

enum class StopReason {
  kDeadline,   // cycle() has reached the deadline
  kHalted,     // HLT executed (or continued) and neither an interrupt nor an NMI is pending
  kShutdown,   // triple fault
  kRequested,  // request_stop() was called
};

/// What Engine::step_once() did.
struct EngineStep {
  /// kRequested: the step was made.
  StopReason reason = StopReason::kRequested;
  /// Vector of the external interrupt or NMI that was delivered, as such or as what the delivery
  /// ended in.
  std::optional<std::uint8_t> interrupt = std::nullopt;
};

class ExecutionWatch;    // models/engine/execution_watch.h
class ExitWatch;         // models/engine/exit_watch.h
class InstructionWatch;  // models/engine/instruction_watch.h

class Engine {
 public:
  virtual ~Engine() = default;

  /// "interp", "kvm".
  virtual std::string_view name() const = 0;

  virtual void load_state(const CpuState& state) = 0;
  virtual CpuState state() const = 0;

  /// Whether time is the host's, which goes on by itself, instead of the instructions'.
  virtual bool on_host_time() const { return false; }

  /// Linear address of the instruction that runs, in EngineBus calls; else of the one to come. On
  /// KVM an instruction that writes may be past already.
  virtual std::uint32_t linear_address() const {
    const CpuState now = state();
    return now.seg[kCs].base + now.eip;
  }

  /// Replaces the state where the CPU stands; time and counts go on. Not from inside run().
  virtual void set_registers(const CpuState& state) = 0;

  /// Virtual time now, exact inside EngineBus calls. Software engines: one instruction is `cpi`
  /// cycles; KVM: host time since the start at the machine's clock rate.
  virtual Cycle cycle() const = 0;

  /// Makes `cycle` the virtual time, earlier or later than before; the time stamp counter keeps its
  /// value. Not from inside run().
  virtual void set_cycle(Cycle cycle) = 0;

  /// Moves time forward to `cycle` while the CPU is halted (a skipped HLT). Engines that run on
  /// host time sleep until then, or until request_stop().
  virtual void advance_to(Cycle cycle) = 0;

  /// Runs until one of StopReason; checks the deadline at instruction boundaries (of a REP string
  /// instruction: at iterations). With an interrupt line high and EFLAGS.IF set it takes the
  /// interrupt, asking EngineBus::acknowledge_interrupt() for the vector.
  virtual StopReason run(Cycle deadline) = 0;

  /// One step at the boundary where the CPU stands: the event that is due is delivered, or one
  /// instruction executed (of a REP string instruction: one iteration, or more where the CPU lets
  /// no trap between). kHalted and kShutdown as of run(), and then no step was made.
  virtual EngineStep step_once() = 0;

  /// Level of the INTR pin. May be called from inside an EngineBus call.
  virtual void set_interrupt_line(bool level) = 0;

  /// Level of the A20M# pin: while it is low address bit 20 of every access to memory is 0, from
  /// the next instruction on. May be called from inside an EngineBus call. Nothing happens where
  /// the host's CPU runs the guest.
  virtual void set_a20(bool open) { static_cast<void>(open); }

  /// An edge at the NMI pin: taken at the next boundary at which no NMI is being handled (SDM vol.
  /// 3, 6.7). May be called from inside an EngineBus call.
  virtual void raise_nmi() = 0;

  /// From now on a 32-bit write of `value` to `port` does not reach the bus, but signals eventfd
  /// `event`, and the guest runs on. False where the engine has no use for that, and nothing
  /// changes.
  virtual bool signal_on_write(std::uint16_t port, std::uint32_t value, int event) {
    static_cast<void>(port), static_cast<void>(value), static_cast<void>(event);
    return false;
  }

  /// Somebody else than this engine has written `bytes` bytes of its memory, all in one region:
  /// a bus master, a debugger. Called before the engine runs on, from inside an EngineBus call or
  /// between two run().
  virtual void memory_written(std::uint32_t physical, std::uint32_t bytes) {
    static_cast<void>(physical), static_cast<void>(bytes);
  }

  /// Makes run() return kRequested at the next boundary. Callable from EngineBus calls, from
  /// signal handlers and, of engines on host time, from other threads.
  virtual void request_stop() = 0;

  /// Counts what run() executes from now on; null: nobody does. The watch outlives the engine or
  /// the next call. Nothing happens where the engine cannot (KVM).
  virtual void watch_execution(ExecutionWatch* watch) { static_cast<void>(watch); }

  /// Tells `watch`, which outlives the engine or the next call, of each instruction from now on;
  /// null: nobody. Nothing happens where the host's CPU runs the guest.
  virtual void watch_instructions(InstructionWatch* watch) { static_cast<void>(watch); }

  /// Tells `watch`, which outlives the engine or the next call, of each exit from now on; null:
  /// nobody. Nothing happens where the host's CPU does not run the guest.
  virtual void watch_exits(ExitWatch* watch) { static_cast<void>(watch); }

  /// Instructions retired since load_state(); 0 where the engine cannot know (KVM).
  virtual std::uint64_t instructions() const = 0;

  /// What left the engine, by reason. On every engine "port" and "mmio" are accesses, "hlt" is
  /// falling asleep and "interrupt" a delivery; KVM adds "vm-exit" and its kinds.
  virtual std::map<std::string, std::uint64_t> exits() const = 0;

  /// What the engine has translated, as text for people: guest code, intermediate form and host
  /// code; empty where it translates nothing, or was not told to keep that.
  virtual std::string translations() const { return {}; }

  /// What else is worth a number, by name.
  virtual std::map<std::string, std::uint64_t> counters() const { return {}; }

  /// Why the host could not go on, in one line, when run() returned kShutdown for another reason
  /// than a triple fault of the guest; else empty.
  virtual std::string failure() const { return {}; }
};

}  // namespace strata
