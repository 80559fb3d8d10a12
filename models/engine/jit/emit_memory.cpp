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
  return !translation_.conditions.looks_up && (translation_.trapping >> index_ & 1) == 0;
}

/// The guest's address, modulo 2^32 or 2^16.
void BlockEmitter::lea(const Xbyak::Reg32& to, const IrAddress& address) {
  const bool base = address.base != kNoRegister;
  const bool index = address.index != kNoRegister;
  if (!base && !index) {
    code_.mov(to, address.words ? address.displacement & 0xFFFF : address.displacement);
    return;
  }
  if (address.words && base && !index && address.displacement == 0) {
    code_.movzx(to, HostCode::guest(address.base, 2));
    return;
  }
  RegExp at(displacement_of(address));
  if (base) at = at + HostCode::guest64(address.base);
  if (index) at = at + HostCode::guest64(address.index) * (1 << address.scale);
  code_.lea(to, code_.ptr[at]);
  if (address.words) code_.movzx(to, Xbyak::Reg16(to.getIdx()));
}

/// Whether the host's own addressing names it. The window goes on for 2 GiB on either side of what
/// a register may name.
bool BlockEmitter::direct(const IrAddress& address) const {
  return windowed() && shape(address.segment) == SegmentShape::kFlat && !address.words &&
         address.index == kNoRegister && address.base != kNoRegister;
}

/// R9 and R10 hold addresses until it is known.
Xbyak::Address BlockEmitter::memory(const IrAddress& address, unsigned bytes, bool write) {
  if (direct(address)) {
    const RegExp at = HostCode::guest64(address.base) + displacement_of(address);
    return code_.sized(HostCode::window64() + at, bytes);
  }
  lea(HostCode::address32(), address);
  if (shape(address.segment) != SegmentShape::kFlat) add_base(address, bytes);
  if (windowed()) return code_.sized(HostCode::window64() + HostCode::address64(), bytes);
  look_up(bytes, write);
  return code_.sized(HostCode::address64(), bytes);
}

/// To the offset in R9D, which a limit of 64 KiB or 4 GiB must let pass.
void BlockEmitter::add_base(const IrAddress& address, unsigned bytes) {
  const bool words = shape(address.segment) == SegmentShape::kWords;
  const bool inside = words ? address.words && bytes == 1 : address.words || bytes == 1;
  const bool trap = !inside && flags_.state().in_host;
  if (trap) {
    make_trap(bytes, words ? 16 : 32);
  } else if (!inside) {
    code_.cmp(HostCode::address32(), (words ? 0xFFFFu : ~0u) - (bytes - 1));
    code_.ja(stub().entry, HostCode::T_NEAR);
  }
  code_.mov(HostCode::value32(), code_.segment_base(address.segment));
  code_.lea(HostCode::address32(), code_.ptr[HostCode::address64() + HostCode::value64()]);
  if (trap) {
    code_.lea(HostCode::address64(), code_.ptr[HostCode::address64() + HostCode::image64()]);
  }
}

/// What nobody's flags may be touched for: into R11, which is free while the flags are the host's,
/// zero where the item at the offset in R9D ends below 2^bits. Else what makes any address of the
/// window one that the host has not (bits 63:47 are not alike), so that the access itself goes to
/// the stub.
void BlockEmitter::make_trap(unsigned bytes, unsigned bits) {
  constexpr unsigned kCanonicalBit = 47;
  const auto trap = HostCode::image64();
  code_.lea(trap, code_.ptr[HostCode::address64() + static_cast<int>(bytes - 1)]);
  code_.rorx(trap, trap, static_cast<std::uint8_t>(bits));
  code_.mov(HostCode::image32(), HostCode::image32());
  code_.rorx(trap, trap, 64 - kCanonicalBit);
}

/// What is `above` bytes above the register that the stack's size makes of `number`.
IrAddress BlockEmitter::at_register(unsigned number, std::int32_t above) const {
  return {.base = static_cast<std::uint8_t>(number),
          .displacement = static_cast<std::uint32_t>(above),
          .segment = kSs,
          .words = translation_.conditions.stack16};
}

/// `above` bytes above the top.
Xbyak::Address BlockEmitter::stack(std::int32_t above, unsigned bytes, bool write) {
  return memory(at_register(kEsp, above), bytes, write);
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
