// Every benchmark of the ladder finds its result on every engine; where time is virtual and alike,
// in the same cycles.
#include "models/engine/kvm/kvm_host.h"
#include "tests/guest/demos/guest_run.h"
#include "tests/support/engine_names.h"

namespace strata::test {
namespace {

struct Benchmark {
  const char* file;
  bool short_enough_for_rtl;
  bool easy = true;  // no paging, no levels, no ticks that come faster than they can be emulated
  std::vector<std::string> options = {};
};

const Benchmark kBenchmarks[] = {
    {"ladder_branchy.elf", false},        {"ladder_faults.elf", true, false},
    {"ladder_flags.elf", true},           {"ladder_memory.elf", true},
    {"ladder_modify.elf", true},          {"ladder_ports.elf", true},
    {"ladder_real16.img", false},         {"ladder_recursion.elf", false},
    {"ladder_screen.elf", true},          {"ladder_screen.elf", false, true, {"--vga-memory=trap"}},
    {"ladder_syscalls.elf", true, false}, {"ladder_timer.elf", true, false},
    {"ladder_tlb.elf", true, false}};

class Ladder : public GuestTest {};

TEST_F(Ladder, FindsEachResultInTheSameCyclesOnSoftwareEngines) {
  for (const Benchmark& benchmark : kBenchmarks) {
    ASSERT_EQ(run("interp", benchmark.file, benchmark.options).status, 0) << benchmark.file;
    const auto interpreted = stats();
    for (const EngineEntry& engine : engines()) {
      if (engine.name == "interp" || engine.has_wires || engine.on_host_time) continue;
      const std::string name(engine.name);
      if (!why_no_engine(name).empty()) continue;
      SCOPED_TRACE(name + " " + benchmark.file);
      const Finished finished = run(name, benchmark.file, benchmark.options);
      ASSERT_EQ(finished.status, 0) << finished.err;
      for (const char* figure : {"cycles", "instructions", "exits", "screen_hash"}) {
        EXPECT_EQ(stats().at(figure), interpreted.at(figure)) << figure;
      }
    }
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
  // A KVM that emulates has flat code only (models/engine/kvm/README.md), and is slow.
  const bool only_easy = describe_kvm().kind == KvmKind::kEmulating;
  for (const Benchmark& benchmark : kBenchmarks) {
    if (only_easy && !benchmark.easy) continue;
    SCOPED_TRACE(benchmark.file);
    const Finished finished = run("kvm", benchmark.file, benchmark.options);
    EXPECT_EQ(finished.status, 0) << finished.err;
  }
}

/// Stores to the screen are the device's, or there are none that leave the guest.
TEST_F(Ladder, ScreenIsTrappedOrMapped) {
  constexpr int kStores = 20'000;
  ASSERT_EQ(run("interp", "ladder_screen.elf").status, 0);
  EXPECT_LT(stats().at("exits").at("mmio"), kStores);
  ASSERT_EQ(run("interp", "ladder_screen.elf", {"--vga-memory=trap"}).status, 0);
  EXPECT_GT(stats().at("exits").at("mmio"), kStores);
}

}  // namespace
}  // namespace strata::test
