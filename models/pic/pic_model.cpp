#include "models/pic/pic_model.h"

#include "Vpic_inputs.h"
#include "models/base/state_fields.h"
#include "models/base/verilated_model.h"
#include "verilated_vcd_c.h"

namespace strata {

PicModel::PicModel(VerilatedContext* context, const char* name)
    : rtl_(begin_model<Vpic>(context, name)) {
  reset_slave(*rtl_);
}

PicModel::~PicModel() {
  end_model(*rtl_);
}

void PicModel::clock(const Request& request, std::uint16_t irq) {
  rtl_->wb_cyc_i = request.cyc;
  rtl_->wb_stb_i = request.stb;
  rtl_->wb_we_i = request.we;
  rtl_->wb_adr_i = request.adr >> 2 & 1;
  rtl_->wb_sel_i = request.sel;
  rtl_->wb_dat_i = request.dat;
  rtl_->wb_inta_i = request.inta;
  rtl_->irq_i = irq;
  clock_model(*rtl_);
}

bool PicModel::ack() const {
  return rtl_->wb_ack_o;
}
std::uint32_t PicModel::dat() const {
  return rtl_->wb_dat_o;
}
bool PicModel::intr() const {
  return rtl_->int_o;
}
bool PicModel::idle() const {
  return rtl_->idle_o;
}

PicState PicModel::state() const {
  unload_model(*rtl_);
  return from_words<PicState>(rtl_->state_o.data());
}

void PicModel::load_state(const PicState& state) {
  to_words(state, rtl_->load_state_i.data());
  load_slave(*rtl_);
}

void PicModel::trace(VerilatedVcdC* file, int levels) {
  rtl_->trace(file, levels);
}

}  // namespace strata
