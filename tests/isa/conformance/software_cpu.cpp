#include "tests/isa/conformance/software_cpu.h"

#include "models/engine/block/block_engine.h"
#include "models/engine/interpreter/interpreter.h"

namespace strata::test {
namespace {

std::uint32_t all_ones(unsigned bytes) {
  return bytes == 4 ? ~0u : (1u << (8 * bytes)) - 1;
}

template <class Cpu>
class SoftwareCpu : public CaptureCpu, private EngineBus {
 public:
  explicit SoftwareCpu(std::span<const MemoryRegion> memory)
      : cpu_(*this, memory, 1, CpuFamily::k386) {}

  void load(const CpuState& state) override { cpu_.load_state(state); }
  void run_to_halt() override { cpu_.run(cpu_.cycle() + kMostSteps); }

  std::optional<std::uint8_t> step() override {
    const RetireRecord record = cpu_.step();
    return record.kind == RetireKind::kException ? std::optional(record.vector) : std::nullopt;
  }

  CpuState state() const override { return cpu_.state(); }

 private:
  std::uint32_t port_read(std::uint16_t, unsigned bytes) override { return all_ones(bytes); }
  void port_write(std::uint16_t, unsigned, std::uint32_t) override {}
  std::uint32_t mmio_read(std::uint32_t, unsigned bytes) override { return all_ones(bytes); }
  void mmio_write(std::uint32_t, unsigned, std::uint32_t) override {}
  std::uint8_t acknowledge_interrupt() override { return 0; }

 protected:
  Cpu cpu_;
};

class SteppedInterpreter final : public SoftwareCpu<Interpreter> {
 public:
  using SoftwareCpu::SoftwareCpu;

  void run_to_halt() override {
    for (unsigned n = 0; n < kMostSteps && cpu_.state().halted == 0 && !cpu_.shutdown(); ++n) {
      cpu_.step();
    }
  }
};

}  // namespace

std::unique_ptr<CaptureCpu> make_interpreter_cpu(std::span<const MemoryRegion> memory) {
  return std::make_unique<SteppedInterpreter>(memory);
}

std::unique_ptr<CaptureCpu> make_block_cpu(std::span<const MemoryRegion> memory) {
  return std::make_unique<SoftwareCpu<BlockEngine>>(memory);
}

}  // namespace strata::test
