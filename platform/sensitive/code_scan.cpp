#include "platform/sensitive/code_scan.h"

#include <set>
#include <span>

#include "models/isa/decoder.h"

namespace strata {
namespace {

constexpr std::size_t kLongest = Processor::kMaxLength;

/// Instructions that a scan looks at before it gives up.
constexpr std::size_t kMostScanned = 1 << 14;

bool is_relative(const OpcodeRow& row) {
  return row.form == Form::kJb || row.form == Form::kJz;
}

Operation operation_of(const Instruction& instruction) {
  return row_effects()[instruction.row].operation;
}

/// NOP, and LEA of a register as it is.
bool is_filling(const Instruction& instruction) {
  const OpcodeRow& row = opcode_rows()[instruction.row];
  if (operation_of(instruction) == Operation::kLea) {
    return instruction.reg == instruction.base && instruction.index == kNoRegister &&
           instruction.displacement == 0;
  }
  return row.map == OpcodeMap::kOneByte && row.opcode == 0x90 && instruction.reg == 0;
}

/// Its value is that of CS, or an address in it.
bool names_code_segment(const Instruction& instruction) {
  const OpcodeRow& row = opcode_rows()[instruction.row];
  const bool moves_cs =
      row.map == OpcodeMap::kOneByte && row.opcode == 0x8C && instruction.reg == kCs;
  const bool has_operand = instruction.memory || row.form == Form::kO;
  return moves_cs || operation_of(instruction) == Operation::kPushCs ||
         (has_operand && instruction.segment == kCs);
}

}  // namespace

bool can_be_routine(const Instruction& instruction) {
  switch (operation_of(instruction)) {
    case Operation::kCli:
    case Operation::kSti:
    case Operation::kPushf:
    case Operation::kPopf:
    case Operation::kSgdt:
    case Operation::kSidt:
    case Operation::kSldt:
    case Operation::kStr:
    case Operation::kSmsw:
    case Operation::kLar:
    case Operation::kLsl:
    case Operation::kVerr:
    case Operation::kVerw:
    case Operation::kPushCs:
    case Operation::kPushSs:
    case Operation::kMov: return true;
    default: return false;
  }
}

bool CodeScan::decode_at(std::uint32_t address, Decoded& decoded) const {
  decoded.bytes.resize(kLongest);
  decoded.bytes.resize(read_(code_.state, address, decoded.bytes));
  if (!decode(decoded.bytes, code_.code32, family_, decoded.instruction)) return false;
  if (decoded.instruction.row == kUndefinedRow) return false;
  decoded.bytes.resize(decoded.instruction.length);
  return true;
}

/// The same at any address: goes on behind itself, and names no place relative to itself. Those
/// that are sensitive come along only where a routine can stand for them.
bool CodeScan::can_move(const Instruction& instruction) const {
  if (!code_.code32 && names_code_segment(instruction)) return false;
  const SensitiveRow* row = find_sensitive(instruction);
  if (row != nullptr) {
    const Operation operation = operation_of(instruction);
    const bool control = operation == Operation::kMov && row->inner == SensitivityRule::kPrivileged;
    return can_be_routine(instruction) && !control && row->inner != SensitivityRule::kChecked;
  }
  const RowEffects& effects = row_effects()[instruction.row];
  if (!effects.ends_block) return instruction.repeat == Repeat::kNone;
  switch (effects.operation) {
    case Operation::kRet: return true;
    case Operation::kJcc:
    case Operation::kJmp:
    case Operation::kCall:
      // Prefixes are not taken along.
      return code_.code32 && instruction.operand32 && is_relative(opcode_rows()[instruction.row]);
    default: return false;
  }
}

/// Adds where `instruction`, which ends at `behind`, goes; false if that cannot be told.
bool CodeScan::follow(const Instruction& instruction, Path behind, bool calls,
                      std::vector<Path>& paths) const {
  const OpcodeRow& row = opcode_rows()[instruction.row];
  const Operation operation = operation_of(instruction);
  const bool is_call = operation == Operation::kCall || operation == Operation::kCallFar;
  if (is_relative(row) && (calls || !is_call)) {
    const std::uint32_t mask = instruction.operand32 ? 0xFFFFFFFF : 0xFFFF;
    const std::uint32_t offset = behind.address - behind.base + instruction.immediate;
    paths.push_back({behind.base + (offset & mask), behind.base});
  }
  if (row.form == Form::kA && !code_.code32 && (calls || !is_call)) {
    const std::uint32_t base = (instruction.displacement & 0xFFFF) << 4;
    paths.push_back({base + instruction.immediate, base});
  }
  switch (operation) {
    case Operation::kJmp:
    case Operation::kJmpFar: return row.group == kAnyReg;
    case Operation::kRet:
    case Operation::kRetf:
    case Operation::kIret: return true;
    default: paths.push_back(behind); return true;
  }
}

/// Empty if no jump in what is known of the code goes behind the first of `size` bytes: of its
/// function, or without symbols of all that the guest's entry leads to.
std::string CodeScan::why_entered(std::uint32_t address, std::uint32_t size) const {
  const auto next = symbols_.by_address.upper_bound(address);
  const bool named = !symbols_.at(address).empty() && next != symbols_.by_address.begin();
  std::vector<Path> paths = {{address, code_.base}};
  if (named) paths.push_back({std::prev(next)->first, code_.base});
  if (!named && entry_) paths.push_back({*entry_, code_.base});
  std::set<std::uint32_t> seen;
  while (!paths.empty()) {
    const Path path = paths.back();
    paths.pop_back();
    if (!seen.insert(path.address).second) continue;
    Decoded decoded;
    if (seen.size() > kMostScanned || !decode_at(path.address, decoded)) {
      return "what it leads to is not all code";
    }
    const Path behind{path.address + static_cast<std::uint32_t>(decoded.bytes.size()), path.base};
    std::vector<Path> going;
    if (!follow(decoded.instruction, behind, !named, going)) return "a jump by a table is near";
    for (const Path& to : going) {
      const bool falls = to.address == behind.address;
      const bool inside = to.address != address && to.address - address < size;
      if (inside && !falls) return "a jump goes into what follows";
      if (!named || !symbols_.by_address.contains(to.address)) paths.push_back(to);
    }
  }
  return "";
}

/// Takes the instruction at `at` along; false if it cannot run elsewhere.
bool CodeScan::add(std::uint32_t at, MovedCode& moved) const {
  Decoded decoded;
  if (!decode_at(at, decoded)) return false;
  const Instruction& instruction = decoded.instruction;
  if (!moved.instructions.empty() && !can_move(instruction)) return false;
  MovedInstruction one{decoded.bytes, operation_of(instruction), std::nullopt};
  if (is_relative(opcode_rows()[instruction.row])) {
    one.target = at + instruction.length + instruction.immediate;
  }
  moved.bytes.insert(moved.bytes.end(), one.bytes.begin(), one.bytes.end());
  moved.instructions.push_back(std::move(one));
  return true;
}

/// Behind a RET only what compilers and assemblers fill with is nobody's.
MovedCode CodeScan::move(std::uint32_t address, std::uint32_t room) const {
  MovedCode moved;
  while (moved.bytes.size() < room) {
    const std::uint32_t at = address + static_cast<std::uint32_t>(moved.bytes.size());
    if (at != address && symbols_.by_address.contains(at)) {
      moved.why_not = "its function ends before";
      return moved;
    }
    const bool ended =
        !moved.instructions.empty() && moved.instructions.back().operation == Operation::kRet;
    Decoded filling;
    if (ended && decode_at(at, filling) && is_filling(filling.instruction)) {
      moved.bytes.insert(moved.bytes.end(), filling.bytes.begin(), filling.bytes.end());
    } else if (ended) {
      moved.why_not = "its function ends before";
      return moved;
    } else if (!add(at, moved)) {
      moved.why_not = "what follows cannot run elsewhere";
      return moved;
    }
  }
  moved.why_not = why_entered(address, static_cast<std::uint32_t>(moved.bytes.size()));
  return moved;
}

std::vector<std::uint8_t> at_new_place(const MovedCode& moved, std::size_t first,
                                       std::uint32_t at) {
  std::vector<std::uint8_t> code;
  for (const MovedInstruction& one : std::span(moved.instructions).subspan(first)) {
    if (!one.target) {
      code.insert(code.end(), one.bytes.begin(), one.bytes.end());
      continue;
    }
    constexpr std::uint8_t kJump = 0xE9;
    constexpr std::uint8_t kCall = 0xE8;
    if (one.operation == Operation::kJcc) {
      const std::uint8_t condition = one.bytes[one.bytes[0] == 0x0F ? 1 : 0] & 0xF;
      code.insert(code.end(), {0x0F, static_cast<std::uint8_t>(0x80 | condition)});
    } else {
      code.push_back(one.operation == Operation::kJmp ? kJump : kCall);
    }
    constexpr std::uint32_t kBytes = 4;
    const std::uint32_t behind = at + static_cast<std::uint32_t>(code.size()) + kBytes;
    for (unsigned n = 0; n < kBytes; ++n) {
      code.push_back(static_cast<std::uint8_t>((*one.target - behind) >> 8 * n));
    }
  }
  return code;
}

}  // namespace strata
