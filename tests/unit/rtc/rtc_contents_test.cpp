// What BIOSes find in the clock's memory at power-on: the addresses SeaBIOS reads (src/hw/rtc.h)
// and those of an AT.
#include "models/rtc/rtc_contents.h"

#include <gtest/gtest.h>

namespace strata {
namespace {

constexpr std::uint64_t kMiB = 1 << 20;

unsigned word(const RtcState& state, unsigned at) {
  return state.bytes[at] | state.bytes[at + 1] << 8;
}

TEST(RtcContents, TimeIsInBcdWith24Hours) {
  // 2028-02-29 23:59:58, a Tuesday: the third day of the week.
  const RtcState state = rtc_contents({.start = 1'835'481'598, .memory_bytes = 16 * kMiB});
  EXPECT_EQ(state.a, 0x26);
  EXPECT_EQ(state.b, 0x02);
  const std::pair<unsigned, unsigned> expected[] = {{0x00, 0x58}, {0x02, 0x59}, {0x04, 0x23},
                                                    {0x06, 0x03}, {0x07, 0x29}, {0x08, 0x02},
                                                    {0x09, 0x28}, {0x32, 0x20}, {0x37, 0x20}};
  for (const auto& [at, value] : expected) EXPECT_EQ(state.bytes[at], value) << at;
}

TEST(RtcContents, MemoryIsInThreePlaces) {
  struct Size {
    std::uint64_t bytes;
    unsigned kib_above_1m;
    unsigned above_16m;  // in 64 KiB
  };
  for (const Size& size : {Size{1 * kMiB, 0, 0}, Size{4 * kMiB, 3072, 0}, Size{16 * kMiB, 15360, 0},
                           Size{64 * kMiB, 64512, 768}, Size{2048 * kMiB, 65535, 32512}}) {
    const RtcState state = rtc_contents({.memory_bytes = size.bytes});
    EXPECT_EQ(word(state, 0x15), 640u);
    EXPECT_EQ(word(state, 0x17), size.kib_above_1m);
    EXPECT_EQ(word(state, 0x30), size.kib_above_1m);
    EXPECT_EQ(word(state, 0x34), size.above_16m);
    for (const unsigned above_4g : {0x5Bu, 0x5Cu, 0x5Du}) EXPECT_EQ(state.bytes[above_4g], 0);
  }
}

TEST(RtcContents, DiskBootsFirstAndIsTranslatedIfItIsLarge) {
  const RtcState small = rtc_contents({.memory_bytes = kMiB, .disk_sectors = 1'032'192});
  const RtcState large = rtc_contents({.memory_bytes = kMiB, .disk_sectors = 1'032'193});
  EXPECT_EQ(small.bytes[0x3D], 0x32);  // disk, then CD-ROM
  EXPECT_EQ(small.bytes[0x38], 0x00);
  EXPECT_EQ(small.bytes[0x39], 0);
  EXPECT_EQ(large.bytes[0x39], 1);
}

// No floppy drive, no reset in progress, one processor.
TEST(RtcContents, WhatIsNotThereIsZero) {
  const RtcState state = rtc_contents({.memory_bytes = kMiB});
  for (const unsigned at : {0x0Eu, 0x0Fu, 0x10u, 0x12u, 0x5Fu}) EXPECT_EQ(state.bytes[at], 0) << at;
  EXPECT_EQ(state.bytes[0x14], 0x08);  // a display, and neither floppy nor FPU
}

TEST(RtcContents, SumIsOf10To2D) {
  const RtcState state = rtc_contents({.memory_bytes = 64 * kMiB});
  unsigned sum = 0;
  for (unsigned at = 0x10; at <= 0x2D; ++at) sum += state.bytes[at];
  EXPECT_GT(sum, 0u);
  EXPECT_EQ(state.bytes[0x2E] << 8 | state.bytes[0x2F], sum);
}

}  // namespace
}  // namespace strata
