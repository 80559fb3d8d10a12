#include "models/pit/pit_tlm.h"

namespace strata {

// DeviceTlm only keeps the reference to the core, which is constructed after it.
PitTlm::PitTlm(const sc_core::sc_module_name& name, std::uint64_t cpu_hz, sc_core::sc_time period,
               sc_core::sc_time phase)
    : DeviceTlm(name, core_, period, phase),
      irq("irq"),
      a20("a20"),
      reset("reset"),
      core_([this](bool level) { irq.write(level); }, cpu_hz,
            {.a20 = [this](bool level) { a20.write(level); },
             .reset = [this](bool level) { reset.write(level); }}) {
  irq.initialize(core_.out0());
  a20.initialize(core_.a20());
}

}  // namespace strata
