#include "models/vga/vga_model.h"

#include "Vvga_inputs.h"
#include "models/base/verilated_model.h"
#include "verilated_vcd_c.h"

namespace strata {
namespace {

constexpr std::uint32_t kCrtcWord = 0x8014;  // ports 3D4 (index) and 3D5 (data)
constexpr std::uint8_t kIndexAndData = 3;
constexpr std::uint8_t kIndex = 1;

std::unique_ptr<VerilatedContext> single_context() {
  auto context = std::make_unique<VerilatedContext>();
  context->threads(kModelThreads);
  return context;
}

}  // namespace

VgaModel::VgaModel(VerilatedContext* context, const char* name)
    : rtl_(begin_model<Vvga>(context, name)) {
  reset();
}

VgaModel::VgaModel()
    : own_context_(single_context()), rtl_(begin_model<Vvga>(own_context_.get(), "mirror")) {
  reset();
}

void VgaModel::reset() {
  rtl_->rst_ni = 0;
  for (int i = 0; i < 2; ++i) {
    clock();
    tick();
  }
  tick_fall();
  rtl_->rst_ni = 1;
  clock();
}

VgaModel::~VgaModel() {
  end_model(*rtl_);
}

void VgaModel::set_request(const Request& request) {
  rtl_->wb_cyc_i = request.cyc;
  rtl_->wb_stb_i = request.stb;
  rtl_->wb_we_i = request.we;
  rtl_->wb_adr_i = static_cast<std::uint16_t>(request.adr >> 2 & 0x3FFF);
  rtl_->wb_sel_i = request.sel;
  rtl_->wb_dat_i = request.dat;
}

void VgaModel::settle() {
  rtl_->eval();
}

void VgaModel::clock() {
  clock_model(*rtl_);
}

bool VgaModel::idle() const {
  return rtl_->idle_o;
}

bool VgaModel::ack() const {
  return rtl_->wb_ack_o;
}

std::uint32_t VgaModel::dat() const {
  return rtl_->wb_dat_o;
}

void VgaModel::tick() {
  tick_fall();
  rtl_->char_clk_i = 1;
  rtl_->eval();
}

void VgaModel::tick_fall() {
  if (!rtl_->char_clk_i) return;
  rtl_->char_clk_i = 0;
  rtl_->eval();
}

void VgaModel::load(const Position& position) {
  rtl_->scan_load_i = 1;
  rtl_->scan_column_i = position.column;
  rtl_->scan_line_i = position.line;
  rtl_->scan_frame_i = position.frame;
  tick();
  rtl_->scan_load_i = 0;
}

VgaModel::Cell VgaModel::cell() const {
  Cell cell;
  cell.valid = rtl_->pixel_valid_o;
  cell.column = rtl_->pixel_column_o;
  cell.line = rtl_->pixel_line_o;
  cell.row_bits = rtl_->pixel_row_o;
  cell.foreground = rtl_->pixel_fg_o;
  cell.background = rtl_->pixel_bg_o;
  cell.character = rtl_->cell_character_o;
  cell.attribute = rtl_->cell_attribute_o;
  cell.cursor = rtl_->cell_cursor_o;
  return cell;
}

std::uint8_t VgaModel::cursor_first_line() const {
  return rtl_->cursor_first_o;
}

std::uint8_t VgaModel::cursor_last_line() const {
  return rtl_->cursor_last_o;
}

// Of text memory and of the CRTC, whose index comes after its registers.
void VgaModel::unload(unsigned index) const {
  rtl_->unload_index_i = static_cast<std::uint16_t>(index);
  unload_model(*rtl_);
}

VgaState VgaModel::state() const {
  VgaState state;
  for (unsigned word = 0; word < state.text.size() / 4; ++word) {
    unload(word);
    for (unsigned i = 0; i < 4; ++i) {
      state.text[4 * word + i] = static_cast<std::uint8_t>(rtl_->unload_text_o >> (8 * i));
    }
    if (word < state.crtc.size()) state.crtc[word] = rtl_->unload_crtc_o;
    if (word == state.crtc.size()) state.crtc_index = rtl_->unload_crtc_o;
  }
  return state;
}

void VgaModel::write(std::uint32_t adr, std::uint8_t sel, std::uint32_t dat) {
  set_request({.adr = adr, .dat = dat, .sel = sel, .cyc = true, .stb = true, .we = true});
  clock();
  clock();  // the request is held until its acknowledge has been sampled
  set_request({});
}

void VgaModel::load_state(const VgaState& state) {
  for (unsigned at = 0; at < state.text.size(); at += 4) {
    std::uint32_t word = 0;
    for (unsigned i = 0; i < 4; ++i) word |= std::uint32_t{state.text[at + i]} << (8 * i);
    write(at, 0xF, word);
  }
  for (unsigned i = 0; i < state.crtc.size(); ++i) {
    write(kCrtcWord, kIndexAndData, i | std::uint32_t{state.crtc[i]} << 8);
  }
  write(kCrtcWord, kIndex, state.crtc_index);
}

void VgaModel::trace(VerilatedVcdC* file, int levels) {
  rtl_->trace(file, levels);
}

}  // namespace strata
