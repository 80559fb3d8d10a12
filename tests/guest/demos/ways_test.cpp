// The benchmarks of disk and screen go each way on every engine.
#include <cstdint>
#include <cstring>
#include <ostream>
#include <string>
#include <vector>

#include "sw/benchmarks/disk_ways/sector_pattern.h"
#include "tests/guest/demos/guest_run.h"
#include "tests/support/engine_names.h"

namespace strata::test {
namespace {

// The benchmark of the disk, in each way: what it writes is what its pattern says, and it notices
// when it reads something else. 130 sectors are a batch of 127 and the beginning of another.
struct DiskWay {
  const char* way;
  const char* engine;
};

void PrintTo(const DiskWay& way, std::ostream* out) {
  *out << way.way << '_' << way.engine;
}

class GuestDiskWays : public GuestTest, public testing::WithParamInterface<DiskWay> {
 protected:
  static constexpr std::uint32_t kSectors = 130;
  static constexpr std::uint32_t kSeed = 77;

  Finished run_way(const std::string& options) const {
    const DiskWay& way = GetParam();
    const std::string append = "--append=way=" + std::string(way.way) + " sectors=130 " + options;
    const std::vector<std::string> arguments = {"run",
                                                "--engine=" + std::string(way.engine),
                                                "--disk=ways.img",
                                                "--stats=stats.json",
                                                append,
                                                guest("disk_ways.elf")};
    return strata(arguments);
  }

  Bytes expected() const {
    std::vector<std::uint32_t> words(kSectors * SECTOR_PATTERN_WORDS);
    for (std::uint32_t s = 0; s < kSectors; ++s) {
      fill_sector(&words[s * SECTOR_PATTERN_WORDS], s, kSeed);
    }
    Bytes bytes((kSectors + 1) * 512);  // one that is not written
    std::memcpy(bytes.data(), words.data(), words.size() * 4);
    return bytes;
  }
};

TEST_P(GuestDiskWays, WriteWhatTheyShouldAndCheckWhatTheyRead) {
  const std::string missing = why_no_engine(GetParam().engine);
  if (!missing.empty()) GTEST_SKIP() << missing;
  write("ways.img", Bytes((kSectors + 1) * 512));
  const Finished written = run_way("seed=77");
  EXPECT_EQ(written.status, 0) << written.out << written.err;
  Bytes image = expected();
  EXPECT_EQ(read("ways.img"), std::string(image.begin(), image.end()));
  EXPECT_EQ(stats()["marked"]["passes"], 1);
  EXPECT_GT(stats()["marked"]["exits"]["port"], 0);
  // Words that only fill the disk's buffer do not leave KVM's guest, nor does a doorbell.
  if (GetParam().engine == std::string("kvm")) {
    const std::string way = GetParam().way;
    const double exits = stats()["marked"]["exits"]["vm-exit"];
    if (way == "pio" || way == "rep") {
      EXPECT_LT(exits / kSectors, 20);
    }
    if (way == "ring") {
      EXPECT_LT(exits / kSectors, 2);
    }
  }
  EXPECT_EQ(run_way("seed=77 read=1").status, 0);
  image[64 * 512 + 300] ^= 1;  // in the middle of one that is looked at whole
  write("ways.img", image);
  EXPECT_EQ(run_way("seed=77 read=1").status, 1);
  image = expected();
  image[129 * 512] ^= 1;  // in a stamp
  write("ways.img", image);
  EXPECT_EQ(run_way("seed=77 read=1").status, 1);
}

std::vector<DiskWay> disk_ways() {
  std::vector<DiskWay> all;
  for (const char* engine : {"rtl", "interp", "block", "kvm"}) {
    for (const char* way : {"pio", "rep", "call", "list", "ring"}) all.push_back({way, engine});
  }
  return all;
}

INSTANTIATE_TEST_SUITE_P(All, GuestDiskWays, testing::ValuesIn(disk_ways()),
                         testing::PrintToStringParamName());

// Words of a sector are taken together where nothing can happen between them. A profiled run takes
// each by itself, and with a cycle a look at the clock there is nothing to take together.
TEST_F(GuestTest, WordsTakenTogetherTakeTheSameTime) {
  const auto run_with = [&](const std::vector<std::string>& options) {
    std::vector<std::string> all = {"--append=way=rep sectors=60 seed=9"};
    all.insert(all.end(), options.begin(), options.end());
    EXPECT_EQ(run("interp", "disk_ways.elf", all).status, 0);
    const auto figures = stats();
    return figures["cycles"].dump() + figures["instructions"].dump() + figures["exits"].dump() +
           figures["marked"]["cycles"].dump() + figures["marked"]["exits"].dump() +
           figures["screen_hash"].dump() + read("disk.img");
  };
  const std::string together = run_with({});
  EXPECT_EQ(run_with({"--profile=profile"}), together);
  EXPECT_EQ(run_with({"--interval=1", "--interval-file=rows"}), together);
  EXPECT_EQ(run_with({"--interval=37", "--interval-file=rows"}), together);
}

// scripts/kill-disk kills a thousand; here each way is killed twice.
class GuestKill : public GuestTest {};

TEST_F(GuestKill, LosesNothingThatTheGuestSawDone) {
  const Finished kills =
      script("'" STRATA_SOURCE_DIR
             "/scripts/kill-disk' --engines interp --kills 10 --dir '" STRATA_BUILD_DIR "'");
  EXPECT_EQ(kills.status, 0) << kills.out << kills.err;
  EXPECT_NE(kills.out.find("10 kills"), std::string::npos) << kills.out << kills.err;
  EXPECT_NE(kills.out.find(" 0 runs lost some"), std::string::npos) << kills.out;
}

// The benchmark of the screen looks at its last frame itself.
class GuestScreenWays : public GuestTest, public testing::WithParamInterface<DiskWay> {};

TEST_P(GuestScreenWays, ShowTheLastFrame) {
  const std::string missing = why_no_engine(GetParam().engine);
  if (!missing.empty()) GTEST_SKIP() << missing;
  std::vector<std::string> options = {"--append=frames=3 way=" + std::string(GetParam().way)};
  if (GetParam().engine != std::string("rtl")) options.push_back("--vga-memory=trap");
  EXPECT_EQ(run(GetParam().engine, "screen_ways.elf", options).status, 0);
  const auto marked = stats()["marked"];
  EXPECT_EQ(marked["passes"], 1);
  // Every cell traps, or is a call of two accesses, or 2000 cells are one; then the mark itself.
  const std::string way = GetParam().way;
  if (way == "memory") {
    EXPECT_EQ(marked["exits"]["mmio"], 6000);
  }
  if (way == "call") {
    EXPECT_GE(marked["exits"]["port"], 6000);
  }
  if (way == "frame") {
    EXPECT_LE(marked["exits"]["port"], 10);
  }
}

std::vector<DiskWay> screen_ways() {
  std::vector<DiskWay> all;
  for (const char* engine : {"rtl", "interp", "block", "kvm"}) {
    for (const char* way : {"memory", "call", "frame"}) all.push_back({way, engine});
  }
  return all;
}

INSTANTIATE_TEST_SUITE_P(All, GuestScreenWays, testing::ValuesIn(screen_ways()),
                         testing::PrintToStringParamName());

}  // namespace
}  // namespace strata::test
