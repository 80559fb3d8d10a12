// What the 486 and the Pentium added, where the lockstep with the interpreter cannot tell right
// from wrong or does not look: the time stamp counter, and which processor has what.
#include <gtest/gtest.h>

#include "tests/rtl/cpu/real_mode_rig.h"

namespace strata::test {
namespace {

using Vectors = std::vector<std::uint8_t>;

/// "The processor monotonically increments the time-stamp counter MSR every clock cycle" (SDM vol.
/// 2, RDTSC).
TEST(CpuTimeStamp, CountsClocks) {
  RealModeRig rig({0x0F, 0x31,          // RDTSC
                   0x66, 0x89, 0xC6,    // MOV ESI, EAX
                   0x0F, 0x31, 0xF4});  // RDTSC; HLT
  rig.initial().tsc = 0x1'0000'1000;
  rig.run();
  const CpuState state = rig.bench().state();
  EXPECT_EQ(state.gpr[kEdx], 1u);
  EXPECT_GE(state.gpr[kEsi], 0x1000u);
  EXPECT_GT(state.gpr[kEax], state.gpr[kEsi]);
  EXPECT_LE(state.gpr[kEax] - 0x1000, rig.bench().clocks() + 4) << "reset and load take clocks too";
}

/// WRMSR sets the counter, which goes on from there, its low half into the high one.
TEST(CpuTimeStamp, GoesOnFromWhatIsWritten) {
  RealModeRig rig({0x66, 0xB9, 0x10, 0x00, 0x00, 0x00,  // MOV ECX, 10h
                   0x66, 0xBA, 0x05, 0x00, 0x00, 0x00,  // MOV EDX, 5
                   0x66, 0xB8, 0xFF, 0xFF, 0xFF, 0xFF,  // MOV EAX, -1
                   0x0F, 0x30,                          // WRMSR
                   0x0F, 0x32, 0xF4});                  // RDMSR; HLT
  rig.run();
  EXPECT_TRUE(rig.exceptions().empty());
  const CpuState state = rig.bench().state();
  EXPECT_EQ(state.gpr[kEdx], 6u);
  EXPECT_LT(state.gpr[kEax], 20u) << "clocks between two instructions";
}

/// "#GP(0) If the value in ECX specifies a reserved or unimplemented MSR address" (SDM vol. 2,
/// RDMSR and WRMSR).
TEST(CpuTimeStamp, OtherModelSpecificRegistersFault) {
  for (const std::uint8_t opcode : {std::uint8_t{0x30}, std::uint8_t{0x32}}) {
    RealModeRig rig({0x0F, opcode, 0xF4});
    rig.initial().gpr[kEcx] = 0x11;
    rig.run();
    EXPECT_EQ(rig.exceptions(), Vectors{vector::kGeneralProtection}) << int{opcode};
  }
}

/// 386 manual, 10.6: TR6 and TR7 test the TLB; the 486 adds TR3 to TR5 for its cache. Here they
/// keep nothing (models/isa/README.md). The Pentium has none.
TEST(CpuFamilies, TestRegistersReadZeroWhereThereAreAny) {
  struct Case {
    CpuFamily family;
    std::uint8_t first;  // of the test registers
  };
  for (const Case& c : {Case{CpuFamily::k386, 6}, Case{CpuFamily::k486, 3}}) {
    const auto modrm = static_cast<std::uint8_t>(0xC0 | c.first << 3);  // TRn, EAX
    RealModeRig rig({0x0F, 0x26, modrm, 0x0F, 0x24, modrm, 0xF4}, c.family);
    rig.initial().gpr[kEax] = 0x12345678;
    rig.run();
    EXPECT_TRUE(rig.exceptions().empty());
    EXPECT_EQ(rig.bench().state().gpr[kEax], 0u);
    const auto below = static_cast<std::uint8_t>(modrm - 8);
    RealModeRig none({0x0F, 0x24, below, 0xF4}, c.family);
    none.run();
    EXPECT_EQ(none.exceptions(), Vectors{vector::kInvalidOpcode});
  }
  RealModeRig pentium({0x0F, 0x26, 0xF0, 0xF4}, CpuFamily::k586);
  pentium.run();
  EXPECT_EQ(pentium.exceptions(), Vectors{vector::kInvalidOpcode});
}

TEST(CpuFamilies, CpuidNamesTheVendorAndTheFamily) {
  RealModeRig vendor({0x66, 0x31, 0xC0, 0x0F, 0xA2, 0xF4}, CpuFamily::k486);  // XOR EAX, EAX
  vendor.run();
  const CpuState name = vendor.bench().state();
  EXPECT_EQ(name.gpr[kEax], 1u) << "highest leaf";
  EXPECT_EQ(name.gpr[kEbx], 0x756E'6547u) << "Genu";
  EXPECT_EQ(name.gpr[kEdx], 0x4965'6E69u) << "ineI";
  EXPECT_EQ(name.gpr[kEcx], 0x6C65'746Eu) << "ntel";
  for (const CpuFamily family : {CpuFamily::k486, CpuFamily::k586}) {
    RealModeRig rig({0x0F, 0xA2, 0xF4}, family);
    rig.initial().gpr[kEax] = 1;
    rig.run();
    const CpuState state = rig.bench().state();
    EXPECT_EQ(state.gpr[kEax] >> 8 & 0xF, static_cast<unsigned>(family));
    EXPECT_EQ(state.gpr[kEdx] & 1, 0u) << "no FPU";
    // TSC, CX8 and CMOV (SDM vol. 2, table 3-11)
    EXPECT_EQ(state.gpr[kEdx] & 0x8110, family == CpuFamily::k586 ? 0x8110u : 0u);
  }
}

/// An opcode is undefined on every processor before the one that brought it.
TEST(CpuFamilies, OlderOnesRaiseUndefinedOpcode) {
  struct Case {
    std::uint8_t opcode;
    std::uint8_t modrm;
    CpuFamily since;
  };
  constexpr Case kCases[] = {{0x08, 0x90, CpuFamily::k486}, {0xA2, 0x90, CpuFamily::k486},
                             {0xB1, 0xC8, CpuFamily::k486}, {0xC1, 0xC8, CpuFamily::k486},
                             {0xC9, 0x90, CpuFamily::k486}, {0x31, 0x90, CpuFamily::k586},
                             {0x44, 0xC8, CpuFamily::k586}, {0xC7, 0x0F, CpuFamily::k586}};
  for (const Case& one : kCases) {
    for (const CpuFamily family : {CpuFamily::k386, CpuFamily::k486, CpuFamily::k586}) {
      RealModeRig rig({0x0F, one.opcode, one.modrm, 0xF4}, family);
      rig.run();
      EXPECT_EQ(rig.exceptions(), family < one.since ? Vectors{vector::kInvalidOpcode} : Vectors{})
          << "0F " << int{one.opcode} << " on family " << static_cast<int>(family);
    }
  }
}

/// "The FSTCW instruction will give a value of FFFFH for the Intel486 SX microprocessor" (SDM vol.
/// 3, 22.20.2); what asks a Pentium before CPUID finds the same.
TEST(CpuFamilies, EscWithoutFpu) {
  for (const CpuFamily family : {CpuFamily::k386, CpuFamily::k486, CpuFamily::k586}) {
    RealModeRig rig({0xD9, 0x3E, 0x00, 0x07, 0xF4}, family);  // FNSTCW [700]
    rig.run();
    EXPECT_EQ(rig.exceptions(), Vectors{});
    EXPECT_EQ(rig.word(0x700), 0xFFFF);
  }
  RealModeRig emulated({0xD9, 0x3E, 0x00, 0x07, 0xF4});
  emulated.initial().cr0 |= cr0::kEm;
  emulated.run();
  EXPECT_EQ(emulated.exceptions(), Vectors{vector::kDeviceNotAvailable});
}

/// "When a fault is reported, the processor restores the machine state to the state prior to the
/// beginning of execution of the faulting instruction" (SDM vol. 3, 6.5): the second pointer ENTER
/// copies lies outside the stack segment, after two have found their places.
TEST(CpuFaults, EnterThatCannotReadAllPointersWritesNothing) {
  RealModeRig rig({0x66, 0xC8, 0x00, 0x00, 0x03, 0xF4});  // ENTERD 0, 3
  rig.initial().gpr[kEbp] = 6;                            // the pointers are at 2 and FFFE
  rig.initial().seg[kSs].limit = 0x8FFF;
  rig.set_word(0x7FF8, 0xA5A5);  // of the second item, below the frame of the fault
  rig.run();
  EXPECT_EQ(rig.exceptions(), Vectors{vector::kStackFault});
  EXPECT_EQ(rig.bench().state().gpr[kEbp], 6u);
  EXPECT_EQ(rig.word(0x7FF8), 0xA5A5);
  EXPECT_EQ(rig.word(0x7FFA), RealModeRig::kCode) << "the frame of the fault, at the old ESP";
}

}  // namespace
}  // namespace strata::test
