// The one clock of the cycle-accurate platform: a single self-timed process that, once a CPU clock,
// calls clock_edge() of every module that is awake. All modules therefore sample their input
// signals before any output of the same edge is visible (sc_signal's evaluate/update, or
// ClockedSignal's), which is the synchronous rule, at a fraction of the cost of an sc_clock with a
// process a module. A module that has nothing to do returns false and is not clocked again until
// wake().
//
// As long as nothing else happens in the kernel, edges follow each other within one call of that
// process, if who runs the simulation has said how far: the kernel's time then lags behind the
// clock, and is brought up to it before anything else is run that could see it.
#pragma once

#include <functional>
#include <systemc>
#include <utility>
#include <vector>

#include "models/base/types.h"
#include "models/base/wishbone_wires.h"

namespace strata {

class ClockedModule;

class ClockDriver : public sc_core::sc_module {
 public:
  /// What is written at an edge and changes when all modules have evaluated.
  class Register {
   public:
    virtual void update_after_edge() = 0;

   protected:
    ~Register() = default;
  };

  ClockDriver(const sc_core::sc_module_name& name, sc_core::sc_time period);

  const sc_core::sc_time& period() const { return period_; }

  /// Called after every edge with its cycle number, when all modules have evaluated; one listener.
  void on_edge(std::function<void(Cycle)> listener) { edge_listener_ = std::move(listener); }

  /// Called after an edge when no module wants the next one; one listener.
  void on_rest(std::function<void()> listener) { rest_listener_ = std::move(listener); }

  /// Edges up to that of cycle `last` may run ahead of the kernel's time, which is going to get
  /// there: nobody stops the kernel earlier but with pause().
  void run_ahead_to(Cycle last) { ahead_limit_ = last; }

  /// From now on every edge is at its time in the kernel: a process waits for what happens there,
  /// or a module asks for the time.
  void keep_in_step() { in_step_ = true; }

  /// As sc_pause(), when the kernel's time is that of the edge under way.
  void pause();

  /// Whether any module is clocked at all.
  bool running() const { return running_; }

  /// Whether the modules are being clocked just now.
  bool in_edge() const { return in_edge_; }

  /// Updates `reg` once, after the edge that is under way.
  void update_after_edge(Register& reg) { written_.push_back(&reg); }

  /// Clock cycles since reset: the number of the current (or latest) edge.
  Cycle cycle() const {
    return sc_core::sc_time_stamp().value() / period_.value() + ahead_ - base_;
  }

  /// Makes `cycle` the number of the latest edge, whatever the kernel's time; for loading a state.
  void set_cycle(Cycle cycle) { base_ += this->cycle() - cycle; }

  /// The kernel's time of the edge of `cycle`.
  sc_core::sc_time time_of(Cycle cycle) const {
    return sc_core::sc_time::from_value((cycle + base_) * period_.value());
  }

 private:
  friend class ClockedModule;

  void edge_method();
  void edge(Cycle now);
  bool may_go_on() const;
  void settle();
  void clock_modules(Cycle now);
  void update_registers();
  void add_awake(ClockedModule* module);

  sc_core::sc_time period_;
  Cycle base_ = 0;   // cycle 0 is the kernel's edge of this number (modulo 2^64)
  Cycle ahead_ = 0;  // by which the latest edge is before the kernel's time
  Cycle ahead_limit_ = 0;
  sc_core::sc_event wake_event_;
  std::vector<ClockedModule*> awake_;
  std::vector<Register*> written_;  // at the edge under way
  bool running_ = false;
  bool in_edge_ = false;
  bool in_step_ = false;
  bool pauses_ = false;
  std::function<void(Cycle)> edge_listener_;
  std::function<void()> rest_listener_;
};

class ClockedModule : public sc_core::sc_module {
 public:
  /// Starts awake: the first edge is at cycle 1.
  ClockedModule(const sc_core::sc_module_name& name, ClockDriver& clock);

  /// Clocks the module from the next edge on. Cheap when it is awake already. Call it from a
  /// process sensitive to the inputs that matter while idle, or see wake_on_strobe().
  void wake();

 protected:
  friend class ClockDriver;

  /// One rising edge: samples inputs, evaluates, writes outputs. Returns whether the module wants
  /// the next edge too.
  virtual bool clock_edge(Cycle cycle) = 0;

  /// Wakes the module whenever the strobe behind `port` rises; to be called by the constructor.
  void wake_on_strobe(sc_core::sc_in<WishboneRequest>& port) { strobes_.push_back(&port); }

  void end_of_elaboration() override;

  ClockDriver& clock() { return clock_; }

 private:
  void strobe_method();

  ClockDriver& clock_;
  std::vector<sc_core::sc_in<WishboneRequest>*> strobes_;
  bool awake_ = false;
};

}  // namespace strata
