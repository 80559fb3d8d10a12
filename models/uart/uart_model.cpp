#include "models/uart/uart_model.h"

#include <utility>

#include "Vuart_inputs.h"
#include "models/base/state_fields.h"
#include "models/base/verilated_model.h"
#include "verilated_vcd_c.h"

namespace strata {
namespace {

constexpr unsigned kAskEvery = 1024;  // clocks, a live terminal

}  // namespace

UartModel::UartModel(VerilatedContext* context, const char* name, std::uint32_t cpu_hz,
                     ByteSink sink, SerialInput input)
    : rtl_(begin_model<Vuart>(context, name)), sink_(std::move(sink)), input_(std::move(input)) {
  rtl_->cpu_hz_i = cpu_hz;
  reset_slave(*rtl_);
}

UartModel::~UartModel() {
  end_model(*rtl_);
}

void UartModel::ask_terminal() {
  if (!input_.next || next_ || ask_in_-- != 0) return;
  next_ = input_.next();
  ask_in_ = next_ ? 0 : kAskEvery;
  if (!next_ && !input_.live) input_.next = nullptr;
}

void UartModel::clock(const Request& request) {
  ask_terminal();
  rtl_->rx_valid_i = next_.has_value();
  rtl_->rx_data_i = next_.value_or(0);
  rtl_->wb_cyc_i = request.cyc;
  rtl_->wb_stb_i = request.stb;
  rtl_->wb_we_i = request.we;
  rtl_->wb_adr_i = request.adr >> 2 & 1;
  rtl_->wb_sel_i = request.sel;
  rtl_->wb_dat_i = request.dat;
  clock_model(*rtl_);
  if (rtl_->tx_valid_o) sink_(rtl_->tx_data_o);
  if (rtl_->rx_take_o) next_.reset();
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
  return rtl_->idle_o && !(input_.live && input_.next);
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
