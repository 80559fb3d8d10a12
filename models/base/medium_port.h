// The medium behind a Verilated controller: serves its port medium_..., which rtl/ata/ata.sv
// describes, from a DiskBackend.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>

#include "models/base/disk_backend.h"

namespace strata {

/// `Rtl` is the Verilated top; it has to be complete where functions are called.
template <typename Rtl>
class MediumPort {
 public:
  using Sector = std::array<std::uint8_t, kSectorBytes>;

  /// `disk` outlives the port.
  explicit MediumPort(DiskBackend& disk) : disk_(disk) {}

  /// Drives the medium's wires for the coming edge. They follow from what the controller showed
  /// after the one before, as a synchronous neighbour's do.
  void answer(Rtl& rtl) {
    rtl.medium_rvalid_i = 0;
    rtl.medium_done_i = 0;
    if (!rtl.medium_req_o) return forget();
    if (!request_seen_) start(rtl);
    if (rtl.medium_op_o == kRead && next_word_ < kSectorWords) send_word(rtl);
    if (rtl.medium_wvalid_o) take_word(rtl);
  }

  /// The request under way, if any, has never been.
  void forget() {
    request_seen_ = false;
    answer_.reset();
  }

  /// Carries the request under way out, with `data` read or to write, and gives whether the disk
  /// did it; the second time only says so again.
  bool ask_disk(const Rtl& rtl, std::span<std::uint8_t, kSectorBytes> data) {
    if (answer_) return *answer_;
    switch (rtl.medium_op_o) {
      case kRead: answer_ = disk_.read_sector(rtl.medium_lba_o, data); break;
      case kWrite: answer_ = disk_.write_sector(rtl.medium_lba_o, data); break;
      default: answer_ = disk_.flush(); break;
    }
    return *answer_;
  }

  static bool reads(const Rtl& rtl) { return rtl.medium_op_o == kRead; }

  /// What has been read, on its way to the controller.
  Sector& sector() { return sector_; }

 private:
  static constexpr unsigned kSectorWords = kSectorBytes / 4;
  // medium_op_e of the RTL.
  static constexpr unsigned kRead = 0;
  static constexpr unsigned kWrite = 1;

  void start(Rtl& rtl) {
    request_seen_ = true;
    next_word_ = kSectorWords;
    if (rtl.medium_op_o == kRead) {
      if (ask_disk(rtl, sector_)) {
        next_word_ = 0;
      } else {
        finish(rtl, false);
      }
    } else if (rtl.medium_op_o != kWrite) {
      finish(rtl, ask_disk(rtl, sector_));
    }
  }

  void send_word(Rtl& rtl) {
    const std::uint8_t* bytes = &sector_[4 * next_word_];
    rtl.medium_rvalid_i = 1;
    rtl.medium_rindex_i = static_cast<std::uint8_t>(next_word_);
    rtl.medium_rdata_i = bytes[0] | bytes[1] << 8 | bytes[2] << 16 | std::uint32_t{bytes[3]} << 24;
    if (++next_word_ == kSectorWords) finish(rtl, true);
  }

  void take_word(Rtl& rtl) {
    const unsigned index = rtl.medium_windex_o;
    for (unsigned i = 0; i < 4; ++i) {
      sector_[4 * index + i] = static_cast<std::uint8_t>(rtl.medium_wdata_o >> (8 * i));
    }
    if (index + 1 == kSectorWords) finish(rtl, ask_disk(rtl, sector_));
  }

  void finish(Rtl& rtl, bool ok) {
    rtl.medium_done_i = 1;
    rtl.medium_ok_i = ok;
  }

  DiskBackend& disk_;
  Sector sector_{};
  unsigned next_word_ = 0;      // of a sector being sent to the controller
  bool request_seen_ = false;   // the request is being served
  std::optional<bool> answer_;  // the disk's to that request; asked once
};

}  // namespace strata
