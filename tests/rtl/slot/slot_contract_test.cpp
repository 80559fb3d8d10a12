// What every device in a slot has to keep to, whatever it does: the handshake of the bus, and that
// it can be left alone when it says so. Random accesses to its registers, on the RTL clocked in
// every cycle and on the RTL as software engines clock it (models/slot/slot_device.h), give the
// same data and interrupts. --gtest_random_seed=N makes others (scripts/fuzz).
#include <gtest/gtest.h>

#include <algorithm>
#include <ostream>
#include <random>
#include <utility>
#include <vector>

#include "models/slot/slot_device.h"
#include "models/slot/slot_list.h"

namespace strata {

void PrintTo(const Slot& slot, std::ostream* out) {
  *out << slot.name;
}

namespace {

/// Clocks in which a device answers an access.
constexpr unsigned kMostClocks = 4096;
constexpr unsigned kAccesses = 4000;

struct Access {
  std::uint32_t offset;
  unsigned bytes;
  bool write;
  std::uint32_t value;
};

std::uint32_t low(std::uint32_t value, unsigned bytes) {
  return bytes == 4 ? value : value & ((1u << (8 * bytes)) - 1);
}

WishboneRequest request_of(const Access& access, WishboneSpace space) {
  const unsigned lane = access.offset % 4;
  WishboneRequest request;
  request.adr = access.offset - lane;
  request.dat = access.value << (8 * lane);
  request.sel = static_cast<std::uint8_t>(((1u << access.bytes) - 1) << lane);
  request.tga = space;
  request.cyc = request.stb = true;
  request.we = access.write;
  return request;
}

class SlotContract : public testing::TestWithParam<Slot> {
 protected:
  Access random_access() {
    const BusWindow& window = GetParam().window;
    const std::uint32_t size = window.last - window.first + 1;
    Access access{};
    access.bytes = 1u << random() % 3;
    while (access.bytes > size) access.bytes /= 2;
    access.offset = window.offset + random() % (size / access.bytes) * access.bytes;
    if (access.offset % 4 + access.bytes > 4) access.bytes = 1;
    access.write = random() % 2 != 0;
    // Small values as often as large ones: counts and enables are small.
    access.value = low(random() >> random() % 32, access.bytes);
    return access;
  }

  std::uint32_t random() { return static_cast<std::uint32_t>(random_()); }

  std::mt19937 random_{20261128u + static_cast<unsigned>(GTEST_FLAG_GET(random_seed))};
  std::shared_ptr<VerilatedContext> context = new_verilated_context();
  std::unique_ptr<SlotModel> rtl = GetParam().make(context.get(), GetParam().name);
};

// Wishbone B4, 3.2: ack answers a strobe, and the cycle ends with it, at the edge that samples
// both.
TEST_P(SlotContract, AnswersEveryAccessOnce) {
  for (unsigned i = 0; i < 1000; ++i) {
    const WishboneRequest request = request_of(random_access(), GetParam().window.space);
    unsigned clocks = 0;
    do {
      rtl->clock(request);
    } while (!rtl->ack() && ++clocks < kMostClocks);
    ASSERT_TRUE(rtl->ack()) << "offset " << request.adr << ": no answer";
    rtl->clock(request);
    ASSERT_FALSE(rtl->ack()) << "offset " << request.adr << ": acknowledged twice";
    for (unsigned quiet = 0; quiet < 4; ++quiet) {
      rtl->clock({});
      ASSERT_FALSE(rtl->ack()) << "offset " << request.adr << ": acknowledged without a strobe";
    }
  }
}

/// A change of the interrupt line: at which edge.
using Edge = std::pair<Cycle, bool>;

/// The device as it is in the cycle-accurate machine, clocked in every cycle.
class EveryCycle {
 public:
  explicit EveryCycle(SlotModel& rtl) : rtl_(rtl) {}

  void run_to(Cycle cycle) {
    while (cycle_ < cycle) clock({});
  }

  std::uint32_t access(const WishboneRequest& request) {
    do {
      clock(request);
    } while (!rtl_.ack());
    const std::uint32_t word = rtl_.dat();
    clock(request);  // the master samples the ack
    clock({});
    return word;
  }

  Cycle cycle() const { return cycle_; }
  std::vector<Edge> edges;

 private:
  void clock(const WishboneRequest& request) {
    rtl_.clock(request);
    ++cycle_;
    if (rtl_.irq() == level_) return;
    level_ = rtl_.irq();
    edges.push_back({cycle_, level_});
  }

  SlotModel& rtl_;
  Cycle cycle_ = 0;
  bool level_ = false;
};

TEST_P(SlotContract, IsTheSameWhenItIsClockedOnlyWhereItMustBe) {
  EveryCycle reference(*rtl);
  std::vector<Edge> edges;
  Cycle now = 0;
  bool in_access = false;
  SlotDevice device(GetParam(), [&](bool level) {
    // Within an access the software machine's time stands still; the order is what counts.
    edges.push_back({in_access ? 0 : now, level});
  });
  for (unsigned i = 0; i < kAccesses; ++i) {
    const Cycle next = reference.cycle() + (random() % 8 == 0 ? random() % 3000 : random() % 8);
    unsigned events = 0;
    while (device.next_event() <= next && ++events < 100000) {
      now = device.next_event();
      device.advance(now);
    }
    now = next;
    device.advance(now);
    reference.run_to(next);
    ASSERT_EQ(edges, reference.edges) << "before access " << i << " at cycle " << next;
    edges.clear();
    reference.edges.clear();

    const Access access = random_access();
    const WishboneRequest request = request_of(access, GetParam().window.space);
    const std::uint32_t word = reference.access(request) >> (8 * (access.offset % 4));
    in_access = true;
    if (access.write) {
      device.write(access.offset, access.bytes, access.value, now);
    } else {
      ASSERT_EQ(device.read(access.offset, access.bytes, now), low(word, access.bytes))
          << "offset " << access.offset << ", " << access.bytes << " bytes, cycle " << now;
    }
    in_access = false;
    for (Edge& edge : reference.edges) edge.first = 0;
    ASSERT_EQ(edges, reference.edges) << "in access " << i << " at cycle " << now;
    edges.clear();
    reference.edges.clear();
  }
}

/// Drives the device up to `now`, event by event.
void advance_to(SlotDevice& device, Cycle now) {
  unsigned events = 0;
  while (device.next_event() <= now && ++events < 100000) device.advance(device.next_event());
  device.advance(now);
}

std::uint32_t perform(SlotDevice& device, const Access& access, Cycle now) {
  if (!access.write) return device.read(access.offset, access.bytes, now);
  device.write(access.offset, access.bytes, access.value, now);
  return 0;
}

// From the software machine to the software machine and to the cycle-accurate one's model.
TEST_P(SlotContract, GoesOnFromASavedState) {
  std::vector<bool> levels, other_levels;
  SlotDevice device(GetParam(), [&](bool level) { levels.push_back(level); });
  SlotDevice other(GetParam(), [&](bool level) { other_levels.push_back(level); });
  Cycle now = 0;
  for (unsigned i = 0; i < kAccesses / 4; ++i) {
    now += kMostClocks + (random() % 8 == 0 ? random() % 3000 : random() % 8);
    advance_to(device, now);
    if (i % 50 == 0) {
      for (unsigned n = 0; n < 5; ++n) perform(other, random_access(), now);  // to be forgotten
      const StateBytes saved = device.save(now);
      ASSERT_TRUE(other.load(saved, now));
      ASSERT_TRUE(rtl->load_state(saved));
      ASSERT_EQ(rtl->state(), saved);
      levels.clear(), other_levels.clear();
    } else {
      advance_to(other, now);
    }
    const Access access = random_access();
    ASSERT_EQ(perform(device, access, now), perform(other, access, now)) << "access " << i;
    ASSERT_EQ(levels, other_levels) << "access " << i;
  }
}

INSTANTIATE_TEST_SUITE_P(Slots, SlotContract, testing::ValuesIn(slots().begin(), slots().end()),
                         [](const auto& slot) { return slot.param.name; });

}  // namespace
}  // namespace strata
