// Deadlines, sleeping and stop requests, on the host's KVM where it has one and on a simulated
// virtual CPU. Nothing is expected to happen by a time of the host's clock, which may have other
// things to do: what must come early is compared with a time taken later, or with what would come
// instead of it.
#include <signal.h>
#include <sys/time.h>

#include <atomic>
#include <chrono>
#include <thread>

#include "tests/unit/kvm/kvm_guest.h"
#include "tests/unit/kvm/simulated_cpu.h"

namespace strata::test {
namespace {

constexpr Cycle kMillisecond = kClockHz / 1000;
constexpr std::initializer_list<std::uint8_t> kEndlessLoop = {0xEB, 0xFE};  // jmp $

std::atomic<KvmEngine*> alarm_target{nullptr};

/// Raises SIGALRM once, `milliseconds` from now, whose handler stops the engine.
class StopAlarm {
 public:
  StopAlarm(KvmEngine& engine, int milliseconds) {
    alarm_target = &engine;
    struct sigaction action {};
    action.sa_handler = [](int) { alarm_target.load()->request_stop(); };
    sigaction(SIGALRM, &action, &previous_);
    const itimerval once{{0, 0}, {0, milliseconds * 1000}};
    setitimer(ITIMER_REAL, &once, nullptr);
  }
  ~StopAlarm() { sigaction(SIGALRM, &previous_, nullptr); }

 private:
  struct sigaction previous_ {};
};

enum class Cpu { kHost, kSimulated };

class KvmTimeTest : public KvmGuest, public ::testing::WithParamInterface<Cpu> {
 protected:
  void SetUp() override {
    if (GetParam() == Cpu::kHost) return KvmGuest::SetUp();
    const KvmConfig config{.memory = {{0, kVideo, memory.data(), true}}, .clock_hz = kClockHz};
    engine = std::make_unique<KvmEngine>(
        bus, std::make_unique<SimulatedCpu>(config.memory, SimulatedCpu::Quirks{}), config);
  }

  void load(CpuState state, std::initializer_list<std::uint8_t> code) {
    memory.set(kCode, code);
    engine->load_state(state);
  }
};

TEST_P(KvmTimeTest, DeadlineEndsAnEndlessLoop) {
  load(protected_mode(), kEndlessLoop);
  for (const Cycle deadline : {2 * kMillisecond, 4 * kMillisecond, 20 * kMillisecond}) {
    ASSERT_EQ(engine->run(deadline), StopReason::kDeadline);
    EXPECT_GE(engine->cycle(), deadline);
  }
  EXPECT_EQ(engine->state().eip, kCode);
}

TEST_P(KvmTimeTest, DeadlineInThePastReturns) {
  load(protected_mode(), kEndlessLoop);
  engine->advance_to(kMillisecond);
  EXPECT_EQ(engine->run(kMillisecond), StopReason::kDeadline);
  EXPECT_EQ(engine->run(0), StopReason::kDeadline);
}

TEST_P(KvmTimeTest, AnEarlierDeadlineReplacesALaterOne) {
  bus.on_port_write = [this](std::uint16_t, std::uint32_t) { engine->request_stop(); };
  load(protected_mode(), {0xE6, 0x80, 0xEB, 0xFE});  // out 0x80, al; jmp $
  ASSERT_EQ(engine->run(60 * kSecond), StopReason::kRequested);
  const Cycle soon = engine->cycle() + 5 * kMillisecond;
  ASSERT_EQ(engine->run(soon), StopReason::kDeadline);
  EXPECT_GE(engine->cycle(), soon);
  EXPECT_LT(engine->cycle(), 60 * kSecond);
}

TEST_P(KvmTimeTest, ManyShortDeadlinesAllReturn) {
  load(protected_mode(), kEndlessLoop);
  Cycle deadline = 0;
  for (int i = 0; i < 300; ++i) {
    deadline = engine->cycle() + kMillisecond / 20;
    ASSERT_EQ(engine->run(deadline), StopReason::kDeadline);
    ASSERT_GE(engine->cycle(), deadline);
  }
}

TEST_P(KvmTimeTest, CycleFollowsTheHostClockFromLoadState) {
  const auto start = std::chrono::steady_clock::now();
  load(protected_mode(), kEndlessLoop);
  engine->advance_to(30 * kMillisecond);
  const std::chrono::duration<double> slept = std::chrono::steady_clock::now() - start;
  EXPECT_GE(engine->cycle(), 30 * kMillisecond);
  EXPECT_GE(slept.count(), 0.029);
  const auto again = std::chrono::steady_clock::now();
  engine->load_state(protected_mode());
  const Cycle cycle = engine->cycle();
  const std::chrono::duration<double> since = std::chrono::steady_clock::now() - again;
  EXPECT_LE(static_cast<double>(cycle), since.count() * kClockHz) << "load_state() starts anew";
}

TEST_P(KvmTimeTest, SignalHandlerStopsTheGuest) {
  load(protected_mode(), kEndlessLoop);
  const StopAlarm alarm(*engine, 10);
  EXPECT_EQ(engine->run(60 * kSecond), StopReason::kRequested);
  EXPECT_LT(engine->cycle(), 60 * kSecond);
}

TEST_P(KvmTimeTest, SignalHandlerEndsASleep) {
  load(protected_mode(), kEndlessLoop);
  const StopAlarm alarm(*engine, 10);
  engine->advance_to(60 * kSecond);
  EXPECT_LT(engine->cycle(), 60 * kSecond);
  EXPECT_EQ(engine->run(60 * kSecond), StopReason::kRequested) << "the request is not lost";
}

TEST_P(KvmTimeTest, AnotherThreadStopsTheGuest) {
  load(protected_mode(), kEndlessLoop);
  for (int i = 0; i < 20; ++i) {
    std::thread stopper([this] {
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
      engine->request_stop();
    });
    EXPECT_EQ(engine->run(60 * kSecond), StopReason::kRequested);
    stopper.join();
  }
  EXPECT_LT(engine->cycle(), 60 * kSecond);
}

TEST_P(KvmTimeTest, StopRequestedBeforeRunIsKept) {
  load(protected_mode(), kEndlessLoop);
  engine->request_stop();
  EXPECT_EQ(engine->run(60 * kSecond), StopReason::kRequested);
  EXPECT_EQ(engine->run(engine->cycle() + kMillisecond), StopReason::kDeadline);
}

TEST_P(KvmTimeTest, TheEngineMayMoveToAnotherThread) {
  load(protected_mode(), kEndlessLoop);
  ASSERT_EQ(engine->run(kMillisecond), StopReason::kDeadline);
  StopReason reason = StopReason::kShutdown;
  std::thread other([&] { reason = engine->run(engine->cycle() + 3 * kMillisecond); });
  other.join();
  EXPECT_EQ(reason, StopReason::kDeadline);
}

INSTANTIATE_TEST_SUITE_P(Cpus, KvmTimeTest, ::testing::Values(Cpu::kHost, Cpu::kSimulated),
                         [](const auto& cpu) {
                           return cpu.param == Cpu::kHost ? "Host" : "Simulated";
                         });

}  // namespace
}  // namespace strata::test
