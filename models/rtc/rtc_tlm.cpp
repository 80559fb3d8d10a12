#include "models/rtc/rtc_tlm.h"

namespace strata {

// DeviceTlm only keeps the reference to the core, which is constructed after it.
RtcTlm::RtcTlm(const sc_core::sc_module_name& name, std::uint64_t cpu_hz, const RtcState& contents,
               sc_core::sc_time period, sc_core::sc_time phase)
    : DeviceTlm(name, core_, period, phase),
      irq("irq"),
      core_([this](bool level) { irq.write(level); }, cpu_hz, contents) {}

}  // namespace strata
