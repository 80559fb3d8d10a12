#include "tests/lockstep/system/system_guard.h"

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <optional>

#include "models/isa/decoder.h"
#include "tests/lockstep/system/system_features.h"
#include "tests/lockstep/system/system_map.h"
#include "tests/lockstep/system/system_pages.h"
#include "tests/lockstep/system/system_segments.h"

namespace strata::test {
namespace {

constexpr unsigned kMostIterations = 100;  // of a REP in a row, then an interrupt comes
constexpr unsigned kMostSilence = 150;     // retirements between two questions of the handlers
constexpr unsigned kMostPatience = 500;    // the same, then the session ends
constexpr std::uint32_t kZeroFlags = 0xFFC00000 | 1u << 3 | 1u << 5 | 1u << 15 | 3u << 19;
constexpr std::uint32_t kV86Attributes = 0xF3;

/// SDM vol. 3, 4.3, without permissions.
std::optional<std::uint32_t> translate(std::span<const std::uint8_t> memory, const CpuState& state,
                                       std::uint32_t linear) {
  constexpr std::uint32_t kPresent = 1;
  constexpr std::uint32_t kBig = 0x80;
  const auto entry = [&](std::uint32_t table, std::uint32_t index) {
    const std::int64_t offset = SystemProgram::offset_of((table & ~0xFFFu) + index * 4);
    std::uint32_t value = 0;
    if (offset >= 0) {
      std::memcpy(&value, memory.data() + offset, sizeof(value));
    }
    return value;
  };
  const std::uint32_t directory = entry(state.cr3, linear >> 22);
  if ((directory & kPresent) == 0) {
    return std::nullopt;
  }
  if ((directory & kBig) != 0 && (state.cr4 & cr4::kPse) != 0) {
    return (directory & 0xFFC00000) | (linear & 0x3FFFFF);
  }
  const std::uint32_t page = entry(directory, (linear >> 12) & 0x3FF);
  return (page & kPresent) != 0 ? std::optional((page & ~0xFFFu) | (linear & 0xFFF)) : std::nullopt;
}

bool executable(const SegmentState& s) {
  constexpr std::uint32_t kNeeded = attr::kPresent | attr::kS | attr::kCode;
  return (s.attributes & kNeeded) == kNeeded;
}

unsigned dpl_of(const SegmentState& s) {
  return (s.attributes >> attr::kDplShift) & 3;
}

std::string impossible_in_v86(const CpuState& state) {
  for (const SegmentState& s : state.seg) {
    if (s.attributes != kV86Attributes || s.limit != 0xFFFF || s.base != s.selector << 4) {
      return "a segment register in virtual-8086 mode is not selector * 16, FFFF, F3";
    }
  }
  return {};
}

std::string impossible_in_protected_mode(const CpuState& state) {
  const unsigned cpl = level_of(state);
  if (!executable(state.seg[kCs])) {
    return "CS holds no code segment";
  }
  if ((state.seg[kCs].selector & 3) != cpl || (state.seg[kSs].selector & 3) != cpl) {
    return "the RPLs of CS and SS and SS's DPL are not one";
  }
  for (unsigned n : {kDs, kEs, kFs, kGs}) {
    const SegmentState& s = state.seg[n];
    constexpr std::uint32_t kConforming = attr::kCode | attr::kExpandDown;
    const bool conforming = (s.attributes & kConforming) == kConforming;
    if ((s.attributes & attr::kUnusable) == 0 && !conforming && dpl_of(s) < cpl) {
      return "a data segment register holds a segment of an inner level";
    }
  }
  return {};
}

}  // namespace

const char* name_of(SessionEnd end) {
  switch (end) {
    case SessionEnd::kRunning: return "running";
    case SessionEnd::kBudget: return "done";
    case SessionEnd::kLeft: return "left the code";
    case SessionEnd::kShutdown: return "shut down";
    case SessionEnd::kHalted: return "halted";
    case SessionEnd::kStuck: return "stuck";
    case SessionEnd::kFailed: return "failed";
  }
  return "?";
}

unsigned level_of(const CpuState& state) {
  return (state.eflags & eflags::kVm) != 0 ? kV86Level : dpl_of(state.seg[kSs]);
}

std::string impossible(const CpuState& state) {
  if ((state.eflags & eflags::kReserved1) == 0 || (state.eflags & kZeroFlags) != 0) {
    return "a reserved bit of EFLAGS has changed";
  }
  if ((state.cr0 & cr0::kPg) != 0 && (state.cr0 & cr0::kPe) == 0) {
    return "CR0.PG is set and PE is not";
  }
  if ((state.cr0 & cr0::kPe) == 0) {
    return {};
  }
  return (state.eflags & eflags::kVm) != 0 ? impossible_in_v86(state)
                                           : impossible_in_protected_mode(state);
}

void Coverage::on_retire(const RetireRecord& record, const CpuState& before, const CpuState& after,
                         std::span<const std::uint8_t> code) {
  ++retired;
  const unsigned from = level_of(before);
  const unsigned to = level_of(after);
  ++levels[from];
  ++transitions[from][to];
  task_switches += before.tr.selector != after.tr.selector ? 1 : 0;
  if (record.kind == RetireKind::kException) {
    ++exceptions[record.vector];
    return;
  }
  if (record.kind == RetireKind::kInterrupt) {
    ++interrupts[record.vector];
    return;
  }
  partial += record.partial ? 1 : 0;
  std::size_t at = 0;
  while (at + 1 < code.size() && is_prefix(code[at])) {
    ++at;
  }
  if (at + 1 < code.size()) {
    ++opcodes[code[at] == 0x0F ? 256u + code[at + 1] : code[at]];
  }
}

void Coverage::add(const Coverage& other) {
  const auto sum = [](auto& mine, const auto& others) {
    for (std::size_t n = 0; n < mine.size(); ++n) {
      mine[n] += others[n];
    }
  };
  retired += other.retired;
  partial += other.partial;
  clocks += other.clocks;
  sessions += other.sessions;
  task_switches += other.task_switches;
  sum(ends, other.ends);
  sum(exceptions, other.exceptions);
  sum(interrupts, other.interrupts);
  sum(levels, other.levels);
  sum(opcodes, other.opcodes);
  for (std::size_t n = 0; n < transitions.size(); ++n) {
    sum(transitions[n], other.transitions[n]);
  }
}

std::string Coverage::text() const {
  static constexpr const char* kLevels[] = {"0", "1", "2", "3", "V86"};
  std::uint64_t interrupted = 0;
  for (std::uint64_t count : interrupts) {
    interrupted += count;
  }
  std::size_t different = 0;
  for (std::uint64_t count : opcodes) {
    different += count != 0 ? 1 : 0;
  }
  std::string text = std::to_string(retired) + " retired (" + std::to_string(partial) +
                     " REP iterations), " + std::to_string(clocks) + " clocks, " +
                     std::to_string(different) + " opcodes, " + std::to_string(interrupted) +
                     " interrupts, " + std::to_string(task_switches) + " task switches\n  ended:";
  for (unsigned n = 1; n < kSessionEnds; ++n) {
    text += std::string(n == 1 ? " " : ", ") + name_of(static_cast<SessionEnd>(n)) + " " +
            std::to_string(ends[n]);
  }
  text += "\n  exceptions:";
  for (unsigned n = 0; n < 256; ++n) {
    if (exceptions[n] != 0) {
      char item[48];
      std::snprintf(item, sizeof(item), " %02x:%llu", n,
                    static_cast<unsigned long long>(exceptions[n]));
      text += item;
    }
  }
  text += "\n  retired at level:";
  for (unsigned n = 0; n < levels.size(); ++n) {
    text += std::string(" ") + kLevels[n] + ":" + std::to_string(levels[n]);
  }
  text += "\n  changes of level:";
  for (unsigned from = 0; from < levels.size(); ++from) {
    for (unsigned to = 0; to < levels.size(); ++to) {
      if (from != to && transitions[from][to] != 0) {
        text += std::string(" ") + kLevels[from] + ">" + kLevels[to] + ":" +
                std::to_string(transitions[from][to]);
      }
    }
  }
  return text + '\n';
}

/// Whether the modes and the descriptor and page tables in force are the program's. With others,
/// page tables and code might be what the program writes, and nobody would flush or jump.
bool SystemGuard::has_own_tables(const CpuState& state) const {
  constexpr std::uint32_t kModes = cr0::kPe | cr0::kPg;
  const CpuState& initial = tables_;
  const bool paging = (initial.cr0 & cr0::kPg) != 0;
  const std::uint32_t directory = (state.cr3 - kPageTables) >> 12;
  return state.gdtr == initial.gdtr && state.idtr == initial.idtr &&
         (state.cr0 & kModes) == (initial.cr0 & kModes) &&
         (state.cr4 | cr4::kPge) == (initial.cr4 | cr4::kPge) &&
         (!paging || directory < kDirectories);
}

SessionEnd SystemGuard::on_retire(const RetireRecord& record, const CpuState& state) {
  // What comes next: fetching from device registers is different in every engine.
  const std::uint32_t next = state.seg[kCs].base + state.eip;
  if (!SystemProgram::is_code(next) || !has_own_tables(state)) {
    return SessionEnd::kLeft;
  }
  since_choice_ = choices_ == device_.choices() ? since_choice_ + 1 : 0;
  choices_ = device_.choices();
  iterations_ = record.partial ? iterations_ + 1 : 0;
  stuck_ = iterations_ > kMostIterations || since_choice_ > kMostSilence;
  if (stuck_) {
    device_.force_plan(true);
  }
  return since_choice_ > kMostPatience ? SessionEnd::kStuck : SessionEnd::kRunning;
}

std::span<const std::uint8_t> bytes_at(std::span<const std::uint8_t> memory, const CpuState& state,
                                       std::uint32_t linear) {
  const bool paging = (state.cr0 & cr0::kPg) != 0;
  const std::optional<std::uint32_t> physical =
      paging ? translate(memory, state, linear) : std::optional(linear);
  const bool memory_there = physical && !SystemProgram::is_device(*physical);
  const std::int64_t offset = memory_there ? SystemProgram::offset_of(*physical) : -1;
  if (offset < 0) {
    return {};
  }
  constexpr std::uint32_t kPageBytes = 0x1000;
  constexpr std::uint32_t kLongest = 15;
  return memory.subspan(static_cast<std::size_t>(offset),
                        std::min(kLongest, kPageBytes - linear % kPageBytes));
}

}  // namespace strata::test
