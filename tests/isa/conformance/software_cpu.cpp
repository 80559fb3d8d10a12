#include "tests/isa/conformance/software_cpu.h"

#include "models/engine/software_engine.h"

namespace strata::test {
namespace {

std::uint32_t all_ones(unsigned bytes) {
  return bytes == 4 ? ~0u : (1u << (8 * bytes)) - 1;
}

class SoftwareCpu final : public CaptureCpu, private EngineBus {
 public:
  SoftwareCpu(const SoftwareEngineEntry& engine, std::span<const MemoryRegion> memory)
      : engine_(engine.make(*this, memory, CpuFamily::k386)),
        cpu_(dynamic_cast<SoftwareEngine&>(*engine_)),
        by_steps_(engine.name == software_engines()[0].name) {}

  void load(const CpuState& state) override { cpu_.load_state(state); }

  void run_to_halt() override {
    if (!by_steps_) {
      cpu_.run(cpu_.cycle() + kMostSteps);
      return;
    }
    for (unsigned n = 0; n < kMostSteps && cpu_.state().halted == 0 && !cpu_.shutdown(); ++n) {
      cpu_.step();
    }
  }

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

  std::unique_ptr<Engine> engine_;
  SoftwareEngine& cpu_;
  bool by_steps_;
};

}  // namespace

std::unique_ptr<CaptureCpu> make_software_cpu(const SoftwareEngineEntry& engine,
                                              std::span<const MemoryRegion> memory) {
  return std::make_unique<SoftwareCpu>(engine, memory);
}

}  // namespace strata::test
