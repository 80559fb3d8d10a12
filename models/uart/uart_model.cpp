#include "models/uart/uart_model.h"

#include <utility>

#include "Vuart_inputs.h"
#include "models/base/state_fields.h"
#include "models/base/verilated_model.h"
#include "verilated_vcd_c.h"

namespace strata {

UartModel::UartModel(VerilatedContext* context, const char* name, std::uint32_t cpu_hz,
                     ByteSink sink)
    : rtl_(begin_model<Vuart>(context, name)), sink_(std::move(sink)) {
  rtl_->cpu_hz_i = cpu_hz;
  reset_slave(*rtl_);
}

UartModel::~UartModel() {
  end_model(*rtl_);
}

void UartModel::clock(const Request& request) {
  rtl_->wb_cyc_i = request.cyc;
  rtl_->wb_stb_i = request.stb;
  rtl_->wb_we_i = request.we;
  rtl_->wb_adr_i = request.adr >> 2 & 1;
  rtl_->wb_sel_i = request.sel;
  rtl_->wb_dat_i = request.dat;
  clock_model(*rtl_);
  if (rtl_->tx_valid_o) sink_(rtl_->tx_data_o);
}

bool UartModel::ack() const {
  return rtl_->wb_ack_o;
}
std::uint32_t UartModel::dat() const {
  return rtl_->wb_dat_o;
}
bool UartModel::irq() const {
  return rtl_->irq_o;
}
bool UartModel::idle() const {
  return rtl_->idle_o;
}

UartState UartModel::state() const {
  unload_model(*rtl_);
  return from_words<UartState>(rtl_->state_o.data());
}

void UartModel::load_state(const UartState& state) {
  to_words(state, rtl_->load_state_i.data());
  load_slave(*rtl_);
}

void UartModel::trace(VerilatedVcdC* file, int levels) {
  rtl_->trace(file, levels);
}

}  // namespace strata
