// I/O instructions (SDM vol. 1, 7.3.10 and chapter 18): IN OUT.
#pragma once

#include "models/isa/io_permission.h"
#include "models/isa/semantics/operands.h"

namespace strata::semantics {

template <typename T>
Outcome port_in(Processor& p, std::uint16_t port) {
  if (!io_allowed(p, port, sizeof(T))) {
    return Outcome::kFault;
  }
  p.set_reg<T>(kEax, static_cast<T>(p.memory.port_read(port, sizeof(T))));
  return Outcome::kDone;
}

template <typename T>
Outcome port_out(Processor& p, std::uint16_t port) {
  if (!io_allowed(p, port, sizeof(T))) {
    return Outcome::kFault;
  }
  p.memory.port_write(port, sizeof(T), p.reg<T>(kEax));
  return Outcome::kDone;
}

/// IN AL/AX/EAX, imm8
struct InImm {
  template <typename T>
  static Outcome run(Processor& p, const Instruction& i) {
    return port_in<T>(p, i.immediate & 0xFF);
  }
};

/// IN AL/AX/EAX, DX
struct InDx {
  template <typename T>
  static Outcome run(Processor& p, const Instruction&) {
    return port_in<T>(p, p.reg<std::uint16_t>(kEdx));
  }
};

/// OUT imm8, AL/AX/EAX
struct OutImm {
  template <typename T>
  static Outcome run(Processor& p, const Instruction& i) {
    return port_out<T>(p, i.immediate & 0xFF);
  }
};

/// OUT DX, AL/AX/EAX
struct OutDx {
  template <typename T>
  static Outcome run(Processor& p, const Instruction&) {
    return port_out<T>(p, p.reg<std::uint16_t>(kEdx));
  }
};

}  // namespace strata::semantics
