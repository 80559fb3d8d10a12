// What every encoding raises by itself in every mode, whatever its operands are: the #UD and #GP of
// the lists "Protected Mode", "Real-Address Mode" and "Virtual-8086 Mode Exceptions" of SDM vol. 2,
// and the blanks of its opcode maps (appendix A). The CPU executes each, the interpreter does the
// same behind it, and both must do what the lists below say, which know nothing of the opcode
// tables. What memory operands raise is in sw/tests/rules.
#include <gtest/gtest.h>

#include <string>
#include <tuple>

#include "tests/rtl/cpu/encoding_rig.h"

namespace strata::test {
namespace {

/// SDM vol. 2, LOCK: ADD ADC AND BTC BTR BTS CMPXCHG CMPXCHG8B DEC INC NEG NOT OR SBB SUB XOR XADD
/// XCHG, and only with a memory destination.
constexpr Entry kLockable[] = {
    {false, 0x00, 0x01},       {false, 0x08, 0x09},       {false, 0x10, 0x11},
    {false, 0x18, 0x19},       {false, 0x20, 0x21},       {false, 0x28, 0x29},
    {false, 0x30, 0x31},       {false, 0x80, 0x83, 0x7F}, {false, 0x86, 0x87},
    {false, 0xF6, 0xF7, 0x0C}, {false, 0xFE, 0xFF, 0x03}, {true, 0xAB, 0xAB},
    {true, 0xB0, 0xB1},        {true, 0xB3, 0xB3},        {true, 0xBA, 0xBA, 0xE0},
    {true, 0xBB, 0xBB},        {true, 0xC0, 0xC1},        {true, 0xC7, 0xC7, 0x02}};

/// "#UD if the operand is not a memory location": BOUND LEA LES LDS CALL m16:16 JMP m16:16 SGDT
/// SIDT LGDT LIDT INVLPG LSS LFS LGS CMPXCHG8B.
constexpr Entry kMemoryOnly[] = {
    {false, 0x62, 0x62}, {false, 0x8D, 0x8D},      {false, 0xC4, 0xC5}, {false, 0xFF, 0xFF, 0x28},
    {true, 0xB2, 0xB2},  {true, 0x01, 0x01, 0x8F}, {true, 0xB4, 0xB5},  {true, 0xC7, 0xC7, 0x02}};

/// Blanks of tables for the processors there are; MOV to CS, MOV of segments 6
/// and 7.
constexpr Entry kBlank[] = {
    {false, 0x8C, 0x8C, 0xC0}, {false, 0x8E, 0x8E, 0xC2}, {false, 0x8F, 0x8F, 0xFE},
    {false, 0xC6, 0xC7, 0xFE}, {false, 0xFE, 0xFE, 0xFC}, {false, 0xFF, 0xFF, 0x80},
    {true, 0x00, 0x00, 0xC0},  {true, 0x01, 0x01, 0x20},  {true, 0x04, 0x05},
    {true, 0x07, 0x07},        {true, 0x0A, 0x1F},        {true, 0x20, 0x20, 0xE2},
    {true, 0x22, 0x22, 0xE2},  {true, 0x25, 0x25},        {true, 0x27, 0x2F},
    {true, 0x33, 0x3F},        {true, 0x50, 0x7F},        {true, 0xA6, 0xA7},
    {true, 0xAA, 0xAA},        {true, 0xAE, 0xAE},        {true, 0xB8, 0xB9},
    {true, 0xBA, 0xBA, 0x0F},  {true, 0xC2, 0xC6},        {true, 0xC7, 0xC7, 0xFD},
    {true, 0xD0, 0xFF}};

/// SDM vol. 3, 22.13: new with the 486: BSWAP CMPXCHG XADD INVD WBINVD INVLPG; and CPUID.
constexpr Entry kSince486[] = {{true, 0x01, 0x01, 0x80}, {true, 0x08, 0x09}, {true, 0xA2, 0xA2},
                               {true, 0xB0, 0xB1},       {true, 0xC0, 0xC1}, {true, 0xC8, 0xCF}};
/// The same of the Pentium: CMPXCHG8B RDMSR WRMSR RDTSC, CR4; and CMOVcc, which CPUID reports.
constexpr Entry kSince586[] = {{true, 0x30, 0x32},
                               {true, 0x40, 0x4F},
                               {true, 0xC7, 0xC7},
                               {true, 0x20, 0x20, 0x10},
                               {true, 0x22, 0x22, 0x10}};
/// Gone with the Pentium: MOV of test registers; the 486 has TR3 to TR7, the 386 TR6 and TR7.
constexpr Entry kTestRegisters[] = {{true, 0x24, 0x24}, {true, 0x26, 0x26}};

/// Not recognized in real and virtual-8086 mode: ARPL, SLDT STR LLDT LTR VERR VERW, LAR LSL.
constexpr Entry kProtectedOnly[] = {
    {false, 0x63, 0x63}, {true, 0x00, 0x00, 0x3F}, {true, 0x02, 0x03}};

/// SDM vol. 3, 5.9: CPL 0 only.
constexpr Entry kLevel0Only[] = {
    {false, 0xF4, 0xF4}, {true, 0x00, 0x00, 0x0C}, {true, 0x01, 0x01, 0xCC},
    {true, 0x06, 0x06},  {true, 0x08, 0x09},       {true, 0x20, 0x24},
    {true, 0x26, 0x26},  {true, 0x30, 0x30},       {true, 0x32, 0x32}};
/// CPL at most IOPL, or a clear bit in the I/O permission bitmap: INS OUTS IN OUT; CLI STI.
constexpr Entry kIoSensitive[] = {{false, 0x6C, 0x6F}, {false, 0xE4, 0xE7}, {false, 0xEC, 0xEF}};
constexpr Entry kIoplSensitive[] = {{false, 0xFA, 0xFB}};
/// In virtual-8086 mode IOPL 3: PUSHF POPF INT n IRET.
constexpr Entry kV86Sensitive[] = {{false, 0x9C, 0x9D}, {false, 0xCD, 0xCD}, {false, 0xCF, 0xCF}};

/// Whose lists hold no more than #UD, #GP(0) by the level and what memory operands raise: ADD ADC
/// AND OR SBB SUB XOR CMP, DAA DAS AAA AAS, INC DEC, XCHG NOP CBW CWD, SAHF LAHF, TEST MOV, shifts,
/// XLAT AAD, NOT NEG MUL IMUL, CMC CLC STC CLD STD, CPUID, BT BTC BTR BTS, SHLD SHRD, BSF BSR,
/// MOVZX MOVSX, CMOVcc SETcc, CMPXCHG XADD BSWAP, LEA.
constexpr Entry kNothingMore[] = {
    {false, 0x00, 0x05}, {false, 0x08, 0x0D},       {false, 0x10, 0x15},       {false, 0x18, 0x1D},
    {false, 0x20, 0x25}, {false, 0x27, 0x2D},       {false, 0x2F, 0x35},       {false, 0x37, 0x3D},
    {false, 0x3F, 0x4F}, {false, 0x69, 0x69},       {false, 0x6B, 0x6B},       {false, 0x80, 0x8B},
    {false, 0x8D, 0x8D}, {false, 0x90, 0x99},       {false, 0x9E, 0x9F},       {false, 0xA8, 0xA9},
    {false, 0xB0, 0xC1}, {false, 0xC6, 0xC7, 0x01}, {false, 0xD0, 0xD3},       {false, 0xD5, 0xD5},
    {false, 0xD7, 0xD7}, {false, 0xF5, 0xF5},       {false, 0xF6, 0xF7, 0x3F}, {false, 0xF8, 0xF9},
    {false, 0xFC, 0xFD}, {false, 0xFE, 0xFF, 0x03}, {true, 0x40, 0x4F},        {true, 0x90, 0x9F},
    {true, 0xA2, 0xA5},  {true, 0xAB, 0xAD},        {true, 0xAF, 0xB1},        {true, 0xB3, 0xB3},
    {true, 0xB6, 0xB7},  {true, 0xBA, 0xC1},        {true, 0xC8, 0xCF}};

bool is_undefined(const Encoding& e, Mode mode, CpuFamily family) {
  if (in(kBlank, e) || (!e.memory && in(kMemoryOnly, e))) return true;
  if (e.lock && !(e.memory && in(kLockable, e))) return true;
  if (family < CpuFamily::k486 && in(kSince486, e)) return true;
  if (family < CpuFamily::k586 && in(kSince586, e)) return true;
  if (in(kTestRegisters, e)) {
    if (family == CpuFamily::k586 || e.reg < (family == CpuFamily::k486 ? 3u : 6u)) return true;
  }
  return (mode == Mode::kReal || mode == Mode::kV86) && in(kProtectedOnly, e);
}

/// With IOPL 0 and no I/O permission bitmap.
bool is_protected(const Encoding& e, Mode mode) {
  if (mode != Mode::kV86 && mode != Mode::kLevel3) return false;
  if (in(kLevel0Only, e) || in(kIoSensitive, e) || in(kIoplSensitive, e)) return true;
  return mode == Mode::kV86 && in(kV86Sensitive, e);
}

class ExceptionLists : public testing::TestWithParam<std::tuple<Mode, CpuFamily>> {};

TEST_P(ExceptionLists, OfEveryEncoding) {
  const auto [mode, family] = GetParam();
  EncodingRig rig(mode, family);
  Encoding e;
  do {
    const std::string outcome = rig.run(e);
    ASSERT_EQ(outcome.find("differ"), std::string::npos)
        << EncodingRig::name_of(e) << ' ' << outcome;
    if (is_undefined(e, mode, family)) {
      EXPECT_EQ(outcome, "6(0)") << EncodingRig::name_of(e);
    } else if (is_protected(e, mode)) {
      EXPECT_EQ(outcome, "13(0)") << EncodingRig::name_of(e);
    } else if (in(kNothingMore, e)) {
      EXPECT_EQ(outcome, "none") << EncodingRig::name_of(e);
    } else {
      EXPECT_NE(outcome, "6(0)") << EncodingRig::name_of(e);
    }
  } while (advance(e));
}

/// The pages of x87 instructions and WAIT (SDM vol. 2; 80386 Programmer's Reference Manual, ESC):
/// #UD with LOCK, else #NM by CR0.
TEST_P(ExceptionLists, OfTheCoprocessor) {
  constexpr Entry kWait[] = {{false, 0x9B, 0x9B}};
  const auto [mode, family] = GetParam();
  for (unsigned bits = 0; bits < 8; ++bits) {
    EncodingRig rig(mode, family);
    rig.initial().cr0 |= bits << 1;
    const bool mp = (bits & 1) != 0;
    const bool em = (bits & 2) != 0;
    const bool ts = (bits & 4) != 0;
    for (Encoding e; advance(e);) {
      if (!in(kEscape, e) && !in(kWait, e)) continue;
      std::string wanted = (in(kEscape, e) ? em || ts : mp && ts) ? "7(0)" : "none";
      if (e.lock) wanted = "6(0)";
      EXPECT_EQ(rig.run(e), wanted) << EncodingRig::name_of(e) << ", MP EM TS " << bits;
    }
  }
}

std::string case_name(const testing::TestParamInfo<std::tuple<Mode, CpuFamily>>& info) {
  return name_of(std::get<0>(info.param)) + "_" +
         std::to_string(static_cast<int>(std::get<1>(info.param))) + "86";
}

INSTANTIATE_TEST_SUITE_P(
    Modes, ExceptionLists,
    testing::Combine(testing::Values(Mode::kReal, Mode::kV86, Mode::kLevel0, Mode::kLevel3),
                     testing::Values(CpuFamily::k386, CpuFamily::k486, CpuFamily::k586)),
    case_name);

}  // namespace
}  // namespace strata::test
