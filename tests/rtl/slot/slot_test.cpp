// SlotDevice on the device scripts/new-device writes, with what its header promises, and on two
// cores as strangers write them.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "models/slot/slot_device.h"

namespace strata {
namespace {

const Slot& slot(const std::string& name) {
  for (const Slot& slot : slots()) {
    if (slot.name == name) return slot;
  }
  throw name;
}

TEST(SlotList, HasTheLinesOfTheFolders) {
  ASSERT_EQ(slots().size(), 3u);
  EXPECT_EQ(slot("countdown").window.space, kIoSpace);
  EXPECT_EQ(slot("countdown").window.first, 0x300u);
  EXPECT_EQ(slot("countdown").window.last, 0x30Fu);
  EXPECT_EQ(slot("countdown").irq, 5);
  EXPECT_EQ(slot("lamp").window.space, kMemorySpace);
  EXPECT_EQ(slot("lamp").irq, -1);
}

class Countdown : public testing::Test {
 protected:
  static constexpr std::uint32_t kScratch = 0, kCount = 4, kDone = 8;

  std::vector<bool> levels;
  SlotDevice device{slot("countdown"), [this](bool level) { levels.push_back(level); }};
};

TEST_F(Countdown, ARegisterIsWrittenByBytes) {
  device.write(kScratch, 4, 0x11223344, 10);
  device.write(kScratch + 1, 1, 0x55, 20);
  EXPECT_EQ(device.read(kScratch, 4, 30), 0x11225544u);
  EXPECT_EQ(device.read(kScratch + 2, 2, 40), 0x1122u);
  EXPECT_EQ(device.read(12, 4, 50), 0xFFFFFFFFu);
}

// The edge of an access at time n is n + 1, so a countdown of k ends at n + 1 + k.
TEST_F(Countdown, TheInterruptComesInTheCycleItSays) {
  EXPECT_EQ(device.next_event(), kNever);
  device.write(kCount, 4, 500, 1000);
  EXPECT_EQ(device.next_event(), 1501u);
  device.advance(1500);
  EXPECT_TRUE(levels.empty());
  device.advance(1501);
  EXPECT_EQ(levels, std::vector<bool>{true});
  EXPECT_EQ(device.next_event(), kNever);
  EXPECT_EQ(device.read(kDone, 1, 1600), 1u);
  device.write(kDone, 1, 0, 1700);
  EXPECT_EQ(levels, (std::vector<bool>{true, false}));
}

TEST_F(Countdown, WhatIsLeftIsReadInTheMiddle) {
  device.write(kCount, 4, 500, 1000);
  // Written at edge 1001 and read at edge 1201, before which 199 clocks have gone.
  EXPECT_EQ(device.read(kCount, 4, 1200), 301u);
}

TEST_F(Countdown, ResetIsPowerOn) {
  device.write(kScratch, 4, 7, 10);
  device.write(kCount, 4, 5, 20);
  device.advance(100);
  device.reset();
  EXPECT_EQ(levels, (std::vector<bool>{true, false}));
  EXPECT_EQ(device.read(kScratch, 4, 10), 0u);
  EXPECT_EQ(device.next_event(), kNever);
}

/// Leaves bytes that are not zero where objects will be made: their padding shows them.
void soil_heap() {
  std::vector<std::vector<std::uint8_t>> blocks;
  for (std::size_t bytes = 64; bytes <= 4096; bytes += 16) blocks.emplace_back(bytes, 0xA5);
}

TEST_F(Countdown, ASavedCountGoesOnInAnotherAtAnotherTime) {
  device.write(kScratch, 4, 7, 990);
  device.write(kCount, 4, 500, 1000);
  device.advance(1200);  // 301 left after edge 1200
  const StateBytes saved = device.save(1200);

  std::vector<bool> other_levels;
  soil_heap();
  SlotDevice other(slot("countdown"), [&](bool level) { other_levels.push_back(level); });
  other.write(kCount, 4, 3, 10);
  other.advance(100);
  EXPECT_EQ(other_levels, std::vector<bool>{true});
  ASSERT_TRUE(other.load(saved, 5000));
  EXPECT_EQ(other.save(5000), saved);
  EXPECT_EQ(other_levels.back(), false);
  EXPECT_EQ(other.read(kScratch, 4, 5000), 7u);
  EXPECT_EQ(other.next_event(), 5301u);
  other.advance(5301);
  EXPECT_EQ(other_levels.back(), true);
  EXPECT_EQ(device.next_event(), 1501u);  // being asked has changed nothing
}

TEST_F(Countdown, BytesOfAnotherDeviceAreRefusedAndChangeNothing) {
  device.write(kScratch, 4, 7, 10);
  SlotDevice lamp(slot("lamp"), nullptr);
  StateBytes saved = lamp.save(0);
  EXPECT_FALSE(device.load(saved, 20));
  saved.resize(device.save(20).size());  // of the right length
  EXPECT_FALSE(device.load(saved, 20));
  EXPECT_FALSE(device.load({}, 20));
  EXPECT_EQ(device.read(kScratch, 4, 30), 7u);
}

TEST(Lamp, AForeignCoreIsServedToo) {
  SlotDevice device(slot("lamp"), [](bool) { FAIL() << "it has no interrupt"; });
  EXPECT_EQ(device.read(0, 4, 5), 0u);
  device.write(0, 1, 0x11, 10);
  device.write(0, 1, 0x22, 20);
  device.write(1, 1, 0x33, 30);
  EXPECT_EQ(device.read(0, 2, 40), 0x0222u);
  // It answers at edge 43, the strobe is gone at edge 45, and it does not say when it is idle, so
  // it is clocked in every cycle.
  EXPECT_EQ(device.next_event(), 46u);
}

// Wishbone B4, 3.2.3: the transfer is at the edge at which strobe and acknowledge are both high.
TEST(Tally, ACoreMayActWhereItsAcknowledgeIsSampled) {
  SlotDevice device(slot("tally"), nullptr);
  device.write(0, 1, 5, 10);
  device.write(0, 1, 7, 20);
  EXPECT_EQ(device.read(0, 4, 30), 12u);
  EXPECT_EQ(device.read(0, 4, 40), 0x0001000Cu);
}

}  // namespace
}  // namespace strata
