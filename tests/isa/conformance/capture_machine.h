// The machine the captures ran on, around any CPU: 16 MiB of RAM everywhere, ports that read all
// ones, real mode.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "models/engine/engine.h"
#include "tests/isa/conformance/capture_file.h"

namespace strata::test {

/// What runs a capture; its ports and everything outside its memory read all ones.
class CaptureCpu {
 public:
  virtual ~CaptureCpu() = default;
  virtual void load(const CpuState& state) = 0;
  /// Runs to the HLT, at most a REP of 65535 iterations further.
  virtual void run_to_halt() = 0;
  /// Runs one instruction; the exception it raised, if any.
  virtual std::optional<std::uint8_t> step() = 0;
  /// After run_to_halt().
  virtual CpuState state() const = 0;
};

/// Retirements after which a CPU gives up looking for the HLT.
inline constexpr unsigned kMostSteps = 70000;

class CaptureMachine {
 public:
  using MakeCpu = std::function<std::unique_ptr<CaptureCpu>(std::span<const MemoryRegion> memory)>;

  explicit CaptureMachine(const MakeCpu& make_cpu);

  /// Runs a capture to the HLT after it. Empty if state and memory end as captured under
  /// `flags_mask` (AND both sides); else what differs.
  std::string run(const Capture& capture, std::uint16_t flags_mask);

  /// Runs only a capture's instruction; the exception it raised, if any.
  std::optional<std::uint8_t> exception_of(const Capture& capture);

  /// Address of a byte written that no capture so far knows of; all memory is zero between
  /// captures.
  std::optional<std::uint32_t> stray_write() const;

 private:
  static constexpr std::size_t kMemoryBytes = 16u << 20;

  void load(const Capture& capture);
  std::string differences(const Capture& capture, std::uint16_t flags_mask) const;
  void clear(const Capture& capture);

  struct Free {
    void operator()(std::uint8_t* memory) const;
  };
  std::unique_ptr<std::uint8_t[], Free> memory_;
  std::unique_ptr<CaptureCpu> cpu_;
};

}  // namespace strata::test
