// The effect columns of the opcode table against execution: every row many times from random
// states, in real mode and in flat protected mode, at both operand sizes, with its operand in a
// register and in memory. What is observed must be declared, and what is declared must be observed
// now and then. A register or a flag is read if changing it before changes anything else after.
#include "models/isa/row_effects.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <set>
#include <string>
#include <vector>

#include "models/isa/decoder.h"
#include "tests/isa/random_try.h"

namespace strata::test {
namespace {

unsigned register_bit(unsigned number, bool byte) {
  return 1u << (byte ? number & 3 : number);
}

Declared declared(const Try& t) {
  const RowEffects& effects = row_effects()[t.row];
  const Instruction& i = t.instruction;
  const bool source_byte =
      effects.byte_operands || (opcode_rows()[t.row].map == OpcodeMap::kTwoByte &&
                                (opcode_rows()[t.row].opcode & 0xF7) == 0xB6);
  Declared d{effects.registers_read, effects.registers_written};
  for (const Operand& operand : effects.operands) {
    unsigned bit = 0;
    switch (operand.place) {
      case OperandPlace::kRm: bit = i.memory ? 0u : register_bit(i.rm, source_byte); break;
      case OperandPlace::kReg:
      case OperandPlace::kOpcodeReg: bit = register_bit(i.reg, effects.byte_operands); break;
      case OperandPlace::kAccumulator: bit = 1u << kEax; break;
      default: break;
    }
    if (operand.access != OperandAccess::kWrite) d.read |= bit;
    if (operand.access != OperandAccess::kRead) d.written |= bit;
  }
  return d;
}

/// All but general registers and the flags of kFlags.
bool same_elsewhere(const Executed& a, const Executed& b) {
  CpuState x = a.state;
  CpuState y = b.state;
  x.gpr = y.gpr;
  x.eflags = (x.eflags & ~kFlags) | (y.eflags & kFlags);
  return a.outcome == b.outcome && a.vector == b.vector && a.next_eip == b.next_eip && x == y &&
         a.written == b.written && a.memory == b.memory;
}

/// Whether two executions from states that differ in what `ignored...` name come to the same.
bool same(const Executed& a, const Executed& b, unsigned ignored_registers,
          std::uint32_t ignored_flags) {
  for (unsigned n = 0; n < 8; ++n) {
    if ((ignored_registers >> n & 1) == 0 && a.state.gpr[n] != b.state.gpr[n]) return false;
  }
  return ((a.state.eflags ^ b.state.eflags) & kFlags & ~ignored_flags) == 0 && same_elsewhere(a, b);
}

/// Whether the next instruction cannot just follow.
bool ended(const Try& t, const Executed& r) {
  const CpuState& before = t.start;
  const CpuState& after = r.state;
  const bool straight =
      r.outcome == Outcome::kDone && r.next_eip == before.eip + t.instruction.length;
  const std::uint32_t watched = eflags::kTf | eflags::kVm | eflags::kAc;
  const bool opened = (after.eflags & ~before.eflags & eflags::kIf) != 0;
  return !straight || after.shadow != before.shadow || after.halted != before.halted ||
         after.pending_exception != before.pending_exception || after.cr0 != before.cr0 ||
         after.cr3 != before.cr3 || after.cr4 != before.cr4 || after.dr != before.dr || opened ||
         ((after.eflags ^ before.eflags) & watched) != 0;
}

/// What has been seen of a row.
struct Seen {
  unsigned registers_read = 0;  // beside the operands
  unsigned registers_written = 0;
  bool operand_read[3] = {};
  bool operand_written[3] = {};
  std::uint32_t flags_read = 0;
  std::uint32_t flags_changed = 0;
  bool fault = false;
  bool end = false;
};

std::string name_of(const Try& t) {
  const OpcodeRow& row = opcode_rows()[t.row];
  char text[80];
  std::snprintf(text, sizeof(text), "%s (%s%02X /%d) bytes %02X %02X %02X %02X", row.mnemonic,
                row.map == OpcodeMap::kTwoByte ? "0F " : "", row.opcode, row.group, t.bytes[0],
                t.bytes[1], t.bytes[2], t.bytes[3]);
  return text;
}

/// Notes which operand the register is.
void note_operands(const Try& t, unsigned bit, bool read, bool written, Seen& seen) {
  const RowEffects& effects = row_effects()[t.row];
  if (read) seen.registers_read |= bit & effects.registers_read;
  if (written) seen.registers_written |= bit & effects.registers_written;
  for (std::size_t n = 0; n < effects.operands.size(); ++n) {
    const OperandPlace place = effects.operands[n].place;
    const Instruction& i = t.instruction;
    const unsigned number = place == OperandPlace::kRm && !i.memory ? i.rm
                            : place == OperandPlace::kReg || place == OperandPlace::kOpcodeReg
                                ? i.reg
                            : place == OperandPlace::kAccumulator ? unsigned{kEax}
                                                                  : 99u;
    if (number > 7) continue;
    const bool hit = bit == register_bit(number, false) || bit == register_bit(number, true);
    if (hit && read) seen.operand_read[n] = true;
    if (hit && written) seen.operand_written[n] = true;
  }
}

void check_registers(Bench& bench, const Try& t, const Executed& base, Seen& seen) {
  const Declared d = declared(t);
  for (unsigned n = 0; n < 8; ++n) {
    const unsigned bit = 1u << n;
    const bool changed = base.state.gpr[n] != t.start.gpr[n];
    if (changed) {
      EXPECT_NE(d.written & bit, 0u) << name_of(t) << " writes register " << n;
      note_operands(t, bit, false, true, seen);
    }
    CpuState other = t.start;
    other.gpr[n] ^= bench.random.below(2) == 0 ? 1u << bench.random.below(8) : bench.random.next();
    const Executed& r = bench.run(t, other);
    const bool read = !same(base, r, bit, 0);
    if (read) {
      EXPECT_NE(d.read & bit, 0u) << name_of(t) << " reads register " << n;
      note_operands(t, bit, true, false, seen);
    }
    // Read and written: the new value may be all that shows it.
    const bool follows = (d.written & d.read & bit) != 0 && r.state.gpr[n] != other.gpr[n];
    if (follows && r.state.gpr[n] != base.state.gpr[n]) note_operands(t, bit, true, false, seen);
  }
}

/// The place of the r/m operand in memory, in the same way: one that is read shows in something
/// else or, changed too, by what becomes of it.
void check_memory(Bench& bench, const Try& t, const Executed& base, Seen& seen) {
  const RowEffects& effects = row_effects()[t.row];
  if (!t.instruction.memory) return;
  const std::uint32_t linear = kDataBase + t.instruction.displacement;
  const bool written = std::memcmp(&base.memory[linear], bench.at(linear), 4) != 0;
  const unsigned bit =
      bench.random.below(2) == 0 ? 15 + 16 * bench.random.below(2) : bench.random.below(32);
  const std::uint32_t byte = linear + bit / 8;
  bench.flip(linear, 1u << bit);
  Executed& r = bench.run(t, t.start);
  const bool follows = r.memory[byte] != *bench.at(byte) && r.memory[byte] != base.memory[byte];
  bench.flip(linear, 1u << bit);
  r.memory[byte] = base.memory[byte];
  const bool read = follows || !same(base, r, 0, 0);
  for (std::size_t n = 0; n < effects.operands.size(); ++n) {
    const Operand& operand = effects.operands[n];
    if (operand.place != OperandPlace::kRm) continue;
    if (written) {
      EXPECT_NE(operand.access, OperandAccess::kRead) << name_of(t) << " writes its operand";
    }
    if (read) {
      EXPECT_NE(operand.access, OperandAccess::kWrite) << name_of(t) << " reads its operand";
    }
    seen.operand_written[n] |= written;
    seen.operand_read[n] |= read;
  }
}

void check_flags(Bench& bench, const Try& t, const Executed& base, Seen& seen) {
  const RowEffects& effects = row_effects()[t.row];
  const std::uint32_t changeable = effects.flags_changed | effects.flags_undefined;
  const std::uint32_t changed = (base.state.eflags ^ t.start.eflags) & kFlags;
  EXPECT_EQ(changed & ~changeable, 0u) << name_of(t) << " changes flags";
  seen.flags_changed |= changed;
  for (std::uint32_t flag = 1; flag <= eflags::kOf; flag <<= 1) {
    if ((flag & kFlags) == 0) continue;
    CpuState other = t.start;
    other.eflags ^= flag;
    const Executed& r = bench.run(t, other);
    // Read and changed: the new value may be all that shows it.
    const bool follows = ((r.state.eflags ^ base.state.eflags) & flag) != 0 &&
                         ((r.state.eflags ^ other.eflags) & flag) != 0;
    if (same(base, r, 0, flag) && !follows) continue;
    EXPECT_NE(effects.flags_read & flag, 0u) << name_of(t) << " reads flag " << flag;
    seen.flags_read |= flag;
  }
}

void check_once(Bench& bench, const Try& t, Seen& seen) {
  const RowEffects& effects = row_effects()[t.row];
  const Executed& base = bench.run_first(t);
  check_registers(bench, t, base, seen);
  check_memory(bench, t, base, seen);
  check_flags(bench, t, base, seen);
  if (base.outcome == Outcome::kFault) {
    const bool allowed = effects.faults == Faults::kAlways ||
                         (effects.faults == Faults::kMemoryOperand && t.instruction.memory);
    EXPECT_TRUE(allowed) << name_of(t) << " raises " << base.vector;
    seen.fault = true;
  } else if (ended(t, base)) {
    EXPECT_TRUE(effects.ends_block) << name_of(t) << " ends a block";
    seen.end = true;
  }
}

bool is_general(OperandPlace place) {
  return place == OperandPlace::kRm || place == OperandPlace::kReg ||
         place == OperandPlace::kOpcodeReg || place == OperandPlace::kAccumulator;
}

/// Where a run shows nothing: what always faults here, or acts on what no state holds.
bool has_no_outcome(std::size_t row) {
  const Operation operation = row_effects()[row].operation;
  const OpcodeRow& encoding = opcode_rows()[row];
  const bool test_register = encoding.form == Form::kRS && (encoding.opcode & 4) != 0;
  if (test_register) return true;  // #UD on a 586
  constexpr Operation kNone[] = {Operation::kUd2, Operation::kInvlpg, Operation::kEsc,
                                 Operation::kLldt, Operation::kLtr};
  return std::find(std::begin(kNone), std::end(kNone), operation) != std::end(kNone);
}

/// What is declared has been seen; flags whose changes undefined ones hide are not asked for.
void expect_seen(std::size_t number, const Seen& seen) {
  const OpcodeRow& row = opcode_rows()[number];
  const RowEffects& effects = row_effects()[number];
  const std::string name = row.mnemonic + (" " + std::to_string(row.opcode)) +
                           (row.map == OpcodeMap::kTwoByte ? " of two bytes" : "");
  EXPECT_EQ(seen.registers_read, effects.registers_read) << name;
  EXPECT_EQ(seen.registers_written, effects.registers_written) << name;
  EXPECT_EQ(seen.flags_read, effects.flags_read) << name;
  EXPECT_EQ(seen.flags_changed & effects.flags_changed, effects.flags_changed) << name;
  for (std::size_t n = 0; n < effects.operands.size(); ++n) {
    const Operand& operand = effects.operands[n];
    if (!is_general(operand.place) || has_no_outcome(number)) continue;
    EXPECT_TRUE(seen.operand_read[n] || operand.access == OperandAccess::kWrite)
        << name << ", " << n;
    EXPECT_TRUE(seen.operand_written[n] || operand.access == OperandAccess::kRead)
        << name << ", " << n;
  }
  EXPECT_TRUE(seen.end == effects.ends_block || has_no_outcome(number)) << name;
  EXPECT_EQ(seen.fault, effects.faults != Faults::kNone) << name;
}

/// Index of the ModR/M byte.
std::size_t modrm_at(const Try& t) {
  std::size_t at = 0;
  while (t.bytes[at] == 0x66 || t.bytes[at] == 0xF2 || t.bytes[at] == 0xF3) ++at;
  return at + (opcode_rows()[t.row].map == OpcodeMap::kTwoByte ? 2 : 1);
}

/// The instruction with its r/m operand in register `other`, which starts with what that had.
Try moved_operand(const Try& t, unsigned other) {
  Try moved = t;
  std::uint8_t& modrm = moved.bytes[modrm_at(t)];
  modrm = static_cast<std::uint8_t>((modrm & ~7u) | other);
  moved.start.gpr[other] = t.start.gpr[t.instruction.rm];
  const bool big = (t.start.seg[kCs].attributes & attr::kBig) != 0;
  EXPECT_TRUE(decode(moved.bytes, big, CpuFamily::k586, moved.instruction));
  return moved;
}

/// A register the instruction has nothing to do with; none: 8.
unsigned free_register(const Try& t) {
  const Declared d = declared(t);
  unsigned number = 0;
  while (number < 8 && ((d.read | d.written) >> number & 1) != 0) ++number;
  return number;
}

/// Whether the r/m register is also another operand, or one beside the operands.
bool names_twice(const Try& t) {
  const RowEffects& effects = row_effects()[t.row];
  const unsigned bit = 1u << t.instruction.rm;
  unsigned others = effects.registers_read | effects.registers_written;
  for (const Operand& operand : effects.operands) {
    if (operand.place == OperandPlace::kReg) others |= 1u << t.instruction.reg;
    if (operand.place == OperandPlace::kAccumulator) others |= 1u << kEax;
  }
  return (others & bit) != 0;
}

/// What the register named twice ends with, by the columns: `apart` is the run in which its two
/// roles are two registers, the r/m operand's `other`.
std::uint32_t expected_value(const Try& t, const Executed& apart, unsigned other) {
  const RowEffects& effects = row_effects()[t.row];
  const std::uint32_t of_rm = apart.state.gpr[other];
  const std::uint32_t of_rest = apart.state.gpr[t.instruction.rm];
  bool rm_written = false;
  for (const Operand& operand : effects.operands) {
    rm_written |= operand.place == OperandPlace::kRm && operand.access != OperandAccess::kRead;
  }
  const Operand& first = effects.operands[0];
  const bool rest_is_last = first.place != OperandPlace::kRm &&
                            first.place != OperandPlace::kSystemReg &&
                            first.access != OperandAccess::kRead;
  return rm_written && !rest_is_last ? of_rm : of_rest;
}

void check_order(Bench& bench, const Try& t, unsigned other) {
  const Try moved = moved_operand(t, other);
  const Executed& apart = bench.run_first(moved);
  Executed& twice = bench.run(t, t.start);
  CpuState expected = apart.state;
  expected.gpr[t.instruction.rm] = expected_value(t, apart, other);
  expected.gpr[other] = t.start.gpr[other];
  EXPECT_EQ(twice.state, expected) << name_of(t);
  EXPECT_EQ(twice.outcome, apart.outcome) << name_of(t);
  EXPECT_EQ(twice.next_eip, apart.next_eip) << name_of(t);
  EXPECT_EQ(twice.written, apart.written) << name_of(t);
  std::ranges::copy(moved.bytes, twice.memory.begin() + kCode);
  EXPECT_TRUE(twice.memory == apart.memory) << name_of(t);
}

/// Conditions have a line together, everything else one of its own.
TEST(RowEffects, EveryMnemonicHasALine) {
  for (std::size_t n = 0; n < opcode_rows().size(); ++n) {
    const std::string mnemonic = opcode_rows()[n].mnemonic;
    const Operation operation = row_effects()[n].operation;
    const std::string begins = operation == Operation::kJcc      ? "J"
                               : operation == Operation::kSetcc  ? "SET"
                               : operation == Operation::kCmovcc ? "CMOV"
                                                                 : mnemonic;
    EXPECT_TRUE(mnemonic.starts_with(begins)) << mnemonic;
  }
}

TEST(RowEffects, AreWhatExecutionShows) {
  constexpr unsigned kRounds = 40;
  Bench bench;
  ASSERT_EQ(row_effects().size(), opcode_rows().size());
  for (std::size_t row = 0; row < opcode_rows().size(); ++row) {
    const FormTraits traits = traits_of(opcode_rows()[row].form);
    Seen seen;
    for (unsigned round = 0; round < kRounds; ++round) {
      for (const Mood mood : {Mood::kReal, Mood::kProtected, Mood::kHostile}) {
        const bool choice = traits.modrm && !traits.register_only && !traits.memory_only;
        const bool memory = traits.memory_only || (choice && round % 2 != 0);
        check_once(bench, random_try(bench, row, mood, memory, bench.random.below(2) == 0), seen);
      }
    }
    expect_seen(row, seen);
    if (::testing::Test::HasFailure()) break;
  }
}

// An instruction that names one register twice does what the same does with two registers of that
// value, and the register ends with what is written last.
TEST(RowEffects, OrderIsWhatOneRegisterInTwoPlacesShows) {
  constexpr unsigned kTries = 300;
  Bench bench;
  std::set<Operation> tried;
  for (std::size_t row = 0; row < opcode_rows().size(); ++row) {
    const FormTraits traits = traits_of(opcode_rows()[row].form);
    const RowEffects& effects = row_effects()[row];
    const bool has_rm = std::ranges::any_of(effects.operands, [](const Operand& operand) {
      return operand.place == OperandPlace::kRm;
    });
    if (!traits.modrm || traits.memory_only || !has_rm || effects.byte_operands) continue;
    for (unsigned round = 0; round < kTries; ++round) {
      const Mood mood = round % 2 == 0 ? Mood::kReal : Mood::kProtected;
      const Try t = random_try(bench, row, mood, false, bench.random.below(2) == 0);
      const unsigned other = free_register(t);
      const bool byte_source =
          effects.operation == Operation::kMovzx || effects.operation == Operation::kMovsx;
      if (other > 7 || byte_source || !names_twice(t)) continue;
      check_order(bench, t, other);
      tried.insert(effects.operation);
    }
    if (::testing::Test::HasFailure()) break;
  }
  for (const Operation operation :
       {Operation::kAdd, Operation::kCall, Operation::kCmpxchg, Operation::kDiv, Operation::kImul,
        Operation::kMul, Operation::kPop, Operation::kPush, Operation::kShl, Operation::kShld,
        Operation::kXadd, Operation::kXchg}) {
    EXPECT_TRUE(tried.contains(operation)) << static_cast<int>(operation);
  }
}

}  // namespace
}  // namespace strata::test
