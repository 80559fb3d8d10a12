// Checks another engine instruction by instruction against the interpreter: whoever drives the
// other engine hands over each device access it made and each retired instruction with the state
// after it.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "models/engine/interpreter/interpreter.h"
#include "models/engine/lockstep/bus_feed.h"
#include "models/isa/retire_record.h"

namespace strata {

class LockstepChecker {
 public:
  /// `regions` are a copy of the engine's plain memory, not shared with it; they outlive the
  /// checker. `initial` is the state both start from, `family` the engine's. `is_device` says of
  /// addresses outside the regions, and of those not writable, whether a device answers; without it
  /// all do.
  LockstepChecker(
      std::span<const MemoryRegion> regions, const CpuState& initial,
      CpuFamily family = CpuFamily::k586,
      BusFeed::IsDevice is_device = [](std::uint32_t) { return true; });

  /// Goes on from `state`, with the regions' memory changed to what the engine has: the engine has
  /// been given another state.
  void restart(const CpuState& state);

  /// From now on the engine's A20M# pin is so.
  void set_a20(bool open);
  /// The pin has changed by what retires next: what retires after that sees it.
  void on_a20(bool open) { next_a20_ = open; }

  /// An access of the engine to a port or a device in memory, in order. Reads must come before
  /// their instruction retires; writes may come later.
  void on_access(const BusAccess& access);

  /// A write of another bus master to plain memory (where there is none, or it is ROM, nothing
  /// happens): what retires from now on sees it. `bytes` is 1 to 4.
  void on_foreign_write(std::uint32_t address, unsigned bytes, std::uint32_t value);

  /// A retired instruction, exception or interrupt and the state after it: does the same and
  /// compares. Not compared: cycle, order, tsc, what RDTSC and RDMSR 10h read, nmi_pending (an edge
  /// comes at any cycle), and lengths of instructions that raise exceptions.
  /// False at the first difference and from then on.
  bool on_retire(const RetireRecord& record, const CpuState& state);

  /// Vector of an interrupt acknowledge cycle of the engine: what retires next is its delivery, or
  /// the fault that ended in. Without this call an exception is taken for the next instruction's.
  void on_acknowledge(std::uint8_t vector) { acknowledged_ = vector; }

  /// The engine takes an NMI: what retires next is its delivery, or the fault that ended in.
  void on_nmi() { nmi_ = true; }

  /// The engine has shut down where it would have retired next: does the interpreter too?
  bool on_shutdown();

  /// The run has ended inside an instruction that the engine has not retired, all of whose accesses
  /// are known: the interpreter executes it. on_end() is next.
  void finish_instruction();

  /// The run has ended: is all that the interpreter wrote to devices written, and does the engine's
  /// plain memory, laid out as the checker's own, hold the same bytes? Aligned dwords in
  /// `under_way` are left out: those of an instruction the run's end has cut through.
  bool on_end(std::span<const MemoryRegion> engine_memory,
              const std::set<std::uint32_t>& under_way = {});

  /// What differs: both states, the disassembly and the last 20 instructions. Empty while nothing
  /// does.
  const std::string& report() const { return report_; }

 private:
  static constexpr std::size_t kHistory = 20;
  static constexpr std::size_t kCodeBytes = 15;

  struct Retired {
    RetireRecord record;  // the engine's
    std::array<std::uint8_t, kCodeBytes> code{};
    std::uint32_t selector = 0;
    bool big = false;
  };

  Retired look_at(const RetireRecord& record) const;
  RetireRecord do_the_same(const RetireRecord& record, std::string& difference);
  std::string memory_difference(std::span<const MemoryRegion> engine_memory,
                                const std::set<std::uint32_t>& under_way) const;
  void write_report(const std::string& what, const CpuState& expected, const CpuState& actual);
  std::string line_of(const Retired& retired) const;

  CpuFamily family_;
  BusFeed feed_;
  std::vector<MemoryRegion> regions_;
  Interpreter interpreter_;
  std::deque<Retired> history_;
  std::optional<std::uint8_t> acknowledged_;
  std::optional<bool> next_a20_;
  bool nmi_ = false;
  std::uint64_t retired_ = 0;
  std::string report_;
};

}  // namespace strata
