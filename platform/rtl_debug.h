// The cycle-accurate machine in a debugger's hands. The CPU is held at every instruction boundary
// (its drain request), let go for a cycle, and held again before the next instruction has done
// anything: what it reports is where it stands, and registers and memory may be changed there.
// Holding takes cycles, in which devices go on; a machine that is debugged is not one to be timed.
#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "models/cpu/cpu_rtl.h"
#include "models/engine/debug_target.h"

namespace strata {

class RtlDebug final : public DebugTarget {
 public:
  /// Lets the simulation go on for one cycle; says if the run has ended.
  using Advance = std::function<std::optional<DebugStop>()>;

  /// Replaces the state of the CPU, which is held, with memory as it is.
  using Load = std::function<void(const CpuState&)>;

  /// `memory` is the machine's RAM and ROM; both, and `cpu`, outlive it.
  RtlDebug(CpuRtl& cpu, CpuFamily family, std::vector<MemoryRegion> memory, Advance advance,
           Load load);

  /// Brings the CPU to a boundary and holds it there, as everything else expects it; what is under
  /// way is finished first. Says if the run ends on the way there.
  std::optional<DebugStop> hold();

  CpuState registers() const override { return cpu_.state(); }
  void set_registers(const CpuState& state) override;

 private:
  Step make_step() override;
  void memory_written() override;
  std::span<const MemoryRegion> plain_memory() const override { return memory_; }

  CpuRtl& cpu_;
  std::vector<MemoryRegion> memory_;
  Advance advance_;
  Load load_;
};

}  // namespace strata
