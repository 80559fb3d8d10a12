#include "models/isa/descriptor.h"

namespace strata {

bool read_descriptor_at(Processor& p, std::uint32_t address, Descriptor& descriptor) {
  descriptor.address = address;
  return p.read_linear(address, Privilege::kSupervisor, descriptor.low) &&
         p.read_linear(address + 4, Privilege::kSupervisor, descriptor.high);
}

bool read_descriptor(Processor& p, std::uint16_t selector, Descriptor& descriptor) {
  const bool local = (selector & kTableIndicator) != 0;
  const std::uint32_t base = local ? p.system.ldtr.base : p.system.gdtr.base;
  return read_descriptor_at(p, base + (selector & ~7u), descriptor);
}

bool find_descriptor(Processor& p, std::uint16_t selector, std::uint8_t fault,
                     std::uint32_t external, Descriptor& descriptor) {
  if (!in_table(p, selector)) {
    return p.raise(fault, error_of(selector, external));
  }
  return read_descriptor(p, selector, descriptor);
}

bool AccessChange::prepare(Processor& p, std::uint32_t address, std::uint8_t byte) {
  wanted_ = true;
  byte_ = byte;
  return p.locate_linear<std::uint8_t>(address + 5, Privilege::kSupervisor, at_);
}

void AccessChange::commit(Processor& p) const {
  if (wanted_) {
    p.store<std::uint8_t>(at_, byte_);
  }
}

}  // namespace strata
