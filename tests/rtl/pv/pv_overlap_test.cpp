// What only the RTL knows, as the guest runs on meanwhile: calls and doorbells while something is
// under way (models/pv/pv_page.h, "The call" and "The ring").
#include <gtest/gtest.h>

#include "models/pv/pv_model.h"
#include "tests/rtl/bus/verilated_context.h"
#include "tests/rtl/pv/pv_bus.h"
#include "tests/rtl/pv/pv_rig.h"

namespace strata::test {
namespace {

class PvOverlap : public testing::Test, public PvRig {
 protected:
  PvOverlap() : PvRig(PvKind::kCore) {}

  /// Writes the number as two bus accesses.
  void begin(std::uint32_t number) {
    access({.adr = 0, .dat = number << 16, .sel = 0xC, .cyc = true, .stb = true, .we = true});
    access({.adr = 4, .dat = number >> 16, .sel = 0x3, .cyc = true, .stb = true, .we = true});
  }
  void read_port() { access({.adr = 0, .sel = 0xC, .cyc = true, .stb = true}); }

  void access(const WishboneRequest& request) {
    while (!model_.ack()) clock(request);
    clock(request);
  }
  void clock(const WishboneRequest& request = {}) {
    model_.clock(++now_, request, bus_.answer(model_.master()));
  }
  void finish() {
    while (!model_.idle()) clock();
  }
  void publish(const pv_transfer& descriptor) {
    page().ring[page().ring_head++ % STRATA_PV_RING_ENTRIES] = descriptor;
  }
  std::vector<std::string> calls() const {
    std::vector<std::string> all;
    for (const RecordedEvent& event : log.events) all.push_back(event.what);
    return all;
  }

  PvBus bus_{*this};
  OwnedContext context_ = new_context();
  Cycle now_ = 0;
  PvModel model_{context_.get(), "pv", kRamBytes, disk, {}, &log};
};

using Calls = std::vector<std::string>;

TEST_F(PvOverlap, ACallDuringACallIsDropped) {
  page().argument[0] = 0;
  page().argument[2] = 0x8000;
  begin(STRATA_PV_CALL_DISK_READ);
  begin(STRATA_PV_CALL_WAVES_ON);
  finish();
  EXPECT_EQ(calls(), Calls{"call 4 error 0"});
  begin(STRATA_PV_CALL_WAVES_ON);
  finish();
  EXPECT_EQ(calls(), (Calls{"call 4 error 0", "call 19 error 0"}));
}

TEST_F(PvOverlap, ACallDuringTheRingIsCarriedOutBetweenTwoDescriptors) {
  for (std::uint32_t i = 0; i < 3; ++i) publish({i, 1, 0x8000, STRATA_PV_READ});
  begin(STRATA_PV_CALL_RING);
  while (page().ring_tail == 0) clock();
  page().status = STRATA_PV_PENDING;
  begin(STRATA_PV_CALL_WAVES_ON);
  while (page().status == STRATA_PV_PENDING) clock();
  EXPECT_EQ(page().ring_tail, 2u);
  finish();
  EXPECT_EQ(page().ring_tail, 3u);
  EXPECT_EQ(calls(), (Calls{"call 19 error 0", "call 7 error 0 descriptors 3"}));
}

TEST_F(PvOverlap, DoorbellsDuringTheRingBecomeOne) {
  publish({0, 1, 0x8000, STRATA_PV_READ});
  begin(STRATA_PV_CALL_RING);
  for (int i = 0; i < 60; ++i) clock();  // head and tail have been read
  for (std::uint32_t i = 0; i < 3; ++i) {
    publish({i, 1, 0x8000, STRATA_PV_READ});
    begin(STRATA_PV_CALL_RING);
  }
  finish();
  EXPECT_EQ(page().ring_tail, 4u);
  EXPECT_EQ(calls(), (Calls{"call 7 error 0 descriptors 1", "call 7 error 0 descriptors 3"}));
}

TEST_F(PvOverlap, ADoorbellDuringACallIsAnsweredAfterIt) {
  publish({0, 1, 0x8000, STRATA_PV_READ});
  page().argument[0] = 0;
  page().argument[2] = 0x8000;
  begin(STRATA_PV_CALL_DISK_READ);
  begin(STRATA_PV_CALL_RING);
  finish();
  EXPECT_EQ(calls(), (Calls{"call 4 error 0", "call 7 error 0 descriptors 1"}));
}

// Read before the ring's end it lowers nothing, and what finishes later raises the line.
TEST_F(PvOverlap, TheLineRisesAtTheEndOfTheRing) {
  page().ring_interrupt = 1;
  publish({0, 1, 0x8000, STRATA_PV_READ});
  begin(STRATA_PV_CALL_RING);
  while (page().ring_tail == 0) {
    EXPECT_FALSE(model_.irq());
    read_port();
  }
  finish();
  EXPECT_TRUE(model_.irq());
  read_port();
  EXPECT_FALSE(model_.irq());
}

// A sector is 128 words, written one by one: what a bus of this machine takes at least.
TEST_F(PvOverlap, ItsCyclesAreThoseOfTheBus) {
  page().argument[0] = 0;
  page().argument[2] = 0x8000;
  const Cycle before = now_;
  begin(STRATA_PV_CALL_DISK_READ);
  finish();
  EXPECT_GE(now_ - before, 128u + 128u * 2);
}

}  // namespace
}  // namespace strata::test
