// Random system programs in two interpreters, one of them paged by a monitor: each retirement, each
// state, and the memory with the accessed and dirty bits of every table have to be the same.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <string>

#include "models/engine/interpreter/interpreter.h"
#include "models/engine/lockstep/state_difference.h"
#include "models/engine/monitor/paging_monitor.h"
#include "tests/lockstep/system/system_device_bus.h"
#include "tests/lockstep/system/system_features.h"
#include "tests/lockstep/system/system_guard.h"
#include "tests/lockstep/system/system_program.h"

namespace strata::test {
namespace {

constexpr std::uint64_t kRetirements = 20000;  // of a program
constexpr std::uint32_t kPrograms = 6;
constexpr std::uint32_t kMostSessions = 400;  // of a program
constexpr unsigned kMostInterval = 200;       // instructions between two interrupts
constexpr unsigned kUrgent = 10;              // the same where the program is stuck
constexpr std::uint64_t kMemoryLooks = 1000;  // retirements between two comparisons of memory

using Counters = std::map<std::string, std::uint64_t>;

/// The program with memory and device of its own.
class Side {
 public:
  Side(const SystemProgram& program, std::uint32_t seed, const PagingChoice& choice)
      : device_(seed, program.features()),
        bus_(device_),
        memory_(program.memory()),
        interpreter_(bus_, SystemProgram::regions(memory_), 1, family_of(program.features())),
        guard_(program.initial(), device_) {
    if (auto monitor = make_paging_monitor(choice, interpreter_.guest_memory())) {
      interpreter_.page_through(std::move(monitor), choice.tlb_entries);
    }
    interpreter_.load_state(program.initial());
  }

  SystemDevice device_;
  SystemDeviceBus bus_;
  std::vector<std::uint8_t> memory_;
  Interpreter interpreter_;
  SystemGuard guard_;
};

bool equal(const RetireRecord& a, const RetireRecord& b) {
  return a.kind == b.kind && a.partial == b.partial && a.vector == b.vector &&
         a.length == b.length && a.error_code == b.error_code && a.linear_eip == b.linear_eip &&
         a.next_eip == b.next_eip && a.eflags == b.eflags && a.cycle == b.cycle;
}

class Pair {
 public:
  Pair(const SystemProgram& program, std::uint32_t seed, const PagingChoice& choice)
      : plain_(program, seed, {}),
        monitored_(program, seed, choice),
        random_(seed),
        interrupts_((program.features() & kInterrupts) != 0) {}

  /// How many retirements, until `budget` or something that ends the session.
  std::uint64_t run(std::uint64_t budget) {
    std::uint64_t retired = 0;
    while (retired < budget && !testing::Test::HasFailure() && step()) {
      ++retired;
      if (retired % kMemoryLooks == 0) compare_memory();
    }
    compare_memory();
    return retired;
  }

  Counters counters() const { return monitored_.interpreter_.counters(); }

 private:
  bool step() {
    const CpuState before = plain_.interpreter_.state();
    if (plain_.interpreter_.shutdown()) return false;
    const bool takes = (before.eflags & eflags::kIf) != 0 && before.shadow == kNoShadow &&
                       before.pending_exception == 0 && interrupts_;
    if (before.halted != 0 && !takes) return false;
    if (before.halted != 0 || plain_.guard_.stuck()) {
      until_interrupt_ = std::min(until_interrupt_, before.halted != 0 ? 0u : kUrgent);
    }
    RetireRecord record;
    RetireRecord other;
    if (takes && until_interrupt_ == 0) {
      until_interrupt_ = 1 + pick(random_, kMostInterval);
      record = plain_.interpreter_.deliver_interrupt(plain_.device_.vector());
      other = monitored_.interpreter_.deliver_interrupt(monitored_.device_.vector());
    } else {
      until_interrupt_ -= until_interrupt_ != 0 ? 1 : 0;
      record = plain_.interpreter_.step();
      other = monitored_.interpreter_.step();
    }
    const CpuState after = plain_.interpreter_.state();
    const CpuState monitored = monitored_.interpreter_.state();
    if (!equal(record, other) || after != monitored) {
      ADD_FAILURE() << "plain and monitored, after the instruction at " << std::hex
                    << record.linear_eip << ":\n"
                    << side_by_side(after, monitored);
      return false;
    }
    const SessionEnd end = plain_.guard_.on_retire(record, after);
    monitored_.guard_.on_retire(other, monitored);
    return end == SessionEnd::kRunning && !plain_.interpreter_.shutdown();
  }

  void compare_memory() {
    if (plain_.memory_ == monitored_.memory_) return;
    const auto [one, other] = std::ranges::mismatch(plain_.memory_, monitored_.memory_);
    ADD_FAILURE() << "memory differs first at " << std::hex
                  << SystemProgram::physical_of(
                         static_cast<std::size_t>(one - plain_.memory_.begin()))
                  << ": plain " << unsigned{*one} << ", monitored " << unsigned{*other};
  }

  Side plain_;
  Side monitored_;
  Random random_;
  bool interrupts_;
  unsigned until_interrupt_ = 100;
};

Counters run_programs(const PagingChoice& choice, std::uint32_t features) {
  Counters sum;
  for (std::uint32_t seed = 1; seed <= kPrograms; ++seed) {
    const SystemProgram program(seed, features);
    std::uint64_t left = kRetirements;
    for (std::uint32_t session = 0; left != 0 && session < kMostSessions; ++session) {
      SCOPED_TRACE("seed " + std::to_string(seed) + ", session " + std::to_string(session));
      Pair pair(program, seed * 1000 + session, choice);
      left -= pair.run(left);
      for (const auto& [name, count] : pair.counters()) sum[name] += count;
      if (testing::Test::HasFailure()) return sum;
    }
    EXPECT_EQ(left, 0u) << "of program " << seed;
  }
  return sum;
}

constexpr std::uint32_t kSmallPages = kAllFeatures & ~(kBigPages | kNewOpcodes | kAlignment);

TEST(MonitoredPrograms, ShadowTablesAreAsTheGuestsOwn) {
  const Counters sum = run_programs({.kind = PagingKind::kShadow, .tlb_entries = 0}, kAllFeatures);
  for (const char* trap :
       {"control", "cr3", "invlpg", "guest_fault", "hidden_fault", "table_write"}) {
    EXPECT_GT(sum.at(std::string("paging.traps.") + trap), 100u) << trap;
  }
}

TEST(MonitoredPrograms, ShadowTablesWithASmallTlb) {
  run_programs({.kind = PagingKind::kShadow, .tlb_entries = 4}, kAllFeatures);
}

TEST(MonitoredPrograms, ShadowTablesOfA386) {
  run_programs({.kind = PagingKind::kShadow, .tlb_entries = 16}, kSmallPages);
}

TEST(MonitoredPrograms, NestedTablesAreAsTheGuestsOwn) {
  for (unsigned levels = PagingChoice::kLeastLevels; levels <= PagingChoice::kMostLevels;
       ++levels) {
    run_programs({.kind = PagingKind::kNested, .host_levels = levels, .tlb_entries = 8},
                 kAllFeatures);
  }
}

}  // namespace
}  // namespace strata::test
