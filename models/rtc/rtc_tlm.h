// TLM-2.0 shell of the clock.
#pragma once

#include <cstdint>
#include <systemc>

#include "models/bus/device_tlm.h"
#include "models/rtc/rtc_core.h"

namespace strata {

class RtcTlm : public DeviceTlm {
 public:
  sc_core::sc_out<bool> irq;  // IRQ 8

  /// `cpu_hz` is 1 / `period`, at least STRATA_RTC_HZ; `phase` is that of DeviceTlm.
  RtcTlm(const sc_core::sc_module_name& name, std::uint64_t cpu_hz, const RtcState& contents,
         sc_core::sc_time period, sc_core::sc_time phase = sc_core::SC_ZERO_TIME);

 private:
  RtcCore core_;
};

}  // namespace strata
