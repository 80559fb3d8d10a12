// Contract of the two ATA twins: registers, commands without data, errors, resets, device
// selection. Expected values are those of ATA/ATAPI-6 (T13/1410D) and of the latencies the machine
// states.
#include "tests/rtl/ata/ata_twins.h"

namespace strata::test {
namespace {

INSTANTIATE_TEST_SUITE_P(Twins, AtaContract, testing::Values(AtaKind::kCore, AtaKind::kRtl),
                         testing::PrintToStringParamName());

TEST_P(AtaContract, PowerOnLeavesTheSignature) {
  EXPECT_EQ(in(kStatus), 0x50u);  // DRDY, DSC
  EXPECT_EQ(in(kError), 0x01u);   // diagnostics passed
  EXPECT_EQ(in(kCount), 0x01u);
  EXPECT_EQ(in(kLbaLow), 0x01u);
  EXPECT_EQ(in(kLbaMid), 0x00u);
  EXPECT_EQ(in(kLbaHigh), 0x00u);
  EXPECT_EQ(in(kDevice), 0x00u);
  EXPECT_FALSE(port->irq());
}

TEST_P(AtaContract, TaskFileKeepsWhatIsWritten) {
  out(kCount, 0x12);
  out(kLbaLow, 0x34);
  out(kLbaMid, 0x56);
  out(kLbaHigh, 0x78);
  out(kDevice, 0xE9);
  EXPECT_EQ(in(kCount), 0x12u);
  EXPECT_EQ(in(kLbaLow), 0x34u);
  EXPECT_EQ(in(kLbaMid), 0x56u);
  EXPECT_EQ(in(kLbaHigh), 0x78u);
  EXPECT_EQ(in(kDevice), 0xE9u);
}

TEST_P(AtaContract, WideAccessesReachTheRegistersOfTheirLanes) {
  port->write(kCount, 2, 0x0301);
  EXPECT_EQ(in(kCount), 0x01u);
  EXPECT_EQ(in(kLbaLow), 0x03u);
  EXPECT_EQ(port->read(kCount, 2), 0x0301u);
  port->write(kLbaMid, 4, 0x20E00000);  // READ SECTORS of LBA 3 in the same access
  EXPECT_EQ(port->read(kLbaMid, 4), 0x80808080u);
  EXPECT_EQ(wait_not_busy(), 0x58u);
  EXPECT_TRUE(port->irq());
  EXPECT_EQ(port->read(kDevice, 2), 0x58E0u);  // reads Status too
  EXPECT_FALSE(port->irq());
  expect_sector(3);
}

TEST_P(AtaContract, PortsOfNobodyReadAllOnes) {
  EXPECT_EQ(in(8), 0xFFu);
  EXPECT_EQ(in(11), 0xFFu);
  EXPECT_EQ(port->read(8, 4), 0xFF50FFFFu);  // Alternate Status in lane 2
}

TEST_P(AtaContract, CommandWithoutDataIsBusyThenInterrupts) {
  command(0x10);  // RECALIBRATE
  const Cycle written = log.latest("command 10");
  EXPECT_EQ(written, port->now() - 1);
  EXPECT_EQ(alternate_status(), 0x80u);
  EXPECT_FALSE(port->irq());
  EXPECT_EQ(wait_not_busy(), 0x50u);
  EXPECT_TRUE(port->irq());
  EXPECT_EQ(log.latest("irq 1"), written + kCommandCycles);
  EXPECT_EQ(in(kStatus), 0x50u);
  EXPECT_FALSE(port->irq());
  EXPECT_EQ(log.latest("irq 0"), port->now() - 1);
}

TEST_P(AtaContract, BusyIsSeenUpToItsLastCycleAndNotAfter) {
  command(0x10);
  // The next access takes effect two cycles on; have it be the edge that ends BSY: it still
  // reads 1.
  port->idle(log.latest("command 10") + kCommandCycles - port->now() - 2);
  EXPECT_EQ(in(kStatus), 0x80u);
  EXPECT_TRUE(port->irq());  // and that read did not take the interrupt away
  command(0x10);
  port->idle(log.latest("command 10") + kCommandCycles - port->now() - 1);
  EXPECT_EQ(alternate_status(), 0x50u);
}

TEST_P(AtaContract, AlternateStatusLeavesTheInterrupt) {
  command(0x10);
  wait_not_busy();
  EXPECT_EQ(alternate_status(), 0x50u);
  EXPECT_TRUE(port->irq());
}

TEST_P(AtaContract, NewCommandTakesThePendingInterruptAway) {
  command(0x10);
  wait_not_busy();
  EXPECT_TRUE(port->irq());
  command(0x10);
  EXPECT_FALSE(port->irq());
}

TEST_P(AtaContract, NienGatesTheInterruptAndKeepsItPending) {
  out(kControl, 0x02);
  command(0x10);
  EXPECT_EQ(wait_not_busy(), 0x50u);
  port->idle(10);
  EXPECT_FALSE(port->irq());
  out(kControl, 0x00);
  EXPECT_TRUE(port->irq());
  out(kControl, 0x02);
  EXPECT_FALSE(port->irq());
  EXPECT_EQ(in(kStatus), 0x50u);  // taken while masked
  out(kControl, 0x00);
  EXPECT_FALSE(port->irq());
}

TEST_P(AtaContract, AcceptsRecalibrateAndTheOnlyGeometry) {
  command(0x10);
  EXPECT_EQ(wait_not_busy(), 0x50u);
  command_chs(0x91, 0, 15, 0, 63);  // 16 heads, 63 sectors
  EXPECT_EQ(wait_not_busy(), 0x50u);
  command_chs(0x91, 0, 7, 0, 63);
  EXPECT_EQ(wait_not_busy(), 0x51u);
  EXPECT_EQ(in(kError), 0x04u);
  command_chs(0x91, 0, 15, 0, 17);
  EXPECT_EQ(wait_not_busy(), 0x51u);
}

// ATA-1, table 9-1: RECALIBRATE is 1xh.
TEST_P(AtaContract, AcceptsEveryCodeOfRecalibrate) {
  for (std::uint32_t code = 0x10; code <= 0x1F; ++code) {
    command(code);
    EXPECT_EQ(wait_not_busy(), 0x50u) << std::hex << code;
  }
}

// ATA-1, table 9-1: SEEK is 7xh. To an address that does not exist it ends with IDNF.
TEST_P(AtaContract, SeeksToAddressesThatExist) {
  for (std::uint32_t code = 0x70; code <= 0x7F; ++code) {
    command(code, kSectors - 1);
    EXPECT_EQ(wait_not_busy(), 0x50u) << std::hex << code;
    EXPECT_TRUE(port->irq());
    command(code, kSectors);
    EXPECT_EQ(wait_not_busy(), 0x51u) << std::hex << code;
    EXPECT_EQ(in(kError), 0x10u) << std::hex << code;
  }
  EXPECT_EQ(log.latest("irq 1"), log.latest("command 7f") + kCommandCycles);
  command_chs(0x70, 0, 0, 0, 1);  // there is no sector 0
  EXPECT_EQ(wait_not_busy(), 0x51u);
}

// ATA/ATAPI-6, table 26 and 9.12: code 01 in the error register and the signature, ERR 0, INTRQ.
TEST_P(AtaContract, DiagnosticLeavesCode01AndTheSignature) {
  command(0x90, 0x123456, 9);
  EXPECT_EQ(alternate_status(), 0x80u);
  EXPECT_EQ(wait_not_busy(), 0x50u);
  EXPECT_TRUE(port->irq());
  EXPECT_EQ(log.latest("irq 1"), log.latest("command 90") + kCommandCycles);
  EXPECT_EQ(in(kError), 0x01u);
  EXPECT_EQ(in(kCount), 0x01u);
  EXPECT_EQ(in(kLbaLow), 0x01u);
  EXPECT_EQ(in(kLbaMid), 0x00u);
  EXPECT_EQ(in(kLbaHigh), 0x00u);
  EXPECT_EQ(in(kDevice), 0x00u);
}

// ATA/ATAPI-6, 9.16.1: device 0 executes it for an absent device 1 too.
TEST_P(AtaContract, DiagnosticIsForBothDrives) {
  out(kDevice, 0xB0);
  out(kStatus, 0x90);
  EXPECT_EQ(wait_not_busy(), 0x50u);
  EXPECT_TRUE(port->irq());
  EXPECT_EQ(in(kError), 0x01u);
  EXPECT_EQ(in(kDevice), 0x00u);
}

// SET FEATURES: a subcommand or a mode that is not there is aborted. IDENTIFY DEVICE words 49, 51,
// 63, 82 and 88 offer the default PIO mode and nothing else.
TEST_P(AtaContract, SetFeaturesAbortsWhatDoesNotExist) {
  const auto set_features = [this](std::uint32_t features, std::uint32_t count) {
    out(kError, features);  // the Features register
    command(0xEF, 0, count);
    return wait_not_busy();
  };
  EXPECT_EQ(set_features(0x03, 0x00), 0x50u);  // PIO default mode
  EXPECT_EQ(set_features(0x03, 0x01), 0x50u);  // without IORDY
  for (const std::uint32_t mode : {0x02u, 0x08u, 0x0Cu, 0x10u, 0x20u, 0x22u, 0x40u, 0x45u, 0xFFu}) {
    EXPECT_EQ(set_features(0x03, mode), 0x51u) << std::hex << mode;
    EXPECT_EQ(in(kError), 0x04u) << std::hex << mode;
  }
  EXPECT_EQ(set_features(0x66, 0), 0x50u);
  EXPECT_EQ(set_features(0xCC, 0), 0x50u);
  for (const std::uint32_t features : {0x00u, 0x01u, 0x02u, 0x05u, 0x55u, 0x82u, 0xAAu, 0xFFu}) {
    EXPECT_EQ(set_features(features, 0), 0x51u) << std::hex << features;
    EXPECT_EQ(in(kError), 0x04u) << std::hex << features;
  }
}

TEST_P(AtaContract, UnknownCommandsAreAborted) {
  for (const std::uint32_t code : {0x00u, 0x08u, 0x22u, 0x24u, 0x32u, 0xA1u, 0xC8u, 0xEAu, 0xFFu}) {
    command(code);
    EXPECT_EQ(alternate_status(), 0x80u) << std::hex << code;
    EXPECT_EQ(wait_not_busy(), 0x51u) << std::hex << code;
    EXPECT_EQ(in(kError), 0x04u) << std::hex << code;  // ABRT
    EXPECT_TRUE(port->irq()) << std::hex << code;
    EXPECT_EQ(in(kStatus), 0x51u) << std::hex << code;
    EXPECT_FALSE(port->irq()) << std::hex << code;
  }
}

TEST_P(AtaContract, NextCommandClearsTheError) {
  command(0xA1);
  EXPECT_EQ(wait_not_busy(), 0x51u);
  command(0x10);
  EXPECT_EQ(wait_not_busy(), 0x50u);
  EXPECT_EQ(in(kError), 0x00u);
}

TEST_P(AtaContract, FlushReachesTheDiskBeforeItEnds) {
  command(0xE7);
  EXPECT_EQ(wait_not_busy(), 0x50u);
  EXPECT_EQ(disk.flushes, 1u);
  EXPECT_EQ(log.latest("irq 1"), log.latest("command e7") + kFlushCycles);
}

TEST_P(AtaContract, FailedFlushIsAborted) {
  disk.flush_fails = true;
  command(0xE7);
  EXPECT_EQ(wait_not_busy(), 0x51u);
  EXPECT_EQ(in(kError), 0x04u);
  disk.flush_fails = false;
  command(0xE7);
  EXPECT_EQ(wait_not_busy(), 0x50u);
}

TEST_P(AtaContract, TaskFileIsNotWritableWhileBusyOrInDataRequest) {
  command(0x20, 7, 2);
  out(kLbaLow, 0x55);
  out(kStatus, 0x10);
  EXPECT_EQ(wait_not_busy(), 0x58u);
  EXPECT_EQ(in(kLbaLow), 7u);
  out(kCount, 9);
  EXPECT_EQ(in(kCount), 2u);
  expect_sector(7);
}

// ATA-1, 7.2.13: "When BSY=1, a read of any Command Block Register shall return the contents of the
// Status Register." The upper byte of a word is driven by nobody.
TEST_P(AtaContract, EveryRegisterReadsAsStatusWhileBusy) {
  const auto expect_status = [this] {
    for (std::uint32_t offset = kData; offset <= kStatus; ++offset) {
      EXPECT_EQ(in(offset), 0x80u) << offset;
    }
    EXPECT_EQ(port->read(kData, 2), 0xFF80u);
    EXPECT_EQ(port->read(kData, 4), 0xFF80FF80u);
    EXPECT_EQ(port->read(kCount, 2), 0x8080u);
    EXPECT_EQ(port->read(kLbaMid, 4), 0x80808080u);
    EXPECT_EQ(in(8), 0xFFu);  // nobody's port
    EXPECT_EQ(alternate_status(), 0x80u);
  };
  command(0x20, 0x123, 2);
  expect_status();
  EXPECT_EQ(wait_not_busy(), 0x58u);
  EXPECT_EQ(lba_registers(), 0x123u);
  EXPECT_EQ(in(kCount), 2u);
  expect_sector(0x123);
  expect_status();  // before the second sector
  EXPECT_EQ(wait_not_busy(), 0x58u);
  expect_sector(0x124);
  out(kControl, 0x04);
  expect_status();
  out(kControl, 0x00);
  expect_status();
}

// The interrupt acknowledge is a read of Status, not one of its contents elsewhere.
TEST_P(AtaContract, OnlyStatusTakesTheInterruptWhileBusy) {
  command(0x20, 3, 2);
  EXPECT_EQ(wait_not_busy(), 0x58u);
  expect_sector(3);
  EXPECT_TRUE(port->irq());
  for (std::uint32_t offset = kData; offset < kStatus; ++offset) {
    EXPECT_EQ(in(offset), 0x80u) << offset;
  }
  EXPECT_TRUE(port->irq());
  EXPECT_EQ(in(kStatus), 0x80u);
  EXPECT_FALSE(port->irq());
}

TEST_P(AtaContract, SoftwareResetLeavesTheSignatureWithoutInterrupt) {
  command(0x20, 0x0ABC, 4);
  EXPECT_EQ(wait_not_busy(), 0x58u);
  EXPECT_TRUE(port->irq());
  out(kControl, 0x04);
  EXPECT_FALSE(port->irq());
  EXPECT_EQ(alternate_status(), 0x80u);
  port->idle(10000);
  EXPECT_EQ(in(kStatus), 0x80u);  // for as long as SRST is 1
  out(kControl, 0x00);
  const Cycle cleared = port->now() - 1;
  port->idle(cleared + kResetCycles - port->now() - 2);
  EXPECT_EQ(alternate_status(), 0x80u);
  EXPECT_EQ(alternate_status(), 0x50u);
  EXPECT_EQ(in(kError), 0x01u);
  EXPECT_EQ(in(kCount), 0x01u);
  EXPECT_EQ(in(kLbaLow), 0x01u);
  EXPECT_EQ(in(kLbaMid), 0x00u);
  EXPECT_EQ(in(kLbaHigh), 0x00u);
  EXPECT_EQ(in(kDevice), 0x00u);
  EXPECT_FALSE(port->irq());
  command(0x20, 5, 1);
  EXPECT_EQ(wait_not_busy(), 0x58u);
  expect_sector(5);
}

TEST_P(AtaContract, SoftwareResetEndsABusyCommand) {
  command(0xE7);
  out(kControl, 0x06);  // with nIEN
  port->idle(kFlushCycles);
  out(kControl, 0x02);
  EXPECT_EQ(wait_not_busy(), 0x50u);
  out(kControl, 0x00);
  EXPECT_FALSE(port->irq());
}

TEST_P(AtaContract, AbsentDevice1ReadsStatusZeroAndIgnoresCommands) {
  out(kDevice, 0xB0);
  EXPECT_EQ(in(kStatus), 0x00u);
  EXPECT_EQ(alternate_status(), 0x00u);
  out(kStatus, 0xEC);
  port->idle(2 * kCommandCycles);
  EXPECT_EQ(in(kStatus), 0x00u);
  EXPECT_FALSE(port->irq());
  out(kDevice, 0xA0);
  EXPECT_EQ(in(kStatus), 0x50u);
}

TEST_P(AtaContract, InterruptOfDevice0IsReleasedWhileDevice1IsSelected) {
  command(0x10);
  wait_not_busy();
  EXPECT_TRUE(port->irq());
  out(kDevice, 0xB0);
  EXPECT_FALSE(port->irq());
  EXPECT_EQ(in(kStatus), 0x00u);  // device 1's status does not take device 0's interrupt
  out(kDevice, 0xA0);
  EXPECT_TRUE(port->irq());
}

TEST_P(AtaContract, NoDriveReadsAllOnes) {
  MemoryDisk none(0);
  const auto empty = make_ata(GetParam(), none, &log);
  EXPECT_EQ(empty->read(kStatus, 1), 0xFFu);
  EXPECT_EQ(empty->read(kControl, 1), 0xFFu);
  EXPECT_EQ(empty->read(kData, 2), 0xFFFFu);
  empty->write(kLbaLow, 1, 0x55);
  EXPECT_EQ(empty->read(kLbaLow, 1), 0xFFu);
  empty->write(kStatus, 1, 0xEC);
  empty->idle(kCommandCycles + 10);
  EXPECT_EQ(empty->read(kStatus, 1), 0xFFu);
  EXPECT_FALSE(empty->irq());
  EXPECT_TRUE(log.events.empty());
}

}  // namespace
}  // namespace strata::test
