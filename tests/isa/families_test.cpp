// What --cpu 386, 486 and 586 have: opcodes, flags, CPUID, answers to ESC. Expected values from SDM
// vol. 2 (each instruction's "IA-32 Architecture Compatibility") and vol. 3, 22.6 to 22.22.
#include <gtest/gtest.h>

#include <array>
#include <set>
#include <string>
#include <tuple>

#include "models/isa/cpuid.h"
#include "models/isa/decoder.h"
#include "models/isa/opcode_table.h"
#include "tests/isa/guest_cpu.h"

namespace strata::test {
namespace {

constexpr CpuFamily kFamilies[] = {CpuFamily::k386, CpuFamily::k486, CpuFamily::k586};

TEST(Families, SinceColumnIsTheManuals) {
  const std::set<std::string> since486 = {"BSWAP", "XADD",   "CMPXCHG", "INVD",
                                          "CPUID", "WBINVD", "INVLPG"};
  const std::set<std::string> since586 = {"RDTSC", "RDMSR", "WRMSR", "CMPXCHG8B", "UD2"};
  for (const OpcodeRow& row : opcode_rows()) {
    const std::string name = row.mnemonic;
    const bool late = since586.contains(name) || name.starts_with("CMOV");
    const CpuFamily expected = late                      ? CpuFamily::k586
                               : since486.contains(name) ? CpuFamily::k486
                                                         : CpuFamily::k386;
    EXPECT_EQ(row.since, expected) << name;
  }
}

struct Later {
  const char* name;
  std::initializer_list<std::uint8_t> bytes;
  CpuFamily since;
};

const Later kLater[] = {
    {"bswap eax", {0x0F, 0xC8}, CpuFamily::k486},
    {"bswap edi", {0x0F, 0xCF}, CpuFamily::k486},
    {"xadd al, al", {0x0F, 0xC0, 0xC0}, CpuFamily::k486},
    {"xadd eax, eax", {0x0F, 0xC1, 0xC0}, CpuFamily::k486},
    {"cmpxchg cl, al", {0x0F, 0xB0, 0xC1}, CpuFamily::k486},
    {"cmpxchg ecx, eax", {0x0F, 0xB1, 0xC1}, CpuFamily::k486},
    {"invd", {0x0F, 0x08}, CpuFamily::k486},
    {"wbinvd", {0x0F, 0x09}, CpuFamily::k486},
    {"cpuid", {0x0F, 0xA2}, CpuFamily::k486},
    {"rdtsc", {0x0F, 0x31}, CpuFamily::k586},
    {"rdmsr", {0x0F, 0x32}, CpuFamily::k586},
    {"wrmsr", {0x0F, 0x30}, CpuFamily::k586},
    {"cmpxchg8b [eax]", {0x0F, 0xC7, 0x08}, CpuFamily::k586},
    {"cmovz eax, ecx", {0x0F, 0x44, 0xC1}, CpuFamily::k586},
};

TEST(Families, OlderProcessorsRaiseInvalidOpcode) {
  for (const Later& later : kLater) {
    for (const CpuFamily family : kFamilies) {
      GuestCpu guest(family);
      guest.enter_protected_mode();
      guest.state.gpr[kEcx] = 0x10;  // for RDMSR and WRMSR: the time stamp counter
      guest.code(later.bytes);
      const RetireRecord record = guest.step();
      if (family >= later.since) {
        EXPECT_EQ(record.kind, RetireKind::kInstruction) << later.name;
        EXPECT_EQ(record.length, later.bytes.size()) << later.name;
      } else {
        EXPECT_EQ(record.kind, RetireKind::kException) << later.name;
        EXPECT_EQ(record.vector, vector::kInvalidOpcode) << later.name;
      }
    }
  }
}

/// An opcode the processor does not have takes no ModR/M byte: #UD even where none can be fetched.
TEST(Families, OpcodeOfALaterProcessorNeedsNoFurtherBytes) {
  const std::array<std::uint8_t, 2> xadd = {0x0F, 0xC1};
  Instruction instruction;
  EXPECT_TRUE(decode(xadd, true, CpuFamily::k386, instruction));
  EXPECT_EQ(instruction.row, kUndefinedRow);
  EXPECT_FALSE(decode(xadd, true, CpuFamily::k486, instruction));
}

TEST(Families, Ud2IsUndefinedEverywhere) {
  for (const CpuFamily family : kFamilies) {
    GuestCpu guest(family);
    guest.code({0x0F, 0x0B});
    EXPECT_EQ(guest.step().vector, vector::kInvalidOpcode);
  }
}

/// "Application software can determine the presence of an Intel386 processor by attempting to set
/// AC, of CPUID by attempting to set ID" (SDM vol. 1, 20.1.2 and vol. 2, CPUID).
TEST(Families, PopfChangesAcAndIdFromThe486On) {
  for (const CpuFamily family : kFamilies) {
    GuestCpu guest(family);
    guest.enter_protected_mode();
    guest.set_memory<std::uint32_t>(GuestCpu::kStack, eflags::kAc | eflags::kId);
    guest.code({0x9D});  // popfd
    guest.step();
    const std::uint32_t added = family == CpuFamily::k386 ? 0 : eflags::kAc | eflags::kId;
    EXPECT_EQ(guest.state.eflags, eflags::kReserved1 | added);
  }
}

CpuidLeaf cpuid_of(CpuFamily family, std::uint32_t leaf) {
  GuestCpu guest(family);
  guest.enter_protected_mode();
  guest.state.gpr[kEax] = leaf;
  guest.code({0x0F, 0xA2});
  guest.step();
  return {.eax = guest.state.gpr[kEax],
          .ebx = guest.state.gpr[kEbx],
          .ecx = guest.state.gpr[kEcx],
          .edx = guest.state.gpr[kEdx]};
}

TEST(Families, CpuidLeaf0HasVendorAndHighestLeaf) {
  const CpuidLeaf leaf = cpuid_of(CpuFamily::k586, 0);
  EXPECT_EQ(leaf.eax, 1u);
  std::string vendor;
  for (const std::uint32_t part : {leaf.ebx, leaf.edx, leaf.ecx}) {
    vendor.append(reinterpret_cast<const char*>(&part), sizeof(part));
  }
  EXPECT_EQ(vendor, "GenuineIntel");
}

TEST(Families, CpuidLeaf1HasFamilyAndFeatures) {
  const CpuidLeaf pentium = cpuid_of(CpuFamily::k586, 1);
  EXPECT_EQ((pentium.eax >> 8) & 0xF, 5u);
  EXPECT_EQ(pentium.eax, CpuState::reset(CpuFamily::k586).gpr[kEdx]);
  // SDM vol. 2, table 3-11: DE 2, PSE 3, TSC 4, MSR 5, CX8 8, PGE 13, CMOV 15; not FPU 0, VME 1.
  EXPECT_EQ(pentium.edx, 0x0000A13Cu);
  EXPECT_EQ(pentium.ebx, 0u);
  EXPECT_EQ(pentium.ecx, 0u);
  const CpuidLeaf i486 = cpuid_of(CpuFamily::k486, 1);
  EXPECT_EQ((i486.eax >> 8) & 0xF, 4u);
  EXPECT_EQ(i486.edx, 0u);
}

TEST(Families, CpuidAboveTheHighestLeafGivesTheHighest) {
  EXPECT_EQ(cpuid_of(CpuFamily::k586, 2), cpuid_of(CpuFamily::k586, 1));
  EXPECT_EQ(cpuid_of(CpuFamily::k586, 0x80000000), cpuid_of(CpuFamily::k586, 1));
}

// ---- ESC and WAIT ----

/// Vector of the exception, or -1.
int escape(CpuFamily family, std::uint32_t cr0_bits, std::initializer_list<std::uint8_t> bytes) {
  GuestCpu guest(family);
  guest.enter_protected_mode();
  guest.state.cr0 |= cr0_bits;
  guest.code(bytes);
  const RetireRecord record = guest.step();
  return record.kind == RetireKind::kException ? record.vector : -1;
}

/// "When the EM flag is set, execution of an x87 FPU instruction generates a device-not-available
/// exception"; TS: "on every x87 FPU instruction" (SDM vol. 3, 2.5).
TEST(Families, EscapeIsDeviceNotAvailableWithEmOrTs) {
  for (const CpuFamily family : kFamilies) {
    for (std::uint8_t opcode = 0xD8; opcode != 0xE0; ++opcode) {
      EXPECT_EQ(escape(family, cr0::kEm, {opcode, 0xC0}), vector::kDeviceNotAvailable);
      EXPECT_EQ(escape(family, cr0::kTs, {opcode, 0x00}), vector::kDeviceNotAvailable);
      EXPECT_EQ(escape(family, cr0::kEm | cr0::kTs, {opcode, 0xC0}), vector::kDeviceNotAvailable);
      EXPECT_EQ(escape(family, cr0::kMp, {opcode, 0xC0}), -1);
    }
  }
}

/// "WAIT/FWAIT: #NM if MP and TS are set" (SDM vol. 3, table 9-3 and 2.5); EM has no part in it.
TEST(Families, WaitIsDeviceNotAvailableWithMpAndTs) {
  for (unsigned bits = 0; bits < 8; ++bits) {
    const std::uint32_t cr0_bits = bits << 1;  // MP, EM, TS
    const bool trapped = (bits & 5) == 5;
    EXPECT_EQ(escape(CpuFamily::k586, cr0_bits, {0x9B}),
              trapped ? vector::kDeviceNotAvailable : -1);
  }
}

/// "The FSTCW instruction will give a value of FFFFH for the Intel486 SX microprocessor" (SDM vol.
/// 3, 22.20.2), and FNSTSW of no coprocessor is not zero.
TEST(Families, ProbingForAnFpuFindsNone) {
  for (const CpuFamily family : kFamilies) {
    for (const std::uint8_t opcode : {std::uint8_t{0xD9}, std::uint8_t{0xDD}}) {
      GuestCpu guest(family);
      guest.enter_protected_mode();
      guest.set_memory<std::uint32_t>(0x4000, 0x5A5A5A5A);
      guest.state.gpr[kEbx] = 0x4000;
      guest.code({0xDB, 0xE3});  // fninit
      EXPECT_EQ(guest.step().kind, RetireKind::kInstruction);
      guest.code({opcode, 0x3B}, guest.state.eip);  // fnstcw [ebx]; fnstsw [ebx]
      EXPECT_EQ(guest.step().kind, RetireKind::kInstruction);
      EXPECT_EQ(guest.memory<std::uint32_t>(0x4000), 0x5A5AFFFFu);
    }
    GuestCpu guest(family);
    guest.enter_protected_mode();
    guest.code({0xDF, 0xE0});  // fnstsw ax
    guest.step();
    EXPECT_EQ(guest.state.gpr[kEax], 0xFFFFu);
  }
}

TEST(Families, EscapeChecksTheSegmentOfItsOperand) {
  GuestCpu guest(CpuFamily::k386);
  guest.state.gpr[kEbx] = 0xFFFF;
  guest.code({0xD8, 0x07});  // fadd dword [bx]
  EXPECT_EQ(guest.step().vector, vector::kGeneralProtection);
}

}  // namespace
}  // namespace strata::test
