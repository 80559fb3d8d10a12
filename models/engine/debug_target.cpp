#include "models/engine/debug_target.h"

#include <algorithm>
#include <cassert>
#include <iterator>

#include "models/engine/foresight.h"
#include "models/engine/linear_bytes.h"

namespace strata {

DebugTarget::DebugTarget(CpuFamily family) : family_(family) {}
DebugTarget::~DebugTarget() = default;

DebugStop DebugTarget::step() {
  hit_.reset();
  return make_step().stop;
}

DebugStop DebugTarget::run(std::uint64_t most_steps) {
  hit_.reset();
  std::vector<Breakpoint> watches;
  std::ranges::copy_if(breakpoints_, std::back_inserter(watches), [](const Breakpoint& breakpoint) {
    return breakpoint.kind != Breakpoint::Kind::kCode;
  });
  for (std::uint64_t done = 0; done < most_steps; ++done) {
    if (done != 0) {
      hit_ = code_breakpoint();
      if (hit_) return DebugStop::kBreakpoint;
    }
    const DebugStop stop = watches.empty() ? make_step().stop : watched_step(watches);
    if (stop != DebugStop::kStepped) return stop;
    if (hit_) return DebugStop::kBreakpoint;
  }
  hit_ = code_breakpoint();
  return hit_ ? DebugStop::kBreakpoint : DebugStop::kStepped;
}

/// A step that may meet one of `watches`. Whether an interrupt comes is known behind it only.
DebugStop DebugTarget::watched_step(std::span<const Breakpoint> watches) {
  if (!foresight_) foresight_ = std::make_unique<Foresight>(plain_memory(), family_);
  const CpuState before = registers();
  const std::optional<Breakpoint> coming = foresight_->of_step(before, watches);
  const Step step = make_step();
  if (step.stop != DebugStop::kStepped) return step.stop;
  hit_ = step.interrupt ? foresight_->of_interrupt(before, *step.interrupt, registers(), watches)
                        : coming;
  return step.stop;
}

void DebugTarget::add(const Breakpoint& breakpoint) {
  assert(breakpoint.bytes == 1 || breakpoint.bytes == 2 || breakpoint.bytes == 4);
  assert(breakpoint.kind == Breakpoint::Kind::kCode || breakpoint.address % breakpoint.bytes == 0);
  breakpoints_.push_back(breakpoint);
}

bool DebugTarget::remove(const Breakpoint& breakpoint) {
  const auto found = std::ranges::find(breakpoints_, breakpoint);
  if (found == breakpoints_.end()) return false;
  breakpoints_.erase(found);
  return true;
}

std::optional<Breakpoint> DebugTarget::code_breakpoint() const {
  const CpuState state = registers();
  if (state.halted != 0) return std::nullopt;
  const std::uint32_t linear = state.seg[kCs].base + state.eip;
  for (const Breakpoint& breakpoint : breakpoints_) {
    if (breakpoint.kind == Breakpoint::Kind::kCode && breakpoint.address == linear) {
      return breakpoint;
    }
  }
  return std::nullopt;
}

std::size_t DebugTarget::read(std::uint32_t linear, std::span<std::uint8_t> bytes) const {
  return read_linear_bytes(strata::plain_memory(plain_memory()), registers(), linear, bytes);
}

std::size_t DebugTarget::write(std::uint32_t linear, std::span<const std::uint8_t> bytes) {
  const std::size_t written = write_linear_bytes(plain_memory(), registers(), linear, bytes);
  if (written != 0) memory_written();
  return written;
}

}  // namespace strata
