#include "models/pic/pic_rtl.h"

#include <cstdio>
#include <string>

namespace strata {
namespace {

constexpr unsigned kLines = 16;
constexpr unsigned kCascadeLine = 2;

}  // namespace

PicRtl::PicRtl(const sc_core::sc_module_name& name, ClockDriver& clock, VerilatedContext* context,
               EventLog* log)
    : ClockedModule(name, clock),
      request("request"),
      response("response"),
      irq("irq", kLines),
      intr("intr"),
      model_(context, basename()),
      log_(log) {
  wake_on_strobe(request);
  SC_HAS_PROCESS(PicRtl);
  SC_METHOD(irq_method);
  for (IrqPort& port : irq) sensitive << port;
}

// Keeps the lines as one word, so that an edge need not read sixteen signals.
void PicRtl::irq_method() {
  unsigned lines = 0;
  for (unsigned line = 0; line < kLines; ++line) {
    if (line != kCascadeLine && irq[line].size() > 0 && irq[line]->read()) lines |= 1u << line;
  }
  lines_ = static_cast<std::uint16_t>(lines);
  if (lines_ != sampled_) wake();
}

bool PicRtl::clock_edge(Cycle cycle) {
  const WishboneRequest& bus = request.read();
  const bool inta = bus.tga == kInterruptAcknowledge;
  const bool was_acked = model_.ack();
  if (model_.idle() && !bus.stb && lines_ == sampled_) return false;
  model_.clock({.adr = bus.adr,
                .dat = bus.dat,
                .sel = bus.sel,
                .cyc = bus.cyc,
                .stb = bus.stb,
                .we = bus.we,
                .inta = inta},
               lines_);
  const bool ack = model_.ack();
  if (log_) log_events(cycle, lines_ & ~sampled_, ack && inta);
  sampled_ = lines_;
  if (ack || was_acked) response.write({.dat = model_.dat(), .ack = ack});
  intr.write(model_.intr());
  return true;
}

PicState PicRtl::state(Cycle) const {
  return model_.state();
}

void PicRtl::load_state(const PicState& state, Cycle) {
  model_.load_state(state);
  sampled_ = static_cast<std::uint16_t>((state.master.lines | state.slave.lines << 8) &
                                        ~(1u << kCascadeLine));
  intr.write(model_.intr());
  wake();
}

void PicRtl::log_events(Cycle cycle, std::uint16_t risen, bool inta) {
  for (unsigned line = 0; line < kLines; ++line) {
    if (risen >> line & 1) log_->record(cycle, "pic", "irq " + std::to_string(line));
  }
  if (inta) {
    char text[] = "inta vector 00";
    std::snprintf(text, sizeof text, "inta vector %02x", model_.dat() & 0xFF);
    log_->record(cycle, "pic", text);
  }
}

}  // namespace strata
