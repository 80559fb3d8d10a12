// One time that an instruction left the guest for the rest of the machine, as --explain counts it
// and the waves of engines without wires show it.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace strata {

/// Nanoseconds of the host since the guest was first entered where the engine runs on host time,
/// else CPU cycles.
using ExitTime = std::int64_t;

enum class ExitKind : std::uint8_t {
  kPort,
  kMemory,     // that no memory answers: a device, ROM, nothing
  kCall,       // of port ABBA, up to its end
  kInterrupt,  // external, its delivery
  kHalt,       // asleep in HLT
  kHost,       // any other reason to leave KVM_RUN
};

struct ExitRecord {
  ExitKind kind = ExitKind::kPort;
  bool write = false;
  std::uint32_t place = 0;    // port, physical address, number of the call, vector
  std::uint32_t value = 0;    // read or written last
  const char* reason = "";    // kHost: as Engine::exits() has it
  std::uint32_t address = 0;  // linear, of the instruction
  std::uint64_t accesses = 0;
  std::uint64_t bytes = 0;
  bool kept = false;  // by KVM, up to another exit: none by itself, and of no known instruction
  // The guest is left, the device begins, the device ends, the guest may go on.
  ExitTime left = 0;
  ExitTime begun = 0;
  ExitTime ended = 0;
  ExitTime back = 0;
};

/// An instruction as memory has it.
struct ExitInstruction {
  std::vector<std::uint8_t> bytes;  // empty where they are not known
  bool code32 = false;              // in a 32-bit code segment
};
using ReadExitInstruction = std::function<ExitInstruction(std::uint32_t address)>;

class ExitSink {
 public:
  virtual ~ExitSink() = default;

  /// In order of their end. `read` gives the code of instructions at the moment.
  virtual void on_exit(const ExitRecord& exit, const ReadExitInstruction& read) = 0;

  /// On host time: the CPU was in the guest from `entered` to `left`; before the exit that this is.
  virtual void on_guest(ExitTime entered, ExitTime left) {
    static_cast<void>(entered);
    static_cast<void>(left);
  }

  /// The guest has given this moment a name, and switched waves on or off (port ABBA).
  virtual void on_label(ExitTime now, const std::string& label) {
    static_cast<void>(now);
    static_cast<void>(label);
  }
  virtual void on_waves(ExitTime now, bool on) {
    static_cast<void>(now);
    static_cast<void>(on);
  }
};

}  // namespace strata
