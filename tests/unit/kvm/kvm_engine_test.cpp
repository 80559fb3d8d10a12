// Ports, memory-mapped accesses and ends of a run on KVM.
#include "tests/unit/kvm/kvm_guest.h"

namespace strata::test {
namespace {

using KvmEngineTest = KvmGuest;

TEST_F(KvmEngineTest, RealModePortWritesOfAllSizesReachTheBus) {
  CpuState state = real_mode();
  state.gpr[kEax] = 0x44332211;
  state.gpr[kEdx] = 0x1F0;
  // out dx, al; out dx, ax; out dx, eax; out 0x80, al; hlt
  ASSERT_EQ(run(state, {0xEE, 0xEF, 0x66, 0xEF, 0xE6, 0x80, 0xF4}), StopReason::kHalted);
  EXPECT_EQ(bus.port_writes,
            (std::vector<Access>{
                {0x1F0, 1, 0x11}, {0x1F0, 2, 0x2211}, {0x1F0, 4, 0x44332211}, {0x80, 1, 0x11}}));
  EXPECT_EQ(engine->exits().at("port"), 4u);
  EXPECT_EQ(engine->exits().at("hlt"), 1u);
}

TEST_F(KvmEngineTest, ProtectedModePortReadsOfAllSizesMergeIntoEax) {
  bus.inputs = {0x99, 0x8877, 0x66554433};
  CpuState state = protected_mode();
  state.gpr[kEax] = 0xFFFFFFFF;
  state.gpr[kEdx] = 0x3F4;
  // in al, dx; mov ebx, eax; in ax, dx; mov ecx, eax; in eax, dx; hlt
  ASSERT_EQ(run(state, {0xEC, 0x89, 0xC3, 0x66, 0xED, 0x89, 0xC1, 0xED, 0xF4}),
            StopReason::kHalted);
  EXPECT_EQ(bus.port_reads,
            (std::vector<Access>{{0x3F4, 1, 0x99}, {0x3F4, 2, 0x8877}, {0x3F4, 4, 0x66554433}}));
  const CpuState after = engine->state();
  EXPECT_EQ(after.gpr[kEbx], 0xFFFFFF99u);
  EXPECT_EQ(after.gpr[kEcx], 0xFFFF8877u);
  EXPECT_EQ(after.gpr[kEax], 0x66554433u);
}

TEST_F(KvmEngineTest, RepOutswSendsEveryElementInOrder) {
  CpuState state = protected_mode();
  state.gpr[kEsi] = 0x2000;
  state.gpr[kEcx] = 256;
  state.gpr[kEdx] = 0x1F0;
  std::vector<Access> expected;
  for (unsigned i = 0; i < 256; ++i) {
    memory.set(0x2000 + 2 * i, {static_cast<std::uint8_t>(i), 0xA5});
    expected.push_back({0x1F0, 2, 0xA500u | i});
  }
  // rep outsw; hlt
  ASSERT_EQ(run(state, {0xF3, 0x66, 0x6F, 0xF4}), StopReason::kHalted);
  EXPECT_EQ(bus.port_writes, expected);
  const CpuState after = engine->state();
  EXPECT_EQ(after.gpr[kEsi], 0x2200u);
  EXPECT_EQ(after.gpr[kEcx], 0u);
}

// Writes to a port that KVM may keep: they come in order, before what the guest is left for, and at
// the latest when its turn ends.
class KvmKeptWrites : public KvmGuest {
 protected:
  void SetUp() override {
    KvmGuest::SetUp();
    if (!engine) return;
    const KvmConfig config{.memory = {{0, kVideo, memory.data(), true}},
                           .clock_hz = kClockHz,
                           .kept_port = 0x1F0,
                           .kept_port_bytes = 2};
    engine = std::move(*KvmEngine::create(bus, config));
    for (unsigned i = 0; i < 256; ++i) {
      memory.set(0x2000 + 2 * i, {static_cast<std::uint8_t>(i), 0x5A});
      expected.push_back({0x1F0, 2, 0x5A00u | i});
    }
    state.gpr[kEsi] = 0x2000;
    state.gpr[kEcx] = 256;
    state.gpr[kEdx] = 0x1F0;
  }

  CpuState state = protected_mode();
  std::vector<Access> expected;
};

TEST_F(KvmKeptWrites, ComeInOrderWithTwoExitsASector) {
  // rep outsw; out 0x80, al; hlt
  ASSERT_EQ(run(state, {0xF3, 0x66, 0x6F, 0xE6, 0x80, 0xF4}), StopReason::kHalted);
  expected.push_back({0x80, 1, 0});
  EXPECT_EQ(bus.port_writes, expected);
  EXPECT_EQ(engine->exits().at("port"), 257u);
  EXPECT_LE(engine->exits().at("vm-exit"), 5u) << "in the sector, port 80, HLT, and two to begin";
}

TEST_F(KvmKeptWrites, ComeWhenTheTurnEnds) {
  memory.set(kCode, {0xF3, 0x66, 0x6F, 0xEB, 0xFE});  // rep outsw; jmp $
  engine->load_state(state);
  EXPECT_EQ(engine->run(engine->cycle() + kSecond / 20), StopReason::kDeadline);
  EXPECT_EQ(bus.port_writes, expected);
}

TEST_F(KvmKeptWrites, OtherSizesAreExits) {
  // out dx, eax; out dx, ax; in ax, dx; hlt
  ASSERT_EQ(run(state, {0xEF, 0x66, 0xEF, 0x66, 0xED, 0xF4}), StopReason::kHalted);
  EXPECT_EQ(bus.port_writes, (std::vector<Access>{{0x1F0, 4, 0}, {0x1F0, 2, 0}}));
  EXPECT_EQ(bus.port_reads.size(), 1u);
}

TEST_F(KvmEngineTest, RepInsdFillsMemoryInOrder) {
  for (std::uint32_t i = 0; i < 128; ++i) bus.inputs.push_back(0x01000000 * i + 7 * i);
  CpuState state = protected_mode();
  state.gpr[kEdi] = 0x3000;
  state.gpr[kEcx] = 128;
  state.gpr[kEdx] = 0x1F0;
  // rep insd; hlt
  ASSERT_EQ(run(state, {0xF3, 0x6D, 0xF4}), StopReason::kHalted);
  for (std::uint32_t i = 0; i < 128; ++i) {
    ASSERT_EQ(memory.word(0x3000 + 4 * i), bus.inputs[i]) << "element " << i;
  }
  EXPECT_EQ(engine->state().gpr[kEdi], 0x3200u);
}

// EngineBus: an access lies inside one dword, so that no engine's device sees another's split.
TEST_F(KvmEngineTest, WhatCrossesADwordComesInPieces) {
  bus.inputs = {0x033211, 0x44};
  CpuState state = protected_mode();
  state.gpr[kEax] = 0x44332211;
  state.gpr[kEdx] = 0x1F1;
  state.gpr[kEbx] = 0x40000002;
  // out dx, eax; in eax, dx; mov [ebx], eax; mov [ebx+1], ax; hlt
  ASSERT_EQ(run(state, {0xEF, 0xED, 0x89, 0x03, 0x66, 0x89, 0x43, 0x01, 0xF4}),
            StopReason::kHalted);
  EXPECT_EQ(bus.port_writes, (std::vector<Access>{{0x1F1, 3, 0x332211}, {0x1F4, 1, 0x44}}));
  EXPECT_EQ(bus.port_reads, (std::vector<Access>{{0x1F1, 3, 0x033211}, {0x1F4, 1, 0x44}}));
  EXPECT_EQ(engine->state().gpr[kEax], 0x44033211u);
  EXPECT_EQ(bus.mmio_writes, (std::vector<Access>{{0x40000002, 2, 0x3211},
                                                  {0x40000004, 2, 0x4403},
                                                  {0x40000003, 1, 0x11},
                                                  {0x40000004, 1, 0x32}}));
}

TEST_F(KvmEngineTest, UnbackedMemoryGoesToTheBus) {
  bus.inputs = {0x12345678};
  CpuState state = protected_mode();
  state.gpr[kEbx] = 0x40000000;
  // mov eax, [ebx]; mov [ebx+4], al; mov [ebx+6], ax; mov [ebx+8], eax; hlt
  ASSERT_EQ(
      run(state, {0x8B, 0x03, 0x88, 0x43, 0x04, 0x66, 0x89, 0x43, 0x06, 0x89, 0x43, 0x08, 0xF4}),
      StopReason::kHalted);
  EXPECT_EQ(engine->state().gpr[kEax], 0x12345678u);
  EXPECT_EQ(bus.mmio_reads, (std::vector<Access>{{0x40000000, 4, 0x12345678}}));
  EXPECT_EQ(bus.mmio_writes,
            (std::vector<Access>{
                {0x40000004, 1, 0x78}, {0x40000006, 2, 0x5678}, {0x40000008, 4, 0x12345678}}));
  EXPECT_EQ(engine->exits().at("mmio"), 4u);
}

TEST_F(KvmEngineTest, UnalignedAccessAcrossAPageKeepsItsBytes) {
  CpuState state = protected_mode();
  state.gpr[kEbx] = 0x40000FFD;
  state.gpr[kEax] = 0x44332211;
  // mov [ebx], eax; hlt
  ASSERT_EQ(run(state, {0x89, 0x03, 0xF4}), StopReason::kHalted);
  std::map<std::uint32_t, std::uint8_t> bytes;
  for (const Access& access : bus.mmio_writes) {
    EXPECT_LE(access.address % 4 + access.bytes, 4u);
    for (unsigned i = 0; i < access.bytes; ++i) {
      bytes[access.address + i] = static_cast<std::uint8_t>(access.value >> (8 * i));
    }
  }
  EXPECT_EQ(bytes,
            (std::map<std::uint32_t, std::uint8_t>{
                {0x40000FFD, 0x11}, {0x40000FFE, 0x22}, {0x40000FFF, 0x33}, {0x40001000, 0x44}}));
}

TEST_F(KvmEngineTest, SharedVideoMemoryIsWrittenWithoutExits) {
  CpuState state = protected_mode();
  state.gpr[kEdi] = kVideo;
  state.gpr[kEax] = 0x1F411F42;
  // mov [edi], eax; hlt
  ASSERT_EQ(run(state, {0x89, 0x07, 0xF4}), StopReason::kHalted);
  EXPECT_EQ(video.word(0), 0x1F411F42u);
  EXPECT_TRUE(bus.mmio_writes.empty());
  EXPECT_FALSE(engine->exits().contains("mmio"));
}

TEST_F(KvmEngineTest, TrappedVideoMemoryExitsOnEveryWriteAndReadsDirectly) {
  build(/*video_writable=*/false);
  ASSERT_NE(engine, nullptr);
  video.set(0, {0x78, 0x56, 0x34, 0x12});
  CpuState state = protected_mode();
  state.gpr[kEdi] = kVideo;
  // mov eax, [edi]; mov [edi+4], eax; mov word [edi], 0x0741; mov ebx, [edi]; hlt
  ASSERT_EQ(
      run(state, {0x8B, 0x07, 0x89, 0x47, 0x04, 0x66, 0xC7, 0x07, 0x41, 0x07, 0x8B, 0x1F, 0xF4}),
      StopReason::kHalted);
  EXPECT_EQ(bus.mmio_writes,
            (std::vector<Access>{{kVideo + 4, 4, 0x12345678}, {kVideo, 2, 0x0741}}));
  EXPECT_TRUE(bus.mmio_reads.empty());
  EXPECT_EQ(video.word(0), 0x12345678u) << "the slot must not change by itself";
  EXPECT_EQ(engine->state().gpr[kEbx], 0x12345678u);
  EXPECT_EQ(engine->exits().at("mmio"), 2u);
}

TEST_F(KvmEngineTest, RepStoswIntoTrappedVideoMemoryWritesEveryCell) {
  build(/*video_writable=*/false);
  ASSERT_NE(engine, nullptr);
  CpuState state = real_mode();
  state.seg[kEs].selector = kVideo >> 4;
  state.seg[kEs].base = kVideo;
  state.gpr[kEcx] = 80;
  state.gpr[kEax] = 0x0720;
  // rep stosw; hlt
  ASSERT_EQ(run(state, {0xF3, 0xAB, 0xF4}), StopReason::kHalted);
  ASSERT_EQ(bus.mmio_writes.size(), 80u);
  for (std::uint32_t i = 0; i < 80; ++i) {
    EXPECT_EQ(bus.mmio_writes[i], (Access{kVideo + 2 * i, 2, 0x0720}));
  }
}

TEST_F(KvmEngineTest, TripleFaultEndsTheRunAndStaysEnded) {
  CpuState state = protected_mode();
  state.idtr = TableState{0, 0};
  // ud2: no IDT, so #UD becomes #DF becomes shutdown (SDM vol. 3, 6.15)
  ASSERT_EQ(run(state, {0x0F, 0x0B}), StopReason::kShutdown);
  EXPECT_EQ(engine->failure(), "");
  EXPECT_EQ(engine->exits().at("shutdown"), 1u);
  EXPECT_EQ(engine->run(kNever), StopReason::kShutdown);
  EXPECT_EQ(run(real_mode(), {0xF4}), StopReason::kHalted) << "a new state starts a new life";
}

TEST_F(KvmEngineTest, StopFromAPortWriteLeavesAtTheNextInstruction) {
  bus.on_port_write = [&](std::uint16_t, std::uint32_t) { engine->request_stop(); };
  CpuState state = protected_mode();
  // out 0x80, al; inc ebx; hlt
  ASSERT_EQ(run(state, {0xE6, 0x80, 0x43, 0xF4}), StopReason::kRequested);
  EXPECT_EQ(engine->state().eip, kCode + 2) << "the OUT is finished, the INC not begun";
  EXPECT_EQ(engine->state().gpr[kEbx], 0u);
  ASSERT_EQ(engine->run(kNever), StopReason::kHalted);
  EXPECT_EQ(engine->state().gpr[kEbx], 1u);
  EXPECT_EQ(bus.port_writes.size(), 1u);
}

TEST_F(KvmEngineTest, StopInAnAccessFinishesTheInstructionFirst) {
  bus.inputs = {0x5A, 0x12345678};
  bus.on_read = [this] { engine->request_stop(); };
  CpuState state = protected_mode();
  state.gpr[kEbx] = 0x40000000;
  // in al, 0x60; mov ecx, [ebx]; out 0x80, al; hlt
  ASSERT_EQ(run(state, {0xE4, 0x60, 0x8B, 0x0B, 0xE6, 0x80, 0xF4}), StopReason::kRequested);
  EXPECT_EQ(engine->state().gpr[kEax], 0x5Au);
  EXPECT_EQ(engine->state().eip, kCode + 2);
  ASSERT_EQ(engine->run(kNever), StopReason::kRequested);
  EXPECT_EQ(engine->state().gpr[kEcx], 0x12345678u);
  EXPECT_EQ(engine->state().eip, kCode + 4);
  ASSERT_EQ(engine->run(kNever), StopReason::kHalted);
  EXPECT_EQ(bus.port_writes, (std::vector<Access>{{0x80, 1, 0x5A}}));
}

TEST_F(KvmEngineTest, CpuidShowsAPlainFamily5Cpu) {
  CpuState state = protected_mode();
  state.gpr[kEax] = 1;
  // cpuid; hlt
  ASSERT_EQ(run(state, {0x0F, 0xA2, 0xF4}), StopReason::kHalted);
  const CpuState after = engine->state();
  EXPECT_EQ((after.gpr[kEax] >> 8) & 0xF, 5u);
  EXPECT_EQ(after.gpr[kEcx] & (1u << 31), 0u) << "no hypervisor bit";
  // A KVM that emulates may let the host's feature bits through.
  if (describe_kvm().kind == KvmKind::kHardware) {
    EXPECT_EQ(after.gpr[kEdx] & (1u << 25), 0u) << "no SSE";
  }
}

}  // namespace
}  // namespace strata::test
