// ClockDriver: edges on the grid, sleeping and waking, and the synchronous rule between modules.
#include "models/bus/clock_driver.h"

#include <gtest/gtest.h>

#include <functional>
#include <utility>
#include <vector>

#include "tests/support/fresh_simulation.h"

namespace strata {
namespace {

using test::kPeriod;
using test::run_past;

// Records the cycles it is clocked in and sleeps when `sleep_at` comes.
class Recorder : public ClockedModule {
 public:
  using ClockedModule::ClockedModule;
  std::vector<Cycle> edges;
  std::vector<Cycle> sleep_at;

 private:
  bool clock_edge(Cycle cycle) override {
    edges.push_back(cycle);
    for (const Cycle c : sleep_at) {
      if (c == cycle) return false;
    }
    return true;
  }
};

// Copies in to out at each edge: one stage of a shift register.
class Stage : public ClockedModule {
 public:
  sc_core::sc_in<int> in;
  sc_core::sc_out<int> out;
  Stage(const sc_core::sc_module_name& name, ClockDriver& clock)
      : ClockedModule(name, clock), in("in"), out("out") {}

 private:
  bool clock_edge(Cycle) override {
    out.write(in.read());
    return true;
  }
};

TEST(ClockDriver, FirstEdgeIsCycleOneAndOneEdgeAPeriodFollows) {
  test::FreshSimulation simulation;
  ClockDriver clock("clock", kPeriod);
  Recorder module("module", clock);
  run_past(4);
  EXPECT_EQ(module.edges, (std::vector<Cycle>{1, 2, 3, 4}));
  EXPECT_EQ(clock.cycle(), 4u);
}

TEST(ClockDriver, SleepingModuleIsNotClockedUntilWoken) {
  test::FreshSimulation simulation;
  ClockDriver clock("clock", kPeriod);
  Recorder sleeper("sleeper", clock);
  Recorder other("other", clock);
  sleeper.sleep_at = {2};
  run_past(5);
  sleeper.wake();
  run_past(7);
  EXPECT_EQ(sleeper.edges, (std::vector<Cycle>{1, 2, 6, 7}));
  EXPECT_EQ(other.edges, (std::vector<Cycle>{1, 2, 3, 4, 5, 6, 7}));
}

TEST(ClockDriver, WakesOnTheGridAfterEverythingSlept) {
  test::FreshSimulation simulation;
  ClockDriver clock("clock", kPeriod);
  Recorder module("module", clock);
  module.sleep_at = {1};
  run_past(10);
  module.wake();
  run_past(12);
  EXPECT_EQ(module.edges, (std::vector<Cycle>{1, 11, 12}));
}

// Wakes `module` exactly at cycle 10, as a signal change of that edge would.
class Waker : public sc_core::sc_module {
 public:
  Waker(const sc_core::sc_module_name& name, ClockedModule& module)
      : sc_module(name), module_(module) {
    SC_HAS_PROCESS(Waker);
    SC_METHOD(wake_method);
    dont_initialize();
    sensitive << event_;
    event_.notify(kPeriod * 10);
  }

 private:
  void wake_method() {
    module_.wake();
    module_.wake();  // a second call changes nothing
  }

  ClockedModule& module_;
  sc_core::sc_event event_;
};

TEST(ClockDriver, WakeAtAnEdgesTimeMeansTheNextEdge) {
  test::FreshSimulation simulation;
  ClockDriver clock("clock", kPeriod);
  Recorder module("module", clock);
  module.sleep_at = {1};
  Waker waker("waker", module);
  run_past(12);
  EXPECT_EQ(module.edges, (std::vector<Cycle>{1, 11, 12}));
}

TEST(ClockDriver, ModulesSeeEachOthersOutputsOneEdgeLater) {
  // In either order of construction a value moves one stage an edge.
  test::FreshSimulation simulation;
  ClockDriver clock("clock", kPeriod);
  sc_core::sc_signal<int> a("a"), b("b"), c("c");
  Stage second("second", clock);
  Stage first("first", clock);
  second.in(b), second.out(c);
  first.in(a), first.out(b);
  a.write(7);
  run_past(1);
  EXPECT_EQ(b.read(), 7);
  EXPECT_EQ(c.read(), 0);
  a.write(8);
  run_past(2);
  EXPECT_EQ(b.read(), 8);
  EXPECT_EQ(c.read(), 7);
}

// What a run of `last` cycles shows in the kernel's own time.
class RunningAhead : public testing::Test {
 protected:
  // Calls `what` at `time`.
  class Alarm : public sc_core::sc_module {
   public:
    Alarm(const sc_core::sc_module_name& name, sc_core::sc_time time, std::function<void()> what)
        : sc_module(name), what_(std::move(what)) {
      SC_HAS_PROCESS(Alarm);
      SC_METHOD(ring);
      dont_initialize();
      sensitive << event_;
      event_.notify(time);
    }

   private:
    void ring() { what_(); }
    std::function<void()> what_;
    sc_core::sc_event event_;
  };

  /// The kernel's time, in cycles, at each edge up to that of `last`.
  void keep_times(ClockDriver& clock) {
    clock.on_edge([this](Cycle cycle) {
      edges.push_back(cycle);
      times.push_back(sc_core::sc_time_stamp() / kPeriod);
    });
  }

  test::FreshSimulation simulation;
  std::vector<Cycle> edges;
  std::vector<double> times;
};

TEST_F(RunningAhead, HasTheSameEdgesAndEndsAtTheKernelsTime) {
  ClockDriver clock("clock", kPeriod);
  Recorder module("module", clock);
  keep_times(clock);
  clock.run_ahead_to(5);
  run_past(5);
  EXPECT_EQ(module.edges, (std::vector<Cycle>{1, 2, 3, 4, 5}));
  EXPECT_EQ(edges, module.edges);
  EXPECT_EQ(times, (std::vector<double>{1, 1, 1, 1, 1}));
  EXPECT_EQ(clock.cycle(), 5u);
  run_past(7);  // nobody has said that these may
  EXPECT_EQ(times, (std::vector<double>{1, 1, 1, 1, 1, 6, 7}));
  EXPECT_EQ(edges, (std::vector<Cycle>{1, 2, 3, 4, 5, 6, 7}));
}

TEST_F(RunningAhead, WhatHappensInTheKernelIsMetAtItsTime) {
  ClockDriver clock("clock", kPeriod);
  Recorder module("module", clock);
  std::vector<Cycle> before;
  std::vector<double> rung;
  Alarm alarm("alarm", kPeriod * 3.5, [&] {
    before = module.edges;
    rung = {sc_core::sc_time_stamp() / kPeriod, static_cast<double>(clock.cycle())};
  });
  clock.run_ahead_to(6);
  run_past(6);
  EXPECT_EQ(before, (std::vector<Cycle>{1, 2, 3}));
  EXPECT_EQ(rung, (std::vector<double>{3.5, 3}));
  EXPECT_EQ(module.edges, (std::vector<Cycle>{1, 2, 3, 4, 5, 6}));
}

TEST_F(RunningAhead, WhatAnEdgeSetsOffComesBeforeTheNext) {
  ClockDriver clock("clock", kPeriod);
  sc_core::sc_signal<int> a("a"), b("b"), c("c");
  Stage second("second", clock);
  Stage first("first", clock);
  second.in(b), second.out(c);
  first.in(a), first.out(b);
  a.write(7);
  clock.run_ahead_to(9);
  run_past(9);
  EXPECT_EQ(b.read(), 7);
  EXPECT_EQ(c.read(), 7);
}

TEST_F(RunningAhead, APauseFindsTheKernelAtTheTimeOfItsEdge) {
  ClockDriver clock("clock", kPeriod);
  Recorder module("module", clock);
  clock.on_edge([&](Cycle cycle) {
    edges.push_back(cycle);
    if (cycle == 3) clock.pause();
  });
  clock.run_ahead_to(6);
  run_past(6);
  EXPECT_EQ(edges, (std::vector<Cycle>{1, 2, 3}));
  EXPECT_EQ(sc_core::sc_time_stamp(), kPeriod * 3);
  run_past(6);
  EXPECT_EQ(edges, (std::vector<Cycle>{1, 2, 3, 4, 5, 6}));
}

TEST_F(RunningAhead, EverythingMayFallAsleepOnTheWay) {
  ClockDriver clock("clock", kPeriod);
  Recorder module("module", clock);
  module.sleep_at = {4};
  std::vector<double> rested;
  clock.on_rest([&] { rested.push_back(sc_core::sc_time_stamp() / kPeriod); });
  clock.run_ahead_to(12);
  run_past(10);
  EXPECT_EQ(rested, (std::vector<double>{4}));
  module.wake();
  run_past(12);
  EXPECT_EQ(module.edges, (std::vector<Cycle>{1, 2, 3, 4, 11, 12}));
}

TEST_F(RunningAhead, KeepingInStepEndsIt) {
  ClockDriver clock("clock", kPeriod);
  Recorder module("module", clock);
  keep_times(clock);
  clock.keep_in_step();
  clock.run_ahead_to(4);
  run_past(4);
  EXPECT_EQ(times, (std::vector<double>{1, 2, 3, 4}));
}

}  // namespace
}  // namespace strata
