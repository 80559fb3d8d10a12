#include "models/keyboard/keyboard_model.h"

#include "Vkeyboard_inputs.h"
#include "models/base/state_fields.h"
#include "models/base/verilated_model.h"
#include "verilated_vcd_c.h"

namespace strata {
namespace {

constexpr unsigned kKeyBits = 11;

/// As key_i has them.
std::uint64_t key_bits(std::span<const KeyCode> keys) {
  std::uint64_t bits = 0;
  for (std::size_t i = 0; i < keys.size(); ++i) {
    bits |= std::uint64_t{keys[i].word()} << (kKeyBits * i);
  }
  return bits;
}

}  // namespace

KeyboardModel::KeyboardModel(VerilatedContext* context, const char* name)
    : rtl_(begin_model<Vkeyboard>(context, name)) {
  reset_slave(*rtl_);
}

KeyboardModel::~KeyboardModel() {
  end_model(*rtl_);
}

void KeyboardModel::clock(const Request& request, bool tick, std::span<const KeyCode> keys) {
  rtl_->wb_cyc_i = request.cyc;
  rtl_->wb_stb_i = request.stb;
  rtl_->wb_we_i = request.we;
  rtl_->wb_adr_i = request.adr >> 2 & 1;
  rtl_->wb_sel_i = request.sel;
  rtl_->wb_dat_i = request.dat;
  rtl_->tick_i = tick;
  rtl_->key_i = key_bits(keys);
  clock_model(*rtl_);
}

bool KeyboardModel::ack() const {
  return rtl_->wb_ack_o;
}
std::uint32_t KeyboardModel::dat() const {
  return rtl_->wb_dat_o;
}
bool KeyboardModel::irq() const {
  return rtl_->irq_o;
}
bool KeyboardModel::a20() const {
  return rtl_->a20_o;
}
bool KeyboardModel::reset() const {
  return rtl_->reset_o;
}
bool KeyboardModel::idle() const {
  return rtl_->idle_o;
}

KeyboardState KeyboardModel::state() const {
  unload_model(*rtl_);
  return from_words<KeyboardState>(rtl_->state_o.data());
}

void KeyboardModel::load_state(const KeyboardState& state) {
  to_words(state, rtl_->load_state_i.data());
  rtl_->key_i = 0;
  load_slave(*rtl_);
}

void KeyboardModel::trace(VerilatedVcdC* file, int levels) {
  rtl_->trace(file, levels);
}

}  // namespace strata
