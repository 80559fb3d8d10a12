// The CMOS clock driven by sw/tests/rtc on every engine of virtual time, from a date that the
// command line names; slow machines, so that a second has few cycles.
#include <ctime>
#include <nlohmann/json.hpp>

#include "tests/cli/cli_test.h"
#include "tests/guest/engine_options.h"

namespace strata::test {
namespace {

constexpr const char* kGuest = STRATA_GUESTS "/rtc.elf";

class RtcGuest : public CliTest, public testing::WithParamInterface<EngineOptions> {};

TEST_P(RtcGuest, CountsRingsAndTicks) {
  std::vector<std::string> options = {"run", "--clock-mhz=1.2", "--rtc=2031-02-28T12:34:56",
                                      "--append=year=2031"};
  options.insert(options.end(), GetParam().begin(), GetParam().end());
  options.emplace_back(kGuest);
  const Finished finished = strata(options);
  EXPECT_EQ(finished.status, 0) << finished.out << finished.err;
  EXPECT_TRUE(contains(finished.out, "rtc: 2028-1-1 0:0:0\n")) << finished.out;
  EXPECT_TRUE(contains(finished.out, "rtc: 0 failures\n")) << finished.out;
}

INSTANTIATE_TEST_SUITE_P(Engines, RtcGuest, testing::ValuesIn(engines_and_twins("rtc")), name_of);

using RtcTwins = CliTest;

TEST_F(RtcTwins, TakeTheSameCycles) {
  const auto cycles = [this](const std::string& twin) {
    const Finished finished =
        strata({"run", "--engine=rtl", "--clock-mhz=1.2", "--append=year=2026",
                "--device=rtc=" + twin, "--stats=s.json", kGuest});
    EXPECT_EQ(finished.status, 0) << finished.err;
    return nlohmann::json::parse(read("s.json")).at("cycles").get<std::uint64_t>();
  };
  EXPECT_EQ(cycles("rtl"), cycles("tlm"));
}

TEST_F(RtcTwins, HostTimeIsTheHosts) {
  const std::time_t now = std::time(nullptr);
  const std::string year = std::to_string(1900 + std::gmtime(&now)->tm_year);
  const Finished finished =
      strata({"run", "--rtc=host", "--clock-mhz=1.2", "--append=year=" + year, kGuest});
  EXPECT_EQ(finished.status, 0) << finished.out << finished.err;
}

}  // namespace
}  // namespace strata::test
