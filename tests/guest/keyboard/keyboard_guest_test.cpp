// The guest that shows what is typed (sw/demos/typewriter), with a script at its keyboard, on every
// engine; slow machines, so that a second has few cycles.
#include <cctype>
#include <nlohmann/json.hpp>

#include "models/engine/kvm/kvm_host.h"
#include "tests/cli/cli_test.h"

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

class KeyboardGuest : public CliTest, public testing::WithParamInterface<std::vector<std::string>> {
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

INSTANTIATE_TEST_SUITE_P(Engines, KeyboardGuest,
                         testing::Values(std::vector<std::string>{"--engine=interp"},
                                         std::vector<std::string>{"--engine=block"},
                                         std::vector<std::string>{"--engine=jit"},
                                         std::vector<std::string>{"--engine=kvm"},
                                         std::vector<std::string>{"--engine=rtl"},
                                         std::vector<std::string>{"--engine=rtl",
                                                                  "--device=keyboard=tlm"},
                                         std::vector<std::string>{"--engine=rtl", "--check"}),
                         [](const auto& test) {
                           std::string name;
                           for (const std::string& option : test.param) {
                             for (const char c : option) {
                               if (std::isalnum(static_cast<unsigned char>(c)) != 0) name += c;
                             }
                           }
                           return name;
                         });

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
