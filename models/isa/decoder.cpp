#include "models/isa/decoder.h"

#include <algorithm>

#include "models/isa/lazy_flags.h"
#include "models/isa/opcode_table.h"
#include "models/isa/processor.h"
#include "models/isa/semantics/system.h"

namespace strata {
namespace {

constexpr std::uint8_t kNoOverride = 0xFF;

/// Takes bytes off the front; ok() turns false when they run out.
class Reader {
 public:
  explicit Reader(std::span<const std::uint8_t> bytes)
      : begin_(bytes.data()),
        at_(bytes.data()),
        end_(bytes.data() + std::min<std::size_t>(bytes.size(), Processor::kMaxLength)) {}

  bool ok() const { return ok_; }
  std::uint8_t length() const { return static_cast<std::uint8_t>(at_ - begin_); }

  /// The next `count` bytes, little-endian; zero when they are not there.
  std::uint32_t take(unsigned count) {
    if (end_ - at_ < static_cast<std::ptrdiff_t>(count)) {
      ok_ = false;
      return 0;
    }
    std::uint32_t value = 0;
    for (unsigned n = 0; n < count; ++n) {
      value |= std::uint32_t{at_[n]} << (8 * n);
    }
    at_ += count;
    return value;
  }
  std::uint8_t take_byte() { return static_cast<std::uint8_t>(take(1)); }
  std::uint32_t take_signed_byte() { return sign_extend(take_byte()); }

 private:
  const std::uint8_t* begin_;
  const std::uint8_t* at_;
  const std::uint8_t* end_;
  bool ok_ = true;
};

struct Prefixes {
  std::uint8_t segment = kNoOverride;
  bool operand_size = false;
  bool address_size = false;
  bool lock = false;
  Repeat repeat = Repeat::kNone;
};

/// Notes what `byte` says as a prefix; false if it is none (SDM vol. 2, 2.1.1).
bool note_prefix(std::uint8_t byte, Prefixes& prefixes) {
  switch (byte) {
    case 0x26: prefixes.segment = kEs; return true;
    case 0x2E: prefixes.segment = kCs; return true;
    case 0x36: prefixes.segment = kSs; return true;
    case 0x3E: prefixes.segment = kDs; return true;
    case 0x64: prefixes.segment = kFs; return true;
    case 0x65: prefixes.segment = kGs; return true;
    case 0x66: prefixes.operand_size = true; return true;
    case 0x67: prefixes.address_size = true; return true;
    case 0xF0: prefixes.lock = true; return true;
    case 0xF2: prefixes.repeat = Repeat::kWhileNotEqual; return true;
    case 0xF3: prefixes.repeat = Repeat::kWhileEqual; return true;
    default: return false;
  }
}

/// Takes prefixes in any order and number, the last of a kind counting; returns the byte after
/// them.
std::uint8_t take_prefixes(Reader& reader, Prefixes& prefixes) {
  std::uint8_t byte = reader.take_byte();
  while (note_prefix(byte, prefixes)) byte = reader.take_byte();
  return byte;
}

/// 16-bit addressing (SDM vol. 2, table 2-1).
void take_address16(Reader& reader, Instruction& i, unsigned mod, unsigned rm) {
  constexpr std::uint8_t kBase[8] = {kEbx, kEbx, kEbp, kEbp, kEsi, kEdi, kEbp, kEbx};
  constexpr std::uint8_t kIndex[8] = {kEsi,        kEdi,        kEsi,        kEdi,
                                      kNoRegister, kNoRegister, kNoRegister, kNoRegister};
  if (mod == 0 && rm == 6) {
    i.displacement = reader.take(2);
    return;
  }
  i.base = kBase[rm];
  i.index = kIndex[rm];
  if (mod == 1) {
    i.displacement = reader.take_signed_byte();
  } else if (mod == 2) {
    i.displacement = reader.take(2);
  }
}

/// 32-bit addressing (SDM vol. 2, tables 2-2 and 2-3).
void take_address32(Reader& reader, Instruction& i, unsigned mod, unsigned rm) {
  i.base = static_cast<std::uint8_t>(rm);
  if (rm == 4) {
    const std::uint8_t sib = reader.take_byte();
    const unsigned index = (sib >> 3) & 7;
    i.base = sib & 7;
    i.index = index == 4 ? kNoRegister : static_cast<std::uint8_t>(index);
    i.scale = static_cast<std::uint8_t>(sib >> 6);
  }
  if (mod == 0 && i.base == kEbp) {
    i.base = kNoRegister;
    i.displacement = reader.take(4);
  } else if (mod == 1) {
    i.displacement = reader.take_signed_byte();
  } else if (mod == 2) {
    i.displacement = reader.take(4);
  }
}

void take_immediate(Reader& reader, Instruction& i, ImmediateKind kind) {
  switch (kind) {
    case ImmediateKind::kNone: break;
    case ImmediateKind::kByte: i.immediate = reader.take_signed_byte(); break;
    case ImmediateKind::kWord: i.immediate = reader.take(2); break;
    case ImmediateKind::kFull: i.immediate = reader.take(i.operand32 ? 4 : 2); break;
    case ImmediateKind::kFar:
      i.immediate = reader.take(i.operand32 ? 4 : 2);
      i.displacement = reader.take(2);
      break;
    case ImmediateKind::kAddress: i.displacement = reader.take(i.address32() ? 4 : 2); break;
    case ImmediateKind::kEnter:
      i.immediate = reader.take(2);
      i.displacement = reader.take(1);
      break;
  }
}

/// Takes ModR/M, SIB and displacement. `register_only`: mod does not matter.
void take_modrm(Reader& reader, Instruction& i, std::uint8_t modrm, bool register_only) {
  const unsigned mod = modrm >> 6;
  i.reg = (modrm >> 3) & 7;
  i.rm = modrm & 7;
  i.memory = mod != 3 && !register_only;
  if (i.memory) {
    i.address32() ? take_address32(reader, i, mod, i.rm) : take_address16(reader, i, mod, i.rm);
  }
}

/// SS for addresses based on BP, EBP or ESP, DS otherwise, unless a prefix says (SDM vol.
/// 1, 3.7.4).
std::uint8_t operand_segment(const Instruction& i, std::uint8_t prefix) {
  if (prefix != kNoOverride) {
    return prefix;
  }
  return i.base == kEbp || i.base == kEsp ? kSs : kDs;
}

}  // namespace

bool is_prefix(std::uint8_t byte) {
  Prefixes unused;
  return note_prefix(byte, unused);
}

bool decode(std::span<const std::uint8_t> bytes, bool big, CpuFamily family,
            Instruction& instruction) {
  Reader reader(bytes);
  Prefixes prefixes;
  OpcodeMap map = OpcodeMap::kOneByte;
  std::uint8_t opcode = take_prefixes(reader, prefixes);
  if (opcode == 0x0F) {
    map = OpcodeMap::kTwoByte;
    opcode = reader.take_byte();
  }
  Instruction i;
  i.operand32 = big != prefixes.operand_size;
  i.address_mask = big != prefixes.address_size ? 0xFFFFFFFF : 0xFFFF;
  i.repeat = prefixes.repeat;
  i.reg = opcode & 7;
  const bool has_modrm = reader.ok() && opcode_has_modrm(map, opcode, family);
  const std::uint8_t modrm = has_modrm ? reader.take_byte() : std::uint8_t{0};
  i.row = reader.ok() ? find_opcode(map, opcode, (modrm >> 3) & 7, family) : kUndefinedRow;
  i.execute = semantics::undefined_opcode;
  if (i.row != kUndefinedRow) {
    const OpcodeRow& row = opcode_rows()[i.row];
    const FormTraits traits = traits_of(row.form);
    if (has_modrm) {
      take_modrm(reader, i, modrm, traits.register_only);
    }
    i.segment = operand_segment(i, prefixes.segment);
    take_immediate(reader, i, traits.immediate);
    const bool wrong_form = traits.memory_only && !i.memory;
    const bool wrong_lock = prefixes.lock && (row.lock == Lock::kNo || !i.memory);
    if (!wrong_form && !wrong_lock) {
      i.execute = row.handlers.by_size_and_memory[i.operand32 ? 1 : 0][i.memory ? 1 : 0];
    }
  }
  i.length = reader.length();
  instruction = i;
  return reader.ok();
}

}  // namespace strata
