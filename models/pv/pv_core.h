// The paravirtual interface, port ABBA, as a plain C++ core; models/pv/pv_page.h says what it does.
// Offsets in the block: 2 to 5 are ports ABBA to ABBD, everything else reads all ones.
//
// Every call is carried out and done in the access that makes it, but for a ring that is served on
// a thread of its own. Left out: letting the guest run on meanwhile, which the RTL does.
#pragma once

#include <cstdint>
#include <mutex>
#include <span>
#include <string>

#include "models/base/device.h"
#include "models/base/disk_backend.h"
#include "models/base/event_log.h"
#include "models/pv/pv_memory.h"
#include "models/pv/pv_page.h"
#include "models/pv/pv_sinks.h"
#include "models/pv/pv_state.h"
#include "models/pv/pv_transfers.h"

namespace strata {

class PvCore : public DeviceOf<PvState> {
 public:
  /// What `memory` refers to, `disk` and `log` (null: nobody listens) outlive the core. `irq` is
  /// the completion interrupt. Log lines, unit "pv": "call 2 error 0" when it is done, of the ring
  /// with its own status and how many descriptors it was ("call 7 error 0 descriptors 12"), and
  /// "label TEXT".
  PvCore(PvMemory memory, DiskBackend& disk, PvSinks sinks, Wire irq, EventLog* log = nullptr);

  void reset() override;
  std::uint32_t read(std::uint32_t offset, unsigned bytes, Cycle now) override;
  void write(std::uint32_t offset, unsigned bytes, std::uint32_t value, Cycle now) override;
  void advance(Cycle) override {}
  Cycle next_event() const override { return kNever; }
  PvState state(Cycle) const override { return state_; }
  void load_state(const PvState& state, Cycle now) override;

  /// What serving the ring once has come to.
  struct RingService {
    std::uint32_t status = 0;  // 0 or STRATA_PV_ERROR_RING
    std::uint32_t served = 0;  // descriptors
    bool interrupt = false;    // the guest wants one
  };
  /// What a doorbell begins, in two parts: the first may be on a thread of its own, beside
  /// everything else, the second is what the guest sees in the block.
  RingService serve_ring();
  void end_ring(const RingService& service, Cycle now);

 private:
  using Error = std::uint32_t;  // 0 or STRATA_PV_ERROR_

  /// A number and what it does, but for the ring.
  struct Call {
    std::uint32_t number;
    Error (PvCore::*carry_out)(Cycle now);
  };

  static const Call* find_call(std::uint32_t number);

  Error character(Cycle now);
  Error disk_write(Cycle now);
  Error frame(Cycle now);
  Error disk_read(Cycle now);
  Error list(Cycle now);
  Error text(Cycle now);
  Error exit(Cycle now);
  Error region_begin(Cycle now);
  Error region_end(Cycle now);
  Error waves_on(Cycle now);
  Error waves_off(Cycle now);
  Error label(Cycle now);
  Error counts(Cycle now);

  void make_call(std::uint32_t number, Cycle now);
  void finish_descriptor(std::uint32_t& tail, Error error);
  Error one_sector(std::uint32_t direction);
  Error find_text(std::span<const std::uint8_t>& text) const;
  pv_transfer load_transfer(unsigned first) const;
  std::uint32_t word(unsigned index) const;
  void set_word(unsigned index, std::uint32_t value);
  void set_irq(bool level);

  const PvMemory memory_;
  PvTransfers transfers_;
  PvSinks sinks_;
  Wire irq_;
  EventLog* log_;
  PvState state_;
  std::mutex ring_mutex_;  // one at a time serves the ring
};

}  // namespace strata
