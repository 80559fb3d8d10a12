#include "models/machine/event_queue.h"

#include <gtest/gtest.h>

#include "tests/unit/plain_machine/recording_device.h"

namespace strata {
namespace {

using test::RecordingDevice;

class EventQueueTest : public testing::Test {
 protected:
  EventQueueTest() {
    for (RecordingDevice* device : {&a, &b, &c}) {
      device->on_event = [this, device](Cycle now) {
        order += device->name + std::to_string(now) + ' ';
      };
    }
  }

  void add_all() {
    for (RecordingDevice* device : {&a, &b, &c}) queue.add(*device);
  }
  void run_all() {
    while (queue.next() != kNever) queue.run_next();
  }

  RecordingDevice a{"a"}, b{"b"}, c{"c"};
  std::string order;
  EventQueue queue;
};

TEST_F(EventQueueTest, NothingScheduledIsNever) {
  EXPECT_EQ(queue.next(), kNever);
  add_all();
  EXPECT_EQ(queue.next(), kNever);
}

TEST_F(EventQueueTest, EventsComeByTimeThenByTheOrderOfTheDevices) {
  a.events = {20, 30};
  b.events = {10, 30, 50};
  c.events = {30};
  add_all();
  EXPECT_EQ(queue.next(), 10u);
  run_all();
  EXPECT_EQ(order, "b10 a20 a30 b30 c30 b50 ");
}

TEST_F(EventQueueTest, ADeviceThatIsAskedAgainMayComeEarlierOrNotAtAll) {
  a.events = {100};
  b.events = {200};
  add_all();
  b.events = {50};
  EXPECT_EQ(queue.next(), 100u) << "not asked yet";
  queue.refresh(1);
  EXPECT_EQ(queue.next(), 50u);
  b.events.clear();
  queue.refresh(1);
  EXPECT_EQ(queue.next(), 100u);
  // The same cycle as a's, but a was added first.
  c.events = {100};
  queue.refresh(2);
  a.events = {300};
  queue.refresh(0);
  a.events = {100};
  queue.refresh(0);
  run_all();
  EXPECT_EQ(order, "a100 c100 ");
}

TEST_F(EventQueueTest, AllAreAskedAgainAfterALoad) {
  a.events = {100};
  add_all();
  a.events = {7};
  c.events = {5};
  queue.refresh_all();
  run_all();
  EXPECT_EQ(order, "c5 a7 ");
}

TEST_F(EventQueueTest, EventsOfMaskedLinesDoNotInterrupt) {
  a.events = {10, 40};
  b.events = {20};
  c.events = {30};
  queue.add(a, 1u << 0);
  queue.add(b, 1u << 14);
  queue.add(c, 0);  // pulls no line
  EXPECT_EQ(queue.next_interrupting(), 10u);
  queue.set_masked(0x0001);
  EXPECT_EQ(queue.next(), 10u);
  EXPECT_EQ(queue.next_interrupting(), 20u);
  queue.set_masked(0xFFFF);
  EXPECT_EQ(queue.next_interrupting(), kNever);
  queue.set_masked(0xFFFE);
  a.events = {5, 40};
  queue.refresh(0);
  EXPECT_EQ(queue.next_interrupting(), 5u);
  run_all();
  EXPECT_EQ(order, "a5 b20 c30 a40 ");
  EXPECT_EQ(queue.next_interrupting(), kNever);
}

TEST_F(EventQueueTest, LinesNobodyKnowsAreNeverMasked) {
  a.events = {10};
  queue.add(a);
  queue.set_masked(0xFFFF);
  EXPECT_EQ(queue.next_interrupting(), 10u);
}

}  // namespace
}  // namespace strata
