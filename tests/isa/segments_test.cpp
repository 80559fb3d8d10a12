// Segment registers, limits and far transfers (SDM vol. 3, chapters 3 and 5).
#include <gtest/gtest.h>

#include "tests/isa/guest_cpu.h"

namespace strata::test {
namespace {

constexpr std::uint32_t kDataSegment = attr::kPresent | attr::kS | attr::kWritable;

TEST(Segments, ResetState) {
  const CpuState state = CpuState::reset();
  EXPECT_EQ(state.seg[kCs].selector, 0xF000u);
  EXPECT_EQ(state.seg[kCs].base + state.eip, 0xFFFFFFF0u);
  EXPECT_EQ(state.eflags, 2u);
  EXPECT_EQ(state.gpr[kEdx] >> 8, 5u) << "DH: the family";
  EXPECT_EQ(CpuState::reset(CpuFamily::k386).gpr[kEdx] >> 8, 3u);
  EXPECT_EQ(state.idtr.limit, 0x3FFu);
}

TEST(Segments, RealModeLoadKeepsLimitAndAttributes) {
  GuestCpu guest;
  guest.state.seg[kDs].limit = 0xFFFFFFFF;
  guest.state.gpr[kEax] = 0x1234;
  guest.code({0x8E, 0xD8});  // mov ds, ax
  guest.step();
  EXPECT_EQ(guest.state.seg[kDs].base, 0x12340u);
  EXPECT_EQ(guest.state.seg[kDs].limit, 0xFFFFFFFFu);
}

TEST(Segments, LoadSetsTheAccessedBitInTheDescriptor) {
  GuestCpu guest;
  guest.enter_protected_mode();
  guest.set_descriptor(0x18, 0x12345678, 0x000FF, kDataSegment);
  guest.state.gpr[kEax] = 0x18;
  guest.code({0x8E, 0xC0});  // mov es, ax
  EXPECT_EQ(guest.step().kind, RetireKind::kInstruction);
  EXPECT_EQ(guest.memory<std::uint8_t>(GuestCpu::kGdt + 0x18 + 5), kDataSegment | attr::kAccessed);
  EXPECT_EQ(guest.state.seg[kEs].base, 0x12345678u);
  EXPECT_EQ(guest.state.seg[kEs].limit, 0xFFu);
  EXPECT_EQ(guest.state.seg[kEs].attributes, kDataSegment | attr::kAccessed);
}

TEST(Segments, LimitGranularityCountsPages) {
  GuestCpu guest;
  guest.enter_protected_mode();
  guest.set_descriptor(0x18, 0, 2, kDataSegment | attr::kGranularity);
  guest.state.gpr[kEax] = 0x18;
  guest.code({0x8E, 0xC0});
  guest.step();
  EXPECT_EQ(guest.state.seg[kEs].limit, 0x2FFFu);
}

struct LoadCase {
  const char* name;
  std::uint8_t modrm;  // of MOV Sreg, AX
  std::uint16_t selector;
  std::uint32_t attributes;
  std::uint8_t vector;
  std::uint32_t error;
};

class SegmentLoadChecks : public testing::TestWithParam<LoadCase> {};

TEST_P(SegmentLoadChecks, RaiseTheManualsException) {
  const LoadCase& c = GetParam();
  GuestCpu guest;
  guest.enter_protected_mode();
  guest.set_descriptor(0x18, 0, 0xFFFF, c.attributes);
  guest.state.gpr[kEax] = c.selector;
  guest.code({0x8E, c.modrm});
  const CpuState before = guest.state;
  const RetireRecord record = guest.step();
  EXPECT_EQ(record.kind, RetireKind::kException);
  EXPECT_EQ(record.vector, c.vector);
  EXPECT_EQ(record.error_code, c.error);
  EXPECT_EQ(guest.state.seg[kDs], before.seg[kDs]);
  EXPECT_EQ(guest.state.seg[kSs], before.seg[kSs]);
}

constexpr std::uint8_t kToDs = 0xD8;
constexpr std::uint8_t kToSs = 0xD0;
constexpr std::uint32_t kExecuteOnly = attr::kPresent | attr::kS | attr::kCode;

INSTANTIATE_TEST_SUITE_P(
    MovSreg, SegmentLoadChecks,
    testing::Values(
        LoadCase{"NotPresentData", kToDs, 0x18, kDataSegment & ~attr::kPresent, 11, 0x18},
        LoadCase{"NotPresentStack", kToSs, 0x18, kDataSegment & ~attr::kPresent, 12, 0x18},
        LoadCase{"NullStack", kToSs, 0, kDataSegment, 13, 0},
        LoadCase{"ReadOnlyStack", kToSs, 0x18, kDataSegment & ~attr::kWritable, 13, 0x18},
        LoadCase{"StackRplNotCpl", kToSs, 0x1B, kDataSegment, 13, 0x18},
        LoadCase{"StackDplNotCpl", kToSs, 0x18, kDataSegment | 3u << attr::kDplShift, 13, 0x18},
        LoadCase{"ExecuteOnlyData", kToDs, 0x18, kExecuteOnly, 13, 0x18},
        LoadCase{"SystemDescriptor", kToDs, 0x18, attr::kPresent | 0x2, 13, 0x18},
        LoadCase{"RplAboveDpl", kToDs, 0x1B, kDataSegment, 13, 0x18},
        LoadCase{"PastTheTable", kToDs, 0x100, kDataSegment, 13, 0x100}),
    [](const auto& load_case) { return load_case.param.name; });

TEST(Segments, NullDataSegmentLoadsAndFaultsWhenUsed) {
  GuestCpu guest;
  guest.enter_protected_mode();
  guest.state.gpr[kEax] = 0;
  guest.code({0x8E, 0xD8, 0x8B, 0x03});  // mov ds, ax; mov eax, [ebx]
  EXPECT_EQ(guest.step().kind, RetireKind::kInstruction);
  const RetireRecord record = guest.step();
  EXPECT_EQ(record.vector, vector::kGeneralProtection);
  EXPECT_EQ(record.error_code, 0u);
}

TEST(Segments, ExpandDownSegmentIsValidAboveItsLimit) {
  for (const std::uint32_t offset : {0x0FFFu, 0x1000u, 0xFFFCu, 0xFFFDu}) {
    GuestCpu guest;
    guest.enter_protected_mode();
    guest.state.seg[kDs].limit = 0x0FFF;
    guest.state.seg[kDs].attributes =
        kDataSegment | attr::kAccessed | attr::kExpandDown;  // B clear
    guest.state.gpr[kEbx] = offset;
    guest.code({0x8B, 0x03});  // mov eax, [ebx]
    const bool valid = offset == 0x1000 || offset == 0xFFFC;
    EXPECT_EQ(guest.step().kind == RetireKind::kInstruction, valid) << std::hex << offset;
  }
}

TEST(Segments, WriteThroughCodeOrReadOnlySegmentFaults) {
  GuestCpu guest;
  guest.enter_protected_mode();
  guest.code({0x2E, 0x89, 0x03});  // mov cs:[ebx], eax
  EXPECT_EQ(guest.step().vector, vector::kGeneralProtection);
  GuestCpu real;
  real.state.gpr[kEbx] = 0x4000;
  real.state.gpr[kEax] = 0xABCD;
  real.code({0x2E, 0x89, 0x07});  // real mode does not check types
  EXPECT_EQ(real.step().kind, RetireKind::kInstruction);
  EXPECT_EQ(real.memory<std::uint16_t>(0x4000), 0xABCD);
}

TEST(Segments, FarJumpFromRealToProtectedMode) {
  GuestCpu guest;
  guest.enter_protected_mode();
  const SegmentState flat = guest.state.seg[kCs];
  guest.state.seg[kCs] = CpuState::reset().seg[kCs];
  guest.state.seg[kCs].selector = 0;
  guest.state.seg[kCs].base = 0;
  guest.code({0x66, 0xEA, 0x00, 0x20, 0x01, 0x00, 0x08, 0x00});  // jmp dword 0008:00012000
  EXPECT_EQ(guest.step().kind, RetireKind::kInstruction);
  EXPECT_EQ(guest.state.eip, 0x12000u);
  EXPECT_EQ(guest.state.seg[kCs], flat);
}

TEST(Segments, FarCallAndReturn) {
  GuestCpu guest;
  guest.enter_protected_mode();
  guest.code({0x9A, 0x00, 0x20, 0x00, 0x00, 0x08, 0x00});  // call 0008:2000
  guest.code({0xCA, 0x04, 0x00}, 0x2000);                  // retf 4
  guest.step();
  EXPECT_EQ(guest.state.eip, 0x2000u);
  EXPECT_EQ(guest.memory<std::uint32_t>(GuestCpu::kStack - 4), GuestCpu::kCode32);
  EXPECT_EQ(guest.memory<std::uint32_t>(GuestCpu::kStack - 8), GuestCpu::kCode + 7);
  guest.step();
  EXPECT_EQ(guest.state.eip, GuestCpu::kCode + 7);
  EXPECT_EQ(guest.state.gpr[kEsp], GuestCpu::kStack + 4);
}

TEST(Segments, JumpPastTheLimitFaultsAtTheJump) {
  GuestCpu guest;
  guest.state.seg[kCs].limit = 0x1FFF;
  guest.code({0xE9, 0x00, 0x20});  // jmp 3003
  const RetireRecord record = guest.step();
  EXPECT_EQ(record.vector, vector::kGeneralProtection);
  EXPECT_EQ(record.eip, GuestCpu::kCode);
}

TEST(Segments, SegmentPushWritesAWholeDwordZeroExtended) {
  GuestCpu guest;
  guest.enter_protected_mode();
  guest.set_memory<std::uint32_t>(GuestCpu::kStack - 4, 0xFFFFFFFF);
  guest.code({0x1E});  // push ds
  guest.step();
  EXPECT_EQ(guest.memory<std::uint32_t>(GuestCpu::kStack - 4), GuestCpu::kData32);
}

/// SDM vol. 2, ARPL, Operation: the destination is assigned only if its RPL is the lower one.
TEST(Segments, ArplWritesOnlyWhatItHasRaised) {
  for (const std::uint32_t least : {0u, 3u}) {
    GuestCpu guest;
    guest.enter_protected_mode();
    guest.state.gpr[kEax] = least;
    guest.code({0x63, 0x05, 0x00, 0x00, 0x0F, 0x00});  // arpl [0f0000], ax: zero, and ROM
    guest.step();
    EXPECT_EQ((guest.state.eflags & eflags::kZf) != 0, least == 3);
    EXPECT_EQ(guest.bus.log.size(), least == 3 ? 1u : 0u);
  }
}

}  // namespace
}  // namespace strata::test
