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
    // A write to the bytes has been made by linear address: by an instruction, or by the CPU itself
    // (frames of deliveries and calls on any stack, accessed and busy bits of descriptors, the old
    // TSS). Not seen: accessed and dirty bits of page tables, whose address is physical; what an
    // interrupt through a task gate writes.
    kWrite,
    // Such a write, or a read of an operand by an instruction that has completed. Not seen: reads
    // of descriptors, gates, TSS and page tables, and instruction fetches.
    kAccess,
    kPort,  // an instruction that accessed the port has completed
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

class Foresight;

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
    /// Vector of the external interrupt or NMI that was delivered.
    std::optional<std::uint8_t> interrupt = std::nullopt;
  };
  virtual Step make_step() = 0;

  /// RAM, ROM and what else may be looked at without a device noticing.
  virtual std::span<const MemoryRegion> plain_memory() const = 0;

  /// write() has changed memory, perhaps code that the engine has fetched already.
  virtual void memory_written() {}

 private:
  std::optional<Breakpoint> code_breakpoint() const;
  DebugStop watched_step(std::span<const Breakpoint> watches);

  CpuFamily family_;
  std::vector<Breakpoint> breakpoints_;
  std::optional<Breakpoint> hit_;
  std::unique_ptr<Foresight> foresight_;
};

}  // namespace strata
