// BusMap: every window of the machine, byte by byte, and the rule by which an access is cut.
#include "models/machine/bus_map.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "models/base/engine_bus.h"
#include "models/machine/memory_map.h"

namespace strata {
namespace {

// Where a byte ends up: "pic 4", or "none".
std::string where(WishboneSpace space, std::uint32_t address) {
  const BusWindow* window = machine_bus_map().find(space, address);
  if (window == nullptr) return "none";
  return std::string(machine_devices()[window->device].name) + ' ' +
         std::to_string(window->offset_of(address));
}

TEST(MachineBusMap, EveryPortWindowStartsAndEndsWhereAPcHasIt) {
  const std::vector<std::pair<std::uint32_t, std::string>> expected = {
      {0x1F, "none"},    {0x20, "pic 0"},      {0x21, "pic 1"},      {0x22, "none"},
      {0x3F, "none"},    {0x40, "pit 0"},      {0x43, "pit 3"},      {0x44, "none"},
      {0x5F, "none"},    {0x60, "keyboard 0"}, {0x61, "pit 5"},      {0x62, "none"},
      {0x63, "none"},    {0x64, "keyboard 4"}, {0x65, "none"},       {0x6F, "none"},
      {0x70, "rtc 0"},   {0x71, "rtc 1"},      {0x72, "none"},       {0x7F, "none"},
      {0x80, "debug 0"}, {0x81, "none"},       {0x9F, "none"},       {0xA0, "pic 4"},
      {0xA1, "pic 5"},   {0xA2, "none"},       {0xE8, "none"},       {0xE9, "debug 5"},
      {0xEA, "none"},    {0xF3, "none"},       {0xF4, "debug 8"},    {0xF5, "none"},
      {0x1EF, "none"},   {0x1F0, "ata 0"},     {0x1F7, "ata 7"},     {0x1F8, "none"},
      {0x3BF, "none"},   {0x3C0, "vga 32768"}, {0x3DF, "vga 32799"}, {0x3E0, "none"},
      {0x3F5, "none"},   {0x3F6, "ata 10"},    {0x3F7, "ata 11"},    {0x3F8, "uart 0"},
      {0x3FF, "uart 7"}, {0x400, "none"},      {0xABB9, "none"},     {0xABBA, "pv 2"},
      {0xABBD, "pv 5"},  {0xABBE, "none"},     {0xFFFF, "none"},
  };
  for (const auto& [port, place] : expected) {
    EXPECT_EQ(where(kIoSpace, port), place) << std::hex << port;
  }
}

TEST(MachineBusMap, TheTextWindowIsCutOutOfMemory) {
  EXPECT_EQ(where(kMemorySpace, 0), "none");
  EXPECT_EQ(where(kMemorySpace, 0xB7FFF), "none");
  EXPECT_EQ(where(kMemorySpace, 0xB8000), "vga 0");
  EXPECT_EQ(where(kMemorySpace, 0xBFFFF), "vga 32767");
  EXPECT_EQ(where(kMemorySpace, 0xC0000), "none");
  EXPECT_EQ(where(kMemorySpace, 0xFFFFFFFF), "none");
  ASSERT_GE(machine_bus_map().memory_windows().size(), 1u);
  EXPECT_EQ(machine_bus_map().memory_windows()[0]->first, 0xB8000u);
}

TEST(MachineBusMap, DevicesPullTheLinesOfAPc) {
  EXPECT_EQ(machine_devices()[STRATA_DEVICE_PIT].irq, 0);
  EXPECT_EQ(machine_devices()[STRATA_DEVICE_UART].irq, 4);
  EXPECT_EQ(machine_devices()[STRATA_DEVICE_ATA].irq, 14);
  EXPECT_EQ(machine_devices()[STRATA_DEVICE_VGA].irq, -1);
  EXPECT_EQ(machine_devices()[STRATA_DEVICE_PV].irq, 11);
  EXPECT_EQ(machine_devices()[STRATA_DEVICE_RTC].irq, 8);
  EXPECT_EQ(machine_devices()[STRATA_DEVICE_KEYBOARD].irq, 1);
}

struct Part {
  int device;           // -1: in no window
  std::uint32_t place;  // the offset, or the address where it is in no window
  unsigned bytes;
  bool operator==(const Part&) const = default;
};

std::ostream& operator<<(std::ostream& out, const Part& part) {
  return out << part.device << '@' << part.place << '/' << part.bytes;
}

// A keyboard controller at 60h and 64h with a system port at 61h between, as on a PC; a floppy and
// a disk at 3F6h and 3F7h; a device of three dwords in memory.
constexpr BusWindow kPc[] = {
    {kIoSpace, 0x60, 0x60, 0, 1},         {kIoSpace, 0x61, 0x61, 1, 2},
    {kIoSpace, 0x64, 0x64, 4, 1},         {kIoSpace, 0x3F6, 0x3F6, 10, 3},
    {kIoSpace, 0x3F7, 0x3F7, 3, 4},       {kIoSpace, 0x1F0, 0x1F7, 0, 3},
    {kMemorySpace, 0x1000, 0x100B, 0, 5},
};

class BusMapParts : public testing::Test {
 protected:
  std::vector<Part> parts(WishboneSpace space, std::uint32_t address, unsigned bytes) {
    std::vector<Part> result;
    map.for_each_part(
        space, address, bytes, [&](const BusWindow* window, std::uint32_t at, unsigned count) {
          result.push_back(
              window ? Part{static_cast<int>(window->device), window->offset_of(at), count}
                     : Part{-1, at, count});
        });
    return result;
  }

  BusMap map{kPc};
};

TEST_F(BusMapParts, TwoDevicesInOneDwordEachGetTheirBytes) {
  EXPECT_EQ(parts(kIoSpace, 0x60, 2), (std::vector<Part>{{1, 0, 1}, {2, 1, 1}}));
  EXPECT_EQ(parts(kIoSpace, 0x60, 4), (std::vector<Part>{{1, 0, 1}, {2, 1, 1}, {-1, 0x62, 2}}));
  EXPECT_EQ(parts(kIoSpace, 0x3F6, 2), (std::vector<Part>{{3, 10, 1}, {4, 3, 1}}));
  EXPECT_EQ(parts(kIoSpace, 0x3F4, 4), (std::vector<Part>{{-1, 0x3F4, 2}, {3, 10, 1}, {4, 3, 1}}));
}

TEST_F(BusMapParts, AnAccessAcrossADwordIsCutThere) {
  EXPECT_EQ(parts(kIoSpace, 0x1F2, 4), (std::vector<Part>{{3, 2, 2}, {3, 4, 2}}));
  EXPECT_EQ(parts(kIoSpace, 0x1F3, 2), (std::vector<Part>{{3, 3, 1}, {3, 4, 1}}));
  EXPECT_EQ(parts(kIoSpace, 0x1EE, 4), (std::vector<Part>{{-1, 0x1EE, 2}, {3, 0, 2}}));
  EXPECT_EQ(parts(kMemorySpace, 0x1006, 4), (std::vector<Part>{{5, 6, 2}, {5, 8, 2}}));
}

// A dword has byte enables for any bytes side by side (Intel486 Hardware Reference Manual, 4.1.5).
TEST_F(BusMapParts, ThreeBytesOfADwordAreOneAccess) {
  EXPECT_EQ(parts(kIoSpace, 0x1F1, 4), (std::vector<Part>{{3, 1, 3}, {3, 4, 1}}));
  EXPECT_EQ(parts(kIoSpace, 0x1F4, 3), (std::vector<Part>{{3, 4, 3}}));
}

// What an engine makes one access of (EngineBus), a device of one window gets as one, too.
TEST_F(BusMapParts, WhatEnginesHandOverIsNotCutInAWindow) {
  for (std::uint32_t port = 0x1F0; port < 0x1F8; ++port) {
    for (unsigned left = 1; left <= 8; ++left) {
      const unsigned piece = bus_piece(port, left);
      EXPECT_EQ(piece, std::min(left, 4 - port % 4));
      EXPECT_EQ(parts(kIoSpace, port, piece), (std::vector<Part>{{3, port - 0x1F0, piece}}));
    }
  }
}

TEST_F(BusMapParts, MemoryAndAWindowShareAnAccess) {
  EXPECT_EQ(parts(kMemorySpace, 0xFFE, 4), (std::vector<Part>{{-1, 0xFFE, 2}, {5, 0, 2}}));
  EXPECT_EQ(parts(kMemorySpace, 0x100A, 4), (std::vector<Part>{{5, 10, 2}, {-1, 0x100C, 2}}));
}

TEST_F(BusMapParts, SpacesWrap) {
  EXPECT_EQ(parts(kIoSpace, 0xFFFE, 4), (std::vector<Part>{{-1, 0xFFFE, 2}, {-1, 0, 2}}));
  EXPECT_EQ(parts(kMemorySpace, 0xFFFFFFFE, 4),
            (std::vector<Part>{{-1, 0xFFFFFFFE, 2}, {-1, 0, 2}}));
}

}  // namespace
}  // namespace strata
