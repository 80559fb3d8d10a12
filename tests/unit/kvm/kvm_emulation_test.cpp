// What a KVM that emulates ends as a triple fault, or steps over, though the guest has not come to
// its end: the engine goes on. On a simulated virtual CPU: needs no /dev/kvm.
#include "tests/unit/kvm/kvm_guest.h"
#include "tests/unit/kvm/simulated_cpu.h"

namespace strata::test {
namespace {

class KvmEmulationTest : public ::testing::Test {
 protected:
  static constexpr std::uint32_t kHandler = 0x3000;
  static constexpr std::uint32_t kTaskState = 0x5000;
  static constexpr std::uint32_t kInnerStack = 0x7000;
  static constexpr std::uint8_t kVector = 0x20;

  void SetUp() override {
    for (const auto& [selector, access] :
         {std::pair<std::uint32_t, std::uint8_t>{8, 0x9B}, {16, 0x93}, {24, 0xFB}, {32, 0xF3}}) {
      memory.set(kGdt + selector, {0xFF, 0xFF, 0, 0, 0, access, 0xCF, 0});
    }
    memory.set(kTaskState + 4, {0, kInnerStack >> 8, 0, 0, 16});
    memory.set(kHandler, {0x42, 0xCF});  // inc edx; iret
    build({.levels = false});
  }

  void build(SimulatedCpu::Quirks quirks, bool host_emulates = true) {
    const KvmConfig config{
        .memory = {{0, kVideo, memory.data(), true}},
        .clock_hz = kClockHz,
        .host_pages = [] { return true; },
        .host_emulates = host_emulates ? +[] { return true; } : +[] { return false; }};
    engine = std::make_unique<KvmEngine>(bus, std::make_unique<SimulatedCpu>(config.memory, quirks),
                                         config);
  }

  /// A gate to the handler at level 0 that every level may use.
  void set_gate(unsigned number) {
    memory.set(kIdt + number * 8, {0, kHandler >> 8, 8, 0, 0, 0xEE, 0, 0});
  }

  /// Code at level 3, with IF set and IOPL 3; it ends with `hlt`, which is #GP there.
  static CpuState outer_level() {
    CpuState state = protected_mode();
    for (unsigned n = 0; n < state.seg.size(); ++n) {
      state.seg[n].selector = n == kCs ? 0x1B : 0x23;
      state.seg[n].attributes |= 3u << attr::kDplShift;
    }
    state.eflags |= eflags::kIf | eflags::kIopl;
    state.gdtr.limit = 5 * 8 - 1;
    state.tr = {.selector = 0x28, .base = kTaskState, .limit = 0x67, .attributes = 0x8B};
    return state;
  }

  StopReason run(const CpuState& state, std::initializer_list<std::uint8_t> code) {
    memory.set(kCode, code);
    engine->load_state(state);
    return engine->run(engine->cycle() + kSecond);
  }

  RecordingBus bus;
  Pages memory{kVideo};
  std::unique_ptr<KvmEngine> engine;
};

// int 20h; out 80h, al; hlt: there is no gate for the #GP of the last
TEST_F(KvmEmulationTest, AnInterruptToAnotherLevelIsNoTripleFault) {
  set_gate(kVector);
  EXPECT_EQ(run(outer_level(), {0xCD, kVector, 0xE6, 0x80, 0xF4}), StopReason::kShutdown);
  EXPECT_EQ(engine->state().gpr[kEdx], 1u);
  EXPECT_EQ(bus.port_writes.size(), 1u);
  EXPECT_EQ(engine->failure(), "");
}

TEST_F(KvmEmulationTest, NorIsAFault) {
  set_gate(vector::kInvalidOpcode);
  memory.set(kHandler, {0x42, 0xF4});                                // inc edx; hlt
  EXPECT_EQ(run(outer_level(), {0x0F, 0x0B}), StopReason::kHalted);  // ud2
  EXPECT_EQ(engine->state().gpr[kEdx], 1u);
  EXPECT_EQ(memory.word(kInnerStack - 20), kCode);
}

TEST_F(KvmEmulationTest, NorIsAnExternalInterrupt) {
  set_gate(kVector);
  memory.set(kHandler, {0x42, 0xF4});
  bus.on_acknowledge = [this] { engine->set_interrupt_line(false); };
  engine->set_interrupt_line(true);
  EXPECT_EQ(run(outer_level(), {0xEB, 0xFE}), StopReason::kHalted);  // jmp to itself
  EXPECT_EQ(engine->state().gpr[kEdx], 1u);
  EXPECT_EQ(bus.acknowledged, 1u);
  EXPECT_EQ(memory.word(kInnerStack - 20), kCode) << "the instruction is still to come";
}

TEST_F(KvmEmulationTest, NorIsAnNmi) {
  set_gate(vector::kNmi);
  memory.set(kHandler, {0x42, 0xF4});
  memory.set(kCode, {0xEB, 0xFE});
  engine->load_state(outer_level());
  engine->raise_nmi();
  EXPECT_EQ(engine->run(engine->cycle() + kSecond), StopReason::kHalted);
  EXPECT_EQ(engine->state().gpr[kEdx], 1u);
  EXPECT_EQ(engine->state().nmi_blocked, 1u);
}

// A debugger's steps go the same way.
TEST_F(KvmEmulationTest, NorIsAnyOfThemStepped) {
  set_gate(kVector);
  memory.set(kCode, {0xCD, kVector});
  engine->load_state(outer_level());
  EXPECT_EQ(engine->step_once().reason, StopReason::kRequested);
  EXPECT_EQ(engine->state().eip, kHandler);
}

// A KVM that virtualises ends a guest for triple faults only, and may have reset its CPU.
TEST_F(KvmEmulationTest, WhereKvmVirtualisesItIsOne) {
  build({.levels = false}, false);
  set_gate(kVector);
  EXPECT_EQ(run(outer_level(), {0xCD, kVector, 0xF4}), StopReason::kShutdown);
  EXPECT_EQ(engine->state().gpr[kEdx], 0u);
}

// The CPU sleeps behind a HLT, also where KVM reports it as a step.
TEST_F(KvmEmulationTest, AStepOfHltHalts) {
  build({.leaves_for_hlt = false});
  memory.set(kCode, {0x66, 0xF4, 0x90});  // with a prefix; nop
  engine->load_state(protected_mode());
  EXPECT_EQ(engine->step_once().reason, StopReason::kRequested);
  EXPECT_EQ(engine->state().eip, kCode + 2);
  EXPECT_EQ(engine->step_once().reason, StopReason::kHalted);
  EXPECT_EQ(engine->state().eip, kCode + 2);
  EXPECT_EQ(engine->exits().at("hlt"), 1u);
}

}  // namespace
}  // namespace strata::test
