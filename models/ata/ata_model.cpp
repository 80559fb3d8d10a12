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

// medium_op_e of rtl/ata/ata_pkg.sv.
constexpr unsigned kMediumRead = 0;
constexpr unsigned kMediumWrite = 1;

// The geometry the medium states beside its sectors: 16 heads of 63 sectors.
constexpr std::uint64_t kCylinderSectors = 16 * 63;

}  // namespace

AtaModel::AtaModel(VerilatedContext* context, const char* name, DiskBackend& disk, EventLog* log)
    : rtl_(begin_model<Vata>(context, name)), disk_(disk), log_(log) {
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
  answer_medium();
  clock_model(*rtl_);
  log_changes(cycle);
}

// The medium is a synchronous neighbour: what it drives for the coming edge follows from what the
// controller showed after the one before.
void AtaModel::answer_medium() {
  rtl_->medium_rvalid_i = 0;
  rtl_->medium_done_i = 0;
  if (!rtl_->medium_req_o) {
    request_seen_ = false;
    answer_.reset();
    return;
  }
  if (!request_seen_) start_medium_request();
  if (rtl_->medium_op_o == kMediumRead && next_word_ < kSectorWords) {
    const std::uint8_t* bytes = &sector_[4 * next_word_];
    rtl_->medium_rvalid_i = 1;
    rtl_->medium_rindex_i = static_cast<std::uint8_t>(next_word_);
    rtl_->medium_rdata_i =
        bytes[0] | bytes[1] << 8 | bytes[2] << 16 | std::uint32_t{bytes[3]} << 24;
    if (++next_word_ == kSectorWords) finish_medium_request(true);
  }
  if (rtl_->medium_wvalid_o) take_word();
}

void AtaModel::start_medium_request() {
  request_seen_ = true;
  next_word_ = kSectorWords;
  if (rtl_->medium_op_o == kMediumRead) {
    if (ask_disk(sector_)) {
      next_word_ = 0;
    } else {
      finish_medium_request(false);
    }
  } else if (rtl_->medium_op_o != kMediumWrite) {
    finish_medium_request(ask_disk(sector_));
  }
}

void AtaModel::take_word() {
  const unsigned index = rtl_->medium_windex_o;
  for (unsigned i = 0; i < 4; ++i) {
    sector_[4 * index + i] = static_cast<std::uint8_t>(rtl_->medium_wdata_o >> (8 * i));
  }
  if (index + 1 == kSectorWords) {
    finish_medium_request(ask_disk(sector_));
  }
}

void AtaModel::finish_medium_request(bool ok) {
  rtl_->medium_done_i = 1;
  rtl_->medium_ok_i = ok;
}

// Carries the request on the medium port out, with `data` read or to write, and gives whether the
// disk did it; the second time only says so again.
bool AtaModel::ask_disk(std::span<std::uint8_t, kSectorBytes> data) const {
  if (answer_) return *answer_;
  switch (rtl_->medium_op_o) {
    case kMediumRead: answer_ = disk_.read_sector(rtl_->medium_lba_o, data); break;
    case kMediumWrite: answer_ = disk_.write_sector(rtl_->medium_lba_o, data); break;
    default: answer_ = disk_.flush(); break;
  }
  return *answer_;
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
  const bool reading = rtl_->medium_op_o == kMediumRead;
  const bool ok = ask_disk(reading ? sector_ : state.buffer);
  if (reading && ok) state.buffer = sector_;
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
  request_seen_ = false;
  answer_.reset();
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
