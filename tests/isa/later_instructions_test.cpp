// Instructions of the 80486 and the Pentium. Expected values follow from SDM vol. 2 under each
// name.
#include <gtest/gtest.h>

#include <array>

#include "models/isa/decoder.h"
#include "models/isa/processor.h"
#include "tests/isa/guest_cpu.h"

namespace strata::test {
namespace {

constexpr std::uint32_t kOperand = 0x4000;

/// A protected-mode guest with EBX at kOperand, stepped once.
template <typename Prepare>
void step_with(GuestCpu& guest, std::initializer_list<std::uint8_t> bytes, Prepare&& prepare) {
  guest.enter_protected_mode();
  guest.state.gpr[kEbx] = kOperand;
  prepare(guest.state.gpr);
  guest.code(bytes);
  EXPECT_EQ(guest.step().kind, RetireKind::kInstruction);
}

TEST(LaterInstructions, BswapReversesTheBytes) {
  GuestCpu guest;
  step_with(guest, {0x0F, 0xCE}, [](auto& gpr) { gpr[kEsi] = 0x12345678; });  // bswap esi
  EXPECT_EQ(guest.state.gpr[kEsi], 0x78563412u);
}

TEST(LaterInstructions, BswapOf16BitsLeavesTheUpperHalf) {
  GuestCpu guest;
  step_with(guest, {0x66, 0x0F, 0xC8}, [](auto& gpr) { gpr[kEax] = 0x12345678; });  // bswap ax
  EXPECT_EQ(guest.state.gpr[kEax], 0x12340000u);
}

TEST(LaterInstructions, XaddGivesSumAndOldValue) {
  GuestCpu guest;
  guest.set_memory<std::uint32_t>(kOperand, 0x7FFFFFFF);
  step_with(guest, {0xF0, 0x0F, 0xC1, 0x0B},
            [](auto& gpr) { gpr[kEcx] = 1; });  // lock xadd [ebx], ecx
  EXPECT_EQ(guest.memory<std::uint32_t>(kOperand), 0x80000000u);
  EXPECT_EQ(guest.state.gpr[kEcx], 0x7FFFFFFFu);
  EXPECT_EQ(status(guest), eflags::kOf | eflags::kSf | eflags::kAf | eflags::kPf);
}

TEST(LaterInstructions, XaddOfARegisterWithItselfDoublesIt) {
  GuestCpu guest;
  step_with(guest, {0x0F, 0xC1, 0xC0}, [](auto& gpr) { gpr[kEax] = 21; });  // xadd eax, eax
  EXPECT_EQ(guest.state.gpr[kEax], 42u);
}

TEST(LaterInstructions, XaddOfBytesInOneRegister) {
  GuestCpu guest;
  step_with(guest, {0x0F, 0xC0, 0xE0}, [](auto& gpr) { gpr[kEax] = 0x0102; });  // xadd al, ah
  EXPECT_EQ(guest.state.gpr[kEax], 0x0203u);
}

TEST(LaterInstructions, CmpxchgStoresWhenEqual) {
  GuestCpu guest;
  guest.set_memory<std::uint32_t>(kOperand, 5);
  step_with(guest, {0xF0, 0x0F, 0xB1, 0x0B}, [](auto& gpr) {  // lock cmpxchg [ebx], ecx
    gpr[kEax] = 5;
    gpr[kEcx] = 9;
  });
  EXPECT_EQ(guest.memory<std::uint32_t>(kOperand), 9u);
  EXPECT_EQ(guest.state.gpr[kEax], 5u);
  EXPECT_EQ(status(guest), eflags::kZf | eflags::kPf);
}

TEST(LaterInstructions, CmpxchgLoadsTheAccumulatorWhenNot) {
  GuestCpu guest;
  guest.set_memory<std::uint32_t>(kOperand, 6);
  step_with(guest, {0x0F, 0xB1, 0x0B}, [](auto& gpr) {
    gpr[kEax] = 5;
    gpr[kEcx] = 9;
  });
  EXPECT_EQ(guest.memory<std::uint32_t>(kOperand), 6u);
  EXPECT_EQ(guest.state.gpr[kEax], 6u);
  // 5 - 6: "the CF, PF, AF, SF and OF flags are set according to the results of the comparison".
  EXPECT_EQ(status(guest), eflags::kCf | eflags::kPf | eflags::kAf | eflags::kSf);
}

TEST(LaterInstructions, CmpxchgOfBytesChangesAlAlone) {
  GuestCpu guest;
  step_with(guest, {0x0F, 0xB0, 0xCC}, [](auto& gpr) {  // cmpxchg ah, cl
    gpr[kEax] = 0x11223344;
    gpr[kEcx] = 0x99;
  });
  EXPECT_EQ(guest.state.gpr[kEax], 0x11223333u);
}

/// "The destination operand receives a write cycle without regard to the result of the comparison."
TEST(LaterInstructions, CmpxchgWritesEvenWhenNotEqual) {
  GuestCpu guest;
  guest.enter_protected_mode();
  guest.state.gpr[kEbx] = GuestCpu::kRomBase;
  guest.state.gpr[kEax] = 1;
  guest.code({0x0F, 0xB1, 0x0B});
  guest.step();
  ASSERT_EQ(guest.bus.log.size(), 1u);
  EXPECT_EQ(guest.bus.log[0], "write f0000/4=0");
}

TEST(LaterInstructions, Cmpxchg8bComparesEdxEax) {
  GuestCpu guest;
  guest.set_memory<std::uint64_t>(kOperand + 8, 0x1122334455667788);
  step_with(guest, {0xF0, 0x0F, 0xC7, 0x4D, 0x08}, [](auto& gpr) {  // lock cmpxchg8b [ebp+8]
    gpr[kEbp] = kOperand;
    gpr[kEdx] = 0x11223344;
    gpr[kEax] = 0x55667788;
    gpr[kEcx] = 0xAAAAAAAA;
    gpr[kEbx] = 0xBBBBBBBB;
  });
  EXPECT_EQ(guest.memory<std::uint64_t>(kOperand + 8), 0xAAAAAAAABBBBBBBBu);
  EXPECT_EQ(status(guest), eflags::kZf);
  guest.state.eflags |= eflags::kStatus;
  guest.code({0x0F, 0xC7, 0x4D, 0x08}, guest.state.eip);
  guest.step();
  EXPECT_EQ(guest.state.gpr[kEdx], 0xAAAAAAAAu);
  EXPECT_EQ(guest.state.gpr[kEax], 0xBBBBBBBBu);
  EXPECT_EQ(status(guest), eflags::kStatus & ~eflags::kZf);
}

TEST(LaterInstructions, Cmpxchg8bOnTheSegmentsEdgeWritesNothing) {
  GuestCpu guest;
  guest.state.gpr[kEbx] = 0xFFFC;
  guest.state.gpr[kEcx] = 0x77;
  guest.code({0x0F, 0xC7, 0x0F});  // cmpxchg8b [bx]: bytes FFFC to 10003
  EXPECT_EQ(guest.step().vector, vector::kGeneralProtection);
  EXPECT_EQ(guest.memory<std::uint32_t>(0xFFFC), 0u);
}

TEST(LaterInstructions, Cmpxchg8bOfARegisterIsUndefined) {
  GuestCpu guest;
  guest.code({0x0F, 0xC7, 0xC8});
  EXPECT_EQ(guest.step().vector, vector::kInvalidOpcode);
}

TEST(LaterInstructions, CmovMovesUnderEveryCondition) {
  // SDM vol. 1, table B-1, with CF=1, ZF=0, SF=1, OF=0, PF=1.
  const bool expected[16] = {false, true,  true, false, false, true,  true, false,
                             true,  false, true, false, true,  false, true, false};
  for (std::uint8_t condition = 0; condition < 16; ++condition) {
    GuestCpu guest;
    guest.enter_protected_mode();
    guest.state.eflags = eflags::kReserved1 | eflags::kCf | eflags::kSf | eflags::kPf;
    guest.state.gpr[kEcx] = 7;
    guest.code({0x0F, static_cast<std::uint8_t>(0x40 + condition), 0xC1});  // cmovcc eax, ecx
    guest.step();
    EXPECT_EQ(guest.state.gpr[kEax], expected[condition] ? 7u : 0u) << unsigned{condition};
  }
}

TEST(LaterInstructions, CmovReadsItsSourceInAnyCase) {
  GuestCpu guest;
  guest.state.gpr[kEbx] = 0xFFFF;
  guest.code({0x0F, 0x44, 0x07});  // cmovz ax, [bx], with ZF clear
  EXPECT_EQ(guest.step().vector, vector::kGeneralProtection);
}

TEST(LaterInstructions, CmovOf16BitsKeepsTheUpperHalf) {
  GuestCpu guest;
  step_with(guest, {0x66, 0x0F, 0x45, 0xC1}, [](auto& gpr) {  // cmovnz ax, cx
    gpr[kEax] = 0x11112222;
    gpr[kEcx] = 0x33334444;
  });
  EXPECT_EQ(guest.state.gpr[kEax], 0x11114444u);
}

// ---- time stamp counter and model-specific registers ----

TEST(LaterInstructions, TimeStampCounterCountsCyclesFromWhatWasWritten) {
  GuestCpu guest;
  guest.enter_protected_mode();
  guest.state.tsc = 1000;
  guest.state.gpr[kEcx] = 0x10;
  guest.state.gpr[kEdx] = 2;
  guest.state.gpr[kEax] = 0xFFFFFFFE;
  guest.code({0x0F, 0x31, 0xF4});  // rdtsc; hlt
  guest.cpu.load_state(guest.state);
  guest.cpu.step();
  EXPECT_EQ(guest.cpu.state().gpr[kEax], 1000u);
  EXPECT_EQ(guest.cpu.state().gpr[kEdx], 0u);

  // wrmsr; nop; nop; rdmsr: three instructions later, and time itself is as before
  guest.code({0x0F, 0x30, 0x90, 0x90, 0x0F, 0x32});
  guest.cpu.load_state(guest.state);
  for (unsigned n = 0; n < 4; ++n) {
    guest.cpu.step();
  }
  EXPECT_EQ(guest.cpu.state().gpr[kEdx], 3u);
  EXPECT_EQ(guest.cpu.state().gpr[kEax], 1u);
  EXPECT_EQ(guest.cpu.state().tsc, 0x300000002u);
  EXPECT_EQ(guest.cpu.cycle(), 1004u);
}

TEST(LaterInstructions, MachineCheckRegistersReadZero) {
  for (const std::uint32_t number : {0u, 1u}) {
    GuestCpu guest;
    step_with(guest, {0x0F, 0x32}, [&](auto& gpr) {
      gpr[kEcx] = number;
      gpr[kEax] = gpr[kEdx] = 0xFFFFFFFF;
    });
    EXPECT_EQ(guest.state.gpr[kEax], 0u);
    EXPECT_EQ(guest.state.gpr[kEdx], 0u);
  }
}

/// "#GP(0): If the value in ECX specifies a reserved or unimplemented MSR address."
TEST(LaterInstructions, UnknownModelSpecificRegistersAreGeneralProtection) {
  for (const std::uint8_t opcode : {std::uint8_t{0x30}, std::uint8_t{0x32}}) {
    for (const std::uint32_t number : {2u, 0xFu, 0x11u, 0x1Bu, 0x174u, 0xC0000080u}) {
      GuestCpu guest;
      guest.enter_protected_mode();
      guest.state.gpr[kEcx] = number;
      guest.code({0x0F, opcode});
      const RetireRecord record = guest.step();
      EXPECT_EQ(record.vector, vector::kGeneralProtection) << std::hex << number;
      EXPECT_EQ(record.error_code, 0u);
    }
  }
}

// ---- privilege ----

/// The fault `bytes` raise at `level`, without delivering it; vector 0xFF for none.
Fault fault_at(unsigned level, std::uint32_t cr4, const std::array<std::uint8_t, 2>& bytes) {
  GuestCpu guest;
  guest.enter_protected_mode();
  guest.state.cr4 = cr4;
  guest.state.gpr[kEcx] = 0x10;
  guest.state.seg[kSs].attributes |= level << attr::kDplShift;
  struct NoBus final : EngineBus {
    std::uint32_t port_read(std::uint16_t, unsigned) override { return 0; }
    void port_write(std::uint16_t, unsigned, std::uint32_t) override {}
    std::uint32_t mmio_read(std::uint32_t, unsigned) override { return 0; }
    void mmio_write(std::uint32_t, unsigned, std::uint32_t) override {}
    std::uint8_t acknowledge_interrupt() override { return 0; }
  } bus;
  Processor p(bus, CpuFamily::k586);
  p.load_state(guest.state);
  Instruction instruction;
  EXPECT_TRUE(decode(bytes, true, p.family, instruction));
  return instruction.execute(p, instruction) == Outcome::kFault ? p.fault() : Fault{0xFF, 0};
}

TEST(LaterInstructions, SystemInstructionsNeedLevel0) {
  const std::array<std::uint8_t, 2> privileged[] = {
      {0x0F, 0x08}, {0x0F, 0x09}, {0x0F, 0x30}, {0x0F, 0x32}};  // invd wbinvd wrmsr rdmsr
  for (const auto& bytes : privileged) {
    EXPECT_EQ(fault_at(0, 0, bytes).vector, 0xFF) << unsigned{bytes[1]};
    for (unsigned level = 1; level <= 3; ++level) {
      const Fault fault = fault_at(level, 0, bytes);
      EXPECT_EQ(fault.vector, vector::kGeneralProtection) << unsigned{bytes[1]};
      EXPECT_EQ(fault.error_code, 0u);
    }
  }
}

/// "#GP(0): If the TSD flag in register CR4 is set and the CPL is greater than 0."
TEST(LaterInstructions, TsdKeepsTheTimeStampCounterForLevel0) {
  const std::array<std::uint8_t, 2> rdtsc = {0x0F, 0x31};
  EXPECT_EQ(fault_at(3, 0, rdtsc).vector, 0xFF);
  EXPECT_EQ(fault_at(0, cr4::kTsd, rdtsc).vector, 0xFF);
  EXPECT_EQ(fault_at(1, cr4::kTsd, rdtsc).vector, vector::kGeneralProtection);
  EXPECT_EQ(fault_at(3, cr4::kTsd, rdtsc).vector, vector::kGeneralProtection);
}

TEST(LaterInstructions, LockIsRefusedOnRegisters) {
  const std::initializer_list<std::uint8_t> refused[] = {
      {0xF0, 0x0F, 0xC1, 0xC0},  // lock xadd eax, eax
      {0xF0, 0x0F, 0xB1, 0xC1},  // lock cmpxchg ecx, eax
      {0xF0, 0x0F, 0xC8},        // lock bswap
      {0xF0, 0x0F, 0x44, 0x03},  // lock cmovz eax, [ebx]
      {0xF0, 0x0F, 0xA2}};       // lock cpuid
  for (const auto& bytes : refused) {
    GuestCpu guest;
    guest.enter_protected_mode();
    guest.code(bytes);
    EXPECT_EQ(guest.step().vector, vector::kInvalidOpcode);
  }
}

}  // namespace
}  // namespace strata::test
