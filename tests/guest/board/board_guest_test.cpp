// Resets of the machine and the A20 gate driven by sw/tests/board on every engine; only a machine
// that a triple fault resets gets to its end.
#include <nlohmann/json.hpp>

#include "tests/cli/cli_test.h"
#include "tests/guest/engine_options.h"

namespace strata::test {
namespace {

constexpr const char* kGuest = STRATA_GUESTS "/board.img";
constexpr int kTripleFault = 3;

class BoardGuest : public CliTest, public testing::WithParamInterface<EngineOptions> {
 protected:
  Finished run(const std::string& on_shutdown) {
    std::vector<std::string> options = {
        "run", "--on-shutdown", on_shutdown, "--stats=s.json", "--log=log", "--max-cycles=10M"};
    options.insert(options.end(), GetParam().begin(), GetParam().end());
    options.emplace_back(kGuest);
    return strata(options);
  }
};

TEST_P(BoardGuest, ResetsAndGatesA20) {
  const Finished finished = run("reset");
  EXPECT_EQ(finished.status, 0) << finished.out << finished.err;
  const std::string log = read("log");
  const std::size_t first = log.find("reset");
  ASSERT_NE(first, std::string::npos) << log;
  EXPECT_NE(log.find("reset", first + 1), std::string::npos) << log;
}

TEST_P(BoardGuest, StopsAtATripleFaultUnlessTold) {
  const Finished finished = run("stop");
  EXPECT_EQ(finished.status, kTripleFault) << finished.out << finished.err;
}

INSTANTIATE_TEST_SUITE_P(Engines, BoardGuest, testing::ValuesIn(engines_and_twins("pit")), name_of);

using BoardEngines = CliTest;

TEST_F(BoardEngines, TakeTheSameCyclesBetweenResets) {
  std::string expected;
  for (const std::string engine : {"interp", "block", "jit"}) {
    const Finished finished = strata({"run", "--on-shutdown=reset", "--engine=" + engine,
                                      "--log=log", "--stats=s.json", kGuest});
    EXPECT_EQ(finished.status, 0) << finished.err;
    const auto stats = nlohmann::json::parse(read("s.json"));
    const std::string seen =
        read("log") + stats.at("cycles").dump() + " " + stats.at("instructions").dump();
    if (expected.empty()) expected = seen;
    EXPECT_EQ(seen, expected) << engine;
  }
}

}  // namespace
}  // namespace strata::test
