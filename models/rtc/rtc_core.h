// The MC146818 clock with its memory, as an AT has it, as a plain C++ core (Motorola data sheet).
// Block of offsets: 0 = port 70, the index and, in bit 7, the mask of the NMI (write only; reads
// all ones); 1 = port 71, the byte the index names.
//
// Time: tick k (k >= 1) of the 32.768 kHz crystal is the clock edge at cycle
// ceil(k * cpu_hz / STRATA_RTC_HZ). An access in cycle n is the clock edge n: it sees the state
// after edge n - 1, and where a tick falls on the same edge, what it writes wins. Of both bytes
// written at once the index is the first. The seconds' update ("update cycle") begins half a second
// after the divider has left reset, and then every second; UIP is 1 from 244 us before it to its
// end, 1984 us after it began. Time bytes are what they were until then (the data sheet leaves that
// open) and may be read.
//
// Divider 2 (32.768 kHz) runs, 6 and 7 hold it in reset, and with all others it stands still, as
// this crystal is not meant for them. Daylight saving (DSE) is kept but does nothing; there is no
// pin for the square wave; the century at 32 is memory. Nothing of this machine raises an NMI.
//
// The interrupt is a level: IRQF of register C. A flag that would be set at the edge at which C is
// read is held until the next one, so that the level falls, and a controller that looks for edges
// sees it (the successor DS12887 says so).
#pragma once

#include <cstdint>

#include "models/base/device.h"
#include "models/rtc/rtc_state.h"
#include "models/rtc/rtc_time.h"

namespace strata {

class RtcCore : public DeviceOf<RtcState> {
 public:
  /// `irq` is low at power-on; `cpu_hz` is the rate of Cycle, not less than STRATA_RTC_HZ. The
  /// memory holds `contents` at power-on.
  RtcCore(Wire irq, std::uint64_t cpu_hz, const RtcState& contents);

  void reset() override;
  std::uint32_t read(std::uint32_t offset, unsigned bytes, Cycle now) override;
  void write(std::uint32_t offset, unsigned bytes, std::uint32_t value, Cycle now) override;
  void advance(Cycle now) override;
  Cycle next_event() const override;
  RtcState state(Cycle now) const override;
  void load_state(const RtcState& state, Cycle now) override;

  /// Level of the interrupt request after the latest call.
  bool irq() const { return irq_; }

 private:
  void run_before(Cycle now);
  void run_to_cycle(Cycle now);
  void run_to(std::uint64_t tick);
  void count_to_next(std::uint64_t tick);
  void update();
  bool alarm_matches() const;
  bool runs() const;
  std::uint32_t period() const;
  bool update_in_progress() const;
  std::uint8_t read_byte(Cycle now);
  std::uint8_t read_flags(Cycle now);
  void write_byte(std::uint8_t value);
  void settle();

  Wire wire_;
  RtcTime time_;
  RtcState contents_;
  RtcState state_;
  std::uint64_t tick_ = 0;     // the state is that after this tick
  std::uint8_t held_ = 0;      // flags of the edge at which register C was read,
  Cycle held_until_ = kNever;  // and when they are set
  bool irq_ = false;
};

}  // namespace strata
