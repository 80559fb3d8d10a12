// What `strata run --engine jit` shows of its translations.
#include "platform/engines.h"
#include "tests/cli/cli_test.h"

namespace strata::test {
namespace {

constexpr char kPrimes[] = STRATA_BUILD_DIR "/sw/primes.elf";

class CliTranslation : public CliTest {
 protected:
  void SetUp() override {
    const EngineOnHost host = find_engine("jit")->probe();
    if (!host.available) GTEST_SKIP() << host.line;
  }
};

/// The hottest block first: with its executions, guest code, intermediate form and host code.
TEST_F(CliTranslation, BlocksAreDumped) {
  const Finished run =
      strata({"run", "--engine", "jit", "--dump-blocks", "--console", "c", kPrimes});
  ASSERT_EQ(run.status, 0) << run.err;
  const std::size_t first = run.err.find("block at 0010");
  ASSERT_NE(first, std::string::npos) << run.err;
  const std::string block = run.err.substr(first, run.err.find("\n\n", first) - first);
  EXPECT_TRUE(contains(block, ": executed ")) << block;
  EXPECT_TRUE(contains(block, "branch-if-")) << block;
  EXPECT_TRUE(contains(block, "sub r12d, ")) << "the budget of instructions: " << block;
}

TEST_F(CliTranslation, NothingIsDumpedUnasked) {
  const Finished run = strata({"run", "--engine", "jit", "--console", "c", kPrimes});
  EXPECT_FALSE(contains(run.err, "block at")) << run.err;
}

/// A line a piece of code: address, size and name (perf's jit-interface.txt).
TEST_F(CliTranslation, CodeIsNamedForPerf) {
  const Finished run = script(
      "\"$STRATA\" run --engine jit --perf-map --quiet --console c \"" + std::string(kPrimes) +
      "\" & pid=$!; wait $pid; cp /tmp/perf-$pid.map map; rm /tmp/perf-$pid.map");
  ASSERT_TRUE(exists("map")) << run.err;
  EXPECT_TRUE(contains(read("map"), " guest_0010")) << read("map");
}

TEST_F(CliTranslation, OtherEnginesTranslateNothing) {
  expect_refused({"run", "--engine", "block", "--dump-blocks", kPrimes},
                 {"--dump-blocks", "jit only", "block"});
}

}  // namespace
}  // namespace strata::test
