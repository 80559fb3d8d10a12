#include "tests/differential/code_generator.h"

#include <algorithm>

#include "tests/differential/flag_rules.h"

namespace strata::test {
namespace {

constexpr std::uint32_t kStackMargin = 128;

bool is_any(std::string_view mnemonic, std::initializer_list<std::string_view> names) {
  return std::find(names.begin(), names.end(), mnemonic) != names.end();
}

bool is_conditional_jump(const OpcodeRow& row) {
  return row.map == OpcodeMap::kOneByte ? (row.opcode & 0xF0) == 0x70 : (row.opcode & 0xF0) == 0x80;
}

/// MOV DRn and MOV TRn: what they raise depends on the host's CR4.DE and DR7.
bool is_debug_or_test_move(const OpcodeRow& row) {
  return row.form == Form::kRS && row.opcode != 0x20 && row.opcode != 0x22;
}

}  // namespace

CodeGenerator::CodeGenerator(const Terrain& terrain, RandomSource& random)
    : terrain_(terrain), random_(random), row_counts_(opcode_rows().size()) {
  for (const OpcodeRow& row : opcode_rows()) {
    kinds_.push_back(kind_of(row));
  }
}

CodeGenerator::Kind CodeGenerator::kind_of(const OpcodeRow& row) const {
  const std::string_view m = row.mnemonic;
  const auto& out = terrain_.left_out;
  if (std::find(out.begin(), out.end(), m) != out.end()) return Kind::kLeftOut;
  if (is_debug_or_test_move(row)) return Kind::kLeftOut;
  if (!terrain_.load_fs && is_any(m, {"POP FS", "LFS"})) return Kind::kLeftOut;
  if (is_any(m, {"HLT", "CLI", "STI", "IN", "OUT", "CLTS", "LGDT", "LIDT", "LLDT", "LTR", "LMSW",
                 "INVD", "WBINVD", "INVLPG", "RDMSR", "WRMSR"})) {
    return Kind::kPrivileged;
  }
  if (row.form == Form::kRS) {
    return terrain_.move_control_registers ? Kind::kPrivileged : Kind::kLeftOut;
  }
  if (is_any(m, {"INS", "OUTS"})) return Kind::kStringIo;
  if (is_any(m, {"MOVS", "CMPS", "STOS", "LODS", "SCAS"})) return Kind::kString;
  if (is_any(m, {"DIV", "IDIV"})) return Kind::kDivide;
  if (is_any(m, {"LES", "LDS", "LSS", "LFS", "LGS"})) return Kind::kLoadFarPointer;
  if (is_any(m, {"POP ES", "POP SS", "POP DS", "POP FS", "POP GS"})) return Kind::kPopSegment;
  if (is_any(m, {"INT3", "UD2"})) return Kind::kTrap;
  if (is_any(m, {"BSF", "BSR"})) return Kind::kBitScan;
  if (is_any(m, {"SHLD", "SHRD"})) return Kind::kDoubleShift;
  if (is_any(m, {"LOOP", "LOOPE", "LOOPNE", "JCXZ"})) return Kind::kCounted;
  if (is_conditional_jump(row)) return Kind::kBranch;
  if (m == "XLAT") return Kind::kXlat;
  if (m == "BOUND") return Kind::kBound;
  if (m == "POPF") return Kind::kPopFlags;
  if (m == "ENTER") return Kind::kEnter;
  if (m == "LEAVE") return Kind::kLeave;
  if (m == "INT") return Kind::kInterrupt;
  if (m == "IRET") return Kind::kInterruptReturn;
  if (m == "RET") return Kind::kReturnNear;
  if (m == "RETF") return Kind::kReturnFar;
  if (m == "BSWAP") return Kind::kByteSwap;
  if (is_any(m, {"JMP", "CALL"})) return row.form == Form::kE ? Kind::kCallRm : Kind::kBranch;
  if (is_any(m, {"JMP FAR", "CALL FAR"})) {
    return row.form == Form::kA ? Kind::kJumpFarImmediate : Kind::kFarMemory;
  }
  if (m.starts_with("BT") && row.form == Form::kEG) return Kind::kBitString;
  if (m.starts_with("PUSH") || m.starts_with("POP")) return Kind::kUsesStack;
  if (row.map == OpcodeMap::kOneByte && row.opcode == 0x8E) return Kind::kMovToSegment;
  if (row.map == OpcodeMap::kOneByte && row.opcode == 0x8C) return Kind::kMovFromSegment;
  return Kind::kPlain;
}

/// What ends a sequence for certain is taken more rarely than the rest.
bool CodeGenerator::acceptable(Kind kind) {
  switch (kind) {
    case Kind::kLeftOut: return false;
    case Kind::kPrivileged:
    case Kind::kStringIo: return !terrain_.user || random_.one_in(16);
    case Kind::kTrap:
    case Kind::kInterrupt: return random_.one_in(16);
    default: return true;
  }
}

void CodeGenerator::plan(const CpuState& state, std::uint32_t undefined,
                         const std::vector<std::uint32_t>& earlier) {
  planned_.clear();
  gpr_ = state.gpr;
  eflags_ = state.eflags;
  at_ = state.eip;
  earlier_ = &earlier;
  if (random_.one_in(10)) {
    set_register(random_.below(8) == kEsp ? kEax : random_.below(8), random_.operand());
  } else if (random_.one_in(600)) {
    plan_nonsense();
  } else {
    std::size_t row = 0;
    do {
      row = random_.below(static_cast<std::uint32_t>(kinds_.size()));
    } while (!acceptable(kinds_[row]));
    plan_row(row, undefined);
  }
}

void CodeGenerator::plan_row(std::size_t number, std::uint32_t undefined) {
  const OpcodeRow& row = opcode_rows()[number];
  const Kind kind = kinds_[number];
  ++row_counts_[number];
  if ((flags_read_by_row(number) & undefined) != 0) {
    emit({0x39, 0xC0 | random_.below(64)});  // CMP r, r defines all six
  }
  Wanted wanted;
  if (!terrain_.wrapping.empty() && can_wrap(row, kind) && random_.one_in(8)) {
    prepare_wrapped(kind, wanted);
  } else {
    prepare(row, kind, wanted);
    const bool stack = kind == Kind::kUsesStack || kind == Kind::kEnter || kind == Kind::kLeave;
    if (!terrain_.wrapping.empty() && stack && random_.one_in(8)) wrap_stack();
  }
  encode(row, kind, wanted);
}

// ---- what has to go before ----

void CodeGenerator::prepare(const OpcodeRow& row, Kind kind, Wanted& wanted) {
  switch (kind) {
    case Kind::kDivide:
      if (!random_.one_in(4)) {
        set_register((row.opcode & 1) != 0 ? kEdx : kEax,
                     random_.one_in(3) ? 0 - random_.below(3) : random_.below(9));
      }
      break;
    case Kind::kString: return prepare_string(wanted);
    case Kind::kXlat:
      wanted.no_address_prefix = !random_.one_in(16);
      set_register(kEbx, data_address(1) - (gpr_[kEax] & 0xFF));
      break;
    case Kind::kBranch:
    case Kind::kCounted:
    case Kind::kCallRm:
    case Kind::kJumpFarImmediate:
    case Kind::kFarMemory: return prepare_branch(row, kind, wanted);
    case Kind::kReturnNear:
    case Kind::kReturnFar:
    case Kind::kInterruptReturn: return prepare_return(kind, wanted);
    case Kind::kPopSegment:
    case Kind::kMovToSegment:
    case Kind::kMovFromSegment: return prepare_segment(row, kind, wanted);
    case Kind::kBound:
    case Kind::kLoadFarPointer: return prepare_memory(kind, wanted);
    case Kind::kDoubleShift:
      if (row.form == Form::kEG && (gpr_[kEcx] & 31) > 16) set_register(kEcx, random_.below(17));
      break;
    case Kind::kByteSwap: wanted.no_operand_prefix = true; break;
    default: return prepare_stack(kind, wanted);
  }
}

void CodeGenerator::prepare_stack(Kind kind, Wanted& wanted) {
  switch (kind) {
    case Kind::kPopFlags:
      fix_stack();
      push(flags_image());
      break;
    case Kind::kEnter:
      fix_stack();
      if (!random_.one_in(8)) set_register(kEbp, stack_address());
      break;
    case Kind::kLeave:
      if (!random_.one_in(8)) set_register(kEbp, stack_address());
      break;
    case Kind::kInterrupt:
      wanted.immediate = terrain_.software_interrupts[random_.below(
          static_cast<std::uint32_t>(terrain_.software_interrupts.size()))];
      fix_stack();
      break;
    case Kind::kUsesStack:
    case Kind::kTrap: fix_stack(); break;
    default: break;
  }
}

void CodeGenerator::prepare_string(Wanted& wanted) {
  wanted.repeat = !random_.one_in(3);
  const bool short_addresses = terrain_.low.size != 0 && random_.one_in(16);
  wanted.no_address_prefix = terrain_.big && !short_addresses && !random_.one_in(64);
  wanted.address_prefix = terrain_.big && short_addresses;
  for (const Gpr pointer : {kEsi, kEdi}) {
    const Range& range = short_addresses ? terrain_.low : terrain_.data;
    if (!range.contains(gpr_[pointer]) || random_.one_in(3)) {
      set_register(pointer, address_in(range, 4));
    }
  }
  if (wanted.repeat && gpr_[kEcx] > 40 && !random_.one_in(32)) {
    set_register(kEcx, random_.below(24));
  }
}

/// A place this far ahead is not reached by what else is planned.
std::uint32_t CodeGenerator::place_ahead() {
  return at_ + 48 + random_.below(16);
}

void CodeGenerator::prepare_branch(const OpcodeRow& row, Kind kind, Wanted& wanted) {
  wanted.no_operand_prefix = !random_.one_in(32);
  const std::uint32_t target = place_ahead();
  const unsigned offset_bytes = terrain_.big ? 4 : 2;
  switch (kind) {
    case Kind::kCounted:
      wanted.backward = random_.one_in(2);
      wanted.no_address_prefix = !random_.one_in(8);
      if (gpr_[kEcx] > 12 && !random_.one_in(32)) set_register(kEcx, random_.below(7));
      break;
    case Kind::kBranch:
      wanted.backward = is_conditional_jump(row) && random_.one_in(8);
      if (row.mnemonic[0] == 'C') fix_stack();
      break;
    case Kind::kCallRm:
      fix_stack();
      if (random_.one_in(2)) {
        wanted.rm = static_cast<int>(random_.one_of({0, 1, 2, 3, 5, 6, 7}));
        set_register(static_cast<unsigned>(wanted.rm), target);
      } else {
        wanted.memory = data_address(4);
        set_memory(static_cast<std::uint32_t>(wanted.memory), target, offset_bytes);
      }
      break;
    case Kind::kJumpFarImmediate:
      fix_stack();
      wanted.immediate = target;
      break;
    default:
      fix_stack();
      wanted.memory = data_address(8);
      set_memory(static_cast<std::uint32_t>(wanted.memory), target, offset_bytes);
      set_memory(static_cast<std::uint32_t>(wanted.memory) + offset_bytes, code_selector(), 2);
      break;
  }
}

void CodeGenerator::prepare_return(Kind kind, Wanted& wanted) {
  wanted.no_operand_prefix = !random_.one_in(32);
  wanted.immediate = random_.below(8) * 4;
  fix_stack();
  const std::uint32_t target = place_ahead();
  if (kind == Kind::kInterruptReturn) {
    push(flags_image());
    if ((eflags_ & eflags::kNt) != 0 && terrain_.user) {
      emit({0x9D});  // a task return is no question for user code
      push(flags_image() & ~eflags::kNt);
    }
  }
  if (kind != Kind::kReturnNear) push(code_selector());
  push(target);
}

void CodeGenerator::prepare_segment(const OpcodeRow& row, Kind kind, Wanted& wanted) {
  if (kind == Kind::kMovFromSegment) {
    wanted.reg = static_cast<int>(random_.one_in(32) ? random_.below(8) : random_.below(6));
    return;
  }
  const bool stack_segment = row.opcode == 0x17;
  if (kind == Kind::kPopSegment) {
    fix_stack();
    push(stack_segment ? stack_selector() : selector());
    wanted.no_operand_prefix = !random_.one_in(8);
    return;
  }
  wanted.reg = random_.one_in(32)
                   ? static_cast<int>(random_.below(8))
                   : random_.one_of({int{kEs}, int{kSs}, int{kDs}, int{kFs}, int{kGs}});
  if (wanted.reg == kFs && !terrain_.load_fs) wanted.reg = kGs;
  const std::uint32_t value = wanted.reg == kSs ? stack_selector() : selector();
  if (random_.one_in(3)) {
    wanted.memory = data_address(2);
    set_memory(static_cast<std::uint32_t>(wanted.memory), value, 2);
  } else {
    wanted.rm = random_.one_of({0, 1, 2, 3, 5, 6, 7});
    set_register(static_cast<unsigned>(wanted.rm), (random_.next() & 0xFFFF0000) | value);
  }
}

void CodeGenerator::prepare_memory(Kind kind, Wanted& wanted) {
  const unsigned bytes = terrain_.big ? 4 : 2;
  const std::uint32_t address = data_address(8);
  wanted.memory = address;
  wanted.no_operand_prefix = !random_.one_in(8);
  if (kind == Kind::kLoadFarPointer) {
    set_memory(address, random_.operand(), bytes);
    set_memory(address + bytes, selector(), 2);
  } else if (!random_.one_in(4)) {  // BOUND, wide bounds
    set_memory(address, terrain_.big ? 0x80000000 : 0x8000, bytes);
    set_memory(address + bytes, terrain_.big ? 0x7FFFFFFF : 0x7FFF, bytes);
  }
}

// ---- at the end of a segment ----

/// Whether the row may have a memory operand whose place is free.
bool CodeGenerator::can_wrap(const OpcodeRow& row, Kind kind) {
  const FormTraits traits = traits_of(row.form);
  const bool has_place = kind == Kind::kPlain || kind == Kind::kBound ||
                         kind == Kind::kLoadFarPointer || kind == Kind::kFarMemory ||
                         kind == Kind::kBitString || kind == Kind::kBitScan;
  return has_place && traits.modrm && !traits.register_only;
}

/// Puts the operand within a few bytes of the end, through a segment register loaded for it.
void CodeGenerator::prepare_wrapped(Kind kind, Wanted& wanted) {
  constexpr unsigned kMostBytesBefore = 12;
  const auto& all = terrain_.wrapping;
  const WrapSegment& segment = all[random_.below(static_cast<std::uint32_t>(all.size()))];
  const unsigned number = random_.one_in(4)                       ? kEs
                          : terrain_.load_fs && random_.one_in(2) ? kFs
                                                                  : kGs;
  set_register(kEcx, segment.selector);
  emit({0x8E, 0xC0 | number << 3 | kEcx});
  wanted.segment_prefix = number == kEs ? 0x26 : number == kFs ? 0x64 : 0x65;
  const std::uint32_t before = 1 + random_.below(kMostBytesBefore);
  wanted.memory = static_cast<std::uint32_t>((segment.address32 ? 0 : 0x10000) - before);
  wanted.address_prefix = segment.address32 != terrain_.big;
  wanted.operand_prefix = random_.one_in(2);
  wanted.no_operand_prefix = !wanted.operand_prefix;
  fill_wrapped(kind, segment, wanted);
  ++wrapped_count_;
}

/// What far pointers and bounds need in order to be taken, each item where its address goes round
/// to.
void CodeGenerator::fill_wrapped(Kind kind, const WrapSegment& segment, const Wanted& wanted) {
  const unsigned bytes = wanted.operand_prefix != terrain_.big ? 4 : 2;
  const auto first = static_cast<std::uint32_t>(wanted.memory);
  const std::uint32_t mask = segment.address32 ? 0xFFFFFFFF : 0xFFFF;
  const std::uint32_t second = segment.base + ((first + bytes) & mask);
  if (kind == Kind::kLoadFarPointer) {
    set_memory(second, selector(), 2);
  } else if (kind == Kind::kFarMemory) {
    fix_stack();
    set_memory(segment.base + first, place_ahead(), bytes);
    set_memory(second, code_selector(), 2);
  } else if (kind == Kind::kBound && !random_.one_in(4)) {
    set_memory(segment.base + first, bytes == 4 ? 0x80000000 : 0x8000, bytes);
    set_memory(second, bytes == 4 ? 0x7FFFFFFF : 0x7FFF, bytes);
  }
}

/// Makes the stack one of 16 bits, with SP and BP near its end.
void CodeGenerator::wrap_stack() {
  for (const WrapSegment& segment : terrain_.wrapping) {
    if (!segment.stack) continue;
    set_register(kEcx, segment.selector);
    emit({0x8E, 0xD1});  // mov ss, cx
    for (const Gpr pointer : {kEsp, kEbp}) {
      set_register(pointer, (random_.next() & 0xFFFF0000) | ((random_.below(72) - 36) & 0xFFFF));
    }
    ++wrapped_count_;
    return;
  }
}

// ---- pieces of plans ----

void CodeGenerator::emit(const CodeBytes& code) {
  planned_.push_back(code);
  at_ += code.size();
}

void CodeGenerator::set_register(unsigned number, std::uint32_t value) {
  CodeBytes code;
  if (!terrain_.big) code.add(0x66);
  emit(code.add(0xB8 | number).add(value, 4));
  gpr_[number] = value;
}

/// MOV [address], value, in DS.
void CodeGenerator::set_memory(std::uint32_t address, std::uint32_t value, unsigned bytes) {
  CodeBytes code;
  if ((bytes == 4) != terrain_.big) code.add(0x66);
  code.add(0xC7);
  if (terrain_.big) {
    code.add(0x05).add(address, 4);
  } else {
    code.add(0x06).add(address, 2);
  }
  emit(code.add(value, bytes));
}

void CodeGenerator::push(std::uint32_t value) {
  emit(CodeBytes{0x68}.add(value, terrain_.big ? 4 : 2));
  gpr_[kEsp] -= terrain_.big ? 4 : 2;
}

std::uint32_t CodeGenerator::stack_address() {
  const Range& stack = terrain_.stack;
  const std::uint32_t at = stack.base + kStackMargin + random_.below(stack.size - 2 * kStackMargin);
  return random_.one_in(8) ? at : at & ~3u;
}

void CodeGenerator::fix_stack() {
  const Range& stack = terrain_.stack;
  const std::uint32_t into = gpr_[kEsp] - stack.base;
  if (into - kStackMargin < stack.size - 2 * kStackMargin) return;
  if (!random_.one_in(24)) set_register(kEsp, stack_address());
}

/// Mostly inside, sometimes on the border between two pages or across either end.
std::uint32_t CodeGenerator::address_in(const Range& range, unsigned bytes) {
  switch (random_.below(64)) {
    case 0: return range.end() - random_.below(2 * bytes);
    case 1: return range.base - random_.below(bytes);
    case 2:
    case 3:
    case 4: return range.base + range.size / 2 - random_.below(bytes + 1);
    default: return range.base + random_.below(range.size - bytes);
  }
}

std::uint32_t CodeGenerator::data_address(unsigned bytes) {
  return address_in(terrain_.data, bytes);
}

std::uint32_t CodeGenerator::any_address(unsigned bytes, bool address32) {
  if (!address32 && terrain_.big) {
    return terrain_.low.size != 0 && !random_.one_in(32) ? address_in(terrain_.low, bytes)
                                                         : random_.next() & 0xFFFF;
  }
  switch (random_.below(48)) {
    case 0: return random_.next();
    case 1:
      if (!terrain_.odd.empty()) {
        return address_in(
            terrain_.odd[random_.below(static_cast<std::uint32_t>(terrain_.odd.size()))], bytes);
      }
      break;
    case 2:
    case 3: return address_in(terrain_.stack, bytes);
    default: break;
  }
  return data_address(bytes);
}

std::uint16_t CodeGenerator::selector() {
  const auto& all = terrain_.selectors;
  return random_.one_in(4) ? all[random_.below(static_cast<std::uint32_t>(all.size()))] : all[0];
}

/// SS accepts little: mostly what is there.
std::uint16_t CodeGenerator::stack_selector() {
  return random_.one_in(8) ? selector() : terrain_.selectors[0];
}

std::uint16_t CodeGenerator::code_selector() {
  const auto& bad = terrain_.bad_code_selectors;
  return !bad.empty() && random_.one_in(24)
             ? bad[random_.below(static_cast<std::uint32_t>(bad.size()))]
             : terrain_.code_selector;
}

std::uint32_t CodeGenerator::flags_image() {
  const std::uint32_t rare = random_.one_in(12) ? terrain_.rare_pop_flags : 0;
  return (random_.next() & (terrain_.pop_flags | rare)) | eflags::kReserved1;
}

/// Opcodes and forms that are undefined on every processor since the 80386, and an instruction
/// that is too long.
void CodeGenerator::plan_nonsense() {
  switch (random_.below(14)) {
    case 0: return emit({0x0F, 0x0B});        // UD2
    case 1: return emit({0x0F, 0xB9, 0xC0});  // UD1
    case 2: return emit({0x0F, 0x04});
    case 3: return emit({0x0F, 0x0A});
    case 4: return emit({0xFE, 0xD0});              // group 4 /2
    case 5: return emit({0xFF, 0xF8});              // group 5 /7
    case 6: return emit({0xC6, 0xC8, 0x00});        // group 11 /1
    case 7: return emit({0x0F, 0xBA, 0xC0, 0x00});  // group 8 /0
    case 8: return emit({0x8D, 0xC0});              // LEA of a register
    case 9: return emit({0x0F, 0xB2, 0xC0});        // LSS of a register
    case 10: return emit({0xF0, 0x90});             // LOCK NOP
    case 11: return emit({0xF0, 0x01, 0xC0});       // LOCK of a register operand
    case 12: return emit({0x0F, 0xC7, 0xC8});       // CMPXCHG8B of a register
    default: {
      CodeBytes code;
      for (unsigned n = 0; n < 15; ++n) {
        code.add(random_.one_of({0x26u, 0x2Eu, 0x36u, 0x3Eu, 0x64u, 0x65u, 0x66u, 0x67u}));
      }
      return emit(code.add(0x90));
    }
  }
}

}  // namespace strata::test
