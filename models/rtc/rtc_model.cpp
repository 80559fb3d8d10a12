#include "models/rtc/rtc_model.h"

#include "Vrtc_inputs.h"
#include "models/base/state_fields.h"
#include "models/base/verilated_model.h"
#include "verilated_vcd_c.h"

namespace strata {

RtcModel::RtcModel(VerilatedContext* context, const char* name, const RtcState& contents)
    : rtl_(begin_model<Vrtc>(context, name)) {
  reset_slave(*rtl_);
  load_state(contents);
}

RtcModel::~RtcModel() {
  end_model(*rtl_);
}

void RtcModel::clock(const Request& request, bool tick) {
  rtl_->wb_cyc_i = request.cyc;
  rtl_->wb_stb_i = request.stb;
  rtl_->wb_we_i = request.we;
  rtl_->wb_sel_i = request.sel;
  rtl_->wb_dat_i = request.dat;
  rtl_->rtc_clk_i = tick;
  clock_model(*rtl_);
}

bool RtcModel::ack() const {
  return rtl_->wb_ack_o;
}
std::uint32_t RtcModel::dat() const {
  return rtl_->wb_dat_o;
}
bool RtcModel::irq() const {
  return rtl_->irq_o;
}
bool RtcModel::idle() const {
  return rtl_->idle_o;
}
bool RtcModel::steady() const {
  return rtl_->steady_o;
}

RtcState RtcModel::state() const {
  unload_model(*rtl_);
  return from_words<RtcState>(rtl_->state_o.data());
}

void RtcModel::load_state(const RtcState& state) {
  to_words(state, rtl_->load_state_i.data());
  load_slave(*rtl_);
}

void RtcModel::trace(VerilatedVcdC* file, int levels) {
  rtl_->trace(file, levels);
}

}  // namespace strata
