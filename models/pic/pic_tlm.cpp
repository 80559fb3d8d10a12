#include "models/pic/pic_tlm.h"

namespace strata {
namespace {

constexpr unsigned kLines = 16;

}  // namespace

// DeviceTlm only keeps the reference to the core, which is constructed after it.
PicTlm::PicTlm(const sc_core::sc_module_name& name, ClockDriver& clock, EventLog* log)
    : DeviceTlm(name, core_, clock.period()),
      irq("irq", kLines),
      intr("intr"),
      clock_(clock),
      core_([this](bool level) { intr.write(level); }, [this] { edges_.begun(); }, log),
      edges_(*this, clock) {
  SC_HAS_PROCESS(PicTlm);
  SC_METHOD(irq_method);
  for (IrqPort& port : irq) sensitive << port;
}

void PicTlm::irq_method() {
  unsigned lines = 0;
  for (unsigned line = 0; line < kLines; ++line) {
    if (irq[line].size() > 0 && irq[line]->read()) lines |= 1u << line;
  }
  core_.set_lines(static_cast<std::uint16_t>(lines));
  if (!core_.at_rest()) edges_.wake();
}

std::uint8_t PicTlm::acknowledge() {
  return core_.acknowledge_at_edge(clock_.cycle());
}

bool PicTlm::load(std::span<const std::uint8_t> bytes, Cycle now) {
  if (!DeviceTlm::load(bytes, now)) return false;
  edges_.wake();
  return true;
}

void PicTlm::Edges::begun() {
  clock().update_after_edge(*this);
  wake();
}

bool PicTlm::Edges::clock_edge(Cycle cycle) {
  if (shell_.core_.at_rest()) return false;
  shell_.core_.begin_edge(cycle);
  return true;
}

}  // namespace strata
