// `strata run --sensitive`.
#include <nlohmann/json.hpp>

#include "tests/cli/cli_test.h"

namespace strata::test {
namespace {

constexpr char kSleeper[] = STRATA_BUILD_DIR "/sw/clock.elf";
constexpr char kEveryMode[] = STRATA_BUILD_DIR "/sw/rules.elf";

class CliSensitive : public CliTest {
 protected:
  nlohmann::json figures(std::vector<std::string> options, const char* guest) {
    options.insert(options.begin(),
                   {"run", "--engine", "interp", "--stats", "s.json", "--console", "c"});
    options.emplace_back(guest);
    finished_ = strata(options);
    EXPECT_EQ(finished_.status, 0) << finished_.err;
    return nlohmann::json::parse(read("s.json"));
  }

  Finished finished_;
};

/// A boot sector of real mode: two CLI, a PUSHF and POPF, an INT 10h with its IRET, OUT to port F4.
TEST_F(CliSensitive, CountsOfAHandWrittenGuest) {
  Bytes code = {0x31, 0xC0, 0x8E, 0xD8,  // xor ax,ax; mov ds,ax
                0xFA, 0xFA, 0x9C, 0x9D,
                // mov word [40h], handler; mov word [42h], 0
                0xC7, 0x06, 0x40, 0x00, 0x1A, 0x7C, 0xC7, 0x06, 0x42, 0x00, 0x00, 0x00,
                // int 10h; sgdt [500h]; mov al, 0; out f4, al
                0xCD, 0x10, 0x0F, 0x01, 0x06, 0x00, 0x05, 0x30, 0xC0, 0xE6};
  code.push_back(0xF4);
  code[12] = static_cast<std::uint8_t>(code.size());  // the handler's offset
  code.push_back(0xCF);
  write("boot.img", boot_sector(code));
  const auto all = figures({"--sensitive"}, "boot.img");
  const auto& sensitive = all.at("sensitive");
  std::map<std::string, int> counts;
  for (const auto& row : sensitive.at("instructions")) {
    if (row.at("address") < 0x7C00 || row.at("address") >= 0x7E00) continue;
    EXPECT_EQ(row.at("mode"), "real");
    const std::string instruction = row.at("instruction");
    counts[instruction.substr(0, instruction.find(' '))] += row.at("count").get<int>();
  }
  const std::map<std::string, int> expected = {{"cli", 2},  {"pushf", 1}, {"popf", 1}, {"int", 1},
                                               {"iret", 1}, {"out", 1},   {"sgdt", 1}};
  EXPECT_EQ(counts, expected);
  EXPECT_EQ(sensitive.at("critical"), 1);
  EXPECT_EQ(sensitive.at("virtualisable"), false);
  ASSERT_EQ(sensitive.at("witnesses").size(), 1u);
  EXPECT_TRUE(contains(finished_.err, "not virtualisable classically: 1 of "));
  EXPECT_TRUE(contains(finished_.err, "sgdt")) << finished_.err;
}

TEST_F(CliSensitive, NamesFunctionsAndSaysThatAGuestIsVirtualisable) {
  const auto all = figures({"--sensitive"}, kSleeper);
  EXPECT_EQ(all.at("sensitive").at("virtualisable"), true);
  EXPECT_EQ(all.at("sensitive").at("critical"), 0);
  EXPECT_TRUE(contains(finished_.err, "virtualisable classically: each of ")) << finished_.err;
  EXPECT_TRUE(contains(finished_.err, "pit_sleep_to_next_tick")) << finished_.err;
}

/// The rules of the manual go through every mode, level and table.
TEST_F(CliSensitive, ChangesNoCycle) {
  for (const char* guest : {kSleeper, kEveryMode}) {
    auto off = figures({}, guest);
    const std::string console = read("c");
    auto on = figures({"--sensitive"}, guest);
    EXPECT_TRUE(off.at("sensitive").is_null());
    for (const char* key : {"cycles", "instructions", "exits", "screen_hash", "counters"}) {
      EXPECT_EQ(off.at(key), on.at(key)) << guest << ": " << key;
    }
    EXPECT_EQ(read("c"), console);
  }
}

/// Modes as the guest goes through them.
TEST_F(CliSensitive, EveryModeOfTheRules) {
  const auto all = figures({"--sensitive"}, kEveryMode);
  std::set<std::string> modes;
  for (const auto& row : all.at("sensitive").at("instructions")) modes.insert(row.at("mode"));
  for (const char* mode : {"real", "v86", "level 0", "level 3"}) {
    EXPECT_TRUE(modes.contains(mode)) << mode;
  }
}

TEST_F(CliSensitive, IsTheSoftwareEngines) {
  expect_refused({"run", "--engine", "rtl", "--sensitive", kSleeper}, {"--sensitive", "interp"});
}

}  // namespace
}  // namespace strata::test
