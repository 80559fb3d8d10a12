#include "models/pit/pit_tlm.h"

namespace strata {

// DeviceTlm only keeps the reference to the core, which is constructed after it.
PitTlm::PitTlm(const sc_core::sc_module_name& name, std::uint64_t cpu_hz, sc_core::sc_time period,
               sc_core::sc_time phase)
    : DeviceTlm(name, core_, period, phase),
      irq("irq"),
      core_([this](bool level) { irq.write(level); }, cpu_hz) {
  irq.initialize(core_.out0());
}

// While a counter counts the RTL is clocked, so its simulation does not run out of activity and
// end, even where no edge of OUT will come.
void PitTlm::reschedule() {
  DeviceTlm::reschedule();
  running_event_.cancel();
  if (core_.running()) running_event_.notify(sc_core::sc_time::from_value(std::uint64_t{1} << 62));
}

}  // namespace strata
