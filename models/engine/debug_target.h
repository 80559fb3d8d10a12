// A machine in a debugger's hands: one step after another, registers, memory by linear address,
// and breakpoints that the guest does not see. The same for every engine; each only says how it
// steps.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "models/engine/engine.h"
#include "models/isa/cpu_state.h"

namespace strata {

struct Breakpoint {
  enum class Kind {
    kCode,  // the instruction at a linear address is about to run
    // By the operands of an instruction, as debug registers have it (SDM vol. 3, 17.2.4); not by
    // the frame that an interrupt or exception pushes.
    kWrite,   // a write to the bytes has been made
    kAccess,  // a read or write
    kPort,    // the same of I/O ports
  };
  Kind kind = Kind::kCode;
  std::uint32_t address = 0;  // linear, or the port
  /// 1, 2 or 4, and the address a multiple of it; of no meaning for kCode.
  unsigned bytes = 1;

  bool operator==(const Breakpoint&) const = default;
};

/// What a step, or a run of steps, ended in.
enum class DebugStop {
  kStepped,     // the step is done; the most steps are
  kBreakpoint,  // DebugTarget::hit() says which
  kHalted,      // HLT that nothing can end
  kShutdown,    // triple fault, or the host could not go on
  kEnded,       // the guest has ended the run
};

class DebugTarget {
 public:
  /// `family` is that of the CPU: what it does not have touches nothing.
  explicit DebugTarget(CpuFamily family);
  virtual ~DebugTarget();

  /// The state at the boundary where the machine stands.
  virtual CpuState registers() const = 0;

  /// Replaces it.
  virtual void set_registers(const CpuState& state) = 0;

  /// One instruction (of a REP string instruction: one iteration, or more where the CPU lets no
  /// trap between) with what it raises, or the delivery of an interrupt. A halted CPU sleeps until
  /// one comes.
  DebugStop step();

  /// Steps on to the next breakpoint; one of code where the machine stands does not count.
  DebugStop run(std::uint64_t most_steps);

  void add(const Breakpoint& breakpoint);
  /// False if there is none like it.
  bool remove(const Breakpoint& breakpoint);
  /// What the latest run() met.
  const std::optional<Breakpoint>& hit() const { return hit_; }

  /// Copies memory at `linear` as the page tables have it; access rights do not count, accessed and
  /// dirty bits stay. How many bytes there were up to the first that is no plain memory.
  std::size_t read(std::uint32_t linear, std::span<std::uint8_t> bytes) const;
  std::size_t write(std::uint32_t linear, std::span<const std::uint8_t> bytes);

 protected:
  /// A step as an engine makes it.
  struct Step {
    DebugStop stop = DebugStop::kStepped;
    bool instruction = true;  // else an interrupt was delivered
  };
  virtual Step make_step() = 0;

  /// RAM, ROM and what else may be looked at without a device noticing.
  virtual std::span<const MemoryRegion> plain_memory() const = 0;

  /// write() has changed memory, perhaps code that the engine has fetched already.
  virtual void memory_written() {}

 private:
  class Foresight;

  std::optional<Breakpoint> code_breakpoint() const;
  std::optional<Breakpoint> access_breakpoint();

  CpuFamily family_;
  std::vector<Breakpoint> breakpoints_;
  std::optional<Breakpoint> hit_;
  std::unique_ptr<Foresight> foresight_;
};

}  // namespace strata
