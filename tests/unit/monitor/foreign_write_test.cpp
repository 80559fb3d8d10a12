// What the block behind port ABBA moves into memory reaches whoever watches page tables there.
#include <gtest/gtest.h>

#include "models/pv/pv_transfers.h"
#include "platform/disk/memory_disk.h"

namespace strata::test {
namespace {

using Ranges = std::vector<std::pair<std::uint32_t, std::uint32_t>>;

class ForeignWrites : public testing::Test {
 protected:
  PvTransfers::Result carry_out(const std::vector<pv_transfer>& transfers) {
    return transfers_.carry_out(static_cast<std::uint32_t>(transfers.size()),
                                [&](std::uint32_t n) { return transfers[n]; });
  }

  std::vector<std::uint8_t> ram_ = std::vector<std::uint8_t>(0x20000);
  Ranges written_;
  PvMemory memory_{ram_, {}, {}, [this](std::span<const std::uint8_t> bytes) {
                     written_.emplace_back(bytes.data() - ram_.data(), bytes.size());
                   }};
  MemoryDisk disk_{64};
  PvTransfers transfers_{memory_, disk_};
};

TEST_F(ForeignWrites, SectorsReadAreSaidWhereTheyWent) {
  const pv_transfer first{.lba = 1, .sectors = 2, .address = 0x4000, .direction = STRATA_PV_READ};
  const pv_transfer second{.lba = 3, .sectors = 1, .address = 0x9000, .direction = STRATA_PV_READ};
  EXPECT_EQ(carry_out({first, second}).done, 2u);
  EXPECT_EQ(written_, (Ranges{{0x4000, 1024}, {0x9000, 512}}));
}

TEST_F(ForeignWrites, SectorsWrittenChangeNoMemory) {
  EXPECT_EQ(
      carry_out({{.lba = 1, .sectors = 2, .address = 0x4000, .direction = STRATA_PV_WRITE}}).done,
      1u);
  EXPECT_EQ(written_, Ranges{});
}

TEST_F(ForeignWrites, WordsOfThePageAreSaidToo) {
  memory_.store(0x8010, 5);
  EXPECT_EQ(written_, (Ranges{{0x8010, 4}}));
}

}  // namespace
}  // namespace strata::test
