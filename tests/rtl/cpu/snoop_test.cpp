// Another master stores where the CPU is reading just then: into a line that is being filled, or
// into code that waits to be decoded. In every clock of a run once; what is read or executed later
// is the new.
#include <gtest/gtest.h>

#include <initializer_list>

#include "tests/rtl/cpu/real_mode_rig.h"

namespace strata::test {
namespace {

constexpr unsigned kMostClocks = 4000;
constexpr std::uint16_t kOld = 0x1111;
constexpr std::uint16_t kNew = 0x2222;
constexpr unsigned kEarly = 120;  // clocks: before the 200 rounds of a waiting loop are over

struct BusTime {
  unsigned latency = 1;
  std::uint32_t delays = 0;
};
constexpr BusTime kBusTimes[] = {{}, {.latency = 10}, {.delays = 1}, {.latency = 3, .delays = 77}};

/// Runs to the HLT; in front of clock `other` the word at `address` becomes kNew.
void run_with_store(RealModeRig& rig, const BusTime& time, unsigned other, std::uint32_t address) {
  CpuBench& bench = rig.bench();
  bench.set_latency(time.latency);
  bench.set_delays(time.delays);
  bench.load(rig.initial());
  unsigned clocks = 0;
  for (; clocks < kMostClocks && !bench.cpu().idle(); ++clocks) {
    if (clocks == other) bench.write_elsewhere(address, 2, kNew);
    bench.clock();
  }
  ASSERT_LT(clocks, kMostClocks);
}

TEST(CpuSnoops, StoresIntoALineOnItsWayAreSeenByLaterReads) {
  const std::initializer_list<std::uint8_t> code = {0xA1, 0x04, 0x10,        // mov ax,[1004]
                                                    0xB9, 0xC8, 0x00,        // mov cx,200
                                                    0xE2, 0xFE,              // loop $
                                                    0x8B, 0x16, 0x04, 0x10,  // mov dx,[1004]
                                                    0x8B, 0x1E, 0x00, 0x10,  // mov bx,[1000]
                                                    0xF4};                   // hlt
  for (const BusTime& time : kBusTimes) {
    for (const std::uint32_t address : {0x1000u, 0x1004u}) {  // the last word to come, the first
      unsigned seen_old = 0;
      for (unsigned other = 0; other < kEarly; ++other) {
        RealModeRig rig(code);
        rig.set_word(address, kOld);
        run_with_store(rig, time, other, address);
        const CpuState state = rig.bench().state();
        seen_old += state.gpr[kEax] == kOld;
        EXPECT_EQ(state.gpr[address == 0x1000 ? kEbx : kEdx] & 0xFFFF, kNew)
            << "in clock " << other;
      }
      EXPECT_EQ(seen_old > 0, address == 0x1004);
    }
  }
}

// A routine in a line of its own, called twice, far apart in time. What is stored into comes first.
TEST(CpuSnoops, StoresIntoCodeOnItsWayAreSeenByLaterCalls) {
  constexpr std::uint32_t kRoutine = 0x700;
  const std::initializer_list<std::uint8_t> code = {0xE8, 0xFD, 0x02,  // call 700
                                                    0xB9, 0xC8, 0x00,  // mov cx,200
                                                    0xE2, 0xFE,        // loop $
                                                    0xE8, 0xF5, 0x02,  // call 700
                                                    0xF4};             // hlt
  for (const BusTime& time : kBusTimes) {
    for (unsigned other = 0; other < kEarly; ++other) {
      RealModeRig rig(code);
      rig.set_word(kRoutine, 0xB890);  // nop; mov ax,kOld; ret
      rig.set_word(kRoutine + 2, kOld);
      rig.set_word(kRoutine + 4, 0xC3);
      run_with_store(rig, time, other, kRoutine + 2);
      EXPECT_EQ(rig.bench().state().gpr[kEax] & 0xFFFF, kNew) << "in clock " << other;
    }
  }
}

// SDM vol. 3, 8.1.3. What retires is reported two clocks later, and one instruction more may be the
// old one; all others that were fetched before the store are fetched again.
TEST(CpuSnoops, StoresIntoCodeThatWaitsAreSeen) {
  constexpr std::uint32_t kMov = 0x430;  // mov ax,imm16; hlt, behind NOPs and in a line of its own
  constexpr unsigned kMostUnseen = 5;    // retirements
  unsigned waits = 0;                    // stores that come when the line has been fetched
  unsigned clocks = 1;
  for (unsigned other = 0; other < clocks; ++other) {
    RealModeRig rig({});
    for (std::uint32_t at = RealModeRig::kCode; at < kMov; at += 2) rig.set_word(at, 0x9090);
    rig.set_word(kMov, 0xB890);
    rig.set_word(kMov + 2, kOld);
    rig.set_word(kMov + 4, 0xF4);
    CpuBench& bench = rig.bench();
    bench.load(rig.initial());
    unsigned retired_behind = 0;
    bool fetched = false;
    bool was_fetched = false;
    for (clocks = 0; clocks < kMostClocks && !bench.cpu().idle(); ++clocks) {
      if (clocks == other) {
        was_fetched = fetched;
        bench.write_elsewhere(kMov + 2, 2, kNew);
      }
      const bool retired = bench.clock();
      fetched |= bench.cpu().strobe() && bench.cpu().request().adr >= kMov;
      if (retired && clocks > other && bench.record().eip < kMov) ++retired_behind;
    }
    ASSERT_LT(clocks, kMostClocks);
    if (retired_behind < kMostUnseen) continue;
    EXPECT_EQ(bench.state().gpr[kEax] & 0xFFFF, kNew) << "in clock " << other;
    waits += was_fetched;
  }
  EXPECT_GT(waits, 10u);
}

}  // namespace
}  // namespace strata::test
