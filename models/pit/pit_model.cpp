#include "models/pit/pit_model.h"

#include "Vpit_inputs.h"
#include "models/base/state_fields.h"
#include "models/base/verilated_model.h"
#include "verilated_vcd_c.h"

namespace strata {

PitModel::PitModel(VerilatedContext* context, const char* name)
    : rtl_(begin_model<Vpit>(context, name)) {
  reset_slave(*rtl_);
}

PitModel::~PitModel() {
  end_model(*rtl_);
}

void PitModel::clock(const Request& request, bool tick, bool refresh) {
  rtl_->wb_cyc_i = request.cyc;
  rtl_->wb_stb_i = request.stb;
  rtl_->wb_we_i = request.we;
  rtl_->wb_adr_i = request.adr >> 2 & 1;
  rtl_->wb_sel_i = request.sel;
  rtl_->wb_dat_i = request.dat;
  rtl_->pit_clk_i = tick;
  rtl_->refresh_i = refresh;
  clock_model(*rtl_);
}

bool PitModel::ack() const {
  return rtl_->wb_ack_o;
}
std::uint32_t PitModel::dat() const {
  return rtl_->wb_dat_o;
}
bool PitModel::out0() const {
  return rtl_->out0_o;
}
bool PitModel::a20() const {
  return rtl_->a20_o;
}
bool PitModel::reset() const {
  return rtl_->reset_o;
}
bool PitModel::idle() const {
  return rtl_->idle_o;
}
bool PitModel::steady() const {
  return rtl_->steady_o;
}

PitState PitModel::state() const {
  unload_model(*rtl_);
  return from_words<PitState>(rtl_->state_o.data());
}

void PitModel::load_state(const PitState& state) {
  to_words(state, rtl_->load_state_i.data());
  load_slave(*rtl_);
}

void PitModel::trace(VerilatedVcdC* file, int levels) {
  rtl_->trace(file, levels);
}

}  // namespace strata
