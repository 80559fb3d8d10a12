#include "models/isa/sensitivity.h"

#include <array>
#include <cstring>
#include <optional>
#include <vector>

#include "models/isa/descriptor.h"
#include "models/isa/privilege.h"

namespace strata {
namespace {

constexpr OpcodeMap kOne = OpcodeMap::kOneByte;
constexpr OpcodeMap k0F = OpcodeMap::kTwoByte;
constexpr std::uint8_t kAll = kAllRegisters;
constexpr std::uint8_t kSsOnly = 1u << kSs;
constexpr std::uint8_t kCsAndSs = 1u << kCs | 1u << kSs;

constexpr SensitivityRule kN = SensitivityRule::kNone;
constexpr SensitivityRule kP = SensitivityRule::kPrivileged;
constexpr SensitivityRule kT = SensitivityRule::kChecked;
constexpr SensitivityRule kC = SensitivityRule::kCritical;
constexpr SensitivityRule kIopl = SensitivityRule::kIfIopl;
constexpr SensitivityRule kOver = SensitivityRule::kIfOverflow;
constexpr SensitivityRule kGate = SensitivityRule::kIfGate;
constexpr SensitivityRule kRet = SensitivityRule::kReturn;
constexpr SensitivityRule kIret = SensitivityRule::kTaskReturn;

// Texts that several rows share.
constexpr char kReadPort[] = "reads its device's register, gives the value to the guest";
constexpr char kWritePort[] = "writes its device's register";
constexpr char kLoadTable[] = "notes the guest's table, builds its own after it";
constexpr char kControl[] = "reads or writes the guest's register, changes mode or paging";
constexpr char kDebug[] = "reads or writes the guest's register, sets what it can of its own";
constexpr char kNothing[] = "drops it, or flushes for the guest";
constexpr char kMsr[] = "reads or writes the guest's register";
constexpr char kDeliver[] = "delivers the interrupt through the guest's table";
constexpr char kThroughGate[] = "makes the guest's change of level or task";
constexpr char kOuter[] = "makes the guest's return";
constexpr char kSameLevel[] = "returns within the level, the stack stays the inner one";
constexpr char kShowsTable[] = "the guest sees the monitor's table";
constexpr char kShowsSelector[] = "the guest sees the monitor's selector";
constexpr char kShowsRights[] = "the guest sees the monitor's descriptors, judged at level 3";
constexpr char kShowsLevel[] = "the guest sees level 3";
constexpr char kStack[] = "loads the guest's stack segment";
constexpr char kInt[] = "SDM vol. 2 INT n, vol. 3 6.12, 20.2.7; R&I";
constexpr char kIo[] = "SDM vol. 1 18.5";
constexpr char kFar[] = "SDM vol. 3 5.8, 7.3; R&I";
constexpr char kLevel0[] = "SDM vol. 3 5.9";
constexpr char kSystem[] = "SDM vol. 3 5.9 (unprivileged); R&I";
constexpr char kSegment[] = "SDM vol. 3 5.2 (RPL is CPL); R&I";

// clang-format off
//   opcode, group, registers: real and V86, levels 0 to 2, level 3
constexpr SensitiveRow kRows[] = {
    {kOne, 0x0E, kAnyReg, kAll, kN, kC, kN, "", kShowsLevel, kSegment},
    {kOne, 0x16, kAnyReg, kAll, kN, kC, kN, "", kShowsLevel, kSegment},
    {kOne, 0x17, kAnyReg, kAll, kN, kT, kN, kStack, "", "SDM vol. 2 POP; R&I"},
    {kOne, 0x6C, kAnyReg, kAll, kP, kP, kP, kReadPort, "", kIo},
    {kOne, 0x6D, kAnyReg, kAll, kP, kP, kP, kReadPort, "", kIo},
    {kOne, 0x6E, kAnyReg, kAll, kP, kP, kP, kWritePort, "", kIo},
    {kOne, 0x6F, kAnyReg, kAll, kP, kP, kP, kWritePort, "", kIo},
    {kOne, 0x8C, kAnyReg, kCsAndSs, kN, kC, kN, "", kShowsLevel, kSegment},
    {kOne, 0x8E, kAnyReg, kSsOnly, kN, kT, kN, kStack, "", "SDM vol. 2 MOV; R&I"},
    {kOne, 0x9A, kAnyReg, kAll, kN, kGate, kGate, kThroughGate, "", kFar},
    {kOne, 0x9C, kAnyReg, kAll, kP, kC, kC, "pushes the guest's IF and IOPL", "the guest sees the monitor's IF and IOPL", "SDM vol. 2 PUSHF, vol. 3 20.2.7; R&I"},
    {kOne, 0x9D, kAnyReg, kAll, kP, kC, kIopl, "sets the guest's IF and IOPL, delivers what waited", "IF and IOPL stay as they are", "SDM vol. 2 POPF, vol. 3 20.2.7; R&I"},
    {kOne, 0xCA, kAnyReg, kAll, kN, kRet, kN, kOuter, kSameLevel, "SDM vol. 3 5.8.6; R&I"},
    {kOne, 0xCB, kAnyReg, kAll, kN, kRet, kN, kOuter, kSameLevel, "SDM vol. 3 5.8.6; R&I"},
    {kOne, 0xCC, kAnyReg, kAll, kT, kT, kT, kDeliver, "", kInt},
    {kOne, 0xCD, kAnyReg, kAll, kP, kT, kT, kDeliver, "", kInt},
    {kOne, 0xCE, kAnyReg, kAll, kOver, kOver, kOver, kDeliver, "", kInt},
    {kOne, 0xCF, kAnyReg, kAll, kP, kIret, kIret, "makes the guest's return, sets its IF, delivers what waited", "returns within the level, IF, IOPL and VM stay as they are", "SDM vol. 2 IRET, vol. 3 20.2.7"},
    {kOne, 0xE4, kAnyReg, kAll, kP, kP, kP, kReadPort, "", kIo},
    {kOne, 0xE5, kAnyReg, kAll, kP, kP, kP, kReadPort, "", kIo},
    {kOne, 0xE6, kAnyReg, kAll, kP, kP, kP, kWritePort, "", kIo},
    {kOne, 0xE7, kAnyReg, kAll, kP, kP, kP, kWritePort, "", kIo},
    {kOne, 0xEA, kAnyReg, kAll, kN, kGate, kGate, kThroughGate, "", kFar},
    {kOne, 0xEC, kAnyReg, kAll, kP, kP, kP, kReadPort, "", kIo},
    {kOne, 0xED, kAnyReg, kAll, kP, kP, kP, kReadPort, "", kIo},
    {kOne, 0xEE, kAnyReg, kAll, kP, kP, kP, kWritePort, "", kIo},
    {kOne, 0xEF, kAnyReg, kAll, kP, kP, kP, kWritePort, "", kIo},
    {kOne, 0xF1, kAnyReg, kAll, kT, kT, kT, kDeliver, "", "SDM vol. 2 INT1"},
    {kOne, 0xF4, kAnyReg, kAll, kP, kP, kP, "runs somebody else until an interrupt is due", "", kLevel0},
    {kOne, 0xFA, kAnyReg, kAll, kP, kP, kP, "clears the guest's IF, holds interrupts back", "", "SDM vol. 1 18.5.1"},
    {kOne, 0xFB, kAnyReg, kAll, kP, kP, kP, "sets the guest's IF, delivers what waited", "", "SDM vol. 1 18.5.1"},
    {kOne, 0xFF, 3, kAll, kN, kGate, kGate, kThroughGate, "", kFar},
    {kOne, 0xFF, 5, kAll, kN, kGate, kGate, kThroughGate, "", kFar},
    {k0F, 0x00, 0, kAll, kN, kC, kC, "", kShowsSelector, kSystem},
    {k0F, 0x00, 1, kAll, kN, kC, kC, "", kShowsSelector, kSystem},
    {k0F, 0x00, 2, kAll, kN, kP, kP, kLoadTable, "", kLevel0},
    {k0F, 0x00, 3, kAll, kN, kP, kP, "notes the guest's task", "", kLevel0},
    {k0F, 0x00, 4, kAll, kN, kC, kC, "", kShowsRights, kSystem},
    {k0F, 0x00, 5, kAll, kN, kC, kC, "", kShowsRights, kSystem},
    {k0F, 0x01, 0, kAll, kC, kC, kC, "", kShowsTable, kSystem},
    {k0F, 0x01, 1, kAll, kC, kC, kC, "", kShowsTable, kSystem},
    {k0F, 0x01, 2, kAll, kP, kP, kP, kLoadTable, "", kLevel0},
    {k0F, 0x01, 3, kAll, kP, kP, kP, kLoadTable, "", kLevel0},
    {k0F, 0x01, 4, kAll, kC, kC, kC, "", "the guest sees the monitor's CR0", kSystem},
    {k0F, 0x01, 6, kAll, kP, kP, kP, kControl, "", kLevel0},
    {k0F, 0x01, 7, kAll, kP, kP, kP, "forgets its translation of the page", "", kLevel0},
    {k0F, 0x02, kAnyReg, kAll, kN, kC, kC, "", kShowsRights, kSystem},
    {k0F, 0x03, kAnyReg, kAll, kN, kC, kC, "", kShowsRights, kSystem},
    {k0F, 0x06, kAnyReg, kAll, kP, kP, kP, kControl, "", kLevel0},
    {k0F, 0x08, kAnyReg, kAll, kP, kP, kP, kNothing, "", kLevel0},
    {k0F, 0x09, kAnyReg, kAll, kP, kP, kP, kNothing, "", kLevel0},
    {k0F, 0x20, kAnyReg, kAll, kP, kP, kP, kControl, "", kLevel0},
    {k0F, 0x21, kAnyReg, kAll, kP, kP, kP, kDebug, "", kLevel0},
    {k0F, 0x22, kAnyReg, kAll, kP, kP, kP, kControl, "", kLevel0},
    {k0F, 0x23, kAnyReg, kAll, kP, kP, kP, kDebug, "", kLevel0},
    {k0F, 0x24, kAnyReg, kAll, kP, kP, kP, kDebug, "", "80386 manual, MOV to/from special registers"},
    {k0F, 0x26, kAnyReg, kAll, kP, kP, kP, kDebug, "", "80386 manual, MOV to/from special registers"},
    {k0F, 0x30, kAnyReg, kAll, kP, kP, kP, kMsr, "", kLevel0},
    {k0F, 0x31, kAnyReg, kAll, kP, kP, kP, "gives the guest's time", "", "SDM vol. 3 2.5 (CR4.TSD), 5.9"},
    {k0F, 0x32, kAnyReg, kAll, kP, kP, kP, kMsr, "", kLevel0},
    {k0F, 0xB2, kAnyReg, kAll, kN, kT, kN, kStack, "", "SDM vol. 2 LSS; R&I (as MOV)"},
};
// clang-format on

/// By row of the opcode table.
std::span<const SensitiveRow* const> by_opcode_row() {
  static const std::vector<const SensitiveRow*> kByRow = [] {
    std::vector<const SensitiveRow*> by_row;
    for (const OpcodeRow& opcode : opcode_rows()) {
      const SensitiveRow* found = nullptr;
      for (const SensitiveRow& row : kRows) {
        const bool same =
            row.map == opcode.map && row.opcode == opcode.opcode && row.group == opcode.group;
        if (same) found = &row;
      }
      by_row.push_back(found);
    }
    return by_row;
  }();
  return kByRow;
}

template <typename T>
std::optional<T> read_value(const Processor& p, const ReadLinear& read, std::uint32_t linear) {
  std::array<std::uint8_t, sizeof(T)> bytes{};
  if (read(p.state(), linear, bytes) != bytes.size()) return std::nullopt;
  T value;
  std::memcpy(&value, bytes.data(), sizeof(T));
  return value;
}

/// The selector a far CALL or JMP goes to.
std::optional<std::uint16_t> far_selector(const Processor& p, const Instruction& instruction,
                                          const ReadLinear& read) {
  if (!instruction.memory) return static_cast<std::uint16_t>(instruction.displacement);
  const std::uint32_t offset = p.item_address(instruction, instruction.operand32 ? 4 : 2);
  return read_value<std::uint16_t>(p, read, p.system.seg[instruction.segment].base + offset);
}

/// Whether it names a call gate, a task gate or a task.
bool names_gate(const Processor& p, const Instruction& instruction, const ReadLinear& read) {
  const auto selector = far_selector(p, instruction, read);
  if (!selector || is_null(*selector) || !in_table(p, *selector)) return false;
  const bool local = (*selector & kTableIndicator) != 0;
  const std::uint32_t table = local ? p.system.ldtr.base : p.system.gdtr.base;
  Descriptor descriptor;
  const auto high = read_value<std::uint32_t>(p, read, table + (*selector & ~7u) + 4);
  if (!high) return false;
  descriptor.high = *high;
  if (!descriptor.is_system()) return false;
  switch (descriptor.type() & ~(system_type::kWide)) {
    case system_type::kTss16:
    case system_type::kTss16 | system_type::kBusy:
    case system_type::kCallGate16:
    case system_type::kTaskGate: return true;
    default: return false;
  }
}

/// Whether the CS that lies behind EIP on the stack is of level 3.
bool returns_outside(const Processor& p, const Instruction& instruction, const ReadLinear& read) {
  const std::uint32_t offset = (p.gpr[kEsp] + (instruction.operand32 ? 4 : 2)) & p.stack_mask();
  const auto selector = read_value<std::uint16_t>(p, read, p.system.seg[kSs].base + offset);
  return selector && rpl_of(*selector) == 3;
}

Sensitivity critical_if(bool condition, Sensitivity otherwise) {
  return condition ? Sensitivity::kCritical : otherwise;
}

Sensitivity checked_if(bool condition) {
  return condition ? Sensitivity::kChecked : Sensitivity::kNone;
}

Sensitivity by_rule(SensitivityRule rule, const Processor& p, const Instruction& instruction,
                    const ReadLinear& read) {
  switch (rule) {
    case SensitivityRule::kNone: return Sensitivity::kNone;
    case SensitivityRule::kPrivileged: return Sensitivity::kPrivileged;
    case SensitivityRule::kChecked: return Sensitivity::kChecked;
    case SensitivityRule::kCritical: return Sensitivity::kCritical;
    case SensitivityRule::kIfIopl: return critical_if(p.cpl() <= iopl(p), Sensitivity::kNone);
    case SensitivityRule::kIfOverflow: return checked_if(p.flags.of());
    case SensitivityRule::kIfGate: return checked_if(names_gate(p, instruction, read));
    case SensitivityRule::kReturn:
      return critical_if(returns_outside(p, instruction, read), Sensitivity::kChecked);
    case SensitivityRule::kTaskReturn:
      if (p.flag(eflags::kNt)) return Sensitivity::kChecked;
      return by_rule(p.cpl() == 3 ? SensitivityRule::kIfIopl : SensitivityRule::kReturn, p,
                     instruction, read);
  }
  return Sensitivity::kNone;
}

}  // namespace

std::span<const SensitiveRow> sensitive_rows() {
  return kRows;
}

const SensitiveRow* find_sensitive(const Instruction& instruction) {
  if (instruction.row >= by_opcode_row().size()) return nullptr;
  const SensitiveRow* row = by_opcode_row()[instruction.row];
  if (row == nullptr || (row->registers >> (instruction.reg & 7) & 1) == 0) return nullptr;
  return row;
}

Sensitivity classify(const SensitiveRow& row, const Processor& p, const Instruction& instruction,
                     const ReadLinear& read) {
  if (!uses_descriptors(p)) return by_rule(row.v86, p, instruction, read);
  return by_rule(p.cpl() == 3 ? row.outer : row.inner, p, instruction, read);
}

}  // namespace strata
