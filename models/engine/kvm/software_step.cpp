#include "models/engine/kvm/software_step.h"

#include <array>

#include "models/isa/decoder.h"
#include "models/isa/exceptions.h"

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

/// Decodes the instruction at CS:EIP; one that leaves CS's limit or has more than 15 bytes raises
/// #GP(0) (SDM vol. 3, 6.15, interrupt 13).
bool fetch(Processor& p, Instruction& instruction) {
  const SegmentState& code = p.system.seg[kCs];
  std::array<std::uint8_t, Processor::kMaxLength> bytes{};
  std::size_t count = 0;
  for (; count < bytes.size(); ++count) {
    const std::uint64_t offset = std::uint64_t{p.eip} + count;
    if (offset > code.limit) break;
    bytes[count] = p.memory.read<std::uint8_t>(code.base + static_cast<std::uint32_t>(offset));
  }
  return decode(std::span(bytes).first(count), p.code_big(), instruction) ||
         p.raise(vector::kGeneralProtection);
}

Outcome execute(Processor& p) {
  Instruction instruction;
  if (!fetch(p, instruction)) return Outcome::kFault;
  p.next_eip = p.eip + instruction.length;
  return instruction.execute(p, instruction);
}

}  // namespace

SoftwareStep::SoftwareStep(EngineBus& bus, std::span<const MemoryRegion> memory)
    : access_(std::make_unique<BusAccess>(bus)), processor_(*access_) {
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
