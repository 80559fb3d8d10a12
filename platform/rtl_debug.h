// The cycle-accurate machine in a debugger's hands: a step is what the CPU retires next.
//
// Leaves out set_registers(): when the CPU reports a boundary it has gone on already, and what
// comes behind may have been on the bus. Code bytes that are fetched already run as they were.
#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "models/cpu/cpu_rtl.h"
#include "models/engine/debug_target.h"

namespace strata {

class RtlDebug final : public DebugTarget, private RetireListener {
 public:
  /// Lets the simulation go on for a while, or until sc_pause(); says if the run has ended.
  using GoOn = std::function<std::optional<DebugStop>()>;

  /// Listens to `cpu` in place of `next`, which it passes everything on to; null: nobody. The
  /// machine stands at reset in state `state`, with `memory` its RAM and ROM.
  RtlDebug(CpuRtl& cpu, RetireListener* next, std::vector<MemoryRegion> memory,
           const CpuState& state, GoOn go_on);

  CpuState registers() const override { return state_; }
  bool set_registers(const CpuState&) override { return false; }

 private:
  Step make_step() override;
  std::span<const MemoryRegion> plain_memory() const override { return memory_; }

  void on_retire(const RetireRecord& record, const CpuModel& cpu) override;
  void on_access(const WishboneRequest& request, std::uint32_t data) override;
  void on_memory_write(std::uint32_t address) override;
  void on_acknowledge(std::uint8_t vector) override;

  CpuRtl& cpu_;
  RetireListener* next_;
  std::vector<MemoryRegion> memory_;
  CpuState state_;
  GoOn go_on_;
  bool retired_ = false;
  bool interrupt_ = false;  // what retired was the delivery of one
};

}  // namespace strata
