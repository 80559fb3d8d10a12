// A debugger's view of a guest: one test body, on every engine of the table and on a simulated KVM.
// The software engines stand alone, RTL in its machine.
#include "models/engine/debug_target.h"

#include <gtest/gtest.h>
#include <sys/mman.h>

#include <algorithm>
#include <array>

#include "models/engine/engine_debug.h"
#include "platform/engines.h"
#include "platform/loader/guest_image.h"
#include "platform/machine.h"
#include "tests/support/engine_names.h"
#include "tests/support/fresh_simulation.h"
#include "tests/unit/kvm/kvm_guest.h"
#include "tests/unit/kvm/simulated_cpu.h"

namespace strata::test {
namespace {

constexpr const char* kSimulatedKvm = "simulated_kvm";

// The guest: a ROM in real mode. Behind the reset vector a loop that stores AX at [BX], loads it
// back and writes AL to port 80, with BX one higher each time.
constexpr std::uint32_t kRomBytes = 0x10000;
constexpr std::uint32_t kRomBase = 0xF0000;
constexpr std::uint32_t kStart = 0x100;
constexpr std::uint32_t kStore = 0x106;
constexpr std::uint32_t kAfterStore = 0x108;
constexpr std::uint32_t kAfterLoad = 0x10A;
constexpr std::uint32_t kAfterOut = 0x10D;
constexpr std::uint32_t kData = 0x2000;
constexpr std::array<std::uint8_t, 15> kProgram = {
    0xB8, 0x34, 0x12,  // 100  mov ax, 1234h
    0xBB, 0x00, 0x20,  // 103  mov bx, 2000h
    0x89, 0x07,        // 106  mov [bx], ax
    0x8B, 0x0F,        // 108  mov cx, [bx]
    0x43,              // 10A  inc bx
    0xE6, 0x80,        // 10B  out 80h, al
    0xEB, 0xF7,        // 10D  jmp 106
};
constexpr std::array<std::uint8_t, 5> kResetCode = {0xEA, 0x00, 0x01, 0x00, 0xF0};  // jmp F000:0100

std::vector<std::uint8_t> make_rom() {
  std::vector<std::uint8_t> rom(kRomBytes, 0xF4);
  std::ranges::copy(kProgram, rom.begin() + kStart);
  std::ranges::copy(kResetCode, rom.begin() + 0xFFF0);
  return rom;
}

/// The same guest on KvmEngine without a kernel or a machine.
class SimulatedKvm {
 public:
  SimulatedKvm() {
    std::ranges::copy(make_rom(), rom_.data());
    engine_.load_state(CpuState::reset(CpuFamily::k586));
  }
  DebugTarget& target() { return target_; }

 private:
  RecordingBus bus_;
  Pages ram_{kVideo};
  Pages rom_{kRomBytes};
  const std::vector<MemoryRegion> memory_ = {{0, kVideo, ram_.data(), true},
                                             {kRomBase, kRomBytes, rom_.data(), false},
                                             {0xFFFF0000, kRomBytes, rom_.data(), false}};
  KvmEngine engine_{bus_, std::make_unique<SimulatedCpu>(memory_, SimulatedCpu::Quirks{}),
                    KvmConfig{.memory = memory_, .clock_hz = kClockHz}};
  EngineDebug target_{engine_, memory_, CpuFamily::k586};
};

class DebugTargetTest : public ::testing::TestWithParam<std::string> {
 protected:
  void SetUp() override {
    if (GetParam() == kSimulatedKvm) {
      simulated_.emplace();
      target = &simulated_->target();
      return;
    }
    const std::string missing = why_no_engine(GetParam());
    if (!missing.empty()) GTEST_SKIP() << missing;
    start(make_rom(), CpuFamily::k586);
  }

  void start(std::vector<std::uint8_t> rom, CpuFamily family) {
    image_.rom = std::move(rom);
    MachineConfig config;
    config.memory_bytes = 1 << 20;
    config.guest = &image_;
    config.cpu = family;
    auto machine = find_engine(GetParam())->make(config);
    ASSERT_TRUE(machine.ok()) << machine.error();
    machine_ = std::move(*machine);
    target = &machine_->debug_target();
  }

  std::uint32_t eip() const { return target->registers().eip; }
  std::uint16_t reg(unsigned number) const {
    return static_cast<std::uint16_t>(target->registers().gpr[number]);
  }

  /// To the store of the loop's first time round.
  void go_to_loop() {
    for (int n = 0; n < 3; ++n) ASSERT_EQ(target->step(), DebugStop::kStepped);
    ASSERT_EQ(eip(), kStore);
  }

  FreshSimulation simulation_;
  GuestImage image_;
  std::unique_ptr<Machine> machine_;
  std::optional<SimulatedKvm> simulated_;
  DebugTarget* target = nullptr;
};

constexpr std::uint64_t kPlenty = 1000;

TEST_P(DebugTargetTest, StartsAtTheResetVector) {
  const CpuState state = target->registers();
  EXPECT_EQ(state.eip, 0xFFF0u);
  EXPECT_EQ(state.seg[kCs].base, 0xFFFF0000u);
}

TEST_P(DebugTargetTest, AStepIsOneInstruction) {
  const std::array<std::uint32_t, 8> expected = {kStart,     0x103, kStore,    kAfterStore,
                                                 kAfterLoad, 0x10B, kAfterOut, kStore};
  for (const std::uint32_t next : expected) {
    ASSERT_EQ(target->step(), DebugStop::kStepped);
    EXPECT_EQ(eip(), next);
  }
  EXPECT_EQ(target->registers().seg[kCs].base, kRomBase);
  EXPECT_EQ(reg(kEax), 0x1234);
  EXPECT_EQ(reg(kEcx), 0x1234);
  EXPECT_EQ(reg(kEbx), kData + 1);
}

TEST_P(DebugTargetTest, CodeBreakpointsStopBeforeTheInstruction) {
  const Breakpoint store{Breakpoint::Kind::kCode, kRomBase + kStore};
  target->add(store);
  for (std::uint32_t round = 0; round < 3; ++round) {
    ASSERT_EQ(target->run(kPlenty), DebugStop::kBreakpoint);
    EXPECT_EQ(target->hit(), store);
    EXPECT_EQ(eip(), kStore);
    EXPECT_EQ(reg(kEbx), kData + round);
  }
}

TEST_P(DebugTargetTest, WriteBreakpointsStopBehindTheStore) {
  const Breakpoint write{Breakpoint::Kind::kWrite, kData + 2, 2};
  target->add(write);
  // The word at 2001h is the first that touches 2002h.
  for (const std::uint32_t bx : {kData + 1, kData + 2, kData + 3}) {
    ASSERT_EQ(target->run(kPlenty), DebugStop::kBreakpoint);
    EXPECT_EQ(target->hit(), write);
    EXPECT_EQ(eip(), kAfterStore);
    EXPECT_EQ(reg(kEbx), bx);
  }
  EXPECT_EQ(target->run(kPlenty), DebugStop::kStepped) << "the loop has gone past";
}

TEST_P(DebugTargetTest, AccessBreakpointsStopBehindLoadsToo) {
  target->add({Breakpoint::Kind::kAccess, kData, 1});
  ASSERT_EQ(target->run(kPlenty), DebugStop::kBreakpoint);
  EXPECT_EQ(eip(), kAfterStore);
  ASSERT_EQ(target->run(kPlenty), DebugStop::kBreakpoint);
  EXPECT_EQ(eip(), kAfterLoad);
  EXPECT_EQ(target->run(kPlenty), DebugStop::kStepped);
}

TEST_P(DebugTargetTest, PortBreakpointsStopBehindTheAccess) {
  const Breakpoint port{Breakpoint::Kind::kPort, 0x80, 1};
  target->add({Breakpoint::Kind::kPort, 0x84, 4});
  target->add(port);
  ASSERT_EQ(target->run(kPlenty), DebugStop::kBreakpoint);
  EXPECT_EQ(target->hit(), port);
  EXPECT_EQ(eip(), kAfterOut);
}

/// On a 386, with XADD [BX],AX in the place of the store.
class DebugTargetOf386 : public DebugTargetTest {
 protected:
  void SetUp() override {
    if (GetParam().ends_with("kvm")) GTEST_SKIP() << "KVM runs the host's processor";
    std::vector<std::uint8_t> rom = make_rom();
    constexpr std::array<std::uint8_t, 3> kXadd = {0x0F, 0xC1, 0x07};
    std::ranges::copy(kXadd, rom.begin() + kStore);
    start(std::move(rom), CpuFamily::k386);
  }
};

// SDM vol. 2, XADD: "IA-32 processors earlier than the Intel486 processor do not support this
// instruction"; #UD comes before its operand is touched.
TEST_P(DebugTargetOf386, WhatTheCpuDoesNotHaveTouchesNothing) {
  target->add({Breakpoint::Kind::kAccess, kData, 2});
  EXPECT_EQ(target->run(4), DebugStop::kStepped);
  EXPECT_FALSE(target->hit().has_value());
  EXPECT_EQ(eip(), 0u) << "vector 6 is all zeroes";
}

TEST_P(DebugTargetTest, MoreThanFourBreakpointsAtOnce) {
  for (std::uint32_t n = 0; n < 8; ++n) {
    target->add({Breakpoint::Kind::kWrite, 0x8000 + 4 * n, 4});
  }
  const Breakpoint ninth{Breakpoint::Kind::kWrite, kData, 1};
  target->add(ninth);
  ASSERT_EQ(target->run(kPlenty), DebugStop::kBreakpoint);
  EXPECT_EQ(target->hit(), ninth);
}

TEST_P(DebugTargetTest, ARemovedBreakpointIsNone) {
  const Breakpoint store{Breakpoint::Kind::kCode, kRomBase + kStore};
  target->add(store);
  EXPECT_TRUE(target->remove(store));
  EXPECT_FALSE(target->remove(store));
  EXPECT_EQ(target->run(20), DebugStop::kStepped);
  EXPECT_EQ(target->hit(), std::nullopt);
}

TEST_P(DebugTargetTest, TheGuestSeesNoDebugger) {
  target->add({Breakpoint::Kind::kWrite, kData, 1});
  target->add({Breakpoint::Kind::kPort, 0x80, 1});
  const CpuState before = target->registers();
  ASSERT_EQ(target->run(kPlenty), DebugStop::kBreakpoint);
  ASSERT_EQ(target->run(kPlenty), DebugStop::kBreakpoint);
  const CpuState after = target->registers();
  EXPECT_EQ(after.dr, before.dr);
  EXPECT_EQ(after.cr4, before.cr4);
  EXPECT_EQ(after.eflags & eflags::kTf, 0u);
}

TEST_P(DebugTargetTest, MemoryIsReadAndWrittenByLinearAddress) {
  go_to_loop();
  std::array<std::uint8_t, 5> code{};
  EXPECT_EQ(target->read(0xFFFFFFF0, code), code.size());
  EXPECT_EQ(code, kResetCode);
  EXPECT_EQ(target->write(0xFFFFFFF0, code), 0u) << "ROM";
  constexpr std::array<std::uint8_t, 4> kBytes = {1, 2, 3, 4};
  EXPECT_EQ(target->write(kData + 1, kBytes), kBytes.size());
  ASSERT_EQ(target->step(), DebugStop::kStepped);  // 34h 12h at 2000h
  ASSERT_EQ(target->step(), DebugStop::kStepped);
  std::array<std::uint8_t, 5> data{};
  EXPECT_EQ(target->read(kData, data), data.size());
  EXPECT_EQ(data, (std::array<std::uint8_t, 5>{0x34, 0x12, 2, 3, 4}));
  constexpr std::uint32_t kHole = 0x40000000;
  EXPECT_EQ(target->read(kHole, data), 0u);
}

TEST_P(DebugTargetTest, RegistersAreReplaced) {
  go_to_loop();
  CpuState state = target->registers();
  state.gpr[kEax] = 0xBEEF;
  state.gpr[kEbx] = 0x3000;
  target->set_registers(state);
  EXPECT_EQ(reg(kEbx), 0x3000);
  ASSERT_EQ(target->step(), DebugStop::kStepped);
  ASSERT_EQ(target->step(), DebugStop::kStepped);
  EXPECT_EQ(eip(), kAfterLoad);
  EXPECT_EQ(reg(kEcx), 0xBEEF) << "stored and loaded";
}

TEST_P(DebugTargetTest, AHaltForEverIsSaid) {
  // The rest of the ROM is HLT, and interrupts are off since reset.
  go_to_loop();
  CpuState state = target->registers();
  state.eip = 0x200;
  target->set_registers(state);
  ASSERT_EQ(target->step(), DebugStop::kStepped);
  EXPECT_EQ(eip(), 0x201u);
  EXPECT_EQ(target->step(), DebugStop::kHalted);
  EXPECT_EQ(eip(), 0x201u);
}

TEST_P(DebugTargetTest, RegistersAreReplacedAtAnyBoundary) {
  // Behind each instruction of the loop and its way there, the first that has not begun is the one
  // EIP names now: no store, no port write of the other has been seen.
  for (unsigned steps = 0; steps < 8; ++steps) {
    CpuState state = target->registers();
    state.seg[kCs] = {.selector = 0xF000, .base = kRomBase, .limit = 0xFFFF, .attributes = 0x9B};
    state.eip = kStart;
    target->set_registers(state);
    for (unsigned n = 0; n < steps; ++n) ASSERT_EQ(target->step(), DebugStop::kStepped);
    constexpr std::array<std::uint8_t, 2> kZeroes{};
    ASSERT_EQ(target->write(kData, kZeroes), kZeroes.size());
    state = target->registers();
    state.eip = kStore;
    state.gpr[kEax] = 0x5500 + steps;
    state.gpr[kEbx] = kData + 0x100;
    target->set_registers(state);
    ASSERT_EQ(target->registers().gpr[kEax], 0x5500u + steps);
    ASSERT_EQ(target->step(), DebugStop::kStepped);
    EXPECT_EQ(eip(), kAfterStore);
    std::array<std::uint8_t, 2> data{};
    ASSERT_EQ(target->read(kData + 0x100, data), data.size());
    EXPECT_EQ(data[0] | data[1] << 8, 0x5500 + static_cast<int>(steps));
    ASSERT_EQ(target->read(kData, data), data.size());
    EXPECT_EQ(data, kZeroes) << "the store that was to come has been made";
  }
}

TEST_P(DebugTargetTest, CodeThatIsWrittenIsWhatRuns) {
  go_to_loop();
  CpuState state = target->registers();
  state.seg[kCs] = {.selector = 0x200, .base = 0x2000, .limit = 0xFFFF, .attributes = 0x9B};
  state.eip = 0x800;
  constexpr std::array<std::uint8_t, 4> kIncrements = {0x40, 0x40, 0x40, 0x40};  // inc ax
  ASSERT_EQ(target->write(0x2800, kIncrements), kIncrements.size());
  target->set_registers(state);
  ASSERT_EQ(target->step(), DebugStop::kStepped);
  EXPECT_EQ(reg(kEax), 0x1235);
  constexpr std::array<std::uint8_t, 1> kDecrement = {0x48};  // dec ax
  ASSERT_EQ(target->write(0x2801, kDecrement), kDecrement.size());
  ASSERT_EQ(target->step(), DebugStop::kStepped);
  EXPECT_EQ(reg(kEax), 0x1234);
}

std::vector<std::string> targets() {
  std::vector<std::string> names = all_engine_names();
  names.push_back(kSimulatedKvm);
  return names;
}

INSTANTIATE_TEST_SUITE_P(All, DebugTargetTest, ::testing::ValuesIn(targets()),
                         [](const auto& engine) { return engine.param; });
INSTANTIATE_TEST_SUITE_P(All, DebugTargetOf386, ::testing::ValuesIn(targets()),
                         [](const auto& engine) { return engine.param; });

}  // namespace
}  // namespace strata::test
