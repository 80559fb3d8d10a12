#include "platform/disk/memory_disk.h"

#include <gtest/gtest.h>

#include <array>

namespace strata {
namespace {

TEST(MemoryDisk, StartsAsZeroesAndKeepsWhatIsWritten) {
  MemoryDisk disk(3);
  EXPECT_EQ(disk.sector_count(), 3u);
  std::array<std::uint8_t, kSectorBytes> data;
  data.fill(0xAA);
  ASSERT_TRUE(disk.read_sector(2, data));
  EXPECT_EQ(data[0], 0);
  EXPECT_EQ(data[511], 0);
  data.fill(0x55);
  ASSERT_TRUE(disk.write_sector(1, data));
  ASSERT_TRUE(disk.read_sector(2, data));
  EXPECT_EQ(data[0], 0);
  ASSERT_TRUE(disk.read_sector(1, data));
  EXPECT_EQ(data[511], 0x55);
  EXPECT_TRUE(disk.flush());
}

TEST(MemoryDisk, RefusesSectorsPastItsEnd) {
  MemoryDisk disk(3);
  std::array<std::uint8_t, kSectorBytes> data{};
  EXPECT_FALSE(disk.read_sector(3, data));
  EXPECT_FALSE(disk.write_sector(3, data));
  EXPECT_FALSE(disk.read_sector(~std::uint64_t{0}, data));
}

}  // namespace
}  // namespace strata
