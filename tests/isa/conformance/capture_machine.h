// The machine the captures ran on, around an interpreter: 16 MiB of RAM everywhere, ports that read
// all ones, real mode.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "models/engine/interpreter/interpreter.h"
#include "tests/isa/conformance/capture_file.h"

namespace strata::test {

class CaptureMachine final : public EngineBus {
 public:
  CaptureMachine();

  /// Runs a capture to the HLT after it. Empty if state and memory end as captured under
  /// `flags_mask` (AND both sides); else what differs.
  std::string run(const Capture& capture, std::uint16_t flags_mask);

  /// Runs only a capture's instruction; the exception it raised, if any.
  std::optional<std::uint8_t> exception_of(const Capture& capture);

  /// Address of a byte written that no capture so far knows of; all memory is zero between
  /// captures.
  std::optional<std::uint32_t> stray_write() const;

  std::uint32_t port_read(std::uint16_t, unsigned bytes) override;
  void port_write(std::uint16_t, unsigned, std::uint32_t) override {}
  std::uint32_t mmio_read(std::uint32_t, unsigned bytes) override;
  void mmio_write(std::uint32_t, unsigned, std::uint32_t) override {}
  std::uint8_t acknowledge_interrupt() override { return 0; }

 private:
  static constexpr std::size_t kMemoryBytes = 16u << 20;

  void load(const Capture& capture);
  void run_to_halt();
  std::string differences(const Capture& capture, std::uint16_t flags_mask) const;
  void clear(const Capture& capture);

  struct Free {
    void operator()(std::uint8_t* memory) const;
  };
  std::unique_ptr<std::uint8_t[], Free> memory_;
  std::unique_ptr<Interpreter> cpu_;
};

}  // namespace strata::test
