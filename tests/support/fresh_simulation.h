// A SystemC simulation of its own for every test of an executable: the library keeps one global
// context and cannot elaborate again after the first run, so each test starts a new one. Declare it
// before any module of the test; the old context is abandoned, not destroyed.
#pragma once

#include <cstdint>
#include <systemc>

namespace strata::test {

class FreshSimulation {
 public:
  FreshSimulation() {
    sc_core::sc_curr_simcontext = new sc_core::sc_simcontext();
    sc_core::sc_default_global_context = sc_core::sc_curr_simcontext;
    // Elaborating with an empty run is not a mistake in a test.
    sc_core::sc_report_handler::set_actions(sc_core::SC_ID_NO_SC_START_ACTIVITY_,
                                            sc_core::SC_DO_NOTHING);
  }
  FreshSimulation(const FreshSimulation&) = delete;
  FreshSimulation& operator=(const FreshSimulation&) = delete;
};

/// Of the machine's default clock.
inline const sc_core::sc_time kPeriod(40, sc_core::SC_NS);

/// Runs to just after edge `cycle` of a clock (sc_start stops before the events of its end time).
inline void run_past(std::uint64_t cycle, const sc_core::sc_time& period = kPeriod) {
  const auto end = period * static_cast<double>(cycle) + period / 4;
  sc_core::sc_start(end - sc_core::sc_time_stamp());
}

}  // namespace strata::test
