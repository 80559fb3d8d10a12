// The page walk and the TLB (SDM vol. 3, chapter 4), on the MMU alone: permissions, accessed and
// dirty bits, error codes, what a guest may rely on when it changes its tables.
#include <gtest/gtest.h>

#include <vector>

#include "models/isa/cpu_state.h"
#include "models/isa/mmu.h"

namespace strata::test {
namespace {

constexpr std::uint32_t kDirectory = 0x1000;
constexpr std::uint32_t kTable = 0x2000;
constexpr std::uint32_t kLinear = 0x00403123;  // directory entry 1, table entry 3
constexpr std::uint32_t kDirectoryEntry = kDirectory + 4;
constexpr std::uint32_t kTableEntry = kTable + 12;
constexpr std::uint32_t kFrame = 0x00007000;
constexpr std::uint32_t kAll = pte::kPresent | pte::kWritable | pte::kUser;
constexpr std::uint32_t kProtectedPaging = cr0::kPe | cr0::kPg;

class NoDevices final : public EngineBus {
 public:
  std::uint32_t port_read(std::uint16_t, unsigned) override { return 0; }
  void port_write(std::uint16_t, unsigned, std::uint32_t) override {}
  std::uint32_t mmio_read(std::uint32_t, unsigned) override { return 0; }
  void mmio_write(std::uint32_t, unsigned, std::uint32_t) override {}
  std::uint8_t acknowledge_interrupt() override { return 0; }
};

struct Result {
  bool allowed = false;
  std::uint32_t physical = 0;
  std::uint32_t error = 0;
};

/// 64 KiB of memory and one page mapped at kLinear.
class Paging : public testing::Test {
 protected:
  explicit Paging(CpuFamily family = CpuFamily::k586)
      : ram_(0x10000), memory_(devices_), mmu_(memory_, family) {
    memory_.map(0, ram_.size(), ram_.data(), true);
    write(kDirectoryEntry, kTable | kAll);
    write(kTableEntry, kFrame | kAll);
    mmu_.reset(kProtectedPaging, kDirectory, 0);
  }

  std::uint32_t read(std::uint32_t at) { return memory_.read<std::uint32_t>(at); }
  void write(std::uint32_t at, std::uint32_t value) { memory_.write<std::uint32_t>(at, value); }

  Result access(Privilege privilege, Access access, std::uint32_t linear = kLinear) {
    Result result;
    result.allowed = mmu_.translate(linear, privilege, access, result.physical, result.error);
    return result;
  }
  Result load(std::uint32_t linear = kLinear) {
    return access(Privilege::kSupervisor, Access::kRead, linear);
  }
  Result store(std::uint32_t linear = kLinear) {
    return access(Privilege::kSupervisor, Access::kWrite, linear);
  }

  NoDevices devices_;
  std::vector<std::uint8_t> ram_;
  GuestMemory memory_;
  Mmu mmu_;
};

class Paging386 : public Paging {
 protected:
  Paging386() : Paging(CpuFamily::k386) {}
};

TEST_F(Paging, OffMeansLinearIsPhysical) {  // SDM vol. 3, 4.1.1
  mmu_.set_cr0(cr0::kPe);
  EXPECT_EQ(load(0x12345678).physical, 0x12345678u);
}

TEST_F(Paging, TwoLevelsGiveTheFrame) {  // 4.3, figure 4-2
  const Result result = load();
  EXPECT_TRUE(result.allowed);
  EXPECT_EQ(result.physical, kFrame | 0x123);
}

TEST_F(Paging, LowBitsOfCr3AreNotPartOfTheAddress) {  // table 4-3: PWT and PCD
  mmu_.set_cr3(kDirectory | 0xFFF);
  EXPECT_EQ(load().physical, kFrame | 0x123);
}

TEST_F(Paging, NotPresentAtEitherLevelHasErrorBitPClear) {  // 4.7
  for (const std::uint32_t entry : {kDirectoryEntry, kTableEntry}) {
    const std::uint32_t whole = read(entry);
    write(entry, whole & ~pte::kPresent);
    EXPECT_EQ(access(Privilege::kSupervisor, Access::kRead).error, 0u);
    EXPECT_EQ(access(Privilege::kSupervisor, Access::kWrite).error, page_fault::kWrite);
    EXPECT_EQ(access(Privilege::kUser, Access::kRead).error, page_fault::kUser);
    EXPECT_EQ(access(Privilege::kUser, Access::kWrite).error,
              page_fault::kUser | page_fault::kWrite);
    write(entry, whole);
  }
}

/// 4.6.1: every combination of both levels' U and W, of who accesses how, and of CR0.WP.
TEST_F(Paging, PermissionIsTheAndOfBothLevels) {
  for (unsigned n = 0; n < 128; ++n) {
    const bool directory_user = n & 1, directory_write = n & 2, table_user = n & 4,
               table_write = n & 8;
    const bool user = n & 16, is_write = n & 32, write_protect = n & 64;
    const auto bits = [](bool u, bool w) {
      return pte::kPresent | (u ? pte::kUser : 0) | (w ? pte::kWritable : 0);
    };
    const std::uint32_t directory = kTable | bits(directory_user, directory_write);
    const std::uint32_t table = kFrame | bits(table_user, table_write);
    write(kDirectoryEntry, directory);
    write(kTableEntry, table);
    mmu_.reset(kProtectedPaging | (write_protect ? cr0::kWp : 0), kDirectory, 0);

    const Result result = access(user ? Privilege::kUser : Privilege::kSupervisor,
                                 is_write ? Access::kWrite : Access::kRead);
    const bool user_page = directory_user && table_user;
    const bool writable = directory_write && table_write;
    const bool expected =
        user ? user_page && (!is_write || writable) : !is_write || writable || !write_protect;
    ASSERT_EQ(result.allowed, expected) << n;
    const std::uint32_t accessed = expected ? pte::kAccessed : 0;
    EXPECT_EQ(read(kDirectoryEntry), directory | accessed) << n;
    EXPECT_EQ(read(kTableEntry), table | accessed | (expected && is_write ? pte::kDirty : 0)) << n;
    if (!expected) {
      EXPECT_EQ(result.error, page_fault::kPresent | (is_write ? page_fault::kWrite : 0) |
                                  (user ? page_fault::kUser : 0))
          << n;
    }
  }
}

TEST_F(Paging386, HasNoWriteProtectBit) {  // 80386 manual, 6.4.3: supervisors write everything
  write(kTableEntry, kFrame | pte::kPresent);
  mmu_.set_cr0(kProtectedPaging | cr0::kWp);
  EXPECT_TRUE(store().allowed);
}

TEST_F(Paging, WriteProtectActsOnPagesAlreadyInTheTlb) {  // 4.6.1
  write(kTableEntry, kFrame | pte::kPresent);
  EXPECT_TRUE(store().allowed);
  mmu_.set_cr0(kProtectedPaging | cr0::kWp);
  EXPECT_EQ(mmu_.view(Privilege::kSupervisor).writable[kLinear >> 12], nullptr);
  EXPECT_FALSE(store().allowed);
}

// ---- accessed and dirty bits (4.8) ----

TEST_F(Paging, FirstWriteThroughACleanEntrySetsDirty) {
  EXPECT_TRUE(load().allowed);
  EXPECT_EQ(read(kTableEntry) & pte::kDirty, 0u);
  EXPECT_EQ(mmu_.view(Privilege::kSupervisor).writable[kLinear >> 12], nullptr);
  EXPECT_TRUE(store().allowed);
  EXPECT_EQ(read(kTableEntry), kFrame | kAll | pte::kAccessed | pte::kDirty);
  EXPECT_EQ(read(kDirectoryEntry), kTable | kAll | pte::kAccessed) << "a directory has no D bit";
  EXPECT_EQ(mmu_.view(Privilege::kSupervisor).writable[kLinear >> 12], &ram_[kFrame]);
}

TEST_F(Paging, TableThatMapsItselfKeepsBothBits) {
  write(kDirectoryEntry, kDirectory | kAll);
  EXPECT_TRUE(store(0x00401000).allowed);  // the directory, as its own table, entry 1 twice
  EXPECT_EQ(read(kDirectoryEntry), kDirectory | kAll | pte::kAccessed | pte::kDirty);
}

// ---- 4 MiB pages (4.3) ----

TEST_F(Paging, LargePageNeedsPse) {
  write(kDirectoryEntry, kAll | pte::kLarge);
  EXPECT_FALSE(load(0x00400004).allowed) << "an ordinary table at 0, whose entry 0 is 0";
  mmu_.set_cr4(cr4::kPse);
  EXPECT_EQ(load(0x00405004).physical, 0x5004u);
  EXPECT_EQ(store(0x00405004).physical, 0x5004u);
  EXPECT_EQ(read(kDirectoryEntry), kAll | pte::kLarge | pte::kAccessed | pte::kDirty);
}

TEST_F(Paging, LargePageHasReservedBits) {  // table 4-4, 4.7
  mmu_.set_cr4(cr4::kPse);
  for (unsigned bit = 12; bit <= 21; ++bit) {
    write(kDirectoryEntry, kAll | pte::kLarge | 1u << bit);
    const Result result = access(Privilege::kUser, Access::kWrite);
    EXPECT_FALSE(result.allowed);
    EXPECT_EQ(result.error, page_fault::kPresent | page_fault::kWrite | page_fault::kUser |
                                page_fault::kReserved);
    EXPECT_EQ(read(kDirectoryEntry) & pte::kAccessed, 0u);
  }
}

TEST_F(Paging, LargePagePermissionsAreItsEntrys) {
  mmu_.set_cr4(cr4::kPse);
  write(kDirectoryEntry, pte::kPresent | pte::kLarge);
  EXPECT_FALSE(access(Privilege::kUser, Access::kRead).allowed);
  EXPECT_TRUE(store().allowed);
}

// ---- what stays in the TLB (4.10) ----

TEST_F(Paging, ChangedTableIsSeenAfterInvlpg) {  // 4.10.4.1
  load();
  write(kTableEntry, 0x8000 | kAll);
  mmu_.flush_page(kLinear & ~0xFFFu);
  EXPECT_EQ(load().physical, 0x8123u);
}

TEST_F(Paging, InvlpgForgetsOnlyItsPage) {
  write(kTable, 0x8000 | kAll);
  load();
  load(0x00400000);
  write(kTableEntry, 0);
  mmu_.flush_page(0x00400000);
  EXPECT_EQ(mmu_.view(Privilege::kSupervisor).readable[0x400], nullptr);
  EXPECT_EQ(mmu_.view(Privilege::kSupervisor).readable[0x403], &ram_[kFrame]);
}

TEST_F(Paging, InvlpgForgetsAllOfALargePage) {
  mmu_.set_cr4(cr4::kPse);
  write(kDirectoryEntry, kAll | pte::kLarge);
  load(0x00403000);
  load(0x00405000);
  write(kDirectoryEntry, 0);
  mmu_.flush_page(0x007FF000);
  EXPECT_FALSE(load(0x00403000).allowed);
  EXPECT_FALSE(load(0x00405000).allowed);
}

TEST_F(Paging, Cr3LoadForgetsAllButGlobalPages) {  // 4.10.2.4
  write(kTable, 0x8000 | kAll | pte::kGlobal);
  mmu_.set_cr4(cr4::kPge);
  load();
  load(0x00400000);
  write(kTableEntry, 0);
  write(kTable, 0);
  mmu_.set_cr3(kDirectory);
  EXPECT_FALSE(load().allowed);
  EXPECT_EQ(load(0x00400000).physical, 0x8000u);
  mmu_.flush_page(0x00400000);
  EXPECT_FALSE(load(0x00400000).allowed) << "INVLPG takes global pages too";
}

TEST_F(Paging, GlobalBitCountsOnlyWithPge) {
  write(kTableEntry, kFrame | kAll | pte::kGlobal);
  load();
  write(kTableEntry, 0);
  mmu_.set_cr3(kDirectory);
  EXPECT_FALSE(load().allowed);
}

TEST_F(Paging, ChangeOfPgPseOrPgeForgetsEverything) {
  const auto changes = {+[](Mmu& mmu) { mmu.set_cr4(cr4::kPge | cr4::kPse); },
                        +[](Mmu& mmu) { mmu.set_cr4(0); },
                        +[](Mmu& mmu) {
                          mmu.set_cr0(cr0::kPe);
                          mmu.set_cr0(kProtectedPaging);
                        }};
  for (const auto change : changes) {
    mmu_.reset(kProtectedPaging, kDirectory, cr4::kPge);
    write(kTableEntry, kFrame | kAll | pte::kGlobal);
    load();
    write(kTableEntry, 0);
    change(mmu_);
    EXPECT_FALSE(load().allowed);
  }
}

TEST_F(Paging, FaultDropsTheEntry) {  // 4.10.4.1: "page faults invalidate entries"
  load();
  write(kTableEntry, kFrame | pte::kPresent);
  EXPECT_FALSE(access(Privilege::kUser, Access::kWrite).allowed) << "the entry was not dirty";
  EXPECT_EQ(mmu_.view(Privilege::kUser).readable[kLinear >> 12], nullptr);
}

TEST_F(Paging, MorePermissionIsSeenWithoutInvalidation) {
  write(kTableEntry, kFrame | pte::kPresent);
  load();
  write(kTableEntry, kFrame | kAll);
  EXPECT_TRUE(access(Privilege::kUser, Access::kWrite).allowed);
}

}  // namespace
}  // namespace strata::test
