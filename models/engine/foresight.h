// What the next step of a CPU will touch: the step is carried out on a copy of the state, with
// memory that keeps what is written to itself, and every access by linear address is looked at. So
// a debugger's breakpoints mean the same on every engine, and neither the guest nor a device
// notices.
//
// Left out: what a device would answer (all ones here).
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "models/engine/debug_target.h"
#include "models/engine/linear_bytes.h"
#include "models/engine/software_engine.h"

namespace strata {

class Foresight final : private EngineBus, private AccessObserver, public SoftwareEngine {
 public:
  /// `memory` outlives it.
  Foresight(std::span<const MemoryRegion> memory, CpuFamily family);

  std::string_view name() const override { return "foresight"; }

  /// The first of `watches`, none of code, that the instruction at `state` touches, or the delivery
  /// of the debug trap that waits there.
  std::optional<Breakpoint> of_step(const CpuState& state, std::span<const Breakpoint> watches);

  /// The same of the delivery of interrupt `vector`, which has been made: it began at `before` and
  /// ended at `after`.
  std::optional<Breakpoint> of_interrupt(const CpuState& before, std::uint8_t vector,
                                         const CpuState& after,
                                         std::span<const Breakpoint> watches);

 private:
  /// What the step did to a watch.
  struct Mark {
    bool read = false;     // or the port accessed; counts if the instruction completes
    bool written = false;  // counts always
    std::optional<std::uint32_t> physical;  // of the watch, where a write to it is allowed
  };

  void begin(const CpuState& state, std::span<const Breakpoint> watches);
  std::optional<Breakpoint> hit(bool completed) const;
  void on_access(std::uint32_t linear, unsigned bytes, Access access, bool operand,
                 const GuestMemory::Place& place) override;
  void note_port(std::uint16_t port, unsigned bytes);
  std::uint8_t byte_at(std::uint32_t physical) const;

  const Instruction* fetch_one() override;
  std::uint32_t port_read(std::uint16_t port, unsigned bytes) override;
  void port_write(std::uint16_t port, unsigned bytes, std::uint32_t value) override;
  std::uint32_t mmio_read(std::uint32_t physical, unsigned bytes) override;
  void mmio_write(std::uint32_t physical, unsigned bytes, std::uint32_t value) override;
  std::uint8_t acknowledge_interrupt() override { return 0; }

  PlainMemory memory_;
  std::map<std::uint32_t, std::uint8_t> written_;  // by this step, by physical address
  std::span<const Breakpoint> watches_;
  std::vector<Mark> marks_;
  Instruction instruction_;
};

}  // namespace strata
