// Whether a guest on a KVM that cannot page switches paging on. KVM answers that MOV to CR0 with
// #GP, which ends a guest without a handler as a triple fault does; one with a handler goes on in
// it and takes the fault for its own. So the handler's first instruction gets a breakpoint.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "models/engine/engine.h"
#include "models/engine/kvm/virtual_cpu.h"

namespace strata {

class PagingWatch {
 public:
  /// `cpu` outlives it. Sets a breakpoint only where the host `may_refuse`.
  PagingWatch(VirtualCpu& cpu, std::vector<MemoryRegion> memory, bool may_refuse);

  /// Whether the guest has paging on, or switches it on: with a MOV to CR0 (0F 22 /0) that the CPU
  /// stands before or, paging still being off, behind.
  bool wants_paging() const;

  /// Sets the breakpoint where the guest's handler of #GP is now.
  void look();
  /// The guest was left: looks, but not for ever where there is no handler.
  void look_at_exit();
  /// Somebody else has used the CPU's debugging.
  void forget() { at_.reset(); }

  /// The guest has come to a breakpoint: whether it is this one, because it was to page. If not,
  /// there is none until the next look().
  bool was_refused();

 private:
  /// Exits the guest may have before it has its table of interrupts.
  static constexpr unsigned kMostLooks = 1000;

  std::optional<std::uint32_t> handler(const CpuState& state) const;
  std::optional<std::uint32_t> code_base(const CpuState& state, std::uint16_t selector) const;
  bool pages_with(const CpuState& state, std::uint32_t linear, std::uint32_t must) const;
  const std::uint8_t* memory_at(std::uint32_t physical, std::uint32_t bytes) const;

  VirtualCpu& cpu_;
  std::vector<MemoryRegion> memory_;
  const bool may_refuse_;
  std::optional<std::uint32_t> at_;  // linear address of the breakpoint
  unsigned looks_ = 0;
};

}  // namespace strata
