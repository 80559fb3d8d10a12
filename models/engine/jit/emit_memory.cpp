// How a block reaches the guest's memory: through the window, in the host's own addressing, or by
// looking the page up.
#include "models/engine/jit/block_emitter.h"

namespace strata::jit {
namespace {

using Xbyak::RegExp;

/// A displacement as the host has it: sign-extended.
int displacement_of(const IrAddress& address) {
  return static_cast<int>(address.displacement);
}

}  // namespace

bool BlockEmitter::windowed() const {
  return !translation_.looks_up && (translation_.trapping >> index_ & 1) == 0;
}

/// The guest's address, modulo 2^32.
void BlockEmitter::lea(const Xbyak::Reg32& to, const IrAddress& address) {
  const bool base = address.base != kNoRegister;
  const bool index = address.index != kNoRegister;
  if (!base && !index) {
    code_.mov(to, address.displacement);
    return;
  }
  RegExp at(displacement_of(address));
  if (base) at = at + HostCode::guest64(address.base);
  if (index) at = at + HostCode::guest64(address.index) * (1 << address.scale);
  code_.lea(to, code_.ptr[at]);
}

Xbyak::Address BlockEmitter::memory(const IrInstruction& ir, unsigned bytes, bool write) {
  const IrAddress& address = ir.address;
  // The window goes on for 2 GiB on either side of what a register may name.
  const bool direct = address.index == kNoRegister && address.base != kNoRegister;
  if (windowed() && direct) {
    const RegExp at = HostCode::guest64(address.base) + displacement_of(address);
    return reach(at, bytes, write);
  }
  lea(HostCode::address32(), address);
  return reach(HostCode::address64(), bytes, write);
}

/// `above` bytes above the top.
Xbyak::Address BlockEmitter::stack(std::int32_t above, bool write) {
  if (windowed()) return reach(HostCode::guest64(kEsp) + above, 4, write);
  code_.lea(HostCode::address32(), code_.ptr[HostCode::guest64(kEsp) + above]);
  return reach(HostCode::address64(), 4, write);
}

/// R9, and without the window R10, hold addresses.
Xbyak::Address BlockEmitter::reach(const RegExp& guest_address, unsigned bytes, bool write) {
  if (windowed()) return code_.sized(HostCode::window64() + guest_address, bytes);
  if (guest_address.getBase().getIdx() != HostCode::address64().getIdx()) {
    code_.lea(HostCode::address32(), code_.ptr[guest_address]);
  }
  look_up(bytes, write);
  return code_.sized(HostCode::address64(), bytes);
}

/// From a linear address in R9D to a host address in R9; to the stub where that is not simply so.
void BlockEmitter::look_up(unsigned bytes, bool write) {
  constexpr unsigned kPageBytes = GuestMemory::kPageMask + 1;
  const auto linear = HostCode::address32();
  const auto page = HostCode::value64();
  Stub& slow = stub();
  code_.mov(HostCode::value32(), linear);
  code_.shr(HostCode::value32(), GuestMemory::kPageShift);
  if (write) {
    code_.shl(HostCode::value32(), 3);
    code_.add(page, code_.context64(offsetof(JitContext, writable)));
    code_.mov(page, code_.qword[page]);
  } else {
    code_.mov(page, code_.qword[HostCode::readable64() + page * 8]);
  }
  code_.and_(linear, GuestMemory::kPageMask);
  if (bytes > 1) {
    code_.cmp(linear, kPageBytes - bytes);
    code_.ja(slow.entry, HostCode::T_NEAR);
  }
  code_.test(page, page);
  code_.jz(slow.entry, HostCode::T_NEAR);
  code_.add(HostCode::address64(), page);
}

/// That of the instruction at index_.
BlockEmitter::Stub& BlockEmitter::stub() {
  if (!has_stub_) {
    has_stub_ = true;
    stubs_.push_back(std::make_unique<Stub>());
    stubs_.back()->index = index_;
    stubs_.back()->before = flags_.state();
  }
  return *stubs_.back();
}

/// The host's next instruction accesses memory.
void BlockEmitter::touch() {
  if (!windowed()) return;
  stub().sites.push_back(translation_.sites.size());
  translation_.sites.push_back({code_.getSize(), 0, static_cast<std::uint8_t>(index_)});
}

/// A register that can stand beside a memory operand; AH to BH, which cannot, come in R10.
Xbyak::Reg BlockEmitter::as_source(unsigned number, unsigned bytes) {
  if (bytes != 1 || number < 4) return HostCode::guest(number, bytes);
  code_.rorx(HostCode::value32(), HostCode::guest32(number & 3), 8);
  return HostCode::part(HostCode::value64(), 1);
}

}  // namespace strata::jit
