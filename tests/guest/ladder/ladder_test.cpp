// Every benchmark of the ladder finds its result on every engine; where time is virtual and alike,
// in the same cycles.
#include "tests/guest/demos/guest_run.h"
#include "tests/support/engine_names.h"

namespace strata::test {
namespace {

struct Benchmark {
  const char* file;
  bool short_enough_for_rtl;
};

constexpr Benchmark kBenchmarks[] = {{"ladder_branchy.elf", false}, {"ladder_flags.elf", true},
                                     {"ladder_memory.elf", true},   {"ladder_modify.elf", true},
                                     {"ladder_ports.elf", true},    {"ladder_recursion.elf", false},
                                     {"ladder_timer.elf", true},    {"ladder_real16.img", false}};

class Ladder : public GuestTest {};

TEST_F(Ladder, FindsEachResultInTheSameCyclesOnInterpreterAndBlocks) {
  for (const Benchmark& benchmark : kBenchmarks) {
    SCOPED_TRACE(benchmark.file);
    ASSERT_EQ(run("interp", benchmark.file).status, 0);
    const auto cycles = stats().at("cycles");
    const auto instructions = stats().at("instructions");
    ASSERT_EQ(run("block", benchmark.file).status, 0);
    EXPECT_EQ(stats().at("cycles"), cycles);
    EXPECT_EQ(stats().at("instructions"), instructions);
  }
}

TEST_F(Ladder, FindsEachResultInRtl) {
  for (const Benchmark& benchmark : kBenchmarks) {
    if (!benchmark.short_enough_for_rtl) continue;
    SCOPED_TRACE(benchmark.file);
    const Finished finished = run("rtl", benchmark.file, {"--check"});
    EXPECT_EQ(finished.status, 0) << finished.err;
  }
}

TEST_F(Ladder, FindsEachResultOnKvm) {
  const std::string missing = why_no_engine("kvm");
  if (!missing.empty()) GTEST_SKIP() << missing;
  for (const Benchmark& benchmark : kBenchmarks) {
    SCOPED_TRACE(benchmark.file);
    const Finished finished = run("kvm", benchmark.file);
    EXPECT_EQ(finished.status, 0) << finished.err;
  }
}

}  // namespace
}  // namespace strata::test
