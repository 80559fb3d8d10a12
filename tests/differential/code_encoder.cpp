// The part of CodeGenerator that turns a row of the opcode table into bytes.
#include "tests/differential/code_generator.h"

namespace strata::test {

void CodeGenerator::encode(const OpcodeRow& row, Kind kind, const Wanted& wanted) {
  CodeBytes code;
  Sizes sizes{terrain_.big, terrain_.big};
  add_prefixes(code, row, kind, wanted, sizes);
  if (row.map == OpcodeMap::kTwoByte) code.add(0x0F);
  const FormTraits traits = traits_of(row.form);
  const unsigned in_opcode = !traits.register_in_opcode ? 0
                             : wanted.reg >= 0          ? static_cast<unsigned>(wanted.reg)
                                                        : random_.below(8);
  code.add(row.opcode + in_opcode);
  if (traits.modrm) add_modrm(code, row, kind, wanted, sizes);
  add_immediate(code, row, kind, wanted, sizes);
  emit(code);
}

void CodeGenerator::add_prefixes(CodeBytes& code, const OpcodeRow& row, Kind kind,
                                 const Wanted& wanted, Sizes& sizes) {
  const bool lock = row.lock == Lock::kYes ? random_.one_in(12) : random_.one_in(400);
  // With LOCK a move of CR0 is one of CR8 on AMD's processors.
  if (lock && row.form != Form::kRS) code.add(0xF0);
  // Before other one-byte opcodes F2 and F3 mean nothing (reserved: SDM vol. 2, REP, and 2.1.1);
  // before LOOPE and LOOPNE AMD's processors of family 17h and later take them for the condition.
  const bool is_string = kind == Kind::kString || kind == Kind::kStringIo;
  const bool stray =
      row.map == OpcodeMap::kOneByte && kind != Kind::kCounted && random_.one_in(100);
  if (is_string ? wanted.repeat : stray) code.add(0xF2 + random_.below(2));
  if (wanted.segment_prefix != 0) {
    code.add(wanted.segment_prefix);
  } else if (random_.one_in(16)) {
    code.add(random_.one_of({0x26u, 0x2Eu, 0x36u, 0x3Eu, 0x64u, 0x65u}));
  }
  if (wanted.operand_prefix || (!wanted.no_operand_prefix && random_.one_in(5))) {
    code.add(0x66);
    sizes.operand32 = !sizes.operand32;
  }
  const bool fixed = wanted.no_address_prefix || (terrain_.big && wanted.memory >= 0);
  if (wanted.address_prefix || (!fixed && random_.one_in(terrain_.low.size != 0 ? 16 : 64))) {
    code.add(0x67);
    sizes.address32 = !sizes.address32;
  }
}

void CodeGenerator::add_modrm(CodeBytes& code, const OpcodeRow& row, Kind kind,
                              const Wanted& wanted, Sizes sizes) {
  const FormTraits traits = traits_of(row.form);
  const unsigned reg = row.group >= 0    ? static_cast<unsigned>(row.group)
                       : wanted.reg >= 0 ? static_cast<unsigned>(wanted.reg)
                                         : random_.below(8);
  const bool memory = !traits.register_only && (traits.memory_only || wanted.memory >= 0 ||
                                                (wanted.rm < 0 && random_.one_in(2)));
  if (!memory) {
    const unsigned rm = wanted.rm >= 0 ? static_cast<unsigned>(wanted.rm) : random_.below(8);
    code.add(0xC0 | reg << 3 | rm);
    return;
  }
  std::uint32_t address = wanted.memory >= 0 ? static_cast<std::uint32_t>(wanted.memory)
                                             : any_address(8, sizes.address32);
  if (kind == Kind::kBitString && !random_.one_in(16)) {
    address -= bit_string_offset(gpr_[reg], sizes.operand32);
  }
  if (sizes.address32) {
    add_memory32(code, reg, address);
  } else {
    add_memory16(code, reg, address);
  }
}

/// Bytes from a bit string's address to the operand that holds bit `number` (SDM vol. 1, 4.6.2.2
/// and vol. 2, 3.1.1.9).
std::uint32_t CodeGenerator::bit_string_offset(std::uint32_t number, bool operand32) {
  const auto index = operand32 ? static_cast<std::int32_t>(number)
                               : static_cast<std::int32_t>(static_cast<std::int16_t>(number));
  return static_cast<std::uint32_t>(operand32 ? (index >> 5) * 4 : (index >> 4) * 2);
}

void CodeGenerator::add_memory32(CodeBytes& code, unsigned reg, std::uint32_t address) {
  if (random_.one_in(5)) {
    code.add(reg << 3 | 5).add(address, 4);
    return;
  }
  const unsigned rm = random_.below(8);
  const bool has_sib = rm == 4;
  const unsigned sib = has_sib ? random_.below(256) : 0;
  const unsigned base = has_sib ? sib & 7 : rm;
  const unsigned index = (sib >> 3) & 7;
  std::uint32_t sum = gpr_[base];
  if (has_sib && index != 4) sum += gpr_[index] << (sib >> 6);
  const std::uint32_t displacement = address - sum;
  const bool fits = displacement + 0x80 < 0x100;
  // Base EBP without a displacement is no base but a 32-bit displacement.
  const bool no_base = has_sib && base == kEbp && random_.one_in(2);
  const unsigned mod = no_base                             ? 0
                       : displacement == 0 && base != kEbp ? 0
                       : fits && !random_.one_in(4)        ? 1
                                                           : 2;
  code.add(mod << 6 | reg << 3 | rm);
  if (has_sib) code.add(sib);
  if (no_base) {
    code.add(displacement + gpr_[kEbp], 4);
  } else if (mod != 0) {
    code.add(displacement, mod == 1 ? 1 : 4);
  }
}

void CodeGenerator::add_memory16(CodeBytes& code, unsigned reg, std::uint32_t address) {
  const unsigned rm = random_.below(8);
  if (rm == 6 && random_.one_in(2)) {
    code.add(reg << 3 | 6).add(address, 2);
    return;
  }
  static constexpr Gpr kFirst[8] = {kEbx, kEbx, kEbp, kEbp, kEsi, kEdi, kEbp, kEbx};
  std::uint32_t sum = gpr_[kFirst[rm]];
  if (rm < 4) sum += gpr_[(rm & 1) != 0 ? kEdi : kEsi];
  const auto displacement = static_cast<std::uint16_t>(address - sum);
  const bool fits = static_cast<std::uint16_t>(displacement + 0x80) < 0x100;
  const unsigned mod = displacement == 0 && rm != 6 ? 0 : fits && !random_.one_in(4) ? 1 : 2;
  code.add(mod << 6 | reg << 3 | rm);
  if (mod != 0) code.add(displacement, mod == 1 ? 1 : 2);
}

void CodeGenerator::add_immediate(CodeBytes& code, const OpcodeRow& row, Kind kind,
                                  const Wanted& wanted, Sizes sizes) {
  const unsigned full = sizes.operand32 ? 4 : 2;
  const std::uint32_t value =
      wanted.immediate >= 0 ? static_cast<std::uint32_t>(wanted.immediate) : random_.operand();
  switch (traits_of(row.form).immediate) {
    case ImmediateKind::kNone: break;
    case ImmediateKind::kByte:
      if (row.form == Form::kJb) return add_branch(code, 1, wanted.backward);
      if (kind == Kind::kDoubleShift && !sizes.operand32) {
        code.add(random_.below(17));
      } else {
        code.add(value & 0xFF);
      }
      break;
    case ImmediateKind::kWord: code.add(value, 2); break;
    case ImmediateKind::kFull:
      if (row.form == Form::kJz) return add_branch(code, full, wanted.backward);
      code.add(value, full);
      break;
    case ImmediateKind::kFar: code.add(value, full).add(code_selector(), 2); break;
    case ImmediateKind::kAddress:
      code.add(any_address(4, sizes.address32), sizes.address32 ? 4 : 2);
      break;
    case ImmediateKind::kEnter:
      code.add(random_.one_in(32) ? random_.next() : random_.below(64), 2);
      code.add(random_.one_in(16) ? random_.below(256) : random_.below(4));
      break;
  }
}

/// A short way ahead, or back to what has been executed before.
void CodeGenerator::add_branch(CodeBytes& code, unsigned bytes, bool backward) {
  const std::uint32_t next = at_ + code.size() + bytes;
  if (backward && !earlier_->empty()) {
    const std::uint32_t target =
        (*earlier_)[random_.below(static_cast<std::uint32_t>(earlier_->size()))];
    if (bytes > 1 || next - target <= 0x80) {
      code.add(target - next, bytes);
      return;
    }
  }
  code.add(random_.below(12), bytes);
}

}  // namespace strata::test
