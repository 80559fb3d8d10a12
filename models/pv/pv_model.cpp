#include "models/pv/pv_model.h"

#include <algorithm>
#include <utility>

#include "Vpv_inputs.h"
#include "models/base/state_fields.h"
#include "models/base/verilated_model.h"
#include "models/pv/pv_log.h"
#include "models/pv/pv_page.h"
#include "verilated_vcd_c.h"

namespace strata {
namespace {

/// The RTL's sizes have 33 bits: more than any 32-bit number and a few sectors.
std::uint64_t in_33_bits(std::uint64_t size) {
  return std::min(size, (std::uint64_t{1} << 33) - 1);
}

}  // namespace

PvModel::PvModel(VerilatedContext* context, const char* name, std::uint64_t ram_bytes,
                 DiskBackend& disk, PvSinks sinks, EventLog* log)
    : rtl_(begin_model<Vpv>(context, name)), medium_(disk), sinks_(std::move(sinks)), log_(log) {
  rtl_->ram_bytes_i = in_33_bits(ram_bytes);
  rtl_->medium_sectors_i = in_33_bits(disk.sector_count());
  reset_slave(*rtl_);
}

PvModel::~PvModel() {
  end_model(*rtl_);
}

void PvModel::clock(Cycle cycle, const Request& request, const WishboneResponse& answer) {
  rtl_->wb_cyc_i = request.cyc;
  rtl_->wb_stb_i = request.stb;
  rtl_->wb_we_i = request.we;
  rtl_->wb_adr_i = request.adr >> 2 & 3;
  rtl_->wb_sel_i = request.sel;
  rtl_->wb_dat_i = request.dat;
  rtl_->m_ack_i = answer.ack;
  rtl_->m_dat_i = answer.dat;
  rtl_->cycles_i = cycle;
  rtl_->instructions_i = sinks_.instructions();
  medium_.answer(*rtl_);
  clock_model(*rtl_);
  hear(cycle);
}

void PvModel::hear(Cycle cycle) {
  if (rtl_->char_valid_o) {
    if (rtl_->text_is_label_o) {
      label_ += shown_in_label(rtl_->char_o);
    } else {
      sinks_.console(rtl_->char_o);
    }
  }
  if (rtl_->done_valid_o) end_call(cycle);
}

void PvModel::end_call(Cycle cycle) {
  const std::uint32_t number = rtl_->done_call_o;
  const bool well = rtl_->done_error_o == 0;
  if (well && number == STRATA_PV_CALL_LABEL) {
    const std::string label = std::exchange(label_, {});
    log_label(log_, cycle, label);
    sinks_.label(label);
  }
  log_call(log_, cycle, number, rtl_->done_error_o, rtl_->done_served_o);
  sinks_.done(number);
  switch (well ? number : 0) {
    case STRATA_PV_CALL_EXIT: sinks_.exit(rtl_->done_status_o); break;
    case STRATA_PV_CALL_REGION_BEGIN: sinks_.region(true); break;
    case STRATA_PV_CALL_REGION_END: sinks_.region(false); break;
    case STRATA_PV_CALL_WAVES_ON: sinks_.waves(true); break;
    case STRATA_PV_CALL_WAVES_OFF: sinks_.waves(false); break;
    default: break;
  }
}

bool PvModel::ack() const {
  return rtl_->wb_ack_o;
}
std::uint32_t PvModel::dat() const {
  return rtl_->wb_dat_o;
}
bool PvModel::irq() const {
  return rtl_->irq_o;
}
bool PvModel::idle() const {
  return rtl_->idle_o;
}

PvModel::Request PvModel::master() const {
  return {.adr = rtl_->m_adr_o << 2,
          .dat = rtl_->m_dat_o,
          .sel = rtl_->m_sel_o,
          .cti = rtl_->m_cti_o,
          .bte = rtl_->m_bte_o,
          .cyc = rtl_->m_cyc_o != 0,
          .stb = rtl_->m_stb_o != 0,
          .we = rtl_->m_we_o != 0};
}

PvState PvModel::state() const {
  unload_model(*rtl_);
  return from_words<PvState>(rtl_->state_o.data());
}

void PvModel::load_state(const PvState& state) {
  to_words(state, rtl_->load_state_i.data());
  load_slave(*rtl_);
}

void PvModel::trace(VerilatedVcdC* file, int levels) {
  rtl_->trace(file, levels);
}

}  // namespace strata
