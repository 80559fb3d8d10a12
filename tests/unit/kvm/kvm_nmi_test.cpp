// NMIs of the KVM engine: the one that waits and the mask of one in service are state, and a halted
// guest goes on for one that can come in only. On a simulated virtual CPU: needs no /dev/kvm.
#include <utility>

#include "models/engine/kvm/kvm_state.h"
#include "tests/unit/kvm/kvm_guest.h"
#include "tests/unit/kvm/simulated_cpu.h"

namespace strata::test {
namespace {

class KvmNmiTest : public ::testing::Test {
 protected:
  void SetUp() override {
    memory.set(kGdt + 8, {0xFF, 0xFF, 0, 0, 0, 0x9B, 0xCF, 0});
    memory.set(kGdt + 16, {0xFF, 0xFF, 0, 0, 0, 0x93, 0xCF, 0});
    memory.set(kIdt + 2 * 8, {0, 0x30, 8, 0, 0, 0x8E, 0, 0});
    memory.set(0x3000, {0x42, 0xF4, 0x42, 0xCF});       // NMI: inc edx; hlt; inc edx; iret
    memory.set(kCode, {0xF4, 0x43, 0xF4, 0x43, 0xF4});  // hlt; inc ebx; hlt; inc ebx; hlt
    const KvmConfig config{.memory = {{0, kVideo, memory.data(), true}},
                           .clock_hz = kClockHz,
                           .host_pages = [] { return true; }};
    engine = std::make_unique<KvmEngine>(
        bus, std::make_unique<SimulatedCpu>(config.memory, SimulatedCpu::Quirks{}), config);
  }

  /// Asleep in the first HLT.
  static CpuState asleep(std::uint32_t pending, std::uint32_t blocked) {
    CpuState state = protected_mode();
    state.eip = kCode + 1;
    state.halted = 1;
    state.nmi_pending = pending;
    state.nmi_blocked = blocked;
    return state;
  }

  /// How often the handler and the program have counted when the guest sleeps again.
  std::pair<std::uint32_t, std::uint32_t> run() {
    EXPECT_EQ(engine->run(engine->cycle() + kSecond), StopReason::kHalted);
    const CpuState state = engine->state();
    EXPECT_EQ(state.halted, 1u);
    return {state.gpr[kEdx], state.gpr[kEbx]};
  }

  RecordingBus bus;
  Pages memory{kVideo};
  std::unique_ptr<KvmEngine> engine;
};

using Counts = std::pair<std::uint32_t, std::uint32_t>;

// SDM vol. 2, HLT: an NMI wakes the processor, whatever IF says.
TEST_F(KvmNmiTest, AnNmiWakesAHaltedGuest) {
  engine->load_state(asleep(0, 0));
  EXPECT_EQ(run(), Counts(0, 0));
  engine->raise_nmi();
  EXPECT_EQ(run(), Counts(1, 0));
  EXPECT_EQ(engine->state().nmi_blocked, 1u);
}

// SDM vol. 3, 6.7.1: until the next IRET further NMIs are blocked; one of them is remembered.
TEST_F(KvmNmiTest, OneInServiceKeepsOthersOutUntilIret) {
  engine->load_state(asleep(0, 0));
  engine->raise_nmi();
  EXPECT_EQ(run(), Counts(1, 0)) << "asleep in the handler";
  engine->raise_nmi();
  EXPECT_EQ(run(), Counts(1, 0)) << "the second one has not woken it";
  CpuState state = engine->state();
  EXPECT_EQ(state.nmi_pending, 1u);
  EXPECT_EQ(state.nmi_blocked, 1u);
  state.halted = 0;  // as an interrupt would leave it
  engine->load_state(state);
  EXPECT_EQ(run(), Counts(3, 0)) << "after IRET the second one came in at once";
  EXPECT_EQ(engine->state().nmi_pending, 0u);
}

TEST_F(KvmNmiTest, AStateHasTheNmiThatWaitsAndTheMask) {
  engine->load_state(asleep(1, 1));
  EXPECT_EQ(run(), Counts(0, 0)) << "masked";
  engine->load_state(asleep(0, 1));
  engine->raise_nmi();
  EXPECT_EQ(run(), Counts(0, 0)) << "masked";
  EXPECT_EQ(engine->state().nmi_pending, 1u);
  engine->load_state(asleep(1, 0));
  EXPECT_EQ(run(), Counts(1, 0));
}

// Documentation/virt/kvm/api.rst, 4.32: nmi.pending counts with its flag only.
TEST(KvmEvents, CarryTheNmiAndItsMask) {
  for (const std::uint32_t pending : {0u, 1u}) {
    for (const std::uint32_t blocked : {0u, 1u}) {
      CpuState state = protected_mode();
      state.nmi_pending = pending;
      state.nmi_blocked = blocked;
      kvm_vcpu_events events = to_kvm_events(state);
      EXPECT_EQ(events.nmi.pending, pending);
      EXPECT_EQ(events.nmi.masked, blocked);
      EXPECT_NE(events.flags & KVM_VCPUEVENT_VALID_NMI_PENDING, 0u);
      const CpuState back = from_kvm({}, {}, {}, events);
      EXPECT_EQ(back.nmi_pending, pending);
      EXPECT_EQ(back.nmi_blocked, blocked);
      events.nmi.injected = 1;  // left in the middle of a delivery: it is still to come
      EXPECT_EQ(from_kvm({}, {}, {}, events).nmi_pending, 1u);
    }
  }
}

}  // namespace
}  // namespace strata::test
