#include "models/ata/ata_model.h"

#include <algorithm>
#include <string>

#include "Vata_inputs.h"
#include "models/base/hex.h"
#include "models/base/state_fields.h"
#include "models/base/verilated_model.h"
#include "verilated_vcd_c.h"

namespace strata {
namespace {

// The geometry the medium states beside its sectors: 16 heads of 63 sectors.
constexpr std::uint64_t kCylinderSectors = 16 * 63;

}  // namespace

AtaModel::AtaModel(VerilatedContext* context, const char* name, DiskBackend& disk, EventLog* log)
    : rtl_(begin_model<Vata>(context, name)), medium_(disk), log_(log) {
  const std::uint64_t sectors = disk.sector_count();
  rtl_->medium_sectors_i = static_cast<std::uint32_t>(std::min<std::uint64_t>(sectors, 0x0FFFFFFF));
  rtl_->medium_cylinders_i =
      static_cast<std::uint16_t>(std::clamp<std::uint64_t>(sectors / kCylinderSectors, 1, 16383));
  reset_slave(*rtl_);
}

AtaModel::~AtaModel() {
  end_model(*rtl_);
}

void AtaModel::clock(Cycle cycle, const Request& request) {
  rtl_->wb_cyc_i = request.cyc;
  rtl_->wb_stb_i = request.stb;
  rtl_->wb_we_i = request.we;
  rtl_->wb_adr_i = request.adr >> 2 & 3;
  rtl_->wb_sel_i = request.sel;
  rtl_->wb_dat_i = request.dat;
  medium_.answer(*rtl_);
  clock_model(*rtl_);
  log_changes(cycle);
}

AtaRegisters AtaModel::unload_registers() const {
  unload_model(*rtl_);
  return from_words<AtaRegisters>(rtl_->state_o.data());
}

void AtaModel::unload_buffer(std::span<std::uint8_t, kSectorBytes> data) const {
  for (unsigned index = 0; index < kSectorWords; ++index) {
    rtl_->unload_index_i = static_cast<std::uint8_t>(index);
    unload_registers();
    for (unsigned i = 0; i < 4; ++i) {
      data[4 * index + i] = static_cast<std::uint8_t>(rtl_->unload_word_o >> (8 * i));
    }
  }
}

// A sector on its way between controller and disk is where it goes to: BSY hides when it gets
// there.
AtaState AtaModel::state() const {
  AtaState state{unload_registers(), {}};
  unload_buffer(state.buffer);
  if (!rtl_->medium_req_o) return state;
  const bool reading = MediumPort<Vata>::reads(*rtl_);
  const bool ok = medium_.ask_disk(*rtl_, reading ? medium_.sector() : state.buffer);
  if (reading && ok) state.buffer = medium_.sector();
  state.registers.medium_failed = !ok && rtl_->medium_matters_o;
  return state;
}

void AtaModel::load_state(const AtaState& state) {
  to_words(state.registers, rtl_->load_state_i.data());
  rtl_->medium_done_i = 0;
  rtl_->medium_rvalid_i = 1;
  for (unsigned index = 0; index < kSectorWords; ++index) {
    const std::uint8_t* bytes = &state.buffer[4 * index];
    rtl_->medium_rindex_i = static_cast<std::uint8_t>(index);
    rtl_->medium_rdata_i =
        bytes[0] | bytes[1] << 8 | bytes[2] << 16 | std::uint32_t{bytes[3]} << 24;
    load_slave(*rtl_);
  }
  rtl_->medium_rvalid_i = 0;
  medium_.forget();
  irq_ = rtl_->irq_o;
  data_request_ = rtl_->data_request_o;
}

void AtaModel::log_changes(Cycle cycle) {
  if (log_ == nullptr) return;
  if (rtl_->command_valid_o) {
    std::string line = "command " + hex_byte(rtl_->command_o);
    if (rtl_->command_moves_o) {
      const unsigned count = rtl_->command_count_o == 0 ? 256 : rtl_->command_count_o;
      line += " lba " + std::to_string(rtl_->command_lba_o) + " count " + std::to_string(count);
    }
    log_->record(cycle, "ata", line);
  }
  if (rtl_->data_request_o != data_request_) {
    data_request_ = rtl_->data_request_o;
    if (data_request_) log_->record(cycle, "ata", "data-request");
  }
  if (rtl_->irq_o != irq_) {
    irq_ = rtl_->irq_o;
    log_->record(cycle, "ata", irq_ ? "irq 1" : "irq 0");
  }
}

bool AtaModel::ack() const {
  return rtl_->wb_ack_o;
}
std::uint32_t AtaModel::dat() const {
  return rtl_->wb_dat_o;
}
bool AtaModel::irq() const {
  return rtl_->irq_o;
}
bool AtaModel::idle() const {
  return rtl_->idle_o;
}

void AtaModel::trace(VerilatedVcdC* file, int levels) {
  rtl_->trace(file, levels);
}

}  // namespace strata
