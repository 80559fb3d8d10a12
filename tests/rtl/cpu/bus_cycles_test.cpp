// The CPU's bus port: what its responder sees of fetches, accesses that cross words, ports and
// interrupt acknowledges.
#include <gtest/gtest.h>

#include <initializer_list>
#include <string>

#include "tests/rtl/cpu/real_mode_rig.h"

namespace strata::test {
namespace {

TEST(CpuBus, FirstFetchIsOfTheResetVector) {
  NoDevice nothing;
  CpuBench bench({}, nothing);
  CpuModel& cpu = bench.cpu();
  while (!cpu.strobe()) {
    bench.clock();
  }
  const CpuModel::Request request = cpu.request();
  EXPECT_EQ(request.adr, 0xFFFFFFF0u);  // 386 reference manual, 10.2.1
  EXPECT_EQ(request.cti, 2u);           // incrementing burst
  EXPECT_EQ(request.bte, 1u);           // wrapping at four words
  EXPECT_FALSE(request.we);
}

TEST(CpuBus, LatencyDoesNotChangeTheOutcome) {
  for (const unsigned latency : {1u, 2u, 7u}) {
    // MOV AX, [1003]; PUSH AX; ADD AX, [SP's word]; MOV [1007], AX; HLT
    RealModeRig rig({0xA1, 0x03, 0x10, 0x50, 0x89, 0xE3, 0x36, 0x03, 0x07, 0xA3, 0x07, 0x10, 0xF4});
    rig.bench().set_latency(latency);
    rig.set_word(0x1003, 0x1234);
    rig.run();
    EXPECT_EQ(rig.word(0x1007), 0x2468) << "latency " << latency;
  }
}

TEST(CpuBus, CrossingAccessIsTwoCyclesLowWordFirst) {
  RealModeRig rig({0x66, 0x89, 0x07, 0xF4});  // MOV [BX], EAX
  rig.initial().gpr[kEbx] = 0xF;
  rig.initial().gpr[kEax] = 0x44332211;
  rig.initial().seg[kDs].base = RealModeRig::kDevice;
  rig.run();
  EXPECT_EQ(rig.log(), "w mem a000f/1=11;w mem a0010/3=443322;");
}

TEST(CpuBus, PortAccessBehindTheLastPortWrapsToPort0) {
  RealModeRig rig({0xEF, 0xF4});  // OUT DX, AX
  rig.initial().gpr[kEdx] = 0xFFFF;
  rig.initial().gpr[kEax] = 0xBBAA;
  rig.run();
  EXPECT_EQ(rig.log(), "w port ffff/1=aa;w port 0/1=bb;");
}

/// An interrupt that comes while a load is on the bus waits for its instruction: reading a device
/// may change it.
TEST(CpuBus, InterruptDoesNotRepeatALoad) {
  for (unsigned clocks = 0; clocks < 40; ++clocks) {
    RealModeRig rig({0xFB, 0x90, 0xA0, 0x04, 0x00, 0x90, 0xFA, 0xF4});  // STI; MOV AL, [4]; CLI
    rig.initial().seg[kDs].base = RealModeRig::kDevice;
    rig.run_with_interrupt(clocks);
    EXPECT_EQ(rig.log(), "r mem a0004/1;") << "interrupt after " << clocks << " clocks";
  }
}

TEST(CpuBus, InterruptIsAcknowledgedOnceAndEntersItsVector) {
  RealModeRig rig({0xFB, 0x90, 0x90, 0x90, 0x90, 0x90, 0xFA, 0xF4});
  rig.run_with_interrupt(0);
  EXPECT_EQ(rig.bench().acknowledges(), 1u);
  EXPECT_EQ(rig.bench().state().gpr[kEcx], 1u);  // the handler's INC CX
}

/// How the bus is used while `code` runs, clock by clock: a data read r or write w, in capitals
/// with LOCK; L where LOCK keeps the bus between accesses; - where nothing does. Clocks alike are
/// one letter.
std::string bus_use(std::initializer_list<std::uint8_t> code) {
  RealModeRig rig(code);
  rig.initial().cr0 |= cr0::kCd;  // every access is on the bus
  CpuBench& bench = rig.bench();
  bench.load(rig.initial());
  std::string seen = "-";
  while (bench.clocks() < 400) {
    bench.clock();
    const CpuModel::Request request = bench.cpu().request();
    EXPECT_TRUE(request.cyc || !request.lock) << "LOCK without CYC";
    char letter = request.lock ? 'L' : '-';
    if (request.stb && request.cti == kCtiClassic) {
      letter = request.we ? (request.lock ? 'W' : 'w') : (request.lock ? 'R' : 'r');
    }
    if (seen.back() != letter) seen += letter;
  }
  return seen;
}

// SDM vol. 3, 8.1.2: the bus is locked from the read to the write, for LOCK and for XCHG without
// it.
TEST(CpuBus, LockIsHeldFromTheReadToTheWrite) {
  EXPECT_EQ(bus_use({0xF0, 0x01, 0x07, 0xF4}), "-RLW-");            // LOCK ADD [BX], AX
  EXPECT_EQ(bus_use({0x87, 0x07, 0xF4}), "-RLW-");                  // XCHG [BX], AX
  EXPECT_EQ(bus_use({0xF0, 0x0F, 0xB1, 0x0F, 0xF4}), "-RLW-");      // LOCK CMPXCHG [BX], CX
  EXPECT_EQ(bus_use({0xF0, 0x0F, 0xC7, 0x0F, 0xF4}), "-RLRLWLW-");  // LOCK CMPXCHG8B [BX]
}

TEST(CpuBus, NothingElseIsLocked) {
  EXPECT_EQ(bus_use({0x01, 0x07, 0xF4}), "-r-w-");      // ADD [BX], AX
  EXPECT_EQ(bus_use({0x91, 0x89, 0x07, 0xF4}), "-w-");  // XCHG CX, AX; MOV [BX], AX
  // LOCK ADD [BX], AX; MOV AX, [BX]
  EXPECT_EQ(bus_use({0xF0, 0x01, 0x07, 0x8B, 0x07, 0xF4}), "-RLW-r-");
}

/// Accesses under LOCK that are none of the operand's eight bytes at [BX], while `rig` runs with an
/// interrupt after `clocks`.
std::string foreign_under_lock(RealModeRig& rig, std::uint32_t operand, unsigned clocks) {
  CpuBench& bench = rig.bench();
  rig.initial().gpr[kEbx] = operand;
  bench.load(rig.initial());
  std::string seen;
  for (unsigned clock = 0; clock < 600; ++clock) {
    if (clock == clocks) bench.set_interrupt(true);
    bench.clock();
    const CpuModel::Request request = bench.cpu().request();
    if (!request.lock || !request.stb || request.cti != kCtiClassic) continue;
    if (request.tga == kMemorySpace && request.adr - operand < 8) continue;
    seen += std::to_string(request.tga) + ":" + std::to_string(request.adr) + " ";
  }
  EXPECT_EQ(bench.acknowledges(), clocks < 600 ? 1u : 0u);
  return seen;
}

// The INTA cycles, the vector and the frame are accesses of the delivery, not of the instruction
// that comes behind it: LOCK is asserted for that one's alone (SDM vol. 3, 8.1.2.2).
TEST(CpuBus, AnInterruptBeforeALockedInstructionIsNotLocked) {
  for (unsigned clocks = 0; clocks < 70; ++clocks) {
    // STI; LOCK CMPXCHG8B [BX] twice; LOCK ADD [BX], AX; LOCK CMPXCHG8B [BX]; CLI
    RealModeRig rig({0xFB, 0xF0, 0x0F, 0xC7, 0x0F, 0xF0, 0x0F, 0xC7, 0x0F, 0xF0, 0x01,
                     0x07, 0xF0, 0x0F, 0xC7, 0x0F, 0x90, 0x90, 0x90, 0x90, 0xFA, 0xF4});
    ASSERT_EQ(foreign_under_lock(rig, 0x2000, clocks), "")
        << "interrupt after " << clocks << " clocks";
  }
}

TEST(CpuBus, TheFaultOfALockedInstructionIsDeliveredUnlocked) {
  // LOCK CMPXCHG8B [BX]: its second doubleword is behind the segment's end.
  RealModeRig rig({0xF0, 0x0F, 0xC7, 0x0F, 0xF4});
  EXPECT_EQ(foreign_under_lock(rig, 0xFFFC, ~0u), "");
  EXPECT_EQ(rig.bench().state().gpr[kEcx], 1u) << "the fault's handler";
}

}  // namespace
}  // namespace strata::test
