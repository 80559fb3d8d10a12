// The machine around an engine, with an engine that does what the test says and devices that
// remember.
#include "models/machine/plain_machine.h"

#include <gtest/gtest.h>

#include <map>

#include "tests/unit/plain_machine/recording_device.h"

namespace strata {
namespace {

using Access = test::RecordingDevice::Access;
using End = PlainMachine::End;

// An instruction a cycle; some do something, the others nothing.
class ScriptedEngine final : public Engine {
 public:
  std::string_view name() const override { return "scripted"; }
  bool on_host_time() const override { return host_time; }
  void load_state(const CpuState& state) override { state_ = state; }
  CpuState state() const override { return state_; }
  Cycle cycle() const override { return cycle_; }
  void set_cycle(Cycle cycle) override { cycle_ = cycle; }
  void advance_to(Cycle cycle) override { cycle_ = std::max(cycle_, cycle); }
  StopReason run(Cycle deadline) override {
    deadlines.push_back(deadline);
    state_.halted = state_.halted && !line;
    for (;;) {
      if (std::exchange(stop_, false)) return StopReason::kRequested;
      if (shutdown) return StopReason::kShutdown;
      if (cycle_ >= deadline) return StopReason::kDeadline;
      if (state_.halted) return StopReason::kHalted;
      if (const auto action = script.find(cycle_); action != script.end()) action->second();
      cycle_ += late;
    }
  }
  void set_registers(const CpuState& state) override { state_ = state; }
  EngineStep step_once() override {
    if (state_.halted && !line) return {StopReason::kHalted, false};
    state_.halted = false;
    if (const auto action = script.find(cycle_); action != script.end()) action->second();
    cycle_ += late;
    return {};
  }
  void set_interrupt_line(bool level) override {
    line = level;
    line_changes.emplace_back(cycle_, level);
  }
  void raise_nmi() override {}
  void request_stop() override { stop_ = true; }
  std::uint64_t instructions() const override { return 0; }
  std::map<std::string, std::uint64_t> exits() const override { return {}; }

  void halt(bool interrupts_enabled) {
    state_.halted = true;
    state_.eflags = interrupts_enabled ? eflags::kIf : 0;
  }

  std::map<Cycle, std::function<void()>> script;  // by cycle
  std::vector<Cycle> deadlines;
  std::vector<std::pair<Cycle, bool>> line_changes;
  bool line = false;
  bool shutdown = false;
  bool host_time = false;
  Cycle late = 1;  // cycles an instruction takes

 private:
  CpuState state_ = CpuState::reset();
  Cycle cycle_ = 0;
  bool stop_ = false;
};

class PlainMachineTest : public testing::Test {
 protected:
  PlainMachineTest() {
    const BusWindow ports[] = {{kIoSpace, 0x100, 0x107, 0x20, 0},
                               {kIoSpace, 0x109, 0x109, 0x31, 0}};
    const BusWindow memory[] = {{kMemorySpace, 0xA0000, 0xA0FFF, 0, 0},
                                {kIoSpace, 0x10A, 0x10A, 0x1002, 0}};
    first_slot = machine.plug(first, ports);
    machine.plug(second, memory);
    machine.attach(engine);
    machine.set_acknowledge([this](Cycle now) {
      acknowledged.push_back(now);
      return std::uint8_t{0x55};
    });
    machine.restart(0, CpuState::reset());
  }

  End run_to(Cycle limit) { return machine.run({.limit = limit}); }

  test::RecordingDevice first{"first"}, second{"second"};
  unsigned first_slot = 0;
  ScriptedEngine engine;
  PlainMachine machine;
  std::vector<Cycle> acknowledged;
};

// ---- host time ----

// A device that acts in every cycle, and takes ten for it.
TEST_F(PlainMachineTest, ADeviceSlowerThanHostTimeDoesNotStarveTheGuest) {
  constexpr Cycle kTaken = 10;
  engine.host_time = true;
  first.events = {1};
  first.on_event = [this](Cycle now) {
    first.events = {now + 1};
    engine.set_cycle(engine.cycle() + kTaken);
  };
  machine.restart(0, CpuState::reset());
  engine.late = 5'000;
  unsigned instructions = 0;
  constexpr Cycle kLimit = 500'000;
  for (Cycle cycle = 0; cycle < kLimit; cycle += engine.late) {
    engine.script[cycle] = [&] { ++instructions; };
  }
  EXPECT_EQ(machine.run({.limit = kLimit}), End::kLimit);
  EXPECT_EQ(instructions, kLimit / engine.late);
  EXPECT_EQ(first.advanced.back(), kLimit) << "it has had every cycle";
}

// What the host does beside counts as time.
TEST_F(PlainMachineTest, ALittleOfTheHostsTimePasses) {
  constexpr Cycle kTaken = 5'000;
  engine.host_time = true;
  first.events = {10};
  first.on_event = [this](Cycle) { engine.set_cycle(engine.cycle() + kTaken); };
  machine.restart(0, CpuState::reset());
  machine.run({.limit = 100, .quantum = 10});
  EXPECT_EQ(engine.cycle(), 10 + kTaken);
}

// ---- accesses ----

TEST_F(PlainMachineTest, AnAccessInsideOneDwordOfAWindowIsOne) {
  machine.port_write(0x101, 2, 0x1234);
  EXPECT_EQ(machine.port_read(0x104, 4), 0x13121110u);
  machine.mmio_write(0xA0FFC, 4, 0xDDCCBBAA);
  EXPECT_EQ(first.accesses,
            (std::vector<Access>{{0x21, 2, true, 0x1234, 0}, {0x24, 4, false, 0, 0}}));
  EXPECT_EQ(second.accesses, (std::vector<Access>{{0xFFC, 4, true, 0xDDCCBBAA, 0}}));
}

TEST_F(PlainMachineTest, AnyOtherIsCutIntoWhatEachWindowTakes) {
  machine.port_write(0x103, 2, 0xBBAA);
  EXPECT_EQ(first.accesses,
            (std::vector<Access>{{0x23, 1, true, 0xAA, 0}, {0x24, 1, true, 0xBB, 0}}));
  machine.port_write(0x108, 4, 0x44332211);
  EXPECT_EQ(first.accesses.back(), (Access{0x31, 1, true, 0x22, 0}));
  EXPECT_EQ(second.accesses, (std::vector<Access>{{0x1002, 1, true, 0x33, 0}}))
      << "two devices in one dword";
}

TEST_F(PlainMachineTest, BytesNobodyOwnsReadAllOnesAndDropWrites) {
  EXPECT_EQ(machine.port_read(0x108, 4), 0xFF1010FFu);
  EXPECT_EQ(machine.port_read(0x200, 4), 0xFFFFFFFFu);
  EXPECT_EQ(machine.port_read(0xFFFF, 1), 0xFFu);
  EXPECT_EQ(machine.port_read(0x200, 2), 0xFFFFu);
  EXPECT_EQ(machine.mmio_read(0x9FFFC, 4), 0xFFFFFFFFu);
  machine.mmio_write(0x9FFFE, 4, 0x44332211);
  EXPECT_EQ(second.accesses.back(), (Access{0, 2, true, 0x4433, 0}));
}

TEST_F(PlainMachineTest, TheWatchSeesAWriteWholeAndBeforeTheDevice) {
  std::vector<std::uint32_t> seen;
  machine.set_port_watch([&](Cycle, std::uint16_t port, unsigned bytes, std::uint32_t value) {
    EXPECT_TRUE(first.accesses.empty());
    seen = {port, bytes, value};
  });
  machine.port_write(0x103, 2, 0xBBAA);
  EXPECT_EQ(seen, (std::vector<std::uint32_t>{0x103, 2, 0xBBAA}));
}

// ---- time ----

TEST_F(PlainMachineTest, AccessesCarryTheEnginesTime) {
  engine.script[70] = [&] { machine.port_read(0x100, 1); };
  engine.script[90] = [&] { EXPECT_EQ(machine.acknowledge_interrupt(), 0x55); };
  EXPECT_EQ(run_to(100), End::kLimit);
  EXPECT_EQ(first.accesses[0].now, 70u);
  EXPECT_EQ(acknowledged, (std::vector<Cycle>{90}));
  EXPECT_EQ(machine.now(), 100u);
}

TEST_F(PlainMachineTest, TheEngineStopsForEachEvent) {
  first.events = {30, 60};
  second.events = {60};
  machine.restart(0, CpuState::reset());
  std::vector<Cycle> times;
  first.on_event = second.on_event = [&](Cycle now) {
    EXPECT_EQ(machine.now(), now);
    EXPECT_EQ(engine.cycle(), now);
    times.push_back(now);
  };
  EXPECT_EQ(run_to(100), End::kLimit);
  EXPECT_EQ(times, (std::vector<Cycle>{30, 60, 60}));
}

TEST_F(PlainMachineTest, AnEventAnAccessBringsIsNotLate) {
  engine.script[10] = [&] {
    first.events = {12};
    machine.port_write(0x100, 1, 0);
  };
  first.on_event = [&](Cycle) { EXPECT_EQ(engine.cycle(), 12u); };
  run_to(100);
  EXPECT_EQ(first.advanced, (std::vector<Cycle>{12}));
}

TEST_F(PlainMachineTest, AnEventAWireBringsIsNotLate) {
  engine.script[10] = [&] {
    first.events = {12};
    machine.wire_moved(first_slot);
  };
  first.on_event = [&](Cycle) { EXPECT_EQ(engine.cycle(), 12u); };
  run_to(100);
  EXPECT_EQ(first.advanced, (std::vector<Cycle>{12}));
}

TEST_F(PlainMachineTest, ALateEnginesEventsHappenAtTheirTimesBeforeItsAccess) {
  first.events = {30};
  second.events = {40};
  machine.restart(0, CpuState::reset());
  engine.late = 50;  // stops at 50 for the event at 30
  std::vector<Cycle> times;
  first.on_event = second.on_event = [&](Cycle now) { times.push_back(now); };
  engine.script[0] = [&] {
    engine.set_cycle(35);
    machine.port_read(0x100, 1);
    EXPECT_EQ(times, (std::vector<Cycle>{30}));
    EXPECT_EQ(first.accesses[0].now, 35u);
  };
  run_to(80);
  EXPECT_EQ(times, (std::vector<Cycle>{30, 40}));
}

TEST_F(PlainMachineTest, TimeCanBeSetForwardAndBack) {
  run_to(1000);
  first.events = {510};
  machine.restart(500, CpuState::reset());
  EXPECT_EQ(machine.now(), 500u);
  EXPECT_EQ(engine.cycle(), 500u);
  EXPECT_EQ(run_to(600), End::kLimit);
  EXPECT_EQ(first.advanced, (std::vector<Cycle>{510}));
  EXPECT_EQ(machine.now(), 600u);
}

TEST_F(PlainMachineTest, TimeStandsStillBetweenRuns) {
  run_to(100);
  engine.set_cycle(100'000);  // as host time would go on
  engine.script[150] = [&] { machine.port_read(0x100, 1); };
  EXPECT_EQ(run_to(200), End::kLimit);
  ASSERT_EQ(first.accesses.size(), 1u);
  EXPECT_EQ(first.accesses[0].now, 150u);
}

// ---- interrupts and HLT ----

TEST_F(PlainMachineTest, AWireReachesTheEngineInsideTheAccess) {
  first.on_access = [&] { machine.set_interrupt(true); };
  engine.script[10] = [&] {
    machine.port_write(0x100, 1, 0);
    EXPECT_TRUE(engine.line);
  };
  run_to(20);
  EXPECT_EQ(engine.line_changes.back(), (std::pair<Cycle, bool>{10, true}));
}

TEST_F(PlainMachineTest, RestartTellsTheEngineTheLevelOfItsPin) {
  machine.set_interrupt(true);
  engine.line = false;
  machine.restart(0, CpuState::reset());
  EXPECT_TRUE(engine.line);
}

TEST_F(PlainMachineTest, HaltSkipsFromEventToEventUntilAnInterrupt) {
  first.events = {1000, 2000};
  machine.restart(0, CpuState::reset());
  engine.script[5] = [&] { engine.halt(true); };
  first.on_event = [&](Cycle now) {
    if (now == 2000) machine.set_interrupt(true);
  };
  engine.script[2003] = [&] { machine.stop(); };
  EXPECT_EQ(run_to(1'000'000), End::kStopped);
  EXPECT_EQ(first.advanced, (std::vector<Cycle>{1000, 2000}));
  EXPECT_EQ(engine.line_changes.back(), (std::pair<Cycle, bool>{2000, true}));
  EXPECT_EQ(machine.now(), 2004u);
}

TEST_F(PlainMachineTest, HaltWithNothingToComeEndsTheRun) {
  engine.script[5] = [&] { engine.halt(true); };
  EXPECT_EQ(run_to(1'000'000), End::kHalted);
  EXPECT_EQ(machine.now(), 6u);
}

TEST_F(PlainMachineTest, HaltWithInterruptsMaskedEndsTheRunWhateverComes) {
  first.events = {1000};
  machine.restart(0, CpuState::reset());
  engine.script[5] = [&] { engine.halt(false); };
  EXPECT_EQ(run_to(1'000'000), End::kHalted);
  EXPECT_EQ(machine.now(), 6u);
}

TEST_F(PlainMachineTest, TheLimitIsExactAlsoInHalt) {
  first.events = {1000};
  machine.restart(0, CpuState::reset());
  engine.script[5] = [&] { engine.halt(true); };
  EXPECT_EQ(run_to(700), End::kLimit);
  EXPECT_EQ(machine.now(), 700u);
  EXPECT_TRUE(first.advanced.empty());
  EXPECT_EQ(run_to(1000), End::kLimit) << "goes on";
  EXPECT_EQ(first.advanced, (std::vector<Cycle>{1000}));
}

// ---- ends ----

TEST_F(PlainMachineTest, ShutdownEndsTheRun) {
  engine.script[5] = [&] { engine.shutdown = true; };
  EXPECT_EQ(run_to(100), End::kShutdown);
  EXPECT_EQ(machine.now(), 6u);
}

TEST_F(PlainMachineTest, StopInAnEventEndsTheRunThere) {
  first.events = {50};
  machine.restart(0, CpuState::reset());
  first.on_event = [&](Cycle) { machine.stop(); };
  EXPECT_EQ(run_to(100), End::kStopped);
  EXPECT_EQ(machine.now(), 50u);
  EXPECT_EQ(run_to(100), End::kLimit) << "can go on";
}

TEST_F(PlainMachineTest, PollIsAskedOnceAQuantumHoweverOftenTheEngineStops) {
  for (Cycle cycle = 1; cycle < 1000; ++cycle) first.events.push_back(cycle);
  machine.restart(0, CpuState::reset());
  unsigned polls = 0;
  machine.run({.limit = 1000, .quantum = 100, .poll = [&] { return ++polls == 20; }});
  EXPECT_GE(polls, 10u);
  EXPECT_LE(polls, 11u);
  EXPECT_EQ(machine.run({.limit = 10'000, .quantum = 100, .poll = [] { return true; }}),
            End::kStopped);
  EXPECT_LE(machine.now(), 1100u);
}

// ---- masked interrupts ----

class MaskedTest : public testing::Test {
 protected:
  MaskedTest() {
    const BusWindow timer_port[] = {{kIoSpace, 0x40, 0x40, 0, 0}};
    const BusWindow mask_port[] = {{kIoSpace, 0x21, 0x21, 0, 0}};
    machine.plug(timer, timer_port, 1u << 0);
    machine.plug(controller, mask_port, 0);
    machine.attach(engine);
    machine.restart(0, CpuState::reset());
    machine.set_masked_lines(0x0001);
    timer.events = {100, 200, 300, 400, 500};
    machine.wire_moved(0);
  }

  test::RecordingDevice timer, controller;
  ScriptedEngine engine;
  PlainMachine machine;
};

TEST_F(MaskedTest, EventsThatCannotInterruptStopNobody) {
  EXPECT_EQ(machine.run({.limit = 450}), End::kLimit);
  EXPECT_EQ(engine.deadlines, (std::vector<Cycle>{450}));
  EXPECT_EQ(timer.advanced, (std::vector<Cycle>{100, 200, 300, 400})) << "each at its own time";
}

TEST_F(MaskedTest, AnAccessFindsThemDone) {
  engine.script[250] = [this] { machine.port_read(0x40, 1); };
  std::vector<Cycle> before;
  timer.on_access = [&] { before = timer.advanced; };
  machine.run({.limit = 260});
  EXPECT_EQ(before, (std::vector<Cycle>{100, 200}));
}

TEST_F(MaskedTest, UnmaskingMakesTheNextOneADeadline) {
  controller.on_access = [this] { machine.set_masked_lines(0); };
  engine.script[250] = [this] { machine.port_write(0x21, 1, 0); };
  timer.on_event = [this](Cycle now) {
    if (now == 300) machine.set_interrupt(true);
  };
  machine.run({.limit = 450});
  EXPECT_EQ(engine.deadlines, (std::vector<Cycle>{450, 300, 400, 450}));
  EXPECT_EQ(engine.line_changes.back(), (std::pair<Cycle, bool>{300, true}));
}

}  // namespace
}  // namespace strata
