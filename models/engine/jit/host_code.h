// The host registers of translated code. Guest registers keep their names where the host has them:
// EAX to EDI but ESP are themselves, with zeroes above, so that AH and CL mean the same; ESP is
// R8D.
#pragma once

#include <xbyak/xbyak.h>

#include "models/engine/jit/context.h"
#include "models/isa/cpu_state.h"

namespace strata::jit {

class HostCode : public Xbyak::CodeGenerator {
 public:
  HostCode(std::size_t size, void* memory, const Offsets& offsets)
      : Xbyak::CodeGenerator(size, memory), offsets_(offsets) {}

  // R9 and R10 hold addresses and values within an instruction of the guest.
  static Xbyak::Reg32 address32() { return Xbyak::Reg32(Xbyak::Operand::R9); }
  static Xbyak::Reg64 address64() { return Xbyak::Reg64(Xbyak::Operand::R9); }
  static Xbyak::Reg32 value32() { return Xbyak::Reg32(Xbyak::Operand::R10); }
  static Xbyak::Reg64 value64() { return Xbyak::Reg64(Xbyak::Operand::R10); }
  /// The status flags, while they are not the host's.
  static Xbyak::Reg32 image32() { return Xbyak::Reg32(Xbyak::Operand::R11); }
  static Xbyak::Reg64 image64() { return Xbyak::Reg64(Xbyak::Operand::R11); }
  static Xbyak::Reg32 budget32() { return Xbyak::Reg32(Xbyak::Operand::R12); }
  static Xbyak::Reg64 window64() { return Xbyak::Reg64(Xbyak::Operand::R13); }
  static Xbyak::Reg64 readable64() { return Xbyak::Reg64(Xbyak::Operand::R14); }
  static Xbyak::Reg64 processor64() { return Xbyak::Reg64(Xbyak::Operand::R15); }

  static int host_number(unsigned guest) {
    return guest == kEsp ? Xbyak::Operand::R8 : static_cast<int>(guest);
  }
  static Xbyak::Reg64 guest64(unsigned guest) { return Xbyak::Reg64(host_number(guest)); }
  static Xbyak::Reg32 guest32(unsigned guest) { return Xbyak::Reg32(host_number(guest)); }
  /// Register `number` of an operand of `bytes` bytes, AH to BH among those of one byte.
  static Xbyak::Reg guest(unsigned number, unsigned bytes) {
    if (bytes == 1) return Xbyak::Reg8(static_cast<int>(number));
    if (bytes == 2) return Xbyak::Reg16(host_number(number));
    return guest32(number);
  }
  /// A scratch register's part.
  static Xbyak::Reg part(const Xbyak::Reg64& whole, unsigned bytes) {
    if (bytes == 1) return Xbyak::Reg8(whole.getIdx());
    if (bytes == 2) return Xbyak::Reg16(whole.getIdx());
    return Xbyak::Reg32(whole.getIdx());
  }

  Xbyak::Address sized(const Xbyak::RegExp& at, unsigned bytes) const {
    return bytes == 1 ? byte[at] : bytes == 2 ? word[at] : dword[at];
  }

  Xbyak::Address gpr(unsigned number) const {
    return dword[processor64() + (offsets_.gpr + 4 * static_cast<int>(number))];
  }
  Xbyak::Address segment_base(unsigned segment) const {
    const std::size_t offset = segment * sizeof(SegmentState) + offsetof(SegmentState, base);
    return dword[processor64() + (offsets_.segments + static_cast<int>(offset))];
  }
  Xbyak::Address eip() const { return dword[processor64() + offsets_.eip]; }
  Xbyak::Address context32(std::size_t offset) const {
    return dword[processor64() + (offsets_.context + static_cast<int>(offset))];
  }
  Xbyak::Address context64(std::size_t offset) const {
    return qword[processor64() + (offsets_.context + static_cast<int>(offset))];
  }
  int context_offset() const { return offsets_.context; }

 private:
  const Offsets offsets_;
};

}  // namespace strata::jit
