// The benchmark's image: a sector that is not as it should be is seen, wherever it differs.
#include "platform/bench/disk_work.h"

#include <gtest/gtest.h>

#include <fstream>

#include "tests/support/temp_folder.h"

namespace strata {
namespace {

class DiskWork : public testing::Test {
 protected:
  static constexpr std::uint64_t kSectors = 300;  // two batches and a part

  DiskWork() { std::ofstream(image_, std::ios::binary) << std::string(kSectors * 512, 'a'); }

  static bool go_on() { return false; }

  void change(std::streamoff at) {
    std::fstream file(image_, std::ios::binary | std::ios::in | std::ios::out);
    file.seekg(at);
    const char old = static_cast<char>(file.get());
    file.seekp(at);
    file.put(static_cast<char>(old ^ 1));
  }

  bool has(std::uint64_t sectors, std::uint32_t seed) {
    auto found = has_pattern(image_, sectors, seed, go_on);
    EXPECT_TRUE(found.ok());
    return found.ok() && *found;
  }

  test::TempFolder folder_;
  const std::string image_ = folder_.file("disk.img");
};

TEST_F(DiskWork, SeesEveryDifference) {
  EXPECT_FALSE(has(1, 5));
  ASSERT_TRUE(fill_pattern(image_, kSectors, 5, go_on).ok());
  EXPECT_TRUE(has(kSectors, 5));
  EXPECT_FALSE(has(kSectors, 6)) << "another pass";
  for (const std::streamoff at : {0L, 300L, 511L, 127 * 512L, 254 * 512 + 252L, 300 * 512 - 1L}) {
    change(at);
    EXPECT_FALSE(has(kSectors, 5)) << at;
    EXPECT_TRUE(has(static_cast<std::uint64_t>(at) / 512, 5)) << at;
    change(at);
  }
  EXPECT_TRUE(has(kSectors, 5));
}

TEST_F(DiskWork, CopiesAsMuchAsItShould) {
  ASSERT_TRUE(fill_pattern(image_, kSectors, 1, go_on).ok());
  auto seconds = copy_as_dd(image_, 130, 127, false, go_on);
  ASSERT_TRUE(seconds.ok()) << seconds.error();
  EXPECT_GT(*seconds, 0);
  std::ifstream file(image_, std::ios::binary);
  std::string zeroes(130 * 512, 'x');
  file.read(zeroes.data(), static_cast<std::streamsize>(zeroes.size()));
  EXPECT_EQ(zeroes, std::string(130 * 512, '\0'));
  EXPECT_NE(file.get(), 0) << "sector 130 keeps its stamp";
  EXPECT_TRUE(copy_as_dd(image_, kSectors, 1, true, go_on).ok());
}

TEST_F(DiskWork, StopsAndSaysWhatIsWrong) {
  EXPECT_FALSE(fill_pattern(image_, kSectors, 1, [] { return true; }).ok());
  EXPECT_FALSE(has_pattern(folder_.file("none"), 1, 1, go_on).ok());
  const auto cut = has_pattern(image_, kSectors + 1, 1, go_on);
  ASSERT_TRUE(cut.ok()) << "the first batch differs already";
  EXPECT_FALSE(copy_as_dd(image_, kSectors + 1, 127, true, go_on).ok());
}

}  // namespace
}  // namespace strata
