// ClockedSignal against sc_signal's rules (IEEE 1666, 6.4): evaluate and update, changes and their
// events.
#include "models/bus/clocked_signal.h"

#include <gtest/gtest.h>

#include <vector>

#include "models/bus/clock_driver.h"
#include "models/bus/wishbone.h"
#include "tests/support/fresh_simulation.h"

namespace strata {
namespace {

using test::kPeriod;
using test::run_past;

// Writes the cycle's number plus one, after something else; keeps what it saw of the other's.
class Counter : public ClockedModule {
 public:
  sc_core::sc_in<int> in;
  sc_core::sc_out<int> out;
  std::vector<int> seen;
  Counter(const sc_core::sc_module_name& name, ClockDriver& clock)
      : ClockedModule(name, clock), in("in"), out("out") {}

 private:
  bool clock_edge(Cycle cycle) override {
    out.write(-1);
    out.write(static_cast<int>(cycle) + 1);
    seen.push_back(in.read());
    return true;
  }
};

// Keeps the value at each change.
class Watcher : public sc_core::sc_module {
 public:
  sc_core::sc_in<int> in;
  std::vector<int> values;
  std::vector<Cycle> cycles;
  std::vector<double> times;
  std::vector<bool> events;
  Watcher(const sc_core::sc_module_name& name, const ClockDriver& clock)
      : sc_module(name), in("in"), clock_(clock) {
    SC_HAS_PROCESS(Watcher);
    SC_METHOD(change_method);
    sensitive << in;
    dont_initialize();
  }

 private:
  void change_method() {
    values.push_back(in.read());
    cycles.push_back(clock_.cycle());
    times.push_back(sc_core::sc_time_stamp() / kPeriod);
    events.push_back(in.event());
  }
  const ClockDriver& clock_;
};

TEST(ClockedSignal, IsSeenOneEdgeLaterByModulesBeforeAndBehindItsWriter) {
  test::FreshSimulation simulation;
  ClockDriver clock("clock", kPeriod);
  ClockedSignal<int> a("a", clock), b("b", clock);
  Counter first("first", clock), second("second", clock);
  first.out(a), first.in(b);
  second.out(b), second.in(a);
  run_past(3);
  EXPECT_EQ(first.seen, (std::vector<int>{0, 2, 3}));
  EXPECT_EQ(second.seen, (std::vector<int>{0, 2, 3}));
  EXPECT_EQ(a.read(), 4);
}

TEST(ClockedSignal, TellsAListenerAndAProcessOfEachChangeOnce) {
  test::FreshSimulation simulation;
  ClockDriver clock("clock", kPeriod);
  ClockedSignal<int> a("a", clock), b("b", clock);
  Counter first("first", clock), second("second", clock);
  Watcher watcher("watcher", clock);
  first.out(a), first.in(b);
  second.out(b), second.in(a);
  watcher.in(a);
  clock.run_ahead_to(3);  // it does not: the process would see another time
  std::vector<int> heard_watched, heard;
  a.on_change([&] { heard_watched.push_back(a.read()); });
  b.on_change([&] { heard.push_back(b.read()); });
  run_past(3);
  const std::vector<int> values = {2, 3, 4};
  EXPECT_EQ(watcher.values, values);
  EXPECT_EQ(watcher.cycles, (std::vector<Cycle>{1, 2, 3}));
  EXPECT_EQ(watcher.times, (std::vector<double>{1, 2, 3}));
  EXPECT_EQ(watcher.events, (std::vector<bool>{true, true, true}));
  EXPECT_EQ(heard_watched, values);
  EXPECT_EQ(heard, values);
  // What a process waits on is seen by modules as what none waits on.
  EXPECT_EQ(second.seen, first.seen);
}

TEST(ClockedSignal, WritesOutsideAnEdgeAreTheKernels) {
  test::FreshSimulation simulation;
  ClockDriver clock("clock", kPeriod);
  ClockedSignal<int> a("a", clock);
  std::vector<int> heard;
  a.on_change([&] { heard.push_back(a.read()); });
  a.write(7);
  EXPECT_EQ(a.read(), 0);
  sc_core::sc_start(sc_core::SC_ZERO_TIME);
  EXPECT_EQ(a.read(), 7);
  EXPECT_EQ(heard, std::vector<int>{7});
}

// Sleeps at once; awake only when its strobe rises.
class Sleeper : public ClockedModule {
 public:
  sc_core::sc_in<WishboneRequest> request;
  std::vector<Cycle> edges;
  Sleeper(const sc_core::sc_module_name& name, ClockDriver& clock)
      : ClockedModule(name, clock), request("request") {
    wake_on_strobe(request);
  }

 private:
  bool clock_edge(Cycle cycle) override {
    edges.push_back(cycle);
    return false;
  }
};

// Raises the strobe in edge 3, changes the address in edge 6 without one.
class Master : public ClockedModule {
 public:
  sc_core::sc_out<WishboneRequest> request;
  Master(const sc_core::sc_module_name& name, ClockDriver& clock)
      : ClockedModule(name, clock), request("request") {}

 private:
  bool clock_edge(Cycle cycle) override {
    WishboneRequest now;
    now.cyc = now.stb = cycle == 3;
    now.adr = cycle >= 6 ? 4 : 0;
    request.write(now);
    return true;
  }
};

template <typename Wire>
std::vector<Cycle> edges_of_a_sleeper(ClockDriver& clock, Wire& wire) {
  Master master("master", clock);
  Sleeper sleeper("sleeper", clock);
  master.request(wire), sleeper.request(wire);
  run_past(8);
  return sleeper.edges;
}

TEST(ClockedSignal, WakesAModuleAtTheEdgeAfterItsStrobe) {
  test::FreshSimulation simulation;
  ClockDriver clock("clock", kPeriod);
  ClockedSignal<WishboneRequest> wire("wire", clock);
  EXPECT_EQ(edges_of_a_sleeper(clock, wire), (std::vector<Cycle>{1, 4}));
}

TEST(ClockedSignal, APlainSignalWakesAModuleAsWell) {
  test::FreshSimulation simulation;
  ClockDriver clock("clock", kPeriod);
  sc_core::sc_signal<WishboneRequest> wire("wire");
  EXPECT_EQ(edges_of_a_sleeper(clock, wire), (std::vector<Cycle>{1, 4}));
}

}  // namespace
}  // namespace strata
