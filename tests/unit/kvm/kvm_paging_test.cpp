// A KVM that cannot page is named, however the guest that switches paging on would end there. On a
// simulated virtual CPU: needs no /dev/kvm.
#include "tests/unit/kvm/kvm_guest.h"
#include "tests/unit/kvm/simulated_cpu.h"

namespace strata::test {
namespace {

constexpr const char* kNoPaging =
    "this host's KVM cannot run paged 32-bit guests, and this guest switches paging on; use "
    "--engine interp";
constexpr std::uint32_t kFaultHandler = 0x3000;

class KvmPagingTest : public ::testing::Test {
 protected:
  void SetUp() override {
    pages = false;
    memory.set(kGdt + 8, {0xFF, 0xFF, 0, 0, 0, 0x9B, 0xCF, 0});
    memory.set(kGdt + 16, {0xFF, 0xFF, 0, 0, 0, 0x93, 0xCF, 0});
    const KvmConfig config{.memory = {{0, kVideo, memory.data(), true}},
                           .clock_hz = kClockHz,
                           .host_pages = [] { return pages; },
                           .host_may_not_page = [] { return true; },
                           .host_emulates = [] { return true; }};
    engine = std::make_unique<KvmEngine>(
        bus, std::make_unique<SimulatedCpu>(config.memory, SimulatedCpu::Quirks{.pages = false}),
        config);
  }

  /// The handler of #GP: inc edx; hlt.
  void set_handler() {
    memory.set(kIdt + vector::kGeneralProtection * 8, {0, kFaultHandler >> 8, 8, 0, 0, 0x8E, 0, 0});
    memory.set(kFaultHandler, {0x42, 0xF4});
  }

  /// With EAX = `cr0`, and no page tables.
  StopReason run(std::uint32_t cr0, std::initializer_list<std::uint8_t> code) {
    CpuState state = protected_mode();
    state.gpr[kEax] = cr0;
    memory.set(kCode, code);
    engine->load_state(state);
    return engine->run(engine->cycle() + kSecond);
  }

  /// What the host says of itself.
  static inline bool pages = false;

  RecordingBus bus;
  Pages memory{kVideo};
  std::unique_ptr<KvmEngine> engine;
};

constexpr std::uint32_t kPaged = cr0::kPg | cr0::kPe;

// mov cr0, eax; hlt
TEST_F(KvmPagingTest, WithoutAHandlerItIsNoTripleFault) {
  EXPECT_EQ(run(kPaged, {0x0F, 0x22, 0xC0, 0xF4}), StopReason::kShutdown);
  EXPECT_EQ(engine->failure(), kNoPaging);
}

TEST_F(KvmPagingTest, WithAHandlerItIsNoFaultOfTheGuest) {
  set_handler();
  EXPECT_EQ(run(kPaged, {0x0F, 0x22, 0xC0, 0xF4}), StopReason::kShutdown);
  EXPECT_EQ(engine->failure(), kNoPaging);
  EXPECT_EQ(engine->state().gpr[kEdx], 0u) << "the handler has begun";
}

// out 80h, al: an exit; then as above. The handler is there from the third of them on.
TEST_F(KvmPagingTest, AHandlerThatComesLaterIsFound) {
  bus.on_port_write = [&](std::uint16_t, std::uint32_t) {
    if (bus.port_writes.size() == 3) set_handler();
  };
  EXPECT_EQ(run(kPaged, {0xE6, 0x80, 0xE6, 0x80, 0xE6, 0x80, 0x0F, 0x22, 0xC0, 0xF4}),
            StopReason::kShutdown);
  EXPECT_EQ(engine->failure(), kNoPaging);
}

// The guest's own: NW without CD and paging without protection are #GP everywhere.
TEST_F(KvmPagingTest, OtherFaultsGoToTheHandler) {
  set_handler();
  for (const std::uint32_t value : {kPaged | cr0::kNw, cr0::kPg}) {
    EXPECT_EQ(run(value, {0x0F, 0x22, 0xC0, 0xF4}), StopReason::kHalted);
    EXPECT_EQ(engine->failure(), "");
    EXPECT_EQ(engine->state().gpr[kEdx], 1u);
  }
}

// int 20h, which has no gate: the handler returns behind it. Then as above.
TEST_F(KvmPagingTest, TheBreakpointComesBackAfterThem) {
  set_handler();
  memory.set(kFaultHandler, {0x83, 0xC4, 0x04, 0x83, 0x04, 0x24, 0x02,  // add esp, 4; add [esp], 2
                             0xE6, 0x80, 0xCF});                        // out 80h, al; iret
  EXPECT_EQ(run(kPaged, {0xCD, 0x20, 0x0F, 0x22, 0xC0, 0xF4}), StopReason::kShutdown);
  EXPECT_EQ(engine->failure(), kNoPaging);
  EXPECT_EQ(bus.port_writes.size(), 1u);
}

// As with PAE and a table that is not one, were it the guest's own fault.
TEST_F(KvmPagingTest, WhereKvmPagesTheFaultIsTheGuests) {
  pages = true;
  set_handler();
  EXPECT_EQ(run(kPaged, {0x0F, 0x22, 0xC0, 0xF4}), StopReason::kHalted);
  EXPECT_EQ(engine->failure(), "");
  EXPECT_EQ(engine->state().gpr[kEdx], 1u);
}

}  // namespace
}  // namespace strata::test
