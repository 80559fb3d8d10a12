// The guest that shows what is typed (sw/demos/typewriter), with a script at its keyboard, on every
// engine; slow machines, so that a second has few cycles.
#include <nlohmann/json.hpp>

#include "models/engine/kvm/kvm_host.h"
#include "tests/cli/cli_test.h"
#include "tests/guest/engine_options.h"

namespace strata::test {
namespace {

constexpr const char* kGuest = STRATA_GUESTS "/typewriter.elf";
constexpr const char* kScript =
    "at prompt \"> \" type \"Aa!\\n\" # Shift and its release\n"
    "until console \"typed: Aa!\" within 5s\n"
    "key left\n"
    "key pause\n"
    "key F10\n"
    "type \"exit\\n\"\n";

class KeyboardGuest : public CliTest, public testing::WithParamInterface<EngineOptions> {
 protected:
  Finished play(std::vector<std::string> options) {
    const std::string text = kScript;
    write("x.in", Bytes(text.begin(), text.end()));
    options.insert(options.begin(), {"run", "--input=x.in", "--clock-mhz=2", "--console=c.txt"});
    options.emplace_back(kGuest);
    return strata(options);
  }
};

TEST_P(KeyboardGuest, ShowsWhatIsTyped) {
  if (GetParam()[0] == "--engine=kvm" && !describe_kvm().available) {
    GTEST_SKIP() << describe_kvm().reason;
  }
  const Finished run = play(GetParam());
  EXPECT_EQ(run.status, 0) << run.out << run.err;
  EXPECT_EQ(read("c.txt"), "typewriter\n> typed: Aa!\n> key: F10\ntyped: exit\n");
}

INSTANTIATE_TEST_SUITE_P(Engines, KeyboardGuest, testing::ValuesIn(engines_and_twins("keyboard")),
                         name_of);
INSTANTIATE_TEST_SUITE_P(Kvm, KeyboardGuest, testing::Values(EngineOptions{"--engine=kvm"}),
                         name_of);

class KeyboardTwins : public KeyboardGuest {};

TEST_F(KeyboardTwins, TakeTheSameCycles) {
  const auto cycles = [this](const std::string& twin) {
    const Finished run = play({"--engine=rtl", "--device=keyboard=" + twin, "--stats=s.json"});
    EXPECT_EQ(run.status, 0) << run.err;
    return nlohmann::json::parse(read("s.json")).at("cycles").get<std::uint64_t>();
  };
  EXPECT_EQ(cycles("rtl"), cycles("tlm"));
}

TEST_F(KeyboardTwins, EnginesOfVirtualTimeAgree) {
  const auto cycles = [this](const std::string& engine) {
    const Finished run = play({"--engine=" + engine, "--stats=s.json"});
    EXPECT_EQ(run.status, 0) << run.err;
    return nlohmann::json::parse(read("s.json")).at("cycles").get<std::uint64_t>();
  };
  const std::uint64_t interp = cycles("interp");
  EXPECT_EQ(interp, cycles("block"));
  EXPECT_EQ(interp, cycles("jit"));
}

}  // namespace
}  // namespace strata::test
