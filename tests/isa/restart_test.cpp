// An instruction that faults in the middle has changed nothing, and can be started again (SDM vol.
// 3, 6.5 and 6.6); where fetching and data accesses end (SDM vol. 2, 2.3.11; vol. 3, 5.3).
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/isa/paged_guest.h"

namespace strata::test {
namespace {

constexpr std::uint32_t kMissing = 0x31000;  // the page that is not there
constexpr std::uint32_t kEnd = kMissing + 0x1000;

struct RestartCase {
  const char* name;
  std::vector<std::uint8_t> code;
  std::uint32_t pointer;  // ESP, EBP, EBX, ESI and EDI unless 0
  std::uint32_t fault;    // linear address
};

class Restart : public testing::TestWithParam<RestartCase> {
 protected:
  PagedGuest guest_;

  void prepare(const RestartCase& c) {
    for (std::size_t n = 0; n < c.code.size(); ++n) {
      guest_.set_memory<std::uint8_t>(GuestCpu::kCode + static_cast<std::uint32_t>(n), c.code[n]);
    }
    for (std::uint32_t at = kMissing - 0x1000; at < kEnd + 0x1000; at += 4) {
      guest_.set_memory<std::uint32_t>(at, at);
    }
    guest_.set_entry(kMissing, kMissing);
    guest_.state.gpr = {0x1111, 2, 0x3333, c.pointer, c.pointer, c.pointer, c.pointer, c.pointer};
  }
};

/// Nothing can be delivered without an IDT: in the shutdown the registers are still as the
/// instruction has left them.
TEST_P(Restart, NothingHasChanged) {
  const RestartCase& c = GetParam();
  prepare(c);
  guest_.state.idtr.limit = 0;
  const CpuState before = guest_.state;
  guest_.cpu.load_state(before);
  guest_.cpu.step();
  EXPECT_TRUE(guest_.cpu.shutdown());
  const CpuState after = guest_.cpu.state();
  EXPECT_EQ(after.gpr, before.gpr);
  EXPECT_EQ(after.eip, before.eip);
  EXPECT_EQ(after.seg, before.seg);
  EXPECT_EQ(after.cr2, c.fault);
  for (std::uint32_t at = kMissing - 0x1000; at < kEnd + 0x1000; at += 4) {
    ASSERT_EQ(guest_.memory<std::uint32_t>(at), at);
  }
}

constexpr std::uint32_t kIn = 4;  // a dword

INSTANTIATE_TEST_SUITE_P(
    Instructions, Restart,
    testing::Values(RestartCase{"Pusha", {0x60}, kEnd + 3 * kIn, kEnd - 4},
                    RestartCase{"Popa", {0x61}, kMissing - 2 * kIn, kMissing},
                    RestartCase{"EnterNested", {0xC8, 0, 0, 3}, kEnd + 2 * kIn, kEnd - 4},
                    RestartCase{"EnterSpace", {0xC8, 0x10, 0, 0}, kEnd + 2 * kIn, kEnd - 12},
                    RestartCase{"PushMemory", {0xFF, 0x33}, kEnd, kEnd - 4},
                    RestartCase{"PopMemory", {0x8F, 0x03}, kMissing - 2, kMissing},
                    RestartCase{"CallMemory", {0xFF, 0x13}, kEnd, kEnd - 4},
                    RestartCase{"Call", {0xE8, 0, 0, 0, 0}, kEnd, kEnd - 4},
                    RestartCase{"Exchange", {0x87, 0x03}, kMissing - 2, kMissing},
                    RestartCase{"Add", {0x01, 0x03}, kMissing - 2, kMissing},
                    RestartCase{"Movs", {0xA5}, kMissing - 2, kMissing},
                    RestartCase{"Leave", {0xC9}, kMissing - 2, kMissing},
                    RestartCase{"Ret", {0xC3}, kMissing, kMissing},
                    RestartCase{"RetFar", {0xCB}, kMissing - 4, kMissing},
                    RestartCase{"Iret", {0xCF}, kMissing - 8, kMissing},
                    RestartCase{"LoadFarPointer", {0xC4, 0x03}, kMissing - 4, kMissing},
                    RestartCase{"StoreTable", {0x0F, 0x01, 0x03}, kMissing - 2, kMissing},
                    RestartCase{"BitSetBelow", {0x0F, 0xAB, 0x4B, 0xFE}, kMissing, kMissing},
                    RestartCase{"CompareExchange8", {0x0F, 0xC7, 0x0B}, kMissing - 4, kMissing}),
    [](const auto& test) { return std::string(test.param.name); });

// ---- where things end ----

/// REPE CMPSB into the missing page: registers and status flags are those of the last whole
/// iteration. SDM vol. 2, REP, has the flags of before the instruction; AMD's processors do this.
TEST(RepeatedCompare, KeepsTheFlagsOfItsIterations) {
  constexpr unsigned kWhole = 3;
  PagedGuest guest;
  guest.set_memory<std::uint8_t>(GuestCpu::kCode, 0xF3);
  guest.set_memory<std::uint8_t>(GuestCpu::kCode + 1, 0xA6);
  guest.set_entry(kMissing, kMissing);
  guest.state.idtr.limit = 0;
  guest.state.gpr[kEcx] = 100;
  guest.state.gpr[kEsi] = guest.state.gpr[kEdi] = kMissing - kWhole;
  guest.state.eflags |= eflags::kCf | eflags::kOf;
  guest.state.eflags &= ~eflags::kZf;
  guest.cpu.load_state(guest.state);
  for (unsigned n = 0; n <= kWhole; ++n) guest.cpu.step();
  EXPECT_TRUE(guest.cpu.shutdown());
  const CpuState after = guest.cpu.state();
  EXPECT_EQ(after.gpr[kEcx], 100 - kWhole);
  EXPECT_EQ(after.gpr[kEsi], kMissing);
  EXPECT_EQ(after.gpr[kEdi], kMissing);
  EXPECT_EQ(after.eip, GuestCpu::kCode);
  EXPECT_EQ(after.eflags & eflags::kStatus, eflags::kZf | eflags::kPf);  // equal
}

TEST(Ends, InstructionOfFifteenBytesIsExecuted) {
  GuestCpu guest;
  for (std::uint32_t n = 0; n < 14; ++n) {
    guest.set_memory<std::uint8_t>(GuestCpu::kCode + n, 0x3E);
  }
  guest.set_memory<std::uint8_t>(GuestCpu::kCode + 14, 0x40);  // inc ax
  const RetireRecord record = guest.step();
  EXPECT_EQ(record.kind, RetireKind::kInstruction);
  EXPECT_EQ(record.length, 15);
}

TEST(Ends, InstructionOfSixteenBytesIsRefused) {
  GuestCpu guest;
  for (std::uint32_t n = 0; n < 15; ++n) {
    guest.set_memory<std::uint8_t>(GuestCpu::kCode + n, 0x3E);
  }
  guest.set_memory<std::uint8_t>(GuestCpu::kCode + 15, 0x40);
  EXPECT_EQ(guest.step().vector, vector::kGeneralProtection);
}

TEST(Ends, CodeDoesNotGoRoundAt64KiB) {
  GuestCpu guest;
  guest.state.eip = 0xFFFF;
  guest.code({0x40}, 0xFFFF);
  EXPECT_EQ(guest.step().kind, RetireKind::kInstruction);
  EXPECT_EQ(guest.state.eip, 0x10000u);
  EXPECT_EQ(guest.step().vector, vector::kGeneralProtection);
  EXPECT_EQ(guest.memory<std::uint16_t>(GuestCpu::kStack - 6), 0u) << "IP is the low half";
}

TEST(Ends, InstructionOver64KiBIsRefused) {
  GuestCpu guest;
  guest.state.eip = 0xFFFE;
  guest.code({0xB8, 0x01}, 0xFFFE);  // mov ax, imm16
  EXPECT_EQ(guest.step().vector, vector::kGeneralProtection);
}

/// The last page and the first are neighbours; the manual leaves this open (SDM vol. 3, 5.3).
TEST(Ends, CodeGoesRoundAt4GiB) {
  PagedGuest guest;
  constexpr std::uint32_t kTopTable = 0x22000;
  guest.set_memory<std::uint32_t>(PagedGuest::kDirectory + 0xFFC, kTopTable | PagedGuest::kAll);
  guest.set_memory<std::uint32_t>(kTopTable + 0xFFC, 0x50000 | PagedGuest::kAll);
  guest.code({0xB8, 0x11}, 0x50FFE);
  guest.code({0x22, 0x33, 0x44}, 0);  // mov eax, 44332211
  guest.state.eip = 0xFFFFFFFE;
  EXPECT_EQ(guest.step().kind, RetireKind::kInstruction);
  EXPECT_EQ(guest.state.gpr[kEax], 0x44332211u);
  EXPECT_EQ(guest.state.eip, 3u);
}

TEST(Ends, DwordOverTheTopOfMemoryIsRefused) {
  GuestCpu guest;
  guest.enter_protected_mode();
  guest.state.gpr[kEbx] = 0xFFFFFFFE;
  guest.code({0x8B, 0x03});  // mov eax, [ebx]
  EXPECT_EQ(guest.step().vector, vector::kGeneralProtection);
}

TEST(Ends, LinearAddressesGoRoundAt4GiB) {
  GuestCpu guest;
  guest.enter_protected_mode();
  guest.state.seg[kDs].base = 0xFFFFF000;
  guest.set_memory<std::uint32_t>(0x2000, 0x12345678);
  guest.state.gpr[kEbx] = 0x3000;
  guest.code({0x8B, 0x03});
  EXPECT_EQ(guest.step().kind, RetireKind::kInstruction);
  EXPECT_EQ(guest.state.gpr[kEax], 0x12345678u);
}

}  // namespace
}  // namespace strata::test
