#include "models/engine/kvm/software_step.h"

#include "models/isa/exceptions.h"
#include "models/isa/fetch.h"

namespace strata {

namespace {

Outcome execute(Processor& p) {
  Instruction instruction;
  if (!fetch_instruction(p, instruction)) return Outcome::kFault;
  p.next_eip = p.eip + instruction.length;
  return instruction.execute(p, instruction);
}

}  // namespace

SoftwareStep::SoftwareStep(EngineBus& bus, std::span<const MemoryRegion> memory, CpuFamily family)
    : processor_(bus, family) {
  for (const MemoryRegion& region : memory) {
    processor_.memory.map(region.base, region.size, region.host, region.writable);
  }
}

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
