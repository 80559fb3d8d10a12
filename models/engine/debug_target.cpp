#include "models/engine/debug_target.h"

#include <algorithm>
#include <cassert>
#include <cstring>

#include "models/engine/linear_bytes.h"
#include "models/engine/software_engine.h"
#include "models/isa/debug_registers.h"
#include "models/isa/fetch.h"

namespace strata {

/// Tells what the next instruction will touch: carries it out on a copy of the state, with the
/// breakpoints in the debug registers and memory that takes no writes, and looks at DR6. So
/// a debugger's breakpoint and the guest's have one meaning, on engines that have neither.
class DebugTarget::Foresight final : private EngineBus, public SoftwareEngine {
 public:
  Foresight(std::span<const MemoryRegion> memory, CpuFamily family)
      : SoftwareEngine(*this, read_only(memory), 1, family) {}

  std::string_view name() const override { return "foresight"; }

  /// The first of `watches`, at most four, that the instruction at `state` touches.
  std::optional<Breakpoint> touched(CpuState state, std::span<const Breakpoint> watches) {
    state.dr[6] = 0;
    state.dr[7] = 0;
    state.cr4 |= cr4::kDe;
    for (unsigned n = 0; n < watches.size(); ++n) {
      state.dr[n] = watches[n].address;
      state.dr[7] |= 1u << (2 * n) | (watch_of(watches[n]) | (watches[n].bytes - 1) << 2)
                                         << (16 + 4 * n);
    }
    load_state(state);
    step();
    const std::uint32_t hits = SoftwareEngine::state().dr[6];
    for (unsigned n = 0; n < watches.size(); ++n) {
      if ((hits >> n & 1) != 0) return watches[n];
    }
    return std::nullopt;
  }

 private:
  static std::vector<MemoryRegion> read_only(std::span<const MemoryRegion> memory) {
    std::vector<MemoryRegion> regions(memory.begin(), memory.end());
    for (MemoryRegion& region : regions) region.writable = false;
    return regions;
  }

  /// The R/W field of DR7 (SDM vol. 3, 17.2.4).
  static std::uint32_t watch_of(const Breakpoint& breakpoint) {
    switch (breakpoint.kind) {
      case Breakpoint::Kind::kCode: return static_cast<std::uint32_t>(Watch::kExecution);
      case Breakpoint::Kind::kWrite: return static_cast<std::uint32_t>(Watch::kWrites);
      case Breakpoint::Kind::kAccess: return static_cast<std::uint32_t>(Watch::kAccesses);
      case Breakpoint::Kind::kPort: return static_cast<std::uint32_t>(Watch::kPorts);
    }
    return 0;
  }

  const Instruction* fetch_one() override {
    return fetch_instruction(processor_, instruction_) ? &instruction_ : nullptr;
  }

  std::uint32_t port_read(std::uint16_t, unsigned) override { return ~0u; }
  void port_write(std::uint16_t, unsigned, std::uint32_t) override {}
  std::uint32_t mmio_read(std::uint32_t, unsigned) override { return ~0u; }
  void mmio_write(std::uint32_t, unsigned, std::uint32_t) override {}
  std::uint8_t acknowledge_interrupt() override { return 0; }

  Instruction instruction_;
};

DebugTarget::DebugTarget(CpuFamily family) : family_(family) {}
DebugTarget::~DebugTarget() = default;

DebugStop DebugTarget::step() {
  hit_.reset();
  return make_step().stop;
}

DebugStop DebugTarget::run(std::uint64_t most_steps) {
  hit_.reset();
  for (std::uint64_t done = 0; done < most_steps; ++done) {
    if (done != 0) {
      hit_ = code_breakpoint();
      if (hit_) return DebugStop::kBreakpoint;
    }
    const std::optional<Breakpoint> coming = access_breakpoint();
    const Step step = make_step();
    if (step.stop != DebugStop::kStepped) return step.stop;
    if (coming && step.instruction) {
      hit_ = coming;
      return DebugStop::kBreakpoint;
    }
  }
  hit_ = code_breakpoint();
  return hit_ ? DebugStop::kBreakpoint : DebugStop::kStepped;
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

std::optional<Breakpoint> DebugTarget::access_breakpoint() {
  std::vector<Breakpoint> watches;
  std::ranges::copy_if(breakpoints_, std::back_inserter(watches), [](const Breakpoint& breakpoint) {
    return breakpoint.kind != Breakpoint::Kind::kCode;
  });
  if (watches.empty()) return std::nullopt;
  const CpuState state = registers();
  if (state.halted != 0 || state.pending_exception != 0) return std::nullopt;
  if (!foresight_) foresight_ = std::make_unique<Foresight>(plain_memory(), family_);
  constexpr std::size_t kAtOnce = 4;  // debug registers
  for (std::size_t at = 0; at < watches.size(); at += kAtOnce) {
    const auto some = std::span(watches).subspan(at, std::min(kAtOnce, watches.size() - at));
    if (const auto hit = foresight_->touched(state, some)) return hit;
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
