// rtl/bus/wb_interconnect.sv by itself: that it decodes as models/machine/bus_map.h says, byte by
// byte; latency in cycles, bursts.
#include <gtest/gtest.h>

#include <array>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "models/bus/bus_model.h"
#include "models/machine/bus_map.h"
#include "models/machine/memory_map.h"
#include "tests/rtl/bus/verilated_context.h"

namespace strata {
namespace {

constexpr std::uint8_t kMemory = 0;
constexpr std::uint8_t kIo = 1;
constexpr std::uint8_t kInta = 2;

constexpr unsigned kCpu = STRATA_MASTER_CPU;

std::string name_of(unsigned slave) {
  return slave == BusModel::kNoSlave ? "none" : machine_devices()[slave].name;
}

BusModel::Request read_of(std::uint8_t tga, std::uint32_t adr) {
  BusModel::Request request;
  request.adr = adr & ~3u;
  request.sel = 0xF;
  request.tga = tga;
  request.cyc = request.stb = true;
  return request;
}

/// Of the line in memory that the word at `adr` is in, that word first.
BusModel::Request burst_of(std::uint32_t adr) {
  BusModel::Request request = read_of(kMemory, adr);
  request.cti = kCtiIncrementing;
  request.bte = kBteWrap4;
  return request;
}

BusModel::Request write_of(std::uint8_t tga, std::uint32_t adr, std::uint8_t sel,
                           std::uint32_t dat) {
  BusModel::Request request = read_of(tga, adr);
  request.we = true;
  request.sel = sel;
  request.dat = dat;
  return request;
}

class WbInterconnect : public testing::Test {
 protected:
  // Samples `request`, tells where it went ("pic 4"; "none" is acked at once with all ones), and
  // ends the cycle.
  std::string where(const BusModel::Request& request) {
    bus.set_request(kCpu, request);
    bus.clock();
    const unsigned slave = bus.active();
    std::string place = name_of(slave);
    if (slave == BusModel::kNoSlave) {
      EXPECT_TRUE(bus.ack(kCpu));
      EXPECT_EQ(bus.dat(), 0xFFFFFFFFu);
    } else {
      const BusModel::Request wires = bus.slave_request(slave);
      place += ' ' + std::to_string(wires.adr);
      if (wires.tga == kInta) place += " inta";
      answer(slave, 0);
    }
    bus.clock();  // the master samples its ack
    bus.set_request(kCpu, {});
    EXPECT_FALSE(bus.ack(kCpu));
    EXPECT_TRUE(bus.idle());
    return place;
  }

  // The slave's ack is on its wires for one edge.
  void answer(unsigned slave, std::uint32_t dat, std::uint8_t tgd = kTgdNone) {
    bus.set_response(slave, {.dat = dat, .ack = true, .tgd = tgd});
    bus.clock();
    bus.set_response(slave, {});
  }

  test::OwnedContext context = test::new_context();
  BusModel bus{context.get(), "bus"};
};

// The word of ports 60 and 61 is two devices', as the next test says.
TEST_F(WbInterconnect, EveryPortWindowStartsAndEndsWhereTheMapSays) {
  const std::vector<std::pair<std::uint32_t, std::string>> expected = {
      {0x1C, "none"},       {0x20, "pic 0"},      {0x24, "none"},       {0x3C, "none"},
      {0x40, "pit 0"},      {0x44, "none"},       {0x64, "keyboard 4"}, {0x68, "none"},
      {0x6C, "none"},       {0x70, "rtc 0"},      {0x74, "none"},       {0x7C, "none"},
      {0x80, "debug 0"},    {0x84, "none"},       {0x9C, "none"},       {0xA0, "pic 4"},
      {0xA4, "none"},       {0xE4, "none"},       {0xE9, "debug 4"},    {0xEC, "none"},
      {0xF0, "none"},       {0xF4, "debug 8"},    {0xF8, "none"},       {0x1EC, "none"},
      {0x1F0, "ata 0"},     {0x1F7, "ata 4"},     {0x1F8, "none"},      {0x3BC, "none"},
      {0x3C0, "vga 32768"}, {0x3D4, "vga 32788"}, {0x3DC, "vga 32796"}, {0x3E0, "none"},
      {0x3F0, "none"},      {0x3F6, "ata 8"},     {0x3F8, "uart 0"},    {0x3FC, "uart 4"},
      {0x400, "none"},      {0xABB4, "none"},     {0xABB8, "pv 0"},     {0xABBC, "pv 4"},
      {0xABC0, "none"},     {0xFFFC, "none"},
  };
  for (const auto& [port, place] : expected) {
    EXPECT_EQ(where(read_of(kIo, port)), place) << std::hex << port;
  }
}

TEST_F(WbInterconnect, TheTextWindowIsCutOutOfMemory) {
  EXPECT_EQ(where(read_of(kMemory, 0)), "mem 0");
  EXPECT_EQ(where(read_of(kMemory, 0x1F0)), "mem 496");
  EXPECT_EQ(where(read_of(kMemory, 0xB7FFC)), "mem 753660");
  EXPECT_EQ(where(read_of(kMemory, 0xB8000)), "vga 0");
  EXPECT_EQ(where(read_of(kMemory, 0xBFFFC)), "vga 32764");
  EXPECT_EQ(where(read_of(kMemory, 0xC0000)), "mem 786432");
  EXPECT_EQ(where(read_of(kMemory, 0x1B8000)), "mem 1802240");
  EXPECT_EQ(where(read_of(kMemory, 0xFFFFFFF0)), "mem 4294967280");
}

TEST_F(WbInterconnect, InterruptAcknowledgeGoesToThePic) {
  EXPECT_EQ(where(read_of(kInta, 0)), "pic 0 inta");
  EXPECT_EQ(where(read_of(kIo, 0x20)), "pic 0");
}

// Each byte of the dwords from 0 to 1000h and around ABBAh, by itself.
TEST_F(WbInterconnect, EveryPortIsWhereTheMapHasIt) {
  for (std::uint32_t port = 0; port < 0x10000; port = port == 0x1000 ? 0xABB0 : port + 1) {
    if (port == 0xABC0) break;
    BusModel::Request request = read_of(kIo, port);
    request.sel = static_cast<std::uint8_t>(1u << port % 4);
    const BusWindow* window = machine_bus_map().find(kIoSpace, port);
    const std::string expected =
        window == nullptr
            ? "none"
            : name_of(window->device) + ' ' + std::to_string(window->offset_of(port) & ~3u);
    ASSERT_EQ(where(request), expected) << std::hex << port;
  }
}

TEST_F(WbInterconnect, AWriteCarriesItsLanesAndData) {
  bus.set_request(kCpu, write_of(kIo, 0x3D4, 0b0110, 0xAABBCCDD));
  bus.clock();
  ASSERT_EQ(bus.active(), STRATA_DEVICE_VGA);
  const BusModel::Request wires = bus.slave_request(STRATA_DEVICE_VGA);
  EXPECT_TRUE(wires.we);
  EXPECT_EQ(wires.sel, 0b0110);
  EXPECT_EQ(wires.dat, 0xAABBCCDDu);
}

TEST_F(WbInterconnect, ALaterRequestDoesNotDisturbTheOneInProgress) {
  test::allow_breaches(*context);
  bus.set_request(kCpu, write_of(kMemory, 0x1000, 0xF, 1));
  bus.clock();
  bus.set_request(kCpu, write_of(kMemory, 0x2000, 0x3, 2));
  bus.clock();
  EXPECT_EQ(bus.slave_request(STRATA_DEVICE_MEM).adr, 0x1000u);
  EXPECT_EQ(bus.slave_request(STRATA_DEVICE_MEM).dat, 1u);
}

// Edges: n samples the request, m samples the slave's ack, m + 1 is the master sampling it, m + 2
// samples the next request.
TEST_F(WbInterconnect, RequestAndAckEachTakeOneEdge) {
  bus.set_request(kCpu, read_of(kMemory, 0x1234));
  EXPECT_EQ(bus.active(), BusModel::kNoSlave);
  bus.clock();  // edge n
  EXPECT_EQ(bus.active(), STRATA_DEVICE_MEM);
  EXPECT_FALSE(bus.ack(kCpu));
  bus.clock();  // the slave takes its time
  EXPECT_EQ(bus.active(), STRATA_DEVICE_MEM);
  EXPECT_FALSE(bus.ack(kCpu));
  answer(STRATA_DEVICE_MEM, 0x12345678);  // edge m
  EXPECT_TRUE(bus.ack(kCpu));
  EXPECT_EQ(bus.dat(), 0x12345678u);
  EXPECT_EQ(bus.active(), BusModel::kNoSlave);
  bus.clock();  // edge m + 1: the master's strobe is still up and must not count again
  EXPECT_FALSE(bus.ack(kCpu));
  EXPECT_EQ(bus.active(), BusModel::kNoSlave);
  bus.set_request(kCpu, read_of(kMemory, 0x5678));
  bus.clock();  // edge m + 2
  EXPECT_EQ(bus.active(), STRATA_DEVICE_MEM);
  EXPECT_EQ(bus.slave_request(STRATA_DEVICE_MEM).adr, 0x5678u);
}

// Edges: n samples the write and acknowledges it, n + 1 is the master sampling the ack and memory
// the word, n + 2 samples memory's ack and the next request.
TEST_F(WbInterconnect, AWriteToMemoryIsPosted) {
  bus.set_request(kCpu, write_of(kMemory, 0x1000, 0xF, 1));
  bus.clock();  // edge n
  EXPECT_TRUE(bus.ack(kCpu));
  ASSERT_EQ(bus.active(), STRATA_DEVICE_MEM);
  EXPECT_EQ(bus.slave_request(STRATA_DEVICE_MEM).dat, 1u);
  bus.clock();  // edge n + 1: the old request does not count again
  EXPECT_FALSE(bus.ack(kCpu));
  EXPECT_EQ(bus.slave_request(STRATA_DEVICE_MEM).dat, 1u);

  bus.set_request(kCpu, write_of(kMemory, 0x1004, 0x3, 2));
  answer(STRATA_DEVICE_MEM, 0);  // edge n + 2
  EXPECT_TRUE(bus.ack(kCpu));
  ASSERT_EQ(bus.active(), STRATA_DEVICE_MEM);
  EXPECT_EQ(bus.slave_request(STRATA_DEVICE_MEM).adr, 0x1004u);
  EXPECT_EQ(bus.slave_request(STRATA_DEVICE_MEM).dat, 2u);
  bus.clock();

  bus.set_request(kCpu, read_of(kMemory, 0x1000));
  bus.clock();  // memory takes its time, and the read waits
  EXPECT_TRUE(bus.slave_request(STRATA_DEVICE_MEM).we);
  answer(STRATA_DEVICE_MEM, 0);
  EXPECT_FALSE(bus.ack(kCpu));
  ASSERT_EQ(bus.active(), STRATA_DEVICE_MEM);
  EXPECT_FALSE(bus.slave_request(STRATA_DEVICE_MEM).we);
  answer(STRATA_DEVICE_MEM, 7);
  EXPECT_TRUE(bus.ack(kCpu));
  EXPECT_EQ(bus.dat(), 7u);
}

// What a device does when it is written is done by the time its master goes on.
TEST_F(WbInterconnect, AWriteToADeviceIsNotPosted) {
  for (const BusModel::Request& request :
       {write_of(kMemory, 0xB8000, 0xF, 1), write_of(kIo, 0x1F0, 0x3, 1)}) {
    bus.set_request(kCpu, request);
    bus.clock();
    EXPECT_FALSE(bus.ack(kCpu));
    const unsigned slave = bus.active();
    ASSERT_NE(slave, BusModel::kNoSlave);
    answer(slave, 0);
    EXPECT_TRUE(bus.ack(kCpu));
    bus.clock();
  }
}

TEST_F(WbInterconnect, UnclaimedPortsAreAckedOneEdgeAfterTheRequest) {
  bus.set_request(kCpu, write_of(kIo, 0xABC0, 0xF, 1));
  bus.clock();
  EXPECT_TRUE(bus.ack(kCpu));
  EXPECT_EQ(bus.active(), BusModel::kNoSlave);
  bus.clock();
  EXPECT_FALSE(bus.ack(kCpu));
  EXPECT_TRUE(bus.idle());
}

TEST_F(WbInterconnect, AnotherSlavesAckIsIgnored) {
  test::allow_breaches(*context);
  bus.set_request(kCpu, read_of(kIo, 0x1F0));
  bus.clock();
  bus.set_response(STRATA_DEVICE_MEM, {.dat = 1, .ack = true});
  bus.clock();
  EXPECT_FALSE(bus.ack(kCpu));
  EXPECT_EQ(bus.active(), STRATA_DEVICE_ATA);
}

TEST_F(WbInterconnect, EverySlavesAnswerReachesTheMaster) {
  const std::vector<std::pair<BusModel::Request, unsigned>> accesses = {
      {read_of(kMemory, 0), STRATA_DEVICE_MEM},  {read_of(kMemory, 0xB8000), STRATA_DEVICE_VGA},
      {read_of(kIo, 0x1F0), STRATA_DEVICE_ATA},  {read_of(kIo, 0x20), STRATA_DEVICE_PIC},
      {read_of(kIo, 0x40), STRATA_DEVICE_PIT},   {read_of(kIo, 0x3F8), STRATA_DEVICE_UART},
      {read_of(kIo, 0x80), STRATA_DEVICE_DEBUG}, {read_of(kIo, 0xABBC), STRATA_DEVICE_PV}};
  std::uint32_t dat = 0xC0DE0000;
  for (const auto& [request, slave] : accesses) {
    bus.set_request(kCpu, request);
    bus.clock();
    ASSERT_EQ(bus.active(), slave);
    answer(slave, ++dat);
    EXPECT_TRUE(bus.ack(kCpu)) << name_of(slave);
    // Of ports 20h to 23h the controller has two, of 80h to 83h the debug ports have one, of ABBCh
    // to ABBFh the paravirtual interface has two.
    const bool two = slave == STRATA_DEVICE_PIC || slave == STRATA_DEVICE_PV;
    const std::uint32_t nobodys = two ? 0xFFFF0000 : slave == STRATA_DEVICE_DEBUG ? 0xFFFFFF00 : 0;
    EXPECT_EQ(bus.dat(), dat | nobodys) << name_of(slave);
    bus.clock();
    bus.set_request(kCpu, {});
  }
}

TEST_F(WbInterconnect, BurstRelaysFourAcksOneACycle) {
  BusModel::Request burst = burst_of(0x1008);
  bus.set_request(kCpu, burst);
  bus.clock();
  EXPECT_EQ(bus.slave_request(STRATA_DEVICE_MEM).cti, 2);
  EXPECT_EQ(bus.slave_request(STRATA_DEVICE_MEM).bte, 1);
  EXPECT_EQ(bus.slave_request(STRATA_DEVICE_MEM).adr, 0x1008u);
  for (std::uint32_t word = 0; word < 4; ++word) {
    ASSERT_EQ(bus.active(), STRATA_DEVICE_MEM) << word;
    bus.set_response(STRATA_DEVICE_MEM, {.dat = 100 + word, .ack = true, .tgd = kTgdCacheable});
    bus.clock();
    EXPECT_TRUE(bus.ack(kCpu));
    EXPECT_EQ(bus.dat(), 100 + word);
  }
  EXPECT_EQ(bus.active(), BusModel::kNoSlave);
  bus.set_response(STRATA_DEVICE_MEM, {});
  bus.clock();
  EXPECT_FALSE(bus.ack(kCpu));
  EXPECT_TRUE(bus.idle());
}

TEST_F(WbInterconnect, BurstMayPauseBetweenAcks) {
  BusModel::Request burst = burst_of(0x1000);
  bus.set_request(kCpu, burst);
  bus.clock();
  for (std::uint32_t word = 0; word < 4; ++word) {
    answer(STRATA_DEVICE_MEM, word, kTgdCacheable);
    EXPECT_TRUE(bus.ack(kCpu));
    bus.clock();
    EXPECT_FALSE(bus.ack(kCpu));
  }
  EXPECT_TRUE(bus.idle());
}

// Wishbone B4, 3.1.4: a tag goes with its data. What one access said does not stay for the next.
TEST_F(WbInterconnect, TheDataTagIsOfTheSlaveThatAcknowledges) {
  for (const std::uint8_t tag : {kTgdCacheable, kTgdNone, kTgdFixed}) {
    bus.set_request(kCpu, read_of(kMemory, 0x1000));
    bus.clock();
    answer(STRATA_DEVICE_MEM, 1, tag);
    ASSERT_TRUE(bus.ack(kCpu));
    EXPECT_EQ(bus.tgd(), tag);
    bus.clock();
  }
  // Another slave's tag stands on its wire.
  bus.set_response(STRATA_DEVICE_MEM, {.tgd = kTgdCacheable});
  bus.set_request(kCpu, read_of(kMemory, 0xB8000));
  bus.clock();
  answer(STRATA_DEVICE_VGA, 1);
  ASSERT_TRUE(bus.ack(kCpu));
  EXPECT_EQ(bus.tgd(), kTgdNone);
}

// What may not be cached is one word: the slave has said so, and master and interconnect end there.
TEST_F(WbInterconnect, ABurstEndsWithAFirstWordThatMayNotBeCached) {
  BusModel::Request burst = burst_of(0x1008);
  burst.sel = 0x2;
  bus.set_request(kCpu, burst);
  bus.clock();
  bus.set_response(STRATA_DEVICE_MEM, {.dat = 0x12345678, .ack = true});
  bus.clock();
  ASSERT_TRUE(bus.ack(kCpu));
  EXPECT_EQ(bus.tgd(), kTgdNone);
  EXPECT_EQ(bus.active(), BusModel::kNoSlave);
}

TEST_F(WbInterconnect, EachWordOfABurstHasItsTag) {
  BusModel::Request burst = burst_of(0x1008);
  bus.set_request(kCpu, burst);
  bus.clock();
  for (const std::uint8_t tag : {kTgdCacheable, kTgdNone, kTgdFixed, kTgdCacheable}) {
    bus.set_response(STRATA_DEVICE_MEM, {.ack = true, .tgd = tag});
    bus.clock();
    ASSERT_TRUE(bus.ack(kCpu));
    EXPECT_EQ(bus.tgd(), tag);
  }
}

TEST_F(WbInterconnect, WhatNobodyOwnsMayNotBeCached) {
  bus.set_request(kCpu, read_of(kMemory, 0x1000));
  bus.clock();
  answer(STRATA_DEVICE_MEM, 1, kTgdCacheable);
  bus.clock();
  bus.set_request(kCpu, read_of(kIo, 0xABC0));
  bus.clock();
  ASSERT_TRUE(bus.ack(kCpu));
  EXPECT_EQ(bus.tgd(), kTgdNone);
}

TEST_F(WbInterconnect, OtherCycleTypesAreClassic) {
  BusModel::Request request = read_of(kMemory, 0x1000);
  request.cti = 2;
  request.bte = 0;  // linear
  bus.set_request(kCpu, request);
  bus.clock();
  EXPECT_EQ(bus.slave_request(STRATA_DEVICE_MEM).cti, 0);
  answer(STRATA_DEVICE_MEM, 1);
  EXPECT_EQ(bus.active(), BusModel::kNoSlave);
  bus.clock();

  request.bte = 1;
  request.we = true;
  bus.set_request(kCpu, request);
  bus.clock();
  EXPECT_EQ(bus.slave_request(STRATA_DEVICE_MEM).cti, 0);
  answer(STRATA_DEVICE_MEM, 1);
  EXPECT_EQ(bus.active(), BusModel::kNoSlave);
}

}  // namespace
}  // namespace strata
