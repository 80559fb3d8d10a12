// The guest goes on, whatever its timers do; and a KVM that cannot page is named. On a simulated
// virtual CPU: needs no /dev/kvm.
#include <utility>

#include "tests/unit/kvm/kvm_guest.h"
#include "tests/unit/kvm/simulated_cpu.h"

namespace strata::test {
namespace {

constexpr Cycle kMicrosecond = kClockHz / 1'000'000;

class KvmShareTest : public ::testing::Test {
 protected:
  void SetUp() override {
    set_descriptor(8, 0x9B);
    set_descriptor(16, 0x93);
    build({});
  }

  void set_descriptor(std::uint32_t selector, std::uint8_t access) {
    memory.set(kGdt + selector, {0xFF, 0xFF, 0, 0, 0, access, 0xCF, 0});
  }

  void build(SimulatedCpu::Quirks quirks) {
    const KvmConfig config{
        .memory = {{0, kVideo, memory.data(), true}},
        .clock_hz = kClockHz,
        .host_pages = quirks.pages ? +[] { return true; } : +[] { return false; }};
    auto simulated = std::make_unique<SimulatedCpu>(config.memory, quirks);
    cpu = simulated.get();
    engine = std::make_unique<KvmEngine>(bus, std::move(simulated), config);
  }

  void load(bool interrupts, std::initializer_list<std::uint8_t> code) {
    CpuState state = protected_mode();
    state.eflags |= interrupts ? eflags::kIf : 0;
    memory.set(kCode, code);
    engine->load_state(state);
  }

  /// Interrupt gate 20h to a handler that counts in EDX and returns.
  void set_handler() {
    constexpr std::uint8_t kHandlerPage = 0x30;
    memory.set(kIdt + 0x20 * 8, {0, kHandlerPage, 8, 0, 0, 0x8E, 0, 0});
    memory.set(kHandlerPage << 8, {0x42, 0xCF});  // inc edx; iret
  }

  RecordingBus bus;
  Pages memory{kVideo};
  SimulatedCpu* cpu = nullptr;
  std::unique_ptr<KvmEngine> engine;
};

// out 0x80, al a few times tells the engine what an exit takes on this host.
constexpr std::initializer_list<std::uint8_t> kCountingLoop = {
    0xE6, 0x80, 0xE6, 0x80, 0xE6, 0x80, 0x43, 0xEB, 0xFD};  // ...; again: inc ebx; jmp again
// Of which the host may have given some to others. Where none goes by for the guest, none ever
// does.
constexpr int kMostTurns = 10'000;
constexpr int kTurnsAsked = 25;

TEST_F(KvmShareTest, TheGuestRunsOnUnderDeadlinesThatHavePassed) {
  load(true, kCountingLoop);
  std::uint64_t before = 0;
  int turns_run = 0;
  for (int n = 0; n < kMostTurns && turns_run < kTurnsAsked; ++n) {
    ASSERT_EQ(engine->run(engine->cycle()), StopReason::kDeadline);
    turns_run += cpu->steps > before;
    before = cpu->steps;
  }
  EXPECT_EQ(turns_run, kTurnsAsked);
}

TEST_F(KvmShareTest, ADeadlineThatCannotInterruptIsNone) {
  load(false, {0xEB, 0xFE});  // jmp $
  const Cycle start = engine->cycle();
  ASSERT_EQ(engine->run(start + kMicrosecond), StopReason::kDeadline);
  EXPECT_GE(engine->cycle() - start, 5000 * kMicrosecond);
}

TEST_F(KvmShareTest, ADeadlineCountsAgainFromStiOn) {
  // mov ecx, 64; loop $; sti; nop; jmp $
  load(false, {0xB9, 0x40, 0, 0, 0, 0xE2, 0xFE, 0xFB, 0x90, 0xEB, 0xFE});
  // The first turn gets as far, unless the host has had other things to do.
  const auto enabled = [this] { return (engine->state().eflags & eflags::kIf) != 0; };
  for (int n = 0; n < kMostTurns && !enabled(); ++n) {
    ASSERT_EQ(engine->run(engine->cycle()), StopReason::kDeadline);
  }
  ASSERT_TRUE(enabled());
  EXPECT_EQ(engine->state().gpr[kEcx], 0u);
  EXPECT_EQ(engine->exits().at("interrupt-window"), 1u);
}

TEST_F(KvmShareTest, BetweenTwoInterruptsTheProgramGoesOn) {
  set_handler();
  load(true, kCountingLoop);
  engine->set_interrupt_line(true);
  std::uint32_t before = 0;
  int turns_run = 0;
  const auto interrupts = [this] { return engine->state().gpr[kEdx]; };
  constexpr std::uint32_t kInterruptsAsked = 10;
  for (int n = 0; n < kMostTurns && (turns_run < kTurnsAsked || interrupts() < kInterruptsAsked);
       ++n) {
    ASSERT_EQ(engine->run(engine->cycle() + kMicrosecond), StopReason::kDeadline);
    const std::uint32_t counted = engine->state().gpr[kEbx];
    turns_run += counted > before;
    before = counted;
  }
  EXPECT_GE(turns_run, kTurnsAsked);
  EXPECT_GE(interrupts(), kInterruptsAsked) << "come all the same";
}

TEST_F(KvmShareTest, AKvmThatCannotPageIsNamed) {
  build({.pages = false});
  // mov cr0, eax; hlt
  load(false, {0x0F, 0x22, 0xC0, 0xF4});
  CpuState state = engine->state();
  state.gpr[kEax] = cr0::kPg | cr0::kPe;
  engine->load_state(state);
  ASSERT_EQ(engine->run(kNever), StopReason::kShutdown);
  EXPECT_EQ(engine->failure(),
            "this host's KVM cannot run paged 32-bit guests, and this guest switches paging on; "
            "use --engine interp");
}

TEST_F(KvmShareTest, SoItIsForAStateWithPagingOn) {
  build({.pages = false});
  load(false, {0xF4});
  CpuState state = engine->state();
  state.cr0 |= cr0::kPg;
  engine->set_registers(state);
  EXPECT_EQ(engine->run(kNever), StopReason::kShutdown);
  EXPECT_EQ(engine->failure(),
            "this host's KVM cannot run paged 32-bit guests, and this guest switches paging on; "
            "use --engine interp");
}

TEST_F(KvmShareTest, ATripleFaultStaysOneOnAKvmThatCannotPage) {
  build({.pages = false});
  load(false, {0x0F, 0x0B});  // ud2
  CpuState state = engine->state();
  state.idtr = {};
  engine->load_state(state);
  ASSERT_EQ(engine->run(kNever), StopReason::kShutdown);
  EXPECT_EQ(engine->failure(), "");
}

TEST_F(KvmShareTest, ATripleFaultWithPagingOnStaysOneOnAKvmThatPages) {
  load(false, {0x0F, 0x22, 0xC0, 0x0F, 0x0B});  // mov cr0, eax; ud2
  CpuState state = engine->state();
  state.gpr[kEax] = cr0::kPg | cr0::kPe;
  state.cr3 = 0x20000;  // an empty directory: the next fetch faults, and so does each handler
  engine->load_state(state);
  ASSERT_EQ(engine->run(kNever), StopReason::kShutdown);
  EXPECT_EQ(engine->failure(), "");
}

// ---- the rules alone, on times given ----

TEST(GuestShare, ATurnHasItsLeastWhateverTheDeadline) {
  GuestShare share;
  share.begin_turn(1000, 500);
  EXPECT_EQ(share.turn_end(true), 1000 + GuestShare::kLeastNs);
  EXPECT_EQ(share.turn_end(false), 1000 + GuestShare::kMaskedNs);
  share.begin_turn(1000, 1'000'000'000);
  EXPECT_EQ(share.turn_end(true), 1'000'000'000);
  EXPECT_EQ(share.turn_end(false), 1'000'000'000);
}

TEST(GuestShare, ASlowHostGivesMore) {
  GuestShare share;
  for (const std::int64_t ns : {900'000, 200'000, 400'000}) share.note_trip(ns);
  EXPECT_EQ(share.least(), 800'000);
  for (int n = 0; n < 13; ++n) share.note_trip(1'000'000);
  EXPECT_FALSE(share.measuring());
}

TEST(GuestShare, ARestIsGuestTimeOnly) {
  GuestShare share;
  share.begin_turn(0, 1'000'000);
  EXPECT_TRUE(share.rested(0)) << "nothing came before";
  share.interrupted();
  EXPECT_FALSE(share.rested(10'000));
  EXPECT_EQ(share.rest_end(), 10'000 + GuestShare::kLeastNs);
  share.end_turn(30'000);
  share.begin_turn(900'000, 1'000'000);
  EXPECT_FALSE(share.rested(900'000));
  EXPECT_EQ(share.rest_end(), 900'000 + GuestShare::kLeastNs - 20'000);
  EXPECT_TRUE(share.rested(share.rest_end()));
  EXPECT_TRUE(share.rested(share.rest_end())) << "once";
}

TEST(GuestShare, WhoHaltsNeedsNoRest) {
  GuestShare share;
  share.begin_turn(0, 1'000'000);
  share.interrupted();
  share.waive();
  EXPECT_TRUE(share.rested(1));
}

}  // namespace
}  // namespace strata::test
