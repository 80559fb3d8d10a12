// The Verilated ATA controller in the SystemC platform: signals, log, and sleep when idle. What it
// does with accesses is the contract tests' matter.
#include "models/ata/ata_rtl.h"

#include <gtest/gtest.h>

#include "platform/disk/memory_disk.h"
#include "tests/rtl/bus/verilated_context.h"
#include "tests/support/event_recorder.h"
#include "tests/support/fresh_simulation.h"
#include "tests/support/wishbone_script.h"

namespace strata {
namespace {

using test::kPeriod;
using test::run_past;

constexpr std::uint32_t kDataPort = 0;
constexpr std::uint32_t kCommand = 7;
constexpr std::uint32_t kAlternateStatus = 10;

class AtaRtlTest : public testing::Test {
 protected:
  AtaRtlTest() {
    master.request(request);
    master.response(response);
    ata.request(request);
    ata.response(response);
    ata.irq(irq);
  }

  test::FreshSimulation simulation;
  test::OwnedContext context = test::new_context();
  MemoryDisk disk{100};
  test::EventRecorder log;
  ClockDriver clock{"clock", kPeriod};
  test::WishboneScript master{"master", clock};
  AtaRtl ata{"ata", clock, context.get(), disk, &log};
  sc_core::sc_signal<WishboneRequest> request{"request"};
  sc_core::sc_signal<WishboneResponse> response{"response"};
  sc_core::sc_signal<bool> irq{"irq"};
};

TEST_F(AtaRtlTest, IrqRisesInTheCycleTheLogSays) {
  master.write(kCommand, 0xEC);
  run_past(20);
  ASSERT_EQ(log.events.size(), 1u);
  EXPECT_EQ(log.events[0].what, "command ec");
  const Cycle written = log.events[0].cycle;
  EXPECT_EQ(written, master.accesses[0].acknowledged);
  run_past(written + 399);
  EXPECT_FALSE(irq.read());
  run_past(written + 400);
  EXPECT_TRUE(irq.read());
  EXPECT_EQ(log.latest("irq 1"), written + 400);
}

TEST_F(AtaRtlTest, SleepsWhileIdleAndWakesForAnAccess) {
  master.read(kAlternateStatus, 1);
  master.write(kCommand, 0x10, 10);
  run_past(500);
  EXPECT_TRUE(irq.read());
  // Command done, list done: nothing is clocked any more.
  EXPECT_FALSE(sc_core::sc_pending_activity());
  EXPECT_EQ(master.accesses[0].data >> 16 & 0xFF, 0x50u);

  master.read(kCommand);
  master.wake();
  run_past(520);
  EXPECT_EQ(master.accesses[2].data >> 24, 0x50u);
  EXPECT_FALSE(irq.read());
  EXPECT_EQ(log.latest("irq 0"), master.accesses[2].acknowledged);
  EXPECT_FALSE(sc_core::sc_pending_activity());
}

TEST_F(AtaRtlTest, IsAcknowledgedOnceInTheSecondCycleAfterTheRequest) {
  master.write(3, 0x11, 5);
  master.read(3, 6);
  run_past(40);
  EXPECT_EQ(master.accesses[0].acknowledged, 7u);  // on the wires after 5, sampled at 6
  EXPECT_EQ(master.accesses[1].acknowledged, 11u);
  EXPECT_EQ(master.accesses[1].data >> 24, 0x11u);
}

TEST_F(AtaRtlTest, MovesASectorFromTheDisk) {
  std::array<std::uint8_t, kSectorBytes> sector{};
  sector[0] = 0x12;
  sector[2] = 0x34;
  ASSERT_TRUE(disk.write_sector(1, sector));
  master.write(6, 0xE0);
  master.write(kCommand, 0x20);  // count and LBA low are 1 after power-on
  master.read(kDataPort, 500);
  master.read(kDataPort);
  run_past(600);
  EXPECT_EQ(log.events.front().what, "command 20 lba 1 count 1");
  EXPECT_EQ(master.accesses[2].data & 0xFF, 0x12u);
  EXPECT_EQ(master.accesses[3].data & 0xFF, 0x34u);
}

}  // namespace
}  // namespace strata
