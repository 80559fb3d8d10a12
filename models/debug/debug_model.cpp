#include "models/debug/debug_model.h"

#include <string>
#include <utility>

#include "Vdebug_ports_inputs.h"
#include "models/base/hex.h"
#include "models/base/state_fields.h"
#include "models/base/verilated_model.h"
#include "verilated_vcd_c.h"

namespace strata {
DebugModel::DebugModel(VerilatedContext* context, const char* name, DebugSinks sinks, EventLog* log)
    : rtl_(begin_model<Vdebug_ports>(context, name)), sinks_(std::move(sinks)), log_(log) {
  reset_slave(*rtl_);
}

DebugModel::~DebugModel() {
  end_model(*rtl_);
}

void DebugModel::clock(Cycle cycle, const Request& request) {
  rtl_->wb_cyc_i = request.cyc;
  rtl_->wb_stb_i = request.stb;
  rtl_->wb_we_i = request.we;
  rtl_->wb_adr_i = request.adr >> 2 & 3;
  rtl_->wb_sel_i = request.sel;
  rtl_->wb_dat_i = request.dat;
  clock_model(*rtl_);
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
  unload_model(*rtl_);
  return from_words<DebugState>(&rtl_->state_o);
}

void DebugModel::load_state(const DebugState& state) {
  to_words(state, &rtl_->load_state_i);
  load_slave(*rtl_);
}

void DebugModel::trace(VerilatedVcdC* file, int levels) {
  rtl_->trace(file, levels);
}

}  // namespace strata
