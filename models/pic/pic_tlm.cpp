#include "models/pic/pic_tlm.h"

namespace strata {
namespace {

constexpr unsigned kLines = 16;

}  // namespace

// DeviceTlm only keeps the reference to the core, which is constructed after it.
PicTlm::PicTlm(const sc_core::sc_module_name& name, EventLog* log, sc_core::sc_time period)
    : DeviceTlm(name, core_, period),
      irq("irq", kLines),
      intr("intr"),
      period_(period),
      core_([this](bool level) { intr.write(level); }, log) {
  SC_HAS_PROCESS(PicTlm);
  SC_METHOD(irq_method);
  for (IrqPort& port : irq) sensitive << port;
}

void PicTlm::irq_method() {
  const Cycle now = cycle(sc_core::sc_time_stamp());
  for (unsigned line = 0; line < kLines; ++line) {
    if (irq[line].size() > 0) core_.set_irq(line, irq[line]->read(), now);
  }
}

std::uint8_t PicTlm::acknowledge(const sc_core::sc_time& ahead) {
  return core_.acknowledge(cycle(sc_core::sc_time_stamp() + ahead));
}

}  // namespace strata
