// ENTER and BOUND (SDM vol. 2; vol. 1, 6.6.1 has the display of enclosing frames).
#include <gtest/gtest.h>

#include "tests/isa/guest_cpu.h"

namespace strata::test {
namespace {

constexpr std::uint32_t kCallersFrame = 0xA000;  // of the caller
constexpr std::uint32_t kStack = GuestCpu::kStack;

/// Display of the caller: n-th dword (word) below its frame pointer.
std::uint32_t enclosing(unsigned n) {
  return 0xF0000000 + n;
}
std::uint16_t enclosing16(unsigned n) {
  return static_cast<std::uint16_t>(0xF000 + n);
}

void enter_protected_mode(GuestCpu& guest) {
  guest.enter_protected_mode();
  guest.state.gpr[kEbp] = kCallersFrame;
  for (unsigned n = 1; n < 32; ++n) {
    guest.set_memory<std::uint32_t>(kCallersFrame - 4 * n, enclosing(n));
  }
}

TEST(Enter, EveryLevelIn32Bits) {
  for (std::uint8_t level = 0; level < 32; ++level) {
    GuestCpu guest;
    enter_protected_mode(guest);
    guest.code({0xC8, 0x10, 0x01, level});  // enter 110, level
    EXPECT_EQ(guest.step().length, 4);
    EXPECT_EQ(guest.memory<std::uint32_t>(kStack - 4), kCallersFrame);
    EXPECT_EQ(guest.state.gpr[kEbp], kStack - 4);
    EXPECT_EQ(guest.state.gpr[kEsp], kStack - 4 - 4 * level - 0x110);
    for (unsigned n = 1; n < level; ++n) {
      EXPECT_EQ(guest.memory<std::uint32_t>(kStack - 4 - 4 * n), enclosing(n)) << unsigned{level};
    }
    if (level > 0) {
      EXPECT_EQ(guest.memory<std::uint32_t>(kStack - 4 - 4 * level), kStack - 4);
    }
  }
}

TEST(Enter, LevelIsTakenModulo32) {
  GuestCpu guest;
  enter_protected_mode(guest);
  guest.code({0xC8, 0x00, 0x00, 0x22});  // level 34 is level 2
  guest.step();
  EXPECT_EQ(guest.state.gpr[kEsp], kStack - 12);
}

TEST(Enter, EveryLevelIn16Bits) {
  for (std::uint8_t level = 0; level < 32; ++level) {
    GuestCpu guest;
    guest.state.gpr[kEbp] = 0xABCD0000 | kCallersFrame;
    guest.state.gpr[kEsp] = 0x12340000 | kStack;
    for (unsigned n = 1; n < 32; ++n) {
      guest.set_memory<std::uint16_t>(kCallersFrame - 2 * n, enclosing16(n));
    }
    guest.code({0xC8, 0x20, 0x00, level});
    guest.step();
    EXPECT_EQ(guest.memory<std::uint16_t>(kStack - 2), kCallersFrame);
    EXPECT_EQ(guest.state.gpr[kEbp], 0xABCD0000 | (kStack - 2));
    EXPECT_EQ(guest.state.gpr[kEsp], 0x12340000 | (kStack - 2 - 2 * level - 0x20));
    for (unsigned n = 1; n < level; ++n) {
      EXPECT_EQ(guest.memory<std::uint16_t>(kStack - 2 - 2 * n), enclosing16(n));
    }
    if (level > 0) {
      EXPECT_EQ(guest.memory<std::uint16_t>(kStack - 2 - 2 * level), kStack - 2);
    }
  }
}

/// The operand size says what is pushed, the stack size how far pointers count.
TEST(Enter, DwordsOn16BitStack) {
  GuestCpu guest;
  guest.state.gpr[kEbp] = 0xABCDA000;
  guest.state.gpr[kEsp] = 0x12349000;
  guest.set_memory<std::uint32_t>(kCallersFrame - 4, 0xCAFEF00D);
  guest.code({0x66, 0xC8, 0x08, 0x00, 0x02});
  guest.step();
  EXPECT_EQ(guest.memory<std::uint32_t>(kStack - 4), 0xABCDA000u);
  EXPECT_EQ(guest.memory<std::uint32_t>(kStack - 8), 0xCAFEF00Du);
  EXPECT_EQ(guest.memory<std::uint32_t>(kStack - 12), 0x12348FFCu);
  EXPECT_EQ(guest.state.gpr[kEbp], 0x12348FFCu);
  EXPECT_EQ(guest.state.gpr[kEsp], 0x12348FECu);
}

TEST(Enter, WordsOn32BitStack) {
  GuestCpu guest;
  enter_protected_mode(guest);
  guest.state.gpr[kEbp] = kCallersFrame + 0x10000;
  guest.set_memory<std::uint16_t>(kCallersFrame + 0x10000 - 2, 0xBEEF);
  guest.code({0x66, 0xC8, 0x04, 0x00, 0x02});
  guest.step();
  EXPECT_EQ(guest.memory<std::uint16_t>(kStack - 2), kCallersFrame);
  EXPECT_EQ(guest.memory<std::uint16_t>(kStack - 4), 0xBEEF);
  EXPECT_EQ(guest.memory<std::uint16_t>(kStack - 6), kStack - 2);
  EXPECT_EQ(guest.state.gpr[kEbp], 0x10000u + (kStack - 2));
  EXPECT_EQ(guest.state.gpr[kEsp], kStack - 10);
}

/// The pushes come one after another: a display that lies where they go is read as pushed.
TEST(Enter, DisplayThatOverlapsTheNewFrame) {
  GuestCpu guest;
  enter_protected_mode(guest);
  guest.state.gpr[kEbp] = kStack + 2;  // reads of dwords at kStack-2 and kStack-6
  guest.set_memory<std::uint32_t>(kStack - 2, 0x22221111);
  guest.code({0xC8, 0x00, 0x00, 0x03});
  guest.step();
  const std::uint32_t first = kStack + 2;                             // EBP, at kStack-4
  const std::uint32_t second = 0x22220000 | first >> 16;              // at kStack-2
  const std::uint32_t third = (first & 0xFFFF) << 16 | second >> 16;  // at kStack-6
  EXPECT_EQ(guest.memory<std::uint32_t>(kStack - 4), first);
  EXPECT_EQ(guest.memory<std::uint32_t>(kStack - 8), second);
  EXPECT_EQ(guest.memory<std::uint32_t>(kStack - 12), third);
  EXPECT_EQ(guest.memory<std::uint32_t>(kStack - 16), kStack - 4);
}

/// "#SS(0): If the new value of the SP or ESP register is outside the stack segment limit."
TEST(Enter, FaultsBeforeItWritesAnything) {
  struct Case {
    std::uint32_t esp, ebp, room;
    std::uint8_t level;
  };
  const Case cases[] = {
      {0x0006, kCallersFrame, 0, 5},    // the fourth push wraps to FFFE, past the limit
      {0x8000, 0x9002, 0, 2},           // a pointer of the display is past the limit
      {0x0010, kCallersFrame, 0x20, 0}  // room is not
  };
  for (const Case& c : cases) {
    GuestCpu guest;
    guest.state.seg[kSs].limit = 0x8FFF;
    guest.state.gpr[kEsp] = c.esp;
    guest.state.gpr[kEbp] = c.ebp;
    const std::uint16_t mark = 0x5A5A;
    guest.set_memory<std::uint16_t>(c.esp - 2, mark);
    guest.set_memory<std::uint32_t>(vector::kStackFault * 4, 0x00002000);
    guest.code({0xC8, static_cast<std::uint8_t>(c.room), 0x00, c.level});
    const RetireRecord record = guest.step();
    EXPECT_EQ(record.vector, vector::kStackFault) << c.esp;
    EXPECT_EQ(guest.state.gpr[kEbp], c.ebp);
    // The delivery starts where the instruction found the stack: FLAGS, not BP, is the first word.
    EXPECT_EQ(guest.memory<std::uint16_t>(c.esp - 2), eflags::kReserved1) << c.esp;
    EXPECT_EQ(guest.memory<std::uint16_t>(c.esp - 6), GuestCpu::kCode) << c.esp;
  }
}

// ---- BOUND ----

struct BoundCase {
  std::int32_t index, lower, upper;
  bool inside;
};

constexpr BoundCase kBounds[] = {
    {5, 5, 9, true},   {9, 5, 9, true},    {4, 5, 9, false},
    {10, 5, 9, false}, {-3, -4, -2, true}, {-5, -4, -2, false},
    {0, -1, 1, true},  {3, 4, 2, false},   {-32768, -32768, 32767, true}};

TEST(Bound, ComparesSigned32Bits) {
  for (const BoundCase& c : kBounds) {
    GuestCpu guest;
    guest.enter_protected_mode();
    guest.state.gpr[kEcx] = static_cast<std::uint32_t>(c.index);
    guest.set_memory<std::int32_t>(0x4000, c.lower);
    guest.set_memory<std::int32_t>(0x4004, c.upper);
    guest.code({0x62, 0x0D, 0x00, 0x40, 0x00, 0x00});  // bound ecx, [4000]
    const RetireRecord record = guest.step();
    EXPECT_EQ(record.kind, c.inside ? RetireKind::kInstruction : RetireKind::kException);
    if (!c.inside) {
      EXPECT_EQ(record.vector, vector::kBound);
      // A fault: the return address is BOUND's own (SDM vol. 3, 6.15, interrupt 5).
      EXPECT_EQ(guest.memory<std::uint32_t>(guest.state.gpr[kEsp]), GuestCpu::kCode);
    }
  }
}

TEST(Bound, ComparesSigned16Bits) {
  for (const BoundCase& c : kBounds) {
    GuestCpu guest;
    guest.state.gpr[kEcx] = 0x12340000 | (static_cast<std::uint32_t>(c.index) & 0xFFFF);
    guest.set_memory<std::int16_t>(0x4000, static_cast<std::int16_t>(c.lower));
    guest.set_memory<std::int16_t>(0x4002, static_cast<std::int16_t>(c.upper));
    guest.code({0x62, 0x0E, 0x00, 0x40});  // bound cx, [4000]
    EXPECT_EQ(guest.step().kind, c.inside ? RetireKind::kInstruction : RetireKind::kException);
  }
}

TEST(Bound, RegisterOperandIsUndefined) {
  GuestCpu guest;
  guest.code({0x62, 0xC1});
  EXPECT_EQ(guest.step().vector, vector::kInvalidOpcode);
}

/// The limits are two items, and the second's address goes round (SDM vol. 1, 3.3.5).
TEST(Bound, UpperLimitBehindFffeIsAtZero) {
  GuestCpu guest;
  guest.state.gpr[kEbx] = 0xFFFE;
  guest.state.gpr[kEcx] = 5;
  guest.set_memory<std::uint16_t>(0xFFFE, 1);
  guest.set_memory<std::uint16_t>(0x10000, 9);
  guest.set_memory<std::uint16_t>(0, 4);
  guest.code({0x62, 0x0F});  // bound cx, [bx]
  EXPECT_EQ(guest.step().vector, vector::kBound);
  guest.state.eip = GuestCpu::kCode;
  guest.set_memory<std::uint16_t>(0, 5);
  EXPECT_EQ(guest.step().kind, RetireKind::kInstruction);
}

}  // namespace
}  // namespace strata::test
