// How a Verilated model begins, is clocked and ends, the same for every wrapper of one. Its source
// includes V<top>_inputs.h, which strata_verilate() writes beside V<top>.h; <systemc> cannot be in
// it too.
#pragma once

#include <memory>

#include "verilated.h"

namespace strata {

/// VerilatedContext::threads(), before the first model is made: without it each context starts as
/// many as the host has processors, and models that are not split over threads leave them idle.
inline constexpr unsigned kModelThreads = 1;

/// A model whose inputs, clocks too, are low and have been seen; its registers are as `context`
/// says: zero, or random in a build with RTL assertions.
template <typename Rtl>
std::unique_ptr<Rtl> begin_model(VerilatedContext* context, const char* name) {
  auto rtl = std::make_unique<Rtl>(context, name);
  clear_inputs(*rtl);
  rtl->eval();
  return rtl;
}

/// Call before a rising edge: the rules of a build with assertions see the inputs as they have
/// settled by then.
template <typename Rtl>
void settle_inputs([[maybe_unused]] Rtl& rtl) {
#ifdef STRATA_RTL_ASSERTIONS
  rtl.eval();
#endif
}

/// The falling edge of clk_i and unload_clk_i, whichever are high.
template <typename Rtl>
void end_clock(Rtl& rtl) {
  lower_clocks(rtl);
  settle_inputs(rtl);
}

/// A rising and a falling edge of clk_i.
template <typename Rtl>
void clock_model(Rtl& rtl) {
  settle_inputs(rtl);
  rtl.clk_i = 1;
  rtl.eval();
  end_clock(rtl);
}

/// A rising edge of unload_clk_i, which copies the registers to state_o.
template <typename Rtl>
void unload_model(Rtl& rtl) {
  rtl.unload_clk_i = 1;
  rtl.eval();
  end_clock(rtl);
}

/// Two clocks of reset, and one without it in which nobody asks for anything yet (Wishbone B4,
/// rule 3.20).
template <typename Rtl>
void reset_slave(Rtl& rtl) {
  rtl.rst_ni = 0;
  clock_model(rtl);
  clock_model(rtl);
  rtl.rst_ni = 1;
  clock_model(rtl);
}

/// A clock with load_valid_i, in which nobody asks for anything.
template <typename Rtl>
void load_slave(Rtl& rtl) {
  rtl.wb_cyc_i = rtl.wb_stb_i = 0;
  rtl.load_valid_i = 1;
  clock_model(rtl);
  rtl.load_valid_i = 0;
}

/// Call before deleting the model, while its context lives. A model with assertions takes its name
/// off the thread's context, which is that of the latest model made and may be gone.
template <typename Rtl>
void end_model(Rtl& rtl) {
  Verilated::threadContextp(rtl.contextp());
  rtl.final();
}

}  // namespace strata
