// `strata run --sensitive` and `--patch`.
#include <nlohmann/json.hpp>

#include "tests/cli/cli_test.h"

namespace strata::test {
namespace {

constexpr char kSleeper[] = STRATA_BUILD_DIR "/sw/clock.elf";
constexpr char kLocks[] = STRATA_BUILD_DIR "/sw/locks.elf";
constexpr char kInt10[] = STRATA_BUILD_DIR "/sw/int10.img";
constexpr char kDisk[] = STRATA_BUILD_DIR "/sw/disk.elf";
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

// ---- --patch ----

std::map<std::string, int> forms(const nlohmann::json& patch) {
  std::map<std::string, int> counts;
  for (const auto& place : patch.at("places")) ++counts[place.at("form").get<std::string>()];
  return counts;
}

std::uint64_t executed(const nlohmann::json& patch, const std::string& instruction) {
  std::uint64_t sum = 0;
  for (const auto& place : patch.at("places")) {
    if (place.at("instruction") == instruction) sum += place.at("executed").get<std::uint64_t>();
  }
  return sum;
}

/// 1,000 rounds: half by CLI and STI, half by PUSHF, CLI and POPF.
TEST_F(CliSensitive, PatchesCliStiPushfAndPopf) {
  const auto patch =
      figures({"--patch", "--trap-cycles", "500", "--append", "rounds=1000"}, kLocks).at("patch");
  EXPECT_EQ(executed(patch, "sti"), 500u + 2u) << "and the kit's";
  EXPECT_EQ(executed(patch, "pushfd"), 500u);
  EXPECT_EQ(executed(patch, "popfd"), 500u);
  const std::uint64_t with = patch.at("traps");
  const std::uint64_t without = patch.at("traps_without");
  EXPECT_GE(without, 2500u + with - 4) << "five in two rounds; the first of each place";
  EXPECT_EQ(patch.at("trap_cycles"), 500);
  EXPECT_EQ(patch.at("cost_without"),
            patch.at("cycles_without").get<std::uint64_t>() + 500 * without);
  EXPECT_LT(patch.at("cost"), patch.at("cost_without"));
  EXPECT_FALSE(forms(patch).contains("trap byte"));
  for (const auto& what : patch.at("differences")) EXPECT_EQ(what, "console") << "interrupts";
  EXPECT_TRUE(contains(finished_.err, "saves ")) << finished_.err;
}

/// 100 lines of 31 characters.
TEST_F(CliSensitive, PatchesInt10) {
  const auto patch = figures({"--patch"}, kInt10).at("patch");
  EXPECT_EQ(executed(patch, "int 0x10"), 3100u);
  EXPECT_EQ(executed(patch, "popf"), 100u);
  EXPECT_TRUE(patch.at("differences").empty()) << patch;
  EXPECT_EQ(forms(patch).at("routine"), 3) << patch;
  EXPECT_EQ(patch.at("traps_without").get<int>() - patch.at("traps").get<int>(),
            3100 + 100 + 100 + 100 - 3);
  EXPECT_TRUE(contains(finished_.err, "the guest shows the same as unpatched")) << finished_.err;
}

/// The unpatched run gets what was on the disk before.
TEST_F(CliSensitive, PatchingComparesDisks) {
  ASSERT_EQ(strata({"disk", "create", "disk.img", "1M"}).status, 0);
  const auto patch = figures({"--patch", "--disk", "disk.img"}, kDisk).at("patch");
  EXPECT_TRUE(patch.at("differences").empty()) << patch;
  EXPECT_EQ(patch.at("not_compared"), "");
}

/// A boot sector that exits with a byte of its own code, which is a jump when it is patched.
TEST_F(CliSensitive, AGuestThatReadsItsCodeIsFoundOut) {
  write("boot.img", boot_sector({0x31, 0xC0, 0x8E, 0xD8,        // xor ax,ax; mov ds,ax
                                 0xFA, 0x40, 0x41, 0x42, 0x43,  // cli; inc ax, cx, dx, bx
                                 0xA0, 0x04, 0x7C,              // mov al,[7C04h]
                                 0xE6, 0xF4, 0xEB, 0xFE}));     // out f4h,al; jmp $
  const Finished finished =
      strata({"run", "--engine", "interp", "--patch", "--stats", "s.json", "boot.img"});
  EXPECT_EQ(finished.status, 1) << finished.err;
  EXPECT_TRUE(contains(finished.err, "patched the guest shows something else: status"))
      << finished.err;
}

TEST_F(CliSensitive, PatchingRefusesWhatItCannotDo) {
  expect_refused({"run", "--engine", "rtl", "--patch", kInt10}, {"--patch", "interp"});
  expect_refused({"run", "--engine", "interp", "--patch", "--sensitive", kInt10}, {"one of them"});
  write("bios.bin", Bytes(128 << 10, 0xF4));
  expect_refused({"run", "--engine", "interp", "--patch", "--bios", "bios.bin"}, {"64K"});
  const Finished piped =
      script("cat " + std::string(kInt10) + " | $STRATA run --engine interp --patch -");
  EXPECT_EQ(piped.status, 2) << piped.err;
  EXPECT_TRUE(contains(piped.err, "give a file")) << piped.err;
}

TEST_F(CliSensitive, NothingIsPatchedUnasked) {
  EXPECT_TRUE(figures({}, kInt10).at("patch").is_null());
  EXPECT_TRUE(figures({"--sensitive"}, kInt10).at("patch").is_null());
}

}  // namespace
}  // namespace strata::test
