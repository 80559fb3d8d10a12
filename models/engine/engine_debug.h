// An engine in a debugger's hands.
#pragma once

#include <utility>
#include <vector>

#include "models/engine/debug_target.h"

namespace strata {

class EngineDebug : public DebugTarget {
 public:
  /// Both outlive it; `memory` is what the engine was made with.
  EngineDebug(Engine& engine, std::vector<MemoryRegion> memory, CpuFamily family)
      : DebugTarget(family), engine_(engine), memory_(std::move(memory)) {}

  CpuState registers() const override { return engine_.state(); }
  void set_registers(const CpuState& state) override { engine_.set_registers(state); }

 protected:
  Step make_step() override;
  static Step to_step(const EngineStep& step);
  std::span<const MemoryRegion> plain_memory() const override { return memory_; }
  void memory_written() override;

 private:
  Engine& engine_;
  std::vector<MemoryRegion> memory_;
};

}  // namespace strata
