// BusRtl between a master, the Wishbone memory and a slow device, in SystemC: what a whole access
// costs in cycles, and that a sleeping interconnect loses none.
#include "models/bus/bus_rtl.h"

#include <gtest/gtest.h>

#include <cstring>
#include <vector>

#include "models/machine/bus_map.h"
#include "models/machine/memory_map.h"
#include "models/memory/wb_memory.h"
#include "tests/rtl/bus/bus_ends.h"
#include "tests/rtl/bus/verilated_context.h"
#include "tests/support/fresh_simulation.h"

namespace strata {
namespace {

using test::kPeriod;

using test::Master;
using test::Slave;

class BusRtlTest : public testing::Test {
 protected:
  BusRtlTest() : ram(0x1000) {
    bus.master(0).request(cpu_request), master.request(cpu_request);
    bus.master(0).response(cpu_response), master.response(cpu_response);
    connect(STRATA_DEVICE_MEM, memory);
    connect(STRATA_DEVICE_VGA, vga);
    connect(STRATA_DEVICE_ATA, ata);
    connect(STRATA_DEVICE_PIC, pic);
    connect(STRATA_DEVICE_PIT, pit);
    connect(STRATA_DEVICE_UART, uart);
    connect(STRATA_DEVICE_DEBUG, debug);
    connect(STRATA_DEVICE_PV, pv);
    connect(STRATA_DEVICE_RTC, rtc);
    connect(STRATA_DEVICE_KEYBOARD, keyboard);
    bus.master(1).request(pv_request);  // at rest
    bus.master(1).response(pv_response);
    for (std::uint32_t i = 0; i < 16; ++i) std::memcpy(ram.data() + 4 * i, &i, sizeof i);
  }

  template <typename Device>
  void connect(unsigned i, Device& device) {
    BusRtl::SlavePort& port = bus.slave(i);
    port.request(requests[i]), device.request(requests[i]);
    port.response(responses[i]), device.response(responses[i]);
  }

  WishboneRequest read_of(std::uint8_t tga, std::uint32_t adr, bool burst = false) {
    return {.adr = adr,
            .sel = 0xF,
            .tga = tga,
            .cti = burst ? kCtiIncrementing : kCtiClassic,
            .bte = burst ? kBteWrap4 : std::uint8_t{0},
            .cyc = true,
            .stb = true};
  }

  void run(double cycles) { sc_core::sc_start(kPeriod * cycles); }

  // Cycles from raising request i to sampling answer i, where each request has one answer.
  Cycle took(std::size_t i) { return master.answers.at(i).cycle - master.issued.at(i); }

  test::FreshSimulation simulation;
  test::OwnedContext context = test::new_context();
  std::vector<std::uint8_t> ram;
  ClockDriver clock{"clock", kPeriod};
  Master master{"master", clock};
  BusRtl bus{"bus", clock, context.get()};
  WbMemory memory{"memory", clock, MemoryMap(ram.data(), ram.size(), {}), 0};
  Slave vga{"vga", clock}, ata{"ata", clock}, pic{"pic", clock}, pit{"pit", clock},
      uart{"uart", clock}, debug{"debug", clock}, pv{"pv", clock}, rtc{"rtc", clock},
      keyboard{"keyboard", clock};
  sc_core::sc_signal<WishboneRequest> cpu_request{"cpu_request"};
  sc_core::sc_signal<WishboneResponse> cpu_response{"cpu_response"};
  sc_core::sc_signal<WishboneRequest> pv_request{"pv_request"};
  sc_core::sc_signal<WishboneResponse> pv_response{"pv_response"};
  sc_core::sc_vector<sc_core::sc_signal<WishboneRequest>> requests{"requests", BusModel::slaves()};
  sc_core::sc_vector<sc_core::sc_signal<WishboneResponse>> responses{"responses",
                                                                     BusModel::slaves()};
};

// Raised at edge 0, the bus samples at 1, the slave at 2, the bus its ack at 3, the master at 4.
TEST_F(BusRtlTest, AnAccessTakesFourCyclesAndTheSlavesWait) {
  master.queue = {read_of(kMemorySpace, 4), read_of(kIoSpace, 0x1F4)};
  ata.wait = 5;
  run(40);
  ASSERT_EQ(master.answers.size(), 2u);
  EXPECT_EQ(took(0), 4u);
  EXPECT_EQ(master.answers[0].dat, 1u);
  EXPECT_EQ(took(1), 9u);
  EXPECT_EQ(master.answers[1].dat, 4u);  // the offset in the ATA block
}

TEST_F(BusRtlTest, BackToBackReadsLoseNoCycleBetween) {
  for (std::uint32_t i = 0; i < 5; ++i) master.queue.push_back(read_of(kMemorySpace, 4 * i));
  run(40);
  ASSERT_EQ(master.answers.size(), 5u);
  for (std::size_t i = 1; i < 5; ++i) {
    EXPECT_EQ(master.answers[i].cycle - master.answers[i - 1].cycle, 4u);
    EXPECT_EQ(master.answers[i].dat, i);
  }
}

TEST_F(BusRtlTest, ABurstTakesSevenCyclesCriticalWordFirst) {
  master.queue = {read_of(kMemorySpace, 0x18, true), read_of(kMemorySpace, 0, true)};
  run(40);
  ASSERT_EQ(master.answers.size(), 8u);
  const std::vector<std::uint32_t> words = {6, 7, 4, 5, 0, 1, 2, 3};
  for (std::size_t i = 0; i < 8; ++i) {
    EXPECT_EQ(master.answers[i].dat, words[i]);
    EXPECT_EQ(master.answers[i].cycle - master.issued[i / 4], 4 + i % 4);
  }
}

// The RAM here is 1000h bytes long; a device says nothing of caching.
TEST_F(BusRtlTest, TheDataTagOfMemoryReachesTheMaster) {
  master.queue = {read_of(kMemorySpace, 0xFF0), read_of(kMemorySpace, 0x1000),
                  read_of(kMemorySpace, 0x18, true), read_of(kMemorySpace, 0xB8000)};
  run(60);
  std::vector<unsigned> tags;
  for (const Master::Answer& answer : master.answers) tags.push_back(answer.tgd);
  EXPECT_EQ(tags, (std::vector<unsigned>{kTgdCacheable, kTgdNone, kTgdCacheable, kTgdCacheable,
                                         kTgdCacheable, kTgdCacheable, kTgdNone}));
}

// Each so many cycles late, and nothing else: a burst is one access, a write is acknowledged while
// memory does not know of it yet, and the read behind it finds what it wrote.
TEST_F(BusRtlTest, AccessesThatAreDelayedAreLate) {
  constexpr unsigned kLate = 5;
  WishboneRequest write = read_of(kMemorySpace, 8);
  write.we = true;
  write.dat = 0x1234;
  master.queue = {read_of(kIoSpace, 0x1F4), read_of(kMemorySpace, 0x18, true), write, write,
                  read_of(kMemorySpace, 8)};
  bus.delay_accesses([] { return kLate; });
  run(80);
  ASSERT_EQ(master.answers.size(), 8u);
  EXPECT_EQ(took(0), 4 + kLate);
  for (std::size_t i = 0; i < 4; ++i) {
    EXPECT_EQ(master.answers[1 + i].cycle - master.issued[1], 4 + kLate + i);
  }
  EXPECT_EQ(master.answers[5].cycle - master.issued[2], 2u);
  EXPECT_EQ(master.answers[6].cycle - master.answers[5].cycle, 2 + kLate);
  EXPECT_EQ(master.answers[7].cycle - master.answers[6].cycle, 4 + 2 * kLate);
  EXPECT_EQ(master.answers[7].dat, 0x1234u);
  EXPECT_EQ(ata.seen.size(), 1u);
}

TEST_F(BusRtlTest, UnclaimedPortsTakeTwoCycles) {
  master.queue = {read_of(kIoSpace, 0x300)};
  run(10);
  ASSERT_EQ(master.answers.size(), 1u);
  EXPECT_EQ(took(0), 2u);
  EXPECT_EQ(master.answers[0].dat, 0xFFFFFFFFu);
}

TEST_F(BusRtlTest, InterruptAcknowledgeIsTaggedForThePic) {
  master.queue = {read_of(kInterruptAcknowledge, 0), read_of(kIoSpace, 0xA0)};
  run(20);
  ASSERT_EQ(pic.seen.size(), 2u);
  EXPECT_EQ(pic.seen[0].tga, kInterruptAcknowledge);
  EXPECT_EQ(pic.seen[1].tga, kIoSpace);
  EXPECT_EQ(pic.seen[1].adr, 4u);
}

TEST_F(BusRtlTest, ARequestAfterALongIdleTimeIsNotLost) {
  master.queue = {read_of(kMemorySpace, 0)};
  run(100);
  master.queue = {read_of(kIoSpace, 0x3D4)};
  run(20);
  ASSERT_EQ(master.answers.size(), 2u);
  EXPECT_EQ(took(1), 4u);
  EXPECT_EQ(vga.seen.size(), 1u);
  EXPECT_EQ(vga.seen[0].adr, 0x8014u);
}

}  // namespace
}  // namespace strata
