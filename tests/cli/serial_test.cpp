// Input of the serial port on every engine.
#include <nlohmann/json.hpp>

#include "tests/cli/cli_test.h"
#include "tests/support/engine_names.h"

namespace strata::test {
namespace {

/// Says on the debug console what it hears on the serial line, up to a q.
Bytes echo_guest() {
  return boot_sector({0xBA, 0xFB, 0x03, 0xB0, 0x03, 0xEE,              // LCR: 8 N 1
                      0xBA, 0xFC, 0x03, 0xEE,                          // MCR: DTR, RTS
                      0xBA, 0xFD, 0x03, 0xEC, 0xA8, 0x01, 0x74, 0xF8,  // wait for LSR bit 0
                      0xBA, 0xF8, 0x03, 0xEC, 0xE6, 0xE9,              // RBR to port E9
                      0x3C, 0x71, 0x75, 0xEE,                          // until 'q'
                      0xB0, 0x00, 0xE6, 0xF4, 0xFA, 0xF4});
}

Bytes bytes_of(const std::string& text) {
  return {text.begin(), text.end()};
}

class CliSerial : public CliTest, public testing::WithParamInterface<std::string> {
 protected:
  void SetUp() override {
    const std::string missing = why_no_engine(GetParam());
    if (!missing.empty()) GTEST_SKIP() << missing;
    write("guest", echo_guest());
  }
};

TEST_P(CliSerial, AGuestHearsAFileAtItsBaudRate) {
  write("said", bytes_of("ls -l\nq, and no more"));
  const auto run = [&] {
    const Finished ended = strata({"run", "--engine=" + GetParam(), "--serial-in", "said",
                                   "--stats=s.json", "--quiet", "guest"});
    EXPECT_EQ(ended.status, 0) << ended.err;
    EXPECT_EQ(ended.out, "ls -l\nq");
    return nlohmann::json::parse(read("s.json")).at("cycles").get<std::uint64_t>();
  };
  const std::uint64_t cycles = run();
  if (GetParam() == "kvm") return;  // on host time
  EXPECT_GE(cycles, 7u * 2171);     // 115200 baud at 25 MHz
  EXPECT_LE(cycles, 7u * 2171 + 1500);
  EXPECT_EQ(run(), cycles);
}

INSTANTIATE_TEST_SUITE_P(Engines, CliSerial, testing::ValuesIn(all_engine_names()),
                         [](const auto& tested) { return tested.param; });

class CliSerialFiles : public CliTest {};

TEST_F(CliSerialFiles, TheTwinInThePlaceOfTheRtlTakesTheSameCycles) {
  write("guest", echo_guest());
  write("said", bytes_of("twins q"));
  const auto cycles = [&](const std::string& twin) {
    const Finished run = strata({"run", "--engine=rtl", "--device=uart=" + twin, "--serial-in=said",
                                 "--stats=s.json", "--quiet", "guest"});
    EXPECT_EQ(run.out, "twins q") << run.err;
    return nlohmann::json::parse(read("s.json")).at("cycles").get<std::uint64_t>();
  };
  EXPECT_EQ(cycles("rtl"), cycles("tlm"));
  const Finished checked =
      strata({"run", "--engine=rtl", "--check", "--serial-in=said", "--quiet", "guest"});
  EXPECT_EQ(checked.status, 0) << checked.err;
}

TEST_F(CliSerialFiles, StandardInputIsReadToItsEnd) {
  write("guest", echo_guest());
  const Finished run = script("printf 'by pipe q' | $STRATA run --quiet --serial-in - guest");
  EXPECT_EQ(run.out, "by pipe q") << run.err;
  const Finished compared = script("printf 'q' | $STRATA compare --serial-in - guest");
  EXPECT_EQ(compared.status, 2);
  EXPECT_TRUE(contains(compared.err, "give a file")) << compared.err;
}

TEST_F(CliSerialFiles, AreRefusedInOneLine) {
  write("guest", exit_guest(0));
  write("said", bytes_of("q"));
  expect_refused({"run", "--serial-in", "none", "guest"}, {"--serial-in none"});
  expect_refused({"run", "--serial-in", "/dev", "guest"}, {"--serial-in /dev", "regular file"});
  expect_refused({"run", "--serial-in", "said", "--log", "said", "guest"}, {"--log", "overwrite"});
}

}  // namespace
}  // namespace strata::test
