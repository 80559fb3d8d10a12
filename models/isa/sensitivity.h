// Which instructions a trap-and-emulate monitor has to see, and which of them it does see: the
// analysis of Popek and Goldberg (Formal Requirements for Virtualizable Third Generation
// Architectures, CACM 17(7), 1974) for IA-32, after Robin and Irvine (Analysis of the Intel
// Pentium's Ability to Support a Secure Virtual Machine Monitor, USENIX Security 2000).
//
// The monitor it is about has the processor of its guest and nothing more. A guest in real or
// virtual-8086 mode it runs in virtual-8086 mode, any other at level 3; IOPL is 0, the I/O
// permission bitmap is all ones, CR4.TSD is set; descriptor tables, IDT and page tables are its
// own, with gates of level 0. platform/sensitive/README.md says what follows from that.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>

#include "models/isa/opcode_table.h"
#include "models/isa/processor.h"

namespace strata {

enum class Sensitivity : std::uint8_t {
  kNone,        // the same without a monitor and under it
  kPrivileged,  // sensitive, and traps where the guest runs
  kChecked,   // sensitive, unprivileged; arrives all the same, by a gate or check of the monitor's
  kCritical,  // sensitive, unprivileged, and the monitor never hears of it
};

/// How an instruction's sensitivity follows from the guest's state.
enum class SensitivityRule : std::uint8_t {
  kNone,
  kPrivileged,
  kChecked,
  kCritical,
  kIfIopl,      // critical where the guest's CPL is at most its IOPL
  kIfOverflow,  // checked with OF set: INTO
  kIfGate,      // checked where the selector names a gate or a task: far CALL and JMP
  kReturn,      // by the level on the stack: critical if that is 3, else checked
  kTaskReturn,  // IRET: checked with NT set, else as kReturn below level 3, as kIfIopl there
};

/// Every ModR/M reg field.
inline constexpr std::uint8_t kAllRegisters = 0xFF;

/// A line beside one of the opcode table, and of the same key.
struct SensitiveRow {
  OpcodeMap map;
  std::uint8_t opcode;
  std::int8_t group;
  std::uint8_t registers;  // bit n: with n in ModR/M reg
  SensitivityRule v86;     // in real and virtual-8086 mode
  SensitivityRule inner;   // at levels 0 to 2
  SensitivityRule outer;   // at level 3
  const char* monitor;     // what it does when the instruction arrives
  const char* unseen;      // what becomes of it when it does not; empty: it always does
  const char* source;      // SDM paragraphs; R&I: Robin and Irvine, section 3
};

std::span<const SensitiveRow> sensitive_rows();

/// Null for an instruction that never is.
const SensitiveRow* find_sensitive(const Instruction& instruction);

/// Copies bytes from a linear address on, as the state maps it; how many there were.
using ReadLinear = std::function<std::size_t(const CpuState& state, std::uint32_t linear,
                                             std::span<std::uint8_t> bytes)>;

/// Of `instruction`, which `row` is of, at the guest's present state, before it is carried out.
/// Nothing is changed by looking.
Sensitivity classify(const SensitiveRow& row, const Processor& p, const Instruction& instruction,
                     const ReadLinear& read);

}  // namespace strata
