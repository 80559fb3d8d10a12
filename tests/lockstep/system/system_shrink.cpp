#include "tests/lockstep/system/system_shrink.h"

#include <algorithm>
#include <cassert>
#include <sstream>

#include "tests/lockstep/system/system_features.h"

namespace strata::test {
namespace {

constexpr std::uint64_t kMostRetirements = 30000;  // looked through with a feature less
constexpr std::uint32_t kMostSessions = 100;
constexpr std::uint64_t kWaveClocks = 600;
constexpr std::size_t kSmallestPiece = 16;  // bytes of memory
constexpr unsigned kMostTries = 3000;       // of one session's clearing
constexpr std::size_t kMostLines = 80;      // of the listing of memory

/// The same seed with other features: the first session that fails in the same way.
bool fails_with(FailedSession& failed, std::uint32_t features) {
  const SystemProgram program(failed.seed, features);
  std::uint64_t left = kMostRetirements;
  for (std::uint32_t session = 0; left != 0 && session < kMostSessions; ++session) {
    const SystemCase from(program, session_seed(failed.seed, session), left);
    const LockstepResult result = run_in_lockstep(from);
    if (result.end == SessionEnd::kFailed) {
      if (result.kind != failed.kind) {
        return false;
      }
      failed.features = features;
      failed.session = session;
      failed.budget = left;
      return true;
    }
    left -= std::min(left, result.coverage.retired);
  }
  return false;
}

void leave_out_features(FailedSession& failed) {
  for (unsigned n = 0; n < kFeatureCount; ++n) {
    const std::uint32_t without = failed.features & ~(1u << n);
    if (without != failed.features) {
      fails_with(failed, without);
    }
  }
}

class Shrinker {
 public:
  Shrinker(SystemCase from, std::string kind) : case_(std::move(from)), kind_(std::move(kind)) {}

  const SystemCase& result() const { return case_; }

  void shrink() {
    start_late();
    for (const auto& change :
         {+[](SystemCase& c) { c.interrupts = c.interrupt_high = false; },
          +[](SystemCase& c) { c.delays = 0; }, +[](SystemCase& c) { c.latency = 1; },
          +[](SystemCase& c) { c.caches = built_caches(); },
          +[](SystemCase& c) { c.touch_pause = 0; }}) {
      attempt(change);
    }
    replace_instructions();
    clear_memory(0, case_.memory.size());
    clear_registers();
  }

 private:
  bool fails(const SystemCase& candidate) const {
    const LockstepResult result = run_in_lockstep(candidate);
    return result.end == SessionEnd::kFailed && result.kind == kind_;
  }

  template <typename Change>
  bool attempt(Change&& change) {
    if (++tries_ > kMostTries) {
      return false;
    }
    SystemCase candidate = case_;
    change(candidate);
    if (!fails(candidate)) {
      return false;
    }
    case_ = std::move(candidate);
    return true;
  }

  /// Looks for the last point of the session that still leads to the difference.
  void start_late() {
    const std::uint64_t end = run_in_lockstep(case_).coverage.retired;
    LockstepOptions options;
    for (std::uint64_t back = 1; back < end; back += back < 8 ? 1 : back / 4) {
      options.points.insert(end - back);
    }
    std::vector<SystemCase> points = run_in_lockstep(case_, options).points;
    for (auto point = points.rbegin(); point != points.rend(); ++point) {
      // A difference in memory is seen when the session ends.
      point->budget += 2;
      if (fails(*point)) {
        case_ = *point;
        return;
      }
    }
  }

  /// One NOP a byte for each instruction that runs, from the last on.
  void replace_instructions() {
    std::vector<std::uint32_t> executed = run_in_lockstep(case_, {.list_executed = true}).executed;
    std::sort(executed.begin(), executed.end());
    executed.erase(std::unique(executed.begin(), executed.end()), executed.end());
    constexpr std::uint32_t kLongest = 15;
    constexpr std::uint8_t kNop = 0x90;
    for (std::size_t n = executed.size(); n-- > 0;) {
      const std::int64_t offset = SystemProgram::offset_of(executed[n]);
      const std::uint32_t next = n + 1 < executed.size() ? executed[n + 1] : executed[n] + kLongest;
      const std::uint32_t length = std::min(next - executed[n], kLongest);
      if (offset < 0) continue;
      attempt([&](SystemCase& c) { std::fill_n(c.memory.begin() + offset, length, kNop); });
    }
  }

  void clear_memory(std::size_t from, std::size_t size) {
    const auto begin = case_.memory.begin() + static_cast<std::ptrdiff_t>(from);
    const auto end = begin + static_cast<std::ptrdiff_t>(size);
    if (std::all_of(begin, end, [](std::uint8_t byte) { return byte == 0; }) ||
        attempt([&](SystemCase& c) {
          std::fill_n(c.memory.begin() + static_cast<std::ptrdiff_t>(from), size, 0);
        }) ||
        size <= kSmallestPiece) {
      return;
    }
    const std::size_t half = std::max(kSmallestPiece, size / 2 / kSmallestPiece * kSmallestPiece);
    clear_memory(from, half);
    clear_memory(from + half, size - half);
  }

  void clear_registers() {
    for (unsigned n = 0; n < 8; ++n) {
      attempt([&](SystemCase& c) { c.initial.gpr[n] = 0; });
    }
    for (std::uint32_t bit = 1; bit != 0; bit <<= 1) {
      if (bit != eflags::kReserved1 && (case_.initial.eflags & bit) != 0) {
        attempt([&](SystemCase& c) { c.initial.eflags &= ~bit; });
      }
    }
    for (unsigned n : {kEs, kDs, kFs, kGs}) {
      attempt([&](SystemCase& c) { c.initial.seg[n] = {.attributes = attr::kUnusable}; });
    }
    attempt([&](SystemCase& c) { c.initial.dr[7] = dr7::kAlwaysOne; });
  }

  SystemCase case_;
  std::string kind_;
  unsigned tries_ = 0;
};

void list_memory(std::ostringstream& text, const std::vector<std::uint8_t>& memory) {
  constexpr std::size_t kRow = 16;
  std::size_t lines = 0;
  text << "memory that is not zero:\n" << std::hex;
  for (std::size_t at = 0; at < memory.size(); at += kRow) {
    const auto begin = memory.begin() + static_cast<std::ptrdiff_t>(at);
    if (std::all_of(begin, begin + kRow, [](std::uint8_t byte) { return byte == 0; })) continue;
    if (++lines > kMostLines) {
      text << "  ...\n";
      return;
    }
    text << "  " << SystemProgram::physical_of(at) << ':';
    for (std::size_t n = 0; n < kRow; ++n) {
      text << (memory[at + n] < 16 ? " 0" : " ") << unsigned{memory[at + n]};
    }
    text << '\n';
  }
}

void list_state(std::ostringstream& text, const CpuState& s) {
  constexpr const char* kNames[] = {"es", "cs", "ss", "ds", "fs", "gs"};
  text << std::hex << "from: eip " << s.eip << " eflags " << s.eflags << " cr0 " << s.cr0 << " cr2 "
       << s.cr2 << " cr3 " << s.cr3 << " cr4 " << s.cr4 << "\n  gpr";
  for (std::uint32_t value : s.gpr) {
    text << ' ' << value;
  }
  const auto segment = [&](const char* name, const SegmentState& each) {
    text << "\n  " << name << ' ' << each.selector << " base " << each.base << " limit "
         << each.limit << " attributes " << each.attributes;
  };
  for (unsigned n = 0; n < s.seg.size(); ++n) {
    segment(kNames[n], s.seg[n]);
  }
  segment("ldtr", s.ldtr);
  segment("tr", s.tr);
  text << "\n  dr";
  for (std::uint32_t value : s.dr) {
    text << ' ' << value;
  }
  text << "\n  shadow " << s.shadow << " halted " << s.halted << " pending " << s.pending_exception
       << " nmi_blocked " << s.nmi_blocked << '\n';
}

}  // namespace

std::string shrink_case(SystemCase from, const std::string& kind, const std::string& wave_file) {
  Shrinker shrinker(std::move(from), kind);
  shrinker.shrink();
  const SystemCase& small = shrinker.result();
  const LockstepResult last = run_in_lockstep(small);
  assert(last.end == SessionEnd::kFailed);
  const std::uint64_t clocks = last.coverage.clocks;
  run_in_lockstep(small, {.wave_file = wave_file,
                          .wave_start = clocks > kWaveClocks ? clocks - kWaveClocks : 0});
  std::ostringstream text;
  text << "shrunk to " << last.coverage.retired
       << " retirements; waves of the last clocks: " << wave_file << '\n';
  list_state(text, small.initial);
  list_memory(text, small.memory);
  text << last.failure;
  return text.str();
}

std::string shrink(FailedSession failed, const std::string& wave_file) {
  leave_out_features(failed);
  const SystemProgram program(failed.seed, failed.features);
  return "with features " + feature_names(failed.features) + ", session " +
         std::to_string(failed.session) + ", " +
         shrink_case(SystemCase(program, session_seed(failed.seed, failed.session), failed.budget),
                     failed.kind, wave_file);
}

}  // namespace strata::test
