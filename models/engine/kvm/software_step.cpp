#include "models/engine/kvm/software_step.h"

#include "models/isa/exceptions.h"
#include "models/isa/fetch.h"

namespace strata {

/// EngineBus as the instruction set sees it.
class SoftwareStep::BusAccess : public ExternalAccess {
 public:
  explicit BusAccess(EngineBus& bus) : bus_(bus) {}
  std::uint32_t port_read(std::uint16_t port, unsigned bytes) override {
    return bus_.port_read(port, bytes);
  }
  void port_write(std::uint16_t port, unsigned bytes, std::uint32_t value) override {
    bus_.port_write(port, bytes, value);
  }
  std::uint32_t mmio_read(std::uint32_t physical, unsigned bytes) override {
    return bus_.mmio_read(physical, bytes);
  }
  void mmio_write(std::uint32_t physical, unsigned bytes, std::uint32_t value) override {
    bus_.mmio_write(physical, bytes, value);
  }

 private:
  EngineBus& bus_;
};

namespace {

Outcome execute(Processor& p) {
  Instruction instruction;
  if (!fetch_instruction(p, instruction)) return Outcome::kFault;
  p.next_eip = p.eip + instruction.length;
  return instruction.execute(p, instruction);
}

}  // namespace

SoftwareStep::SoftwareStep(EngineBus& bus, std::span<const MemoryRegion> memory, CpuFamily family)
    : access_(std::make_unique<BusAccess>(bus)), processor_(*access_, family) {
  for (const MemoryRegion& region : memory) {
    processor_.memory.map(region.base, region.size, region.host, region.writable);
  }
}

SoftwareStep::~SoftwareStep() = default;

bool SoftwareStep::step(CpuState& state) {
  Processor& p = processor_;
  p.load_state(state);
  p.system.shadow = kNoShadow;
  bool alive = true;
  switch (execute(p)) {
    case Outcome::kDone: p.eip = p.next_eip; break;
    case Outcome::kRepeat: break;
    case Outcome::kFault: alive = !deliver_exception(p).shutdown; break;
  }
  state = p.state();
  return alive;
}

}  // namespace strata
