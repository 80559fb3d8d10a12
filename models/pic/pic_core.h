// The two 8259A interrupt controllers of a PC as a plain C++ core: the slave's INT is line 2 of the
// master. Block of offsets (models/machine/machine.txt): 0 and 1 the master's, 4 and 5 the slave's
// A0 = 0 and 1. What the chips do and leave out is in pic_chip.h.
//
// Time: a wire changes at once; the RTL's INTR follows a request line after two clocks, through the
// slave after three.
#pragma once

#include <cstdint>
#include <functional>

#include "models/base/device.h"
#include "models/base/event_log.h"
#include "models/pic/pic_chip.h"

namespace strata {

class PicCore : public DeviceOf<PicState> {
 public:
  /// `intr` is the CPU's INTR. `log` (null: nobody listens) outlives the core. Log lines, unit
  /// "pic": "irq 14" when a line rises (decimal), "inta vector 2e" when a vector is given (hex).
  explicit PicCore(Wire intr, EventLog* log = nullptr);

  /// `listener` hears which of lines 0..15 are masked, whenever that changes and now: a line of a
  /// slave that is masked as a whole is.
  void on_mask(std::function<void(std::uint16_t lines)> listener);

  void reset() override;
  std::uint32_t read(std::uint32_t offset, unsigned bytes, Cycle now) override;
  void write(std::uint32_t offset, unsigned bytes, std::uint32_t value, Cycle now) override;
  void advance(Cycle) override {}
  Cycle next_event() const override { return kNever; }
  PicState state(Cycle now) const override;
  void load_state(const PicState& state, Cycle now) override;

  /// Level of request line 0..15 from time `now` on; line 2 is the cascade's and is ignored.
  void set_irq(unsigned line, bool level, Cycle now);

  /// Both INTA pulses: takes the highest request into service and returns its vector (that of line
  /// 7 or 15 if the request has gone).
  std::uint8_t acknowledge(Cycle now);

 protected:
  static constexpr unsigned kCascadeLine = 2;

  /// Carries the slave's INT to the master and the master's to the CPU, after every change.
  virtual void settle();
  void set_intr(bool level);
  void log_irq(unsigned line, Cycle now) const;

  PicChip master_{PicChip::Role::kMaster};
  PicChip slave_{PicChip::Role::kSlave};

 private:
  PicChip* chip_at(std::uint32_t offset);
  std::uint16_t masked_lines() const;
  void tell_mask();

  Wire intr_;
  EventLog* log_;
  bool level_ = false;  // of INTR
  std::function<void(std::uint16_t)> mask_listener_;
  std::uint16_t told_mask_ = 0;
};

}  // namespace strata
