// A whole machine, whatever runs its instructions: SoftwareMachine for the software engines,
// RtlMachine for the cycle-accurate platform, which is built once a process (a SystemC elaboration
// cannot be undone).
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "models/base/frame_buffer.h"
#include "models/base/key_code.h"
#include "models/base/result.h"
#include "models/base/types.h"
#include "models/isa/cpu_state.h"
#include "platform/machine_config.h"
#include "platform/machine_state.h"

namespace strata {

struct Recording;   // platform/profile/recording.h
struct TextScreen;  // models/base/text_screen.h
class DebugTarget;  // models/engine/debug_target.h
class RunControl;   // platform/run_control.h

/// Why a run ended.
enum class RunEnd {
  kExited,        // the guest wrote port F4
  kHalted,        // HLT with nothing that could ever wake the CPU
  kShutdown,      // triple fault
  kCycleLimit,    // --max-cycles
  kTimeout,       // --timeout
  kInterrupted,   // Ctrl-C
  kOutputFailed,  // something the run writes could not be written, or nobody reads it any more
  kCheckFailed,   // --check found a difference; RunOutcome::report shows it
  kQuit,          // --input said `quit`; RunOutcome::status has its status
  kInputFailed,   // what --input expects has not come; RunOutcome::report says what
  kTurnOver,      // not ended: RunControl::turn_end(); run() goes on from there
  kHostFailed,    // the host could not go on (Engine::failure()); RunOutcome::report says why
};

struct RunOutcome {
  RunEnd end = RunEnd::kHalted;
  std::uint8_t status = 0;  // kExited: the value written to port F4; kQuit
  std::string report;       // kCheckFailed, kHostFailed, kInputFailed: what to show the user
  /// Waves were asked for, and the run ended before the first cycle of their window.
  bool empty_window = false;
};

class Machine {
 public:
  virtual ~Machine() = default;

  /// Runs on from where the machine is until the guest ends or `control` says stop:
  /// control.next_stop() exactly, control.poll() at least every few milliseconds of host time. In
  /// how many turns it gets there makes no difference. Closes its wave files before it returns for
  /// another reason than kTurnOver.
  virtual RunOutcome run(RunControl& control) = 0;

  /// Keys of the keyboard go down or up in the cycle to come; at most kKeyCodesAtOnce, between two
  /// calls of run().
  virtual void press(std::span<const KeyCode> keys) = 0;

  /// CPU cycles since reset, instructions retired since reset (0 where unknown: KVM).
  virtual Cycle cycles() const = 0;
  virtual std::uint64_t instructions() const = 0;

  /// What left the engine or the CPU, by reason ("port", "mmio", "hlt", "interrupt", ...).
  virtual std::map<std::string, std::uint64_t> exits() const = 0;

  /// What the VGA shows now. Callable during the run, from RunControl's progress callback.
  virtual TextScreen screen() const = 0;

  /// The frame as the machine's own hardware draws it, where there is hardware that draws; else
  /// the caller renders screen(). For after the run.
  virtual std::optional<FrameBuffer> picture() const { return std::nullopt; }

  /// Architectural state at the latest instruction boundary.
  virtual CpuState state() const = 0;

  /// For a debugger, made at the first call: in place of run(), from reset or from where a run has
  /// stopped. Lives as long as the machine.
  virtual DebugTarget& debug_target() = 0;

  /// The whole state at an instruction boundary, between two calls of run(). The cycle-accurate
  /// machine goes on to the next one, a few cycles, and then as one that has loaded the state.
  virtual MachineState save_state() = 0;

  /// Goes on from `state`, whatever has run before; cycles() is the state's then, while counts of
  /// what was done go on. Watching goes on too, but waves that have been recorded cannot go back in
  /// time. An error says what does not fit this machine; one of a device's state leaves a machine
  /// that may not run any more.
  virtual std::optional<Error> load_state(const MachineState& state) = 0;

  /// What was recorded for a profile up to now, valid until the next call; null without
  /// MachineConfig::profile. For after the run.
  virtual const Recording* recording() { return nullptr; }

  /// What was translated, as text, with MachineConfig::list_translations. For after the run.
  virtual std::string translations() const { return {}; }

  /// Anything else worth a number in --stats ("ata.sectors_written", "bus.stall_cycles", ...).
  virtual std::map<std::string, std::uint64_t> counters() const { return {}; }
};

}  // namespace strata
