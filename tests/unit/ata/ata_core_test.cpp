// What only the plain C++ core has: reset(), and time given by the caller. The registers are in
// tests/rtl/ata, where both twins answer for them.
#include "models/ata/ata_core.h"

#include <gtest/gtest.h>

#include <vector>

#include "platform/disk/memory_disk.h"

namespace strata {
namespace {

TEST(AtaCore, SleepsUntilTheEndOfBusy) {
  MemoryDisk disk(10);
  std::vector<bool> levels;
  AtaCore ata(disk, [&levels](bool level) { levels.push_back(level); });
  EXPECT_EQ(ata.next_event(), kNever);
  ata.write(7, 1, 0x10, 1000);
  EXPECT_EQ(ata.next_event(), 1400u);
  ata.advance(1399);
  EXPECT_TRUE(levels.empty());
  ata.advance(1400);
  EXPECT_EQ(levels, std::vector<bool>{true});
  EXPECT_EQ(ata.next_event(), kNever);
}

TEST(AtaCore, LateAccessSeesTheEventsThatWereDue) {
  MemoryDisk disk(10);
  std::vector<bool> levels;
  AtaCore ata(disk, [&levels](bool level) { levels.push_back(level); });
  ata.write(7, 1, 0x10, 0);
  EXPECT_EQ(ata.read(7, 1, 5000), 0x50u);
  EXPECT_EQ(levels, (std::vector<bool>{true, false}));
}

TEST(AtaCore, ResetGoesBackToPowerOn) {
  MemoryDisk disk(10);
  bool irq = false;
  AtaCore ata(disk, [&irq](bool level) { irq = level; });
  ata.write(10, 1, 0x00, 0);
  ata.write(7, 1, 0x08, 0);
  ata.advance(400);
  EXPECT_TRUE(irq);
  ata.write(3, 1, 0x77, 500);
  ata.write(7, 1, 0x10, 510);
  ata.reset();
  EXPECT_FALSE(irq);
  EXPECT_EQ(ata.next_event(), kNever);
  EXPECT_EQ(ata.read(7, 1, 600), 0x50u);
  EXPECT_EQ(ata.read(3, 1, 600), 0x01u);
}

}  // namespace
}  // namespace strata
