// SDRAM timing against figures worked out by hand from the data sheet: Micron, "128Mb: x4, x8, x16
// SDRAM" (Rev. N 1/09), table 17, column -75. tCK(3) 7.5 ns, tCK(2) 10 ns, tRCD 20 ns, tRP 20 ns,
// tRAS 44 ns, tRC 66 ns, tRFC 66 ns, tWR 15 ns, tREF 64 ms for 4,096 rows: 15.625 us each. "tRCD
// (MIN) should be divided by the clock period and rounded up" (Bank/Row Activation).
#include "models/memory/sdram_timing.h"

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <string>

namespace strata {
namespace {

constexpr unsigned kRomLatency = 2;
constexpr std::uint32_t kNextBank = 0x800;  // a row is 512 columns of 4 bytes,
constexpr std::uint32_t kNextRow = 0x2000;  // 4 banks one after another
constexpr std::uint64_t kRam = 64u << 20;   // two ranks

TEST(SdramCycles, AreTheDataSheetsTimesInWholeClocks) {
  EXPECT_EQ(sdram_cycles(25'000'000),  // 40 ns; 15,625 / 40 = 390.6
            (SdramCycles{.clock = 1,
                         .cas_latency = 2,
                         .row_to_column = 1,
                         .precharge = 1,
                         .row_active = 2,
                         .row_cycle = 2,
                         .write_recovery = 1,
                         .refresh = 2,
                         .refresh_interval = 390}));
  EXPECT_EQ(sdram_cycles(100'000'000),  // 10 ns: the last with CL 2
            (SdramCycles{.clock = 1,
                         .cas_latency = 2,
                         .row_to_column = 2,
                         .precharge = 2,
                         .row_active = 5,
                         .row_cycle = 7,
                         .write_recovery = 2,
                         .refresh = 7,
                         .refresh_interval = 1562}));
  EXPECT_EQ(sdram_cycles(100'000'001).cas_latency, 3u);
  EXPECT_EQ(
      sdram_cycles(133'000'000),  // 7.519 ns: 20 / 7.519 = 2.66, 44: 5.85, 66: 8.78, 15: 1.995
      (SdramCycles{.clock = 1,
                   .cas_latency = 3,
                   .row_to_column = 3,
                   .precharge = 3,
                   .row_active = 6,
                   .row_cycle = 9,
                   .write_recovery = 2,
                   .refresh = 9,
                   .refresh_interval = 2078}));
}

// 200 MHz is 5 ns, less than tCK(3): the memory has 100 MHz.
TEST(SdramCycles, AFastCpuHasAMemoryOfADividedClock) {
  EXPECT_EQ(sdram_cycles(200'000'000), (SdramCycles{.clock = 2,
                                                    .cas_latency = 4,
                                                    .row_to_column = 4,
                                                    .precharge = 4,
                                                    .row_active = 10,
                                                    .row_cycle = 14,
                                                    .write_recovery = 4,
                                                    .refresh = 14,
                                                    .refresh_interval = 3124}));
  EXPECT_EQ(sdram_cycles(133'333'333).clock, 1u);
  EXPECT_EQ(sdram_cycles(134'000'000).clock, 2u);
  EXPECT_EQ(sdram_cycles(4'000'000'000).clock, 30u);                 // 0.25 ns, 7.5 ns
  EXPECT_EQ(sdram_cycles(4'000'000'000).refresh_interval, 62'490u);  // 2,083 clocks
  EXPECT_EQ(sdram_cycles(1'200'000).refresh_interval, 18u);          // 833 ns
}

class Sdram : public testing::Test {
 protected:
  Cycle read(Cycle now, std::uint32_t address) {
    return timing->first_ack(now, {address, false, true});
  }
  Cycle write(Cycle now, std::uint32_t address) {
    return timing->first_ack(now, {address, true, true});
  }
  void at(std::uint64_t hz) {
    timing = std::make_unique<SdramTiming>(sdram_cycles(hz), kRam, kRomLatency);
  }
  std::map<std::string, std::uint64_t> counters(Cycle now) const {
    const auto list = timing->counters(now);
    return {list.begin(), list.end()};
  }

  std::unique_ptr<SdramTiming> timing =
      std::make_unique<SdramTiming>(sdram_cycles(25'000'000), kRam, kRomLatency);
};

// At 25 MHz, edges: 10 samples the request, 11 ACTIVE, 12 READ (tRCD), 14 its word (CL).
TEST_F(Sdram, AReadTakesWhatItsRowTakes) {
  EXPECT_EQ(read(10, 0x100), 14u);                           // no row open
  EXPECT_EQ(read(20, 0x7FC), 23u);                           // READ 21
  EXPECT_EQ(read(30, 0x100 + kNextRow), 35u);                // PRECHARGE 31, ACTIVE 32, READ 33
  EXPECT_EQ(read(40, 0x100 + kNextBank), 44u);               // no row open there
  EXPECT_EQ(read(50, 0x200 + kNextRow), 53u);                // still open
  EXPECT_EQ(read(60, 0x100 + kNextRow + (32u << 20)), 64u);  // of the other rank
  EXPECT_EQ(counters(60),
            (std::map<std::string, std::uint64_t>{
                {"row_hits", 2}, {"row_misses", 4}, {"row_conflicts", 1}, {"refreshes", 0}}));
}

TEST_F(Sdram, AWriteIsAcknowledgedWithItsCommand) {
  EXPECT_EQ(write(10, 0x100), 12u);             // ACTIVE 11, WRITE 12
  EXPECT_EQ(write(20, 0x104), 21u);             // WRITE 21
  EXPECT_EQ(write(30, 0x100 + kNextRow), 33u);  // PRECHARGE 31, ACTIVE 32, WRITE 33
}

TEST_F(Sdram, ABurstGivesAWordAClock) {
  EXPECT_EQ(read(10, 0x108), 14u);
  EXPECT_EQ(timing->next_ack(14), 15u);
  at(200'000'000);
  EXPECT_EQ(read(100, 0x108), 110u);  // ACTIVE 102, READ 106, word 110
  EXPECT_EQ(timing->next_ack(110), 112u);
  EXPECT_EQ(read(121, 0x10C), 126u);  // READ 122: the memory's edges are the even ones
}

// At 100 MHz: ACTIVE 11, READ 13, word 15; a request at 16 for another row: PRECHARGE not before 17
// and ACTIVE + tRAS = 16; ACTIVE not before 19 and ACTIVE + tRC = 18; READ 21, word 23. After a
// write, which is acknowledged sooner, tRAS and tRC hold the next row back.
TEST_F(Sdram, ARowStaysOpenForItsTime) {
  at(100'000'000);
  EXPECT_EQ(read(10, 0), 15u);
  EXPECT_EQ(read(16, kNextRow), 23u);
  EXPECT_EQ(write(30, 0), 35u);        // PRECHARGE 31, ACTIVE 33, WRITE 35
  EXPECT_EQ(read(36, kNextRow), 44u);  // PRECHARGE 38 (33 + tRAS), ACTIVE 40 (33 + tRC), READ 42
}

// A part of slow write recovery and one of a long row cycle: WRITE 12, PRECHARGE 22; ACTIVE 11
// and 41.
TEST_F(Sdram, WriteRecoveryAndRowCycleHoldTheNextRowBack) {
  SdramCycles slow = sdram_cycles(25'000'000);
  slow.write_recovery = 10;
  timing = std::make_unique<SdramTiming>(slow, kRam, kRomLatency);
  EXPECT_EQ(write(10, 0), 12u);
  EXPECT_EQ(read(14, kNextRow), 26u);  // PRECHARGE 22, ACTIVE 23, READ 24
  slow = sdram_cycles(25'000'000);
  slow.row_cycle = 30;
  timing = std::make_unique<SdramTiming>(slow, kRam, kRomLatency);
  EXPECT_EQ(write(10, 0), 12u);
  EXPECT_EQ(read(14, kNextRow), 44u);  // PRECHARGE 15, ACTIVE 41, READ 42
}

// One falls due at 390, 780, ...; of an edge it goes first.
TEST_F(Sdram, ARefreshClosesTheRowsAndTakesItsTime) {
  EXPECT_EQ(read(380, 0x100), 384u);
  EXPECT_EQ(counters(389)["refreshes"], 0u);
  EXPECT_EQ(counters(390)["refreshes"], 1u);
  EXPECT_EQ(read(390, 0x100), 397u);  // PRECHARGE ALL 391, REFRESH 392, ACTIVE 394, READ 395
  EXPECT_EQ(read(400, 0x100), 403u);
  EXPECT_EQ(read(770, 0x100), 773u);
  EXPECT_EQ(counters(773)["refreshes"], 1u);
  EXPECT_EQ(read(783, 0x100), 787u);  // PRECHARGE ALL 781, REFRESH 782, ACTIVE 784, READ 785
}

TEST_F(Sdram, ARefreshThatFallsDueDuringAnAccessComesAfterIt) {
  EXPECT_EQ(read(380, 0x100), 384u);
  EXPECT_EQ(read(389, 0x104), 392u);
  EXPECT_EQ(read(394, 0x108), 399u);  // PRECHARGE ALL 393, REFRESH 394, ACTIVE 396, READ 397
}

// Of several the latest: nothing is open. Sampled at 780: REFRESH 781, ACTIVE 783, READ 784.
TEST_F(Sdram, AnIdleMemoryIsRefreshedTo) {
  EXPECT_EQ(read(10, 0x100), 14u);
  EXPECT_EQ(read(780, 0x100), 786u);
  EXPECT_EQ(counters(780)["refreshes"], 2u);
  EXPECT_EQ(read(39'100, 0x100), 39'104u);  // long after the one at 39,000
  EXPECT_EQ(counters(39'100)["refreshes"], 100u);
}

TEST_F(Sdram, RomHasALatencyOfItsOwnAndLeavesTheRowsAlone) {
  EXPECT_EQ(read(10, 0x100), 14u);
  EXPECT_EQ(timing->first_ack(20, {0xFFFFFFF0, false, false}), 22u);
  EXPECT_EQ(timing->next_ack(22), 23u);
  EXPECT_EQ(read(30, 0x100), 33u);
  EXPECT_EQ(counters(30)["row_hits"], 1u);
}

// As if all had been closed; refreshes keep to the cycle number, and are counted on.
TEST_F(Sdram, ARestartForgetsTheRows) {
  EXPECT_EQ(read(400, 0x100), 404u);
  timing->restart(800, 10'000);
  EXPECT_EQ(counters(10'000)["refreshes"], 2u);
  EXPECT_EQ(read(10'010, 0x100), 10'014u);
  EXPECT_EQ(counters(10'140)["refreshes"], 3u);  // at 26 * 390 = 10,140
}

}  // namespace
}  // namespace strata
