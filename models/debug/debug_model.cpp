#include "models/debug/debug_model.h"

#include <string>
#include <utility>

#include "Vdebug_ports.h"
#include "models/base/hex.h"
#include "models/base/state_fields.h"
#include "verilated_vcd_c.h"

namespace strata {
DebugModel::DebugModel(VerilatedContext* context, const char* name, Sinks sinks, EventLog* log)
    : rtl_(std::make_unique<Vdebug_ports>(context, name)), sinks_(std::move(sinks)), log_(log) {
  rtl_->rst_ni = 0;
  tick();
  tick();
  rtl_->rst_ni = 1;
}

DebugModel::~DebugModel() {
  rtl_->final();
}

void DebugModel::tick() {
  rtl_->clk_i = 1;
  rtl_->eval();
  rtl_->clk_i = 0;
  rtl_->eval();
}

void DebugModel::clock(Cycle cycle, const Request& request) {
  rtl_->wb_cyc_i = request.cyc;
  rtl_->wb_stb_i = request.stb;
  rtl_->wb_we_i = request.we;
  rtl_->wb_adr_i = request.adr >> 2 & 3;
  rtl_->wb_sel_i = request.sel;
  rtl_->wb_dat_i = request.dat;
  tick();
  if (rtl_->post_valid_o) {
    if (log_ != nullptr) log_->record(cycle, "debug", "post " + hex_byte(rtl_->post_o));
    sinks_.post(rtl_->post_o);
  }
  if (rtl_->char_valid_o) sinks_.console(rtl_->char_o);
  if (rtl_->exit_valid_o) {
    if (log_ != nullptr) log_->record(cycle, "debug", "exit " + std::to_string(rtl_->exit_o));
    sinks_.exit(rtl_->exit_o);
  }
}

bool DebugModel::ack() const {
  return rtl_->wb_ack_o;
}
std::uint32_t DebugModel::dat() const {
  return rtl_->wb_dat_o;
}
bool DebugModel::idle() const {
  return rtl_->idle_o;
}

DebugState DebugModel::state() const {
  rtl_->unload_clk_i = 1;
  rtl_->eval();
  rtl_->unload_clk_i = 0;
  rtl_->eval();
  return from_words<DebugState>(&rtl_->state_o);
}

void DebugModel::load_state(const DebugState& state) {
  to_words(state, &rtl_->load_state_i);
  rtl_->load_valid_i = 1;
  tick();
  rtl_->load_valid_i = 0;
}

void DebugModel::trace(VerilatedVcdC* file, int levels) {
  rtl_->trace(file, levels);
}

}  // namespace strata
