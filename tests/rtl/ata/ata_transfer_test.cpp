// Contract of the two ATA twins: PIO data-in and data-out (ATA/ATAPI-6), addresses and
// their errors, widths of the data port, IDENTIFY DEVICE.
#include "tests/rtl/ata/ata_twins.h"

namespace strata::test {
namespace {

class AtaTransfer : public AtaContract {};

INSTANTIATE_TEST_SUITE_P(Twins, AtaTransfer, testing::Values(AtaKind::kCore, AtaKind::kRtl),
                         testing::PrintToStringParamName());

std::string identify_text(const std::vector<std::uint32_t>& words, unsigned first, unsigned count) {
  std::string text;
  for (unsigned i = first; i < first + count; ++i) {
    text += static_cast<char>(words[i] >> 8);
    text += static_cast<char>(words[i] & 0xFF);
  }
  return text;
}

TEST_P(AtaTransfer, IdentifyDescribesTheDrive) {
  command(0xEC);
  EXPECT_EQ(wait_not_busy(), 0x58u);
  EXPECT_TRUE(port->irq());
  EXPECT_EQ(log.latest("data-request"), log.latest("command ec") + kCommandCycles);
  EXPECT_EQ(in(kStatus), 0x58u);
  std::vector<std::uint32_t> words;
  for (unsigned i = 0; i < 256; ++i) words.push_back(port->read(kData, 2));
  EXPECT_EQ(in(kStatus), 0x50u);
  EXPECT_FALSE(port->irq());

  EXPECT_EQ(words[0] & 0x8000, 0u);  // ATA device
  EXPECT_EQ(words[1], 2u);           // cylinders: 3000 / (16 * 63)
  EXPECT_EQ(words[3], 16u);
  EXPECT_EQ(words[6], 63u);
  EXPECT_EQ(identify_text(words, 10, 10), "S86-0001            ");
  EXPECT_EQ(identify_text(words, 23, 4), "1.0     ");
  EXPECT_EQ(identify_text(words, 27, 20), "STRATA86 DISK                           ");
  EXPECT_EQ(words[49] & 0x0300, 0x0200u);  // LBA, no DMA
  EXPECT_EQ(words[53] & 1, 1u);
  EXPECT_EQ(words[54], 2u);
  EXPECT_EQ(words[55], 16u);
  EXPECT_EQ(words[56], 63u);
  EXPECT_EQ(words[57] | words[58] << 16, 2016u);
  EXPECT_EQ(words[60] | words[61] << 16, 3000u);
  EXPECT_EQ(words[80] & 0x0070, 0x0070u);
  EXPECT_EQ(words[83], 0x5000u);  // FLUSH CACHE supported
  EXPECT_EQ(words[86], 0x1000u);  // and enabled
  EXPECT_EQ(words[255], 0u);
}

// A disk that only has a size.
class HugeDisk : public MemoryDisk {
 public:
  HugeDisk() : MemoryDisk(1) {}
  std::uint64_t sector_count() const override { return std::uint64_t{1} << 32; }
};

TEST_P(AtaTransfer, IdentifyOfAHugeDiskStopsAtWhat28BitsReach) {
  HugeDisk huge;
  const auto drive = make_ata(GetParam(), huge, nullptr);
  drive->write(kStatus, 1, 0xEC);
  drive->idle(kCommandCycles);
  std::vector<std::uint32_t> words;
  for (unsigned i = 0; i < 256; ++i) words.push_back(drive->read(kData, 2));
  EXPECT_EQ(words[1], 16383u);
  EXPECT_EQ(words[57] | words[58] << 16, 16383u * 16 * 63);
  EXPECT_EQ(words[60] | words[61] << 16, 0x0FFFFFFFu);
}

TEST_P(AtaTransfer, ReadOffersEachSectorWithAnInterrupt) {
  command(0x20, 254, 3);
  const Cycle written = port->now() - 1;
  EXPECT_EQ(log.latest("command 20 lba 254 count 3"), written);
  Cycle offered = written + kCommandCycles;
  for (unsigned i = 0; i < 3; ++i) {
    EXPECT_EQ(alternate_status(), 0x80u);
    EXPECT_FALSE(port->irq());
    EXPECT_EQ(wait_not_busy(), 0x58u);
    EXPECT_TRUE(port->irq());
    EXPECT_EQ(log.latest("data-request"), offered);
    EXPECT_EQ(log.latest("irq 1"), offered);
    EXPECT_EQ(lba_registers(), 254 + i);
    EXPECT_EQ(in(kCount), 3 - i);
    EXPECT_EQ(in(kStatus), 0x58u);
    EXPECT_FALSE(port->irq());
    expect_sector(254 + i);
    offered = port->now() - 1 + kSectorCycles;
  }
  // No status phase, no interrupt after the last sector.
  EXPECT_EQ(in(kStatus), 0x50u);
  port->idle(2 * kSectorCycles);
  EXPECT_FALSE(port->irq());
  EXPECT_EQ(in(kCount), 0u);
  EXPECT_EQ(lba_registers(), 256u);
}

TEST_P(AtaTransfer, WriteInterruptsAfterEachSectorNotBeforeTheFirst) {
  command(0x30, 5, 2);
  EXPECT_EQ(log.latest("command 30 lba 5 count 2"), port->now() - 1);
  EXPECT_EQ(alternate_status(), 0x80u);
  EXPECT_EQ(wait_not_busy(), 0x58u);
  EXPECT_EQ(log.latest("data-request"), log.latest("command 30 lba 5 count 2") + kCommandCycles);
  EXPECT_FALSE(port->irq());
  EXPECT_EQ(log.latest("irq 1"), kNever);
  for (unsigned i = 0; i < 2; ++i) {
    send_sector(1000 + i);
    const Cycle stored = port->now() - 1 + kSectorCycles;
    EXPECT_EQ(alternate_status(), 0x80u);
    EXPECT_EQ(wait_not_busy(), i == 0 ? 0x58u : 0x50u);
    EXPECT_TRUE(port->irq());
    EXPECT_EQ(log.latest("irq 1"), stored);
    EXPECT_TRUE(disk_holds(5 + i, 1000 + i));  // before the guest could know
    in(kStatus);
    EXPECT_FALSE(port->irq());
  }
  port->idle(2 * kSectorCycles);
  EXPECT_FALSE(port->irq());
  EXPECT_EQ(in(kCount), 0u);
  EXPECT_EQ(lba_registers(), 6u);
  EXPECT_TRUE(disk_holds(4, 4));
  EXPECT_TRUE(disk_holds(7, 7));
}

TEST_P(AtaTransfer, NoRetryFormsAreTheSameCommands) {
  command(0x31, 9, 1);
  EXPECT_EQ(wait_not_busy(), 0x58u);
  send_sector(77);
  EXPECT_EQ(wait_not_busy(), 0x50u);
  command(0x21, 9, 1);
  EXPECT_EQ(wait_not_busy(), 0x58u);
  expect_sector(77);
}

TEST_P(AtaTransfer, CountZeroIs256Sectors) {
  command(0x20, 100, 0);
  EXPECT_NE(log.latest("command 20 lba 100 count 256"), kNever);
  for (unsigned i = 0; i < 256; ++i) {
    port->idle(kSectorCycles);
    ASSERT_EQ(in(kStatus), 0x58u) << "sector " << i;
    for (unsigned word = 0; word < 128; ++word) {
      ASSERT_EQ(port->read(kData, 4),
                pattern_word(100 + i, 2 * word) | pattern_word(100 + i, 2 * word + 1) << 16);
    }
  }
  EXPECT_EQ(in(kStatus), 0x50u);
  EXPECT_EQ(lba_registers(), 355u);
}

TEST_P(AtaTransfer, SoftwareResetKeepsASectorTheDriveHas) {
  command(0x30, 20, 2);
  wait_not_busy();
  send_sector(500);
  out(kControl, 0x04);
  out(kControl, 0x00);
  EXPECT_EQ(wait_not_busy(), 0x50u);
  EXPECT_TRUE(disk_holds(20, 500));
  EXPECT_TRUE(disk_holds(21, 21));
}

TEST_P(AtaTransfer, SoftwareResetDropsAnUnfinishedSector) {
  command(0x30, 20, 1);
  wait_not_busy();
  for (unsigned i = 0; i < 255; ++i) port->write(kData, 2, 0);
  out(kControl, 0x04);
  out(kControl, 0x00);
  EXPECT_EQ(wait_not_busy(), 0x50u);
  port->write(kData, 2, 0);
  port->idle(kSectorCycles);
  EXPECT_TRUE(disk_holds(20, 20));
}

TEST_P(AtaTransfer, ThirtyTwoBitAccessesMoveTwoWords) {
  command(0x30, 11, 1);
  EXPECT_EQ(wait_not_busy(), 0x58u);
  for (unsigned i = 0; i < 128; ++i) {
    EXPECT_EQ(alternate_status(), 0x58u);
    port->write(kData, 4, pattern_word(600, 2 * i) | pattern_word(600, 2 * i + 1) << 16);
  }
  EXPECT_EQ(wait_not_busy(), 0x50u);
  EXPECT_TRUE(disk_holds(11, 600));
  command(0x20, 11, 1);
  wait_not_busy();
  for (unsigned i = 0; i < 128; ++i) {
    EXPECT_EQ(alternate_status(), 0x58u);
    ASSERT_EQ(port->read(kData, 4), pattern_word(600, 2 * i) | pattern_word(600, 2 * i + 1) << 16);
  }
  EXPECT_EQ(alternate_status(), 0x50u);
}

TEST_P(AtaTransfer, WidthsMixAndTheSectorEndsInsideAWideAccess) {
  command(0x20, 12, 1);
  wait_not_busy();
  EXPECT_EQ(port->read(kData, 2), pattern_word(12, 0));
  for (unsigned i = 0; i < 127; ++i) {
    ASSERT_EQ(port->read(kData, 4), pattern_word(12, 2 * i + 1) | pattern_word(12, 2 * i + 2)
                                                                      << 16);
  }
  EXPECT_EQ(alternate_status(), 0x58u);
  EXPECT_EQ(port->read(kData, 4), 0xFFFF0000u | pattern_word(12, 255));
  EXPECT_EQ(alternate_status(), 0x50u);
}

TEST_P(AtaTransfer, ByteAccessesStrobeAWholeWord) {
  command(0x20, 13, 1);
  wait_not_busy();
  EXPECT_EQ(port->read(kData, 1), pattern_word(13, 0) & 0xFF);
  EXPECT_EQ(port->read(kData, 2), pattern_word(13, 1));
  for (unsigned i = 2; i < 256; ++i) port->read(kData, 1);
  EXPECT_EQ(alternate_status(), 0x50u);

  command(0x30, 13, 1);
  wait_not_busy();
  port->write(kData, 1, 0xAB);
  for (unsigned i = 1; i < 256; ++i) port->write(kData, 2, 0x1234);
  EXPECT_EQ(wait_not_busy(), 0x50u);
  std::array<std::uint8_t, kSectorBytes> data;
  ASSERT_TRUE(disk.read_sector(13, data));
  EXPECT_EQ(data[0], 0xAB);
  EXPECT_EQ(data[1], 0x00);
  EXPECT_EQ(data[2], 0x34);
  EXPECT_EQ(data[511], 0x12);
}

TEST_P(AtaTransfer, DataPortOutsideOfDataRequestMovesNothing) {
  EXPECT_EQ(port->read(kData, 2), 0xFFFFu);
  port->write(kData, 2, 0x5555);
  command(0x20, 14, 1);
  EXPECT_EQ(port->read(kData, 4), 0xFF80FF80u);  // BSY: Status
  EXPECT_EQ(wait_not_busy(), 0x58u);
  port->write(kData, 2, 0x5555);  // the wrong way
  expect_sector(14);
  command(0x30, 14, 1);
  EXPECT_EQ(wait_not_busy(), 0x58u);
  EXPECT_EQ(port->read(kData, 2), 0xFFFFu);  // the wrong way
  send_sector(15);
  EXPECT_EQ(wait_not_busy(), 0x50u);
  EXPECT_TRUE(disk_holds(14, 15));
}

TEST_P(AtaTransfer, ReadPastTheEndIsNotFound) {
  command(0x20, kSectors, 1);
  EXPECT_EQ(wait_not_busy(), 0x51u);
  EXPECT_EQ(in(kError), 0x10u);  // IDNF
  EXPECT_TRUE(port->irq());
  EXPECT_EQ(log.latest("data-request"), kNever);
  command(0x20, 0x0FFFFFFF, 1);
  EXPECT_EQ(wait_not_busy(), 0x51u);
}

TEST_P(AtaTransfer, WritePastTheEndIsNotFoundBeforeAnyData) {
  command(0x30, kSectors, 1);
  EXPECT_EQ(wait_not_busy(), 0x51u);
  EXPECT_EQ(in(kError), 0x10u);
  EXPECT_TRUE(port->irq());
  EXPECT_EQ(log.latest("data-request"), kNever);
}

TEST_P(AtaTransfer, ReadAcrossTheEndGivesTheLastSectorThenNamesTheFirstMissing) {
  command(0x20, kSectors - 1, 2);
  EXPECT_EQ(wait_not_busy(), 0x58u);
  in(kStatus);
  expect_sector(kSectors - 1);
  EXPECT_EQ(wait_not_busy(), 0x51u);
  EXPECT_TRUE(port->irq());
  EXPECT_EQ(in(kError), 0x10u);
  EXPECT_EQ(lba_registers(), kSectors);
  EXPECT_EQ(in(kCount), 1u);
}

TEST_P(AtaTransfer, WriteAcrossTheEndStoresTheLastSectorThenNamesTheFirstMissing) {
  command(0x30, kSectors - 1, 2);
  EXPECT_EQ(wait_not_busy(), 0x58u);
  send_sector(800);
  EXPECT_EQ(wait_not_busy(), 0x51u);
  EXPECT_TRUE(port->irq());
  EXPECT_EQ(in(kError), 0x10u);
  EXPECT_EQ(lba_registers(), kSectors);
  EXPECT_TRUE(disk_holds(kSectors - 1, 800));
}

TEST_P(AtaTransfer, HostReadErrorIsUncorrectable) {
  disk.bad_sector = 31;
  command(0x20, 30, 3);
  EXPECT_EQ(wait_not_busy(), 0x58u);
  expect_sector(30);
  in(kStatus);
  EXPECT_EQ(wait_not_busy(), 0x51u);
  EXPECT_TRUE(port->irq());
  EXPECT_EQ(in(kError), 0x40u);  // UNC
  EXPECT_EQ(lba_registers(), 31u);
  command(0x20, 31, 1);
  EXPECT_EQ(wait_not_busy(), 0x51u);
  command(0x20, 32, 1);
  EXPECT_EQ(wait_not_busy(), 0x58u);
  expect_sector(32);
}

TEST_P(AtaTransfer, HostWriteErrorIsAborted) {
  disk.bad_sector = 31;
  command(0x30, 31, 2);
  EXPECT_EQ(wait_not_busy(), 0x58u);
  send_sector(900);
  EXPECT_EQ(wait_not_busy(), 0x51u);
  EXPECT_TRUE(port->irq());
  EXPECT_EQ(in(kError), 0x04u);  // ABRT
  EXPECT_EQ(lba_registers(), 31u);
  EXPECT_TRUE(disk_holds(31, 31));
  EXPECT_TRUE(disk_holds(32, 32));
}

TEST_P(AtaTransfer, ChsAddressesFollowTheTranslation) {
  // Cylinder 1, head 2, sector 3: (1 * 16 + 2) * 63 + 3 - 1.
  command_chs(0x20, 1, 2, 3, 1);
  EXPECT_NE(log.latest("command 20 lba 1136 count 1"), kNever);
  EXPECT_EQ(wait_not_busy(), 0x58u);
  expect_sector(1136);
}

TEST_P(AtaTransfer, ChsStepsOverTracksAndCylinders) {
  command_chs(0x20, 0, 15, 63, 2);
  EXPECT_EQ(wait_not_busy(), 0x58u);
  expect_sector(16 * 63 - 1);
  EXPECT_EQ(wait_not_busy(), 0x58u);
  EXPECT_EQ(in(kLbaLow), 1u);     // sector
  EXPECT_EQ(in(kDevice), 0xA0u);  // head 0
  EXPECT_EQ(in(kLbaMid), 1u);     // cylinder
  EXPECT_EQ(in(kLbaHigh), 0u);
  expect_sector(16 * 63);
  command_chs(0x20, 0, 0, 63, 2);
  wait_not_busy();
  expect_sector(62);
  wait_not_busy();
  EXPECT_EQ(in(kLbaLow), 1u);
  EXPECT_EQ(in(kDevice), 0xA1u);  // head 1
  expect_sector(63);
}

TEST_P(AtaTransfer, ChsSectorsThatAreNotThereAreNotFound) {
  for (const std::uint32_t sector : {0u, 64u, 255u}) {
    command_chs(0x20, 0, 1, sector, 1);
    EXPECT_EQ(wait_not_busy(), 0x51u) << sector;
    EXPECT_EQ(in(kError), 0x10u) << sector;
  }
  command_chs(0x20, 3, 0, 1, 1);  // sector 3024 of 3000
  EXPECT_EQ(wait_not_busy(), 0x51u);
}

// READ VERIFY SECTORS: as READ SECTORS, but nothing is transferred and the interrupt comes once.
TEST_P(AtaContract, VerifyReadsWithoutATransfer) {
  for (const std::uint32_t code : {0x40u, 0x41u}) {
    command(code, 17, 3);
    EXPECT_EQ(alternate_status(), 0x80u);
    EXPECT_EQ(wait_not_busy(), 0x50u);
    EXPECT_TRUE(port->irq());
    EXPECT_EQ(lba_registers(), 19u);
    EXPECT_EQ(in(kCount), 0u);
    EXPECT_EQ(in(kStatus), 0x50u);
  }
  EXPECT_EQ(log.latest("data-request"), kNever);
  EXPECT_EQ(log.latest("irq 1"),
            log.latest("command 41 lba 17 count 3") + kCommandCycles + 2 * kSectorCycles);
}

// An unreadable sector ends it with UNC, its address in the registers; one that does not
// exist with IDNF.
TEST_P(AtaContract, VerifySaysWhichSectorIsBad) {
  disk.bad_sector = 41;
  command(0x40, 40, 4);
  EXPECT_EQ(wait_not_busy(), 0x51u);
  EXPECT_TRUE(port->irq());
  EXPECT_EQ(in(kError), 0x40u);
  EXPECT_EQ(lba_registers(), 41u);
  command(0x40, kSectors - 1, 2);
  EXPECT_EQ(wait_not_busy(), 0x51u);
  EXPECT_EQ(in(kError), 0x10u);
  EXPECT_EQ(lba_registers(), kSectors);
  command_chs(0x40, 0, 0, 63, 2);  // over the end of a track
  EXPECT_EQ(wait_not_busy(), 0x50u);
}

}  // namespace
}  // namespace strata::test
