// What an operand in memory raises, mostly at level 3, for every encoding that has one (SDM vol. 2,
// "Protected Mode Exceptions" of each): #GP(0) with a null selector, outside the limit and where
// the segment does not allow it, #SS(0) outside SS, #PF with the access it was, #AC(0). The lists
// here know nothing of the opcode tables; CPU and interpreter must both do what they say.
#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

#include "tests/rtl/cpu/encoding_rig.h"

namespace strata::test {
namespace {

constexpr std::uint32_t kData = EncodingRig::kData;
constexpr std::uint32_t kUserData = 0xC0F3;  // attributes: flat, present, DPL 3, writable, accessed

/// What has a ModR/M byte and reads or writes the operand it names, at level 3 and without #UD.
/// LEA reads nothing.
constexpr Entry kOperands[] = {
    {false, 0x00, 0x03},       {false, 0x08, 0x0B},       {false, 0x10, 0x13},
    {false, 0x18, 0x1B},       {false, 0x20, 0x23},       {false, 0x28, 0x2B},
    {false, 0x30, 0x33},       {false, 0x38, 0x3B},       {false, 0x62, 0x62},
    {false, 0x69, 0x69},       {false, 0x6B, 0x6B},       {false, 0x80, 0x8B},
    {false, 0x8C, 0x8C, 0x3F}, {false, 0x8E, 0x8E, 0x3D}, {false, 0x8F, 0x8F, 0x01},
    {false, 0xC0, 0xC1},       {false, 0xC4, 0xC5},       {false, 0xC6, 0xC7, 0x01},
    {false, 0xD0, 0xD3},       {false, 0xF6, 0xF7},       {false, 0xFE, 0xFE, 0x03},
    {false, 0xFF, 0xFF, 0x7F}, {true, 0x00, 0x00, 0x33},  {true, 0x01, 0x01, 0x13},
    {true, 0x02, 0x03},        {true, 0x40, 0x4F},        {true, 0x90, 0x9F},
    {true, 0xA3, 0xA5},        {true, 0xAB, 0xAD},        {true, 0xAF, 0xB7},
    {true, 0xBA, 0xBA, 0xF0},  {true, 0xBB, 0xC1},        {true, 0xC7, 0xC7, 0x02}};

/// What writes it.
constexpr Entry kWriters[] = {
    {false, 0x00, 0x01},      {false, 0x08, 0x09},       {false, 0x10, 0x11},
    {false, 0x18, 0x19},      {false, 0x20, 0x21},       {false, 0x28, 0x29},
    {false, 0x30, 0x31},      {false, 0x80, 0x83, 0x7F}, {false, 0x86, 0x89},
    {false, 0x8C, 0x8C},      {false, 0x8F, 0x8F},       {false, 0xC0, 0xC1},
    {false, 0xC6, 0xC7},      {false, 0xD0, 0xD3},       {false, 0xF6, 0xF7, 0x0C},
    {false, 0xFE, 0xFE},      {false, 0xFF, 0xFF, 0x03}, {true, 0x00, 0x00, 0x03},
    {true, 0x01, 0x01, 0x13}, {true, 0x90, 0x9F},        {true, 0xA4, 0xA5},
    {true, 0xAB, 0xAD},       {true, 0xB0, 0xB1},        {true, 0xB3, 0xB3},
    {true, 0xBA, 0xBA, 0xE0}, {true, 0xBB, 0xBB},        {true, 0xC0, 0xC1},
    {true, 0xC7, 0xC7}};

/// Bytes, whatever the operand size.
constexpr Entry kBytes[] = {
    {false, 0x00, 0x00}, {false, 0x02, 0x02}, {false, 0x08, 0x08}, {false, 0x0A, 0x0A},
    {false, 0x10, 0x10}, {false, 0x12, 0x12}, {false, 0x18, 0x18}, {false, 0x1A, 0x1A},
    {false, 0x20, 0x20}, {false, 0x22, 0x22}, {false, 0x28, 0x28}, {false, 0x2A, 0x2A},
    {false, 0x30, 0x30}, {false, 0x32, 0x32}, {false, 0x38, 0x38}, {false, 0x3A, 0x3A},
    {false, 0x80, 0x80}, {false, 0x82, 0x82}, {false, 0x84, 0x84}, {false, 0x86, 0x86},
    {false, 0x88, 0x88}, {false, 0x8A, 0x8A}, {false, 0xC0, 0xC0}, {false, 0xC6, 0xC6},
    {false, 0xD0, 0xD0}, {false, 0xD2, 0xD2}, {false, 0xF6, 0xF6}, {false, 0xFE, 0xFE},
    {true, 0x90, 0x9F},  {true, 0xB0, 0xB0},  {true, 0xB6, 0xB6},  {true, 0xBE, 0xBE},
    {true, 0xC0, 0xC0}};

/// Words, whatever the operand size: selectors, the machine status word, MOVZX and MOVSX of words.
constexpr Entry kWords[] = {{false, 0x8C, 0x8C},      {false, 0x8E, 0x8E}, {true, 0x00, 0x00},
                            {true, 0x01, 0x01, 0x10}, {true, 0x02, 0x03},  {true, 0xB7, 0xB7},
                            {true, 0xBF, 0xBF}};
/// SGDT and SIDT: a word and, two bytes above, a dword (SDM vol. 3, 3.5.1).
constexpr Entry kTables[] = {{true, 0x01, 0x01, 0x03}};
constexpr Entry kQuadwords[] = {{true, 0xC7, 0xC7}};

/// SDM vol. 3, 6.15 (17), table 6-7: is the address one that #AC(0) refuses? It is so of every
/// reference at level 3: that the list of MOVSX for virtual-8086 mode does not name #AC(0) is no
/// exception. In virtual-8086 mode the prefix makes operands wide, at level 3 here narrow.
bool is_misaligned(const Encoding& e, std::uint32_t address, Mode mode) {
  const bool wide = e.operand_size == (mode == Mode::kV86);
  if (in(kBytes, e)) return false;
  if (in(kTables, e)) return address % 4 != 2;
  if (in(kQuadwords, e)) return address % 8 != 0;
  return address % (!wide || in(kWords, e) ? 2 : 4) != 0;
}

/// At level 3, or in another mode. Registers are small, so that those that number a bit stay near
/// the operand.
class UserRig : public EncodingRig {
 public:
  explicit UserRig(Mode mode = Mode::kLevel3, CpuFamily family = CpuFamily::k586)
      : EncodingRig(mode, family) {
    initial().gpr = {0x11, 1, 0x80, 5, kStack, 7, 9, 11};
  }
};

/// Items of an operand, each with an address of its own: far pointers and bounds.
constexpr Entry kFarPointers[] = {
    {false, 0xC4, 0xC5}, {false, 0xFF, 0xFF, 0x28}, {true, 0xB2, 0xB2}, {true, 0xB4, 0xB5}};
constexpr Entry kBounds[] = {{false, 0x62, 0x62}};
/// BT, BTS, BTR, BTC with the bit's number in a register.
constexpr Entry kBitsByRegister[] = {
    {true, 0xA3, 0xA3}, {true, 0xAB, 0xAB}, {true, 0xB3, 0xB3}, {true, 0xBB, 0xBB}};

/// Sizes of the items at 16-bit operand size or with the prefix for 32.
std::vector<std::uint32_t> items_of(const Encoding& e) {
  const std::uint32_t size = e.operand_size ? 4 : 2;
  if (in(kBytes, e)) return {1};
  if (in(kTables, e)) return {2, 4};
  if (in(kWords, e)) return {2};
  if (in(kQuadwords, e)) return {8};
  if (in(kFarPointers, e)) return {size, 2};
  if (in(kBounds, e)) return {size, size};
  return {size};
}

/// Does an item at a 16-bit address lie over FFFF? The address of each goes round, no item does.
bool is_over_the_end(const Encoding& e, std::uint32_t address) {
  if (in(kBitsByRegister, e) && e.reg == kEsp) {
    address += e.operand_size ? EncodingRig::kStack / 32 * 4 : EncodingRig::kStack / 16 * 2;
  }
  for (const std::uint32_t size : items_of(e)) {
    address &= 0xFFFF;
    if (address + size > 0x10000) return true;
    address += size;
  }
  return false;
}

using Expected = std::function<std::string(const Encoding&)>;

/// Runs every encoding with an operand. Where `expected` is empty, the access itself must not fail.
void run_all(EncodingRig& rig, bool stack_segment, const Expected& expected) {
  unsigned count = 0;
  for (Encoding e; advance(e);) {
    if (!e.memory || e.lock || !in(kOperands, e)) continue;
    e.stack_segment = stack_segment;
    const std::string outcome = rig.run(e);
    const std::string wanted = expected(e);
    ASSERT_EQ(outcome.find("differ"), std::string::npos) << EncodingRig::name_of(e) << outcome;
    if (!wanted.empty()) {
      EXPECT_EQ(outcome, wanted) << EncodingRig::name_of(e);
    } else {
      for (const char* fault : {"13(0)", "12(0)", "14(", "17("})
        EXPECT_NE(outcome.substr(0, std::string(fault).size()), fault) << EncodingRig::name_of(e);
    }
    ++count;
  }
  EXPECT_GT(count, 2 * 700u);
}

Expected always(const std::string& fault) {
  return [fault](const Encoding&) { return fault; };
}

Expected writers(const std::string& fault) {
  return [fault](const Encoding& e) { return in(kWriters, e) ? fault : std::string(); };
}

TEST(MemoryExceptionLists, NullSelector) {
  UserRig rig;
  rig.initial().seg[kDs] = {.selector = 0, .attributes = attr::kUnusable};
  run_all(rig, false, always("13(0)"));
}

TEST(MemoryExceptionLists, OutsideTheLimit) {
  UserRig rig;
  rig.initial().seg[kDs].limit = kData - 1;
  run_all(rig, false, always("13(0)"));
}

TEST(MemoryExceptionLists, OutsideTheStack) {
  UserRig rig;
  rig.initial().seg[kSs].limit = kData - 1;
  run_all(rig, true, always("12(0)"));
}

TEST(MemoryExceptionLists, ReadOnlySegment) {
  UserRig rig;
  rig.initial().seg[kDs].attributes = kUserData & ~attr::kWritable;
  run_all(rig, false, writers("13(0)"));
}

TEST(MemoryExceptionLists, ExecuteOnlySegment) {
  UserRig rig;
  rig.initial().seg[kDs].attributes = (kUserData | attr::kCode) & ~attr::kWritable;
  run_all(rig, false, always("13(0)"));
}

/// Error code: U, and W for what writes, in its only translation.
TEST(MemoryExceptionLists, PageNotPresent) {
  UserRig rig;
  rig.turn_paging_on();
  rig.set_page(0x9000, 0);
  rig.set_operand(0x9800);
  run_all(rig, false, [](const Encoding& e) { return in(kWriters, e) ? "14(6)" : "14(4)"; });
}

TEST(MemoryExceptionLists, ReadOnlyPage) {
  UserRig rig;
  rig.turn_paging_on();
  rig.set_page(0x9000, 5);
  rig.set_operand(0x9800);
  run_all(rig, false, writers("14(7)"));
}

TEST(MemoryExceptionLists, Alignment) {
  for (std::uint32_t address = kData; address < kData + 8; ++address) {
    UserRig rig;
    rig.initial().cr0 |= cr0::kAm;
    rig.initial().eflags |= eflags::kAc;
    rig.set_operand(address);
    run_all(rig, false, [address](const Encoding& e) {
      return std::string(is_misaligned(e, address, Mode::kLevel3) ? "17(0)" : "");
    });
  }
}

/// Protected-mode instructions are undefined in the other modes.
constexpr Entry kSegmentQueries[] = {{true, 0x00, 0x00}, {true, 0x02, 0x03}};

/// CALL and JMP; here the dword offset they read, or would read, is beyond the limit too.
constexpr Entry kTransfers[] = {{false, 0xFF, 0xFF, 0x3C}};

/// `expected` in a mode with 16-bit segments.
Expected in_16_bit_mode(const Expected& expected) {
  return [expected](const Encoding& e) {
    if (in(kSegmentQueries, e)) return std::string("6(0)");
    const std::string fault = expected(e);
    return fault.empty() && e.operand_size && in(kTransfers, e) ? std::string("13(0)") : fault;
  };
}

/// Operands beyond the limit of `segment`, DS or SS, raise `fault`.
void run_outside_the_limit(Mode mode, unsigned segment, const char* fault) {
  UserRig rig(mode);
  rig.initial().seg[segment].limit = kData - 1;
  run_all(rig, segment == kSs, in_16_bit_mode(always(fault)));
}

// "Virtual-8086 Mode Exceptions": #GP(0), #SS(0), #PF and #AC(0), whatever the level.

TEST(MemoryExceptionLists, OutsideTheLimitInVirtual8086Mode) {
  run_outside_the_limit(Mode::kV86, kDs, "13(0)");
}

TEST(MemoryExceptionLists, OutsideTheStackInVirtual8086Mode) {
  run_outside_the_limit(Mode::kV86, kSs, "12(0)");
}

TEST(MemoryExceptionLists, PageNotPresentInVirtual8086Mode) {
  UserRig rig(Mode::kV86);
  rig.turn_paging_on();
  rig.set_page(0x9000, 0);
  rig.set_operand(0x9800);
  run_all(rig, false, in_16_bit_mode([](const Encoding& e) {
            return std::string(in(kWriters, e) ? "14(6)" : "14(4)");
          }));
}

TEST(MemoryExceptionLists, ReadOnlyPageInVirtual8086Mode) {
  UserRig rig(Mode::kV86);
  rig.turn_paging_on();
  rig.set_page(0x9000, 5);
  rig.set_operand(0x9800);
  run_all(rig, false, in_16_bit_mode(writers("14(7)")));
}

TEST(MemoryExceptionLists, AlignmentInVirtual8086Mode) {
  for (std::uint32_t address = kData; address < kData + 8; ++address) {
    UserRig rig(Mode::kV86);
    rig.initial().cr0 |= cr0::kAm;
    rig.initial().eflags |= eflags::kAc;
    rig.set_operand(address);
    run_all(rig, false, in_16_bit_mode([address](const Encoding& e) {
              return std::string(is_misaligned(e, address, Mode::kV86) ? "17(0)" : "");
            }));
  }
}

// "Real-Address Mode Exceptions": #GP and #SS, which have no error code, and never #AC.

TEST(MemoryExceptionLists, OutsideTheLimitInRealMode) {
  run_outside_the_limit(Mode::kReal, kDs, "13(0)");
}

TEST(MemoryExceptionLists, OutsideTheStackInRealMode) {
  run_outside_the_limit(Mode::kReal, kSs, "12(0)");
}

TEST(MemoryExceptionLists, NoAlignmentInRealMode) {
  UserRig rig(Mode::kReal);
  rig.initial().cr0 |= cr0::kAm;
  rig.initial().eflags |= eflags::kAc;
  rig.set_operand(kData + 1);
  run_all(rig, false, in_16_bit_mode(always("")));
}

/// x87 instructions of SDM vol. 2: a processor without FPU accesses the first word of the operand,
/// which FNSTCW m and FNSTSW m, D9 /7 and DD /7, write.
class EscapeRig : public UserRig {
 public:
  explicit EscapeRig(Mode mode) : UserRig(mode, CpuFamily::k486) {}

  void expect(bool stack_segment, const char* of_reads, const char* of_writes) {
    constexpr Entry kStores[] = {{false, 0xD9, 0xD9, 0x80}, {false, 0xDD, 0xDD, 0x80}};
    for (Encoding e; advance(e);) {
      if (!in(kEscape, e) || !e.memory || e.lock) continue;
      e.stack_segment = stack_segment;
      EXPECT_EQ(run(e), in(kStores, e) ? of_writes : of_reads) << name_of(e);
    }
  }
};

TEST(MemoryExceptionLists, EscapeOutsideTheLimit) {
  for (const Mode mode : {Mode::kReal, Mode::kV86, Mode::kLevel3}) {
    for (const unsigned segment : {kDs, kSs}) {
      EscapeRig rig(mode);
      rig.initial().seg[segment].limit = kData;  // the word's second byte is outside
      const char* const fault = segment == kSs ? "12(0)" : "13(0)";
      rig.expect(segment == kSs, fault, fault);
    }
  }
}

TEST(MemoryExceptionLists, EscapeToAReadOnlySegment) {
  EscapeRig rig(Mode::kLevel3);
  rig.initial().seg[kDs].attributes = kUserData & ~attr::kWritable;
  rig.expect(false, "none", "13(0)");
}

TEST(MemoryExceptionLists, EscapeToAPage) {
  for (const Mode mode : {Mode::kV86, Mode::kLevel3}) {
    EscapeRig rig(mode);
    rig.turn_paging_on();
    rig.set_operand(0x9800);
    rig.set_page(0x9000, 0);
    rig.expect(false, "14(4)", "14(6)");
    rig.set_page(0x9000, 5);
    rig.expect(false, "none", "14(7)");
  }
}

TEST(MemoryExceptionLists, EscapeUnaligned) {
  for (const Mode mode : {Mode::kReal, Mode::kV86, Mode::kLevel3}) {
    EscapeRig rig(mode);
    rig.initial().cr0 |= cr0::kAm;
    rig.initial().eflags |= eflags::kAc;
    rig.set_operand(kData + 1);
    const char* const fault = mode == Mode::kReal ? "none" : "17(0)";
    rig.expect(false, fault, fault);
  }
}

/// The last eight bytes of a segment of 64 KiB, with 16-bit addresses.
TEST(MemoryExceptionLists, EndOfTheSegment) {
  for (const Mode mode : {Mode::kReal, Mode::kV86}) {
    for (std::uint32_t address = 0xFFF8; address < 0x10000; ++address) {
      EncodingRig rig(mode, CpuFamily::k586);
      rig.initial().gpr = {3, 1, 2, 5, EncodingRig::kStack, 7, 9, 11};
      rig.set_operand(address);
      run_all(rig, false, in_16_bit_mode([address](const Encoding& e) {
                return std::string(is_over_the_end(e, address) ? "13(0)" : "");
              }));
    }
  }
}

/// Stacks, by ESP: PUSH POP PUSHA POPA PUSHF POPF CALL RET RETF IRET.
constexpr std::uint8_t kStackOpcodes[] = {0x06, 0x07, 0x0E, 0x16, 0x17, 0x1E, 0x1F,
                                          0x50, 0x57, 0x58, 0x5F, 0x60, 0x61, 0x68,
                                          0x6A, 0x9C, 0x9D, 0xC3, 0xCB, 0xCF, 0xE8};
/// MOVS CMPS STOS LODS SCAS, by ESI and EDI.
constexpr std::uint8_t kStringOpcodes[] = {0xA5, 0xA7, 0xAB, 0xAD, 0xAF};

/// What INT has behind it in the rig.
constexpr unsigned kInterruptOfRig = 0xC1;

class UserAlignment : public testing::Test {
 protected:
  /// All registers that may point somewhere are `offset` bytes behind a multiple of 8.
  std::string run(std::uint8_t opcode, bool operand_size, std::uint32_t offset) {
    UserRig rig;
    rig.initial().cr0 |= cr0::kAm;
    rig.initial().eflags |= eflags::kAc;
    rig.initial().gpr[kEsp] = rig.initial().gpr[kEbp] = EncodingRig::kStack + offset;
    rig.initial().gpr[kEsi] = rig.initial().gpr[kEdi] = kData + offset;
    rig.set_operand(0);
    return rig.run({.opcode = opcode, .operand_size = operand_size});
  }

  void expect_checked(std::uint8_t opcode) {
    for (const bool word : {false, true}) {
      for (std::uint32_t offset = 0; offset < 8; ++offset) {
        const bool wrong = offset % (word ? 2 : 4) != 0;
        EXPECT_EQ(run(opcode, word, offset) == "17(0)", wrong)
            << std::hex << int{opcode} << (word ? " of a word" : " of a dword") << " at +"
            << offset;
      }
    }
  }
};

TEST_F(UserAlignment, OfStacks) {
  for (const std::uint8_t opcode : kStackOpcodes) expect_checked(opcode);
  expect_checked(0xC9);  // LEAVE, by EBP
}

TEST_F(UserAlignment, OfStrings) {
  for (const std::uint8_t opcode : kStringOpcodes) expect_checked(opcode);
}

/// The list of ENTER does not name #AC, but processors raise it, for the write at the final ESP
/// too: here the frame has an odd size.
TEST_F(UserAlignment, OfEntersLastWrite) {
  EXPECT_EQ(run(0xC8, false, 0), "17(0)");
  EXPECT_EQ(run(0xC8, true, 0), "17(0)");
}

/// INT pushes to a stack of level 0: nothing is checked.
TEST_F(UserAlignment, NotOfAnInnerStack) {
  EXPECT_EQ(run(0xCD, false, 1), "none");
}

/// SDM vol. 2, INT n: #AC(EXT) where a push is unaligned at level 3. EXT is 0 for INT n, 1 for an
/// exception.
TEST_F(UserAlignment, OfHandlersAtTheSameLevel) {
  for (std::uint32_t offset = 0; offset < 4; ++offset) {
    UserRig rig;
    rig.initial().cr0 |= cr0::kAm;
    rig.initial().eflags |= eflags::kAc;
    rig.initial().gpr[kEsp] = EncodingRig::kStack + offset;
    rig.set_handler_level(kInterruptOfRig, 3);
    rig.set_handler_level(vector::kInvalidOpcode, 3);
    EXPECT_EQ(rig.run({.opcode = 0xCD}), offset == 0 ? "none" : "17(0)") << offset;
    EXPECT_EQ(rig.run({.two_byte = true, .opcode = 0x0B}), offset == 0 ? "6(0)" : "17(1)")
        << offset;
  }
}

}  // namespace
}  // namespace strata::test
