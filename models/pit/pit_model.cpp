#include "models/pit/pit_model.h"

#include "Vpit.h"
#include "models/base/state_fields.h"
#include "verilated.h"
#include "verilated_vcd_c.h"

namespace strata {

PitModel::PitModel(VerilatedContext* context, const char* name)
    : rtl_(std::make_unique<Vpit>(context, name)) {
  rtl_->rst_ni = 0;
  edge();
  edge();
  rtl_->rst_ni = 1;
}

PitModel::~PitModel() {
  rtl_->final();
}

void PitModel::edge() {
  rtl_->clk_i = 1;
  rtl_->eval();
  rtl_->clk_i = 0;
  rtl_->eval();
}

void PitModel::clock(const Request& request, bool tick) {
  rtl_->wb_cyc_i = request.cyc;
  rtl_->wb_stb_i = request.stb;
  rtl_->wb_we_i = request.we;
  rtl_->wb_sel_i = request.sel;
  rtl_->wb_dat_i = request.dat;
  rtl_->pit_clk_i = tick;
  edge();
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
bool PitModel::idle() const {
  return rtl_->idle_o;
}

PitState PitModel::state() const {
  rtl_->unload_clk_i = 1;
  rtl_->eval();
  rtl_->unload_clk_i = 0;
  rtl_->eval();
  return from_words<PitState>(rtl_->state_o.data());
}

void PitModel::load_state(const PitState& state) {
  to_words(state, rtl_->load_state_i.data());
  rtl_->load_valid_i = 1;
  edge();
  rtl_->load_valid_i = 0;
}

void PitModel::trace(VerilatedVcdC* file, int levels) {
  rtl_->trace(file, levels);
}

}  // namespace strata
