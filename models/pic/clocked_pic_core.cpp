#include "models/pic/clocked_pic_core.h"

#include <utility>

namespace strata {
namespace {

constexpr unsigned kLines = 16;

}  // namespace

ClockedPicCore::ClockedPicCore(Wire intr, std::function<void()> begun, EventLog* log)
    : PicCore(std::move(intr), log), begun_listener_(std::move(begun)) {}

void ClockedPicCore::begin_edge(Cycle now) {
  if (std::exchange(begun_, true)) return;
  slave_int_ = slave_.interrupt();
  master_int_ = master_.interrupt();
  for (unsigned line = 0; line < kLines; ++line) {
    if (lines_ >> line & ~(sampled_ >> line) & 1) log_irq(line, now);
  }
  sampled_ = lines_;
  begun_listener_();
}

// An access sees the registers as they were before the edge. What a write sets wins over what is
// sampled with it; a request that is taken is taken whatever its line does at the same edge.
std::uint32_t ClockedPicCore::read(std::uint32_t offset, unsigned bytes, Cycle now) {
  begin_edge(now);
  accessed_ = true;
  return PicCore::read(offset, bytes, now);
}

void ClockedPicCore::write(std::uint32_t offset, unsigned bytes, std::uint32_t value, Cycle now) {
  begin_edge(now);
  accessed_ = true;
  sample();
  PicCore::write(offset, bytes, value, now);
}

std::uint8_t ClockedPicCore::acknowledge_at_edge(Cycle now) {
  begin_edge(now);
  accessed_ = true;
  const bool had_cascade = master_.line(kCascadeLine);
  const std::uint8_t vector = acknowledge(now);
  cascade_forgotten_ = had_cascade && !master_.line(kCascadeLine);
  return vector;
}

void ClockedPicCore::sample() {
  if (std::exchange(lines_sampled_, true)) return;
  for (unsigned line = 0; line < kLines; ++line) {
    if (line == kCascadeLine) continue;
    (line < 8 ? master_ : slave_).set_line(line & 7, sampled_ >> line & 1);
  }
  if (!cascade_forgotten_) {
    master_.set_line(kCascadeLine, slave_int_);
  } else if (master_.state().level_triggered) {
    master_.set_line(kCascadeLine, slave_int_);
    master_.forget_line(kCascadeLine);
  }
}

void ClockedPicCore::end_edge() {
  const PicChipState master = master_.state();
  const PicChipState slave = slave_.state();
  sample();
  at_rest_ =
      !accessed_ && master == master_.state() && slave == slave_.state() && master_int_ == intr_;
  intr_ = master_int_;
  set_intr(intr_);
  begun_ = accessed_ = lines_sampled_ = cascade_forgotten_ = false;
}

void ClockedPicCore::load_state(const PicState& state, Cycle now) {
  PicCore::load_state(state, now);
  sampled_ = static_cast<std::uint16_t>((state.master.lines | state.slave.lines << 8) &
                                        ~(1u << kCascadeLine));
  intr_ = state.intr;
  at_rest_ = false;
}

}  // namespace strata
