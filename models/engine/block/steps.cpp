// The steps of blocks. Each is made from the interpreter's own handler, which the compiler puts in
// place: an instruction means the same in both engines because it is the same function. What a step
// leaves out is what its kind of instruction does not need: EIP is written by jumps, and where
// something may fault or reach a device; the clock where a device may look at it.
#include "models/engine/block/steps.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <unordered_map>

#include "models/isa/semantics/binary_arithmetic.h"
#include "models/isa/semantics/bit_byte.h"
#include "models/isa/semantics/control_transfer.h"
#include "models/isa/semantics/data_transfer.h"
#include "models/isa/semantics/exchange.h"
#include "models/isa/semantics/flag_control.h"
#include "models/isa/semantics/logical.h"
#include "models/isa/semantics/shift_rotate.h"
#include "models/isa/semantics/string.h"

namespace strata {
namespace {

using namespace semantics;
using Byte = std::uint8_t;
using Word = std::uint16_t;
using Dword = std::uint32_t;

/// How a step goes on with the next: by its pointer, or where the next is known to be a conditional
/// jump directly, so that the compiler makes one of the two.
struct ByPointer {
  [[gnu::always_inline]] static Block* go_on(Processor& p, const Step* step, BlockRun& run) {
    return step[1].run(p, step + 1, run);
  }
};

/// EIP is where the CPU stands now.
[[gnu::noinline]] Block* leave(const Step* step, Outcome outcome, BlockRun& run) {
  run.left_at = step;
  run.outcome = outcome;
  return nullptr;
}

/// Behind the instruction if it is done, else in it.
[[gnu::noinline]] Block* leave_at(Processor& p, const Step* step, Outcome outcome, BlockRun& run) {
  const unsigned passed = outcome == Outcome::kDone ? step->instruction.length : 0;
  p.eip = run.entry + step->offset + passed;
  return leave(step, outcome, run);
}

[[gnu::noinline]] Block* leave_jump(Processor& p, const Step* step, Outcome outcome,
                                    BlockRun& run) {
  if (outcome == Outcome::kDone) p.eip = p.next_eip;
  return leave(step, outcome, run);
}

/// The block at the new EIP, if it has been found there before.
[[gnu::always_inline]] inline Block* follow(const Processor& p, BlockRun& run) {
  return run.jumps.find(p.system.seg[kCs].base + p.eip, run.context);
}

[[gnu::noinline]] Block* find_link(const Processor& p, BlockRun& run, Block*& link) {
  Block* next = follow(p, run);
  run.link = &link;
  if (next != nullptr) note_link(p.eip, *next, run);
  return next;
}

[[gnu::always_inline]] inline Block* follow_link(const Processor& p, BlockRun& run,
                                                 Block::Successor successor) {
  Block*& link = run.block->links[successor];
  return link != nullptr ? link : find_link(p, run, link);
}

// ---- kinds of steps ----

/// Jcc with a 32-bit displacement.
template <unsigned kCondition>
[[gnu::always_inline]] inline Block* jump_on(Processor& p, const Step* step, BlockRun& run) {
  const std::uint32_t behind = run.entry + run.block->bytes;
  if (!holds<kCondition>(p.flags)) {
    p.eip = behind;
    return follow_link(p, run, Block::kNext);
  }
  const std::uint32_t target = behind + step->instruction.immediate;
  if (target > p.system.seg[kCs].limit) [[unlikely]] {
    p.raise(vector::kGeneralProtection);
    return leave_at(p, step, Outcome::kFault, run);
  }
  p.eip = target;
  return follow_link(p, run, Block::kTarget);
}

template <unsigned kCondition>
Block* jump_if(Processor& p, const Step* step, BlockRun& run) {
  return jump_on<kCondition>(p, step, run);
}

template <unsigned kCondition>
struct ToJump {
  [[gnu::always_inline]] static Block* go_on(Processor& p, const Step* step, BlockRun& run) {
    return jump_on<kCondition>(p, step + 1, run);
  }
};

/// Neither faults nor accesses memory nor looks at EIP.
template <Handler kHandler, class Next = ByPointer>
Block* calculate(Processor& p, const Step* step, BlockRun& run) {
  kHandler(p, step->instruction);
  return Next::go_on(p, step, run);
}

/// Accesses memory, or may fault; does not look at EIP.
template <Handler kHandler>
Block* access(Processor& p, const Step* step, BlockRun& run) {
  run.accessing = step;
  const Outcome outcome = kHandler(p, step->instruction);
  if (outcome != Outcome::kDone || p.attention) [[unlikely]] {
    return leave_at(p, step, outcome, run);
  }
  return ByPointer::go_on(p, step, run);
}

// The same for a form that says what it does with its operand, where that is plain memory: no
// device is reached and nothing faults, so neither is looked for. How a step finds the operand:

/// Whatever the segment and the addressing.
struct AnyOperand {
  template <typename T>
  static const std::uint8_t* to_read(const Processor& p, const Instruction& i) {
    return p.plain_to_read<T>(i.segment, p.effective_address(i));
  }
  template <typename T>
  static std::uint8_t* to_write(const Processor& p, const Instruction& i) {
    return p.plain_to_write<T>(i.segment, p.effective_address(i));
  }
};

/// In a flat segment, at a register and a displacement.
struct FlatByBase {
  static std::uint32_t address(const Processor& p, const Instruction& i) {
    return p.gpr[i.base] + i.displacement;
  }
  template <typename T>
  static const std::uint8_t* to_read(const Processor& p, const Instruction& i) {
    return p.flat_to_read<T>(address(p, i));
  }
  template <typename T>
  static std::uint8_t* to_write(const Processor& p, const Instruction& i) {
    return p.flat_to_write<T>(address(p, i));
  }
};

/// In a flat segment, with an index too.
struct FlatByIndex {
  static std::uint32_t address(const Processor& p, const Instruction& i) {
    return p.gpr[i.base] + (p.gpr[i.index] << i.scale) + i.displacement;
  }
  template <typename T>
  static const std::uint8_t* to_read(const Processor& p, const Instruction& i) {
    return p.flat_to_read<T>(address(p, i));
  }
  template <typename T>
  static std::uint8_t* to_write(const Processor& p, const Instruction& i) {
    return p.flat_to_write<T>(address(p, i));
  }
};

template <Handler kHandler, class Form, typename T, class Operand, class Next = ByPointer>
Block* take(Processor& p, const Step* step, BlockRun& run) {
  const std::uint8_t* at = Operand::template to_read<T>(p, step->instruction);
  if (at == nullptr) [[unlikely]] {
    return access<kHandler>(p, step, run);
  }
  T value;
  std::memcpy(&value, at, sizeof(T));
  Form::take(p, step->instruction, value);
  return Next::go_on(p, step, run);
}

template <Handler kHandler, class Form, typename T, class Operand>
Block* give(Processor& p, const Step* step, BlockRun& run) {
  std::uint8_t* at = Operand::template to_write<T>(p, step->instruction);
  if (at == nullptr) [[unlikely]] {
    return access<kHandler>(p, step, run);
  }
  const T value = Form::template give<T>(p, step->instruction);
  std::memcpy(at, &value, sizeof(T));
  return ByPointer::go_on(p, step, run);
}

template <Handler kHandler, class Form, typename T, class Operand>
Block* change(Processor& p, const Step* step, BlockRun& run) {
  std::uint8_t* at = Operand::template to_write<T>(p, step->instruction);
  if (at == nullptr) [[unlikely]] {
    return access<kHandler>(p, step, run);
  }
  T value;
  std::memcpy(&value, at, sizeof(T));
  value = Form::change(p, step->instruction, value);
  std::memcpy(at, &value, sizeof(T));
  return ByPointer::go_on(p, step, run);
}

/// Of the stack: of SS as it is, and of a flat one.
struct AnyStack {
  static std::uint32_t top(const Processor& p, std::uint32_t esp) { return esp & p.stack_mask(); }
  static void set(Processor& p, std::uint32_t esp) { p.set_masked(kEsp, p.stack_mask(), esp); }
  template <typename T>
  static const std::uint8_t* to_read(const Processor& p, std::uint32_t offset) {
    return p.plain_to_read<T>(kSs, offset);
  }
  template <typename T>
  static std::uint8_t* to_write(const Processor& p, std::uint32_t offset) {
    return p.plain_to_write<T>(kSs, offset);
  }
};

struct FlatStack {
  static std::uint32_t top(const Processor&, std::uint32_t esp) { return esp; }
  static void set(Processor& p, std::uint32_t esp) { p.gpr[kEsp] = esp; }
  template <typename T>
  static const std::uint8_t* to_read(const Processor& p, std::uint32_t offset) {
    return p.flat_to_read<T>(offset);
  }
  template <typename T>
  static std::uint8_t* to_write(const Processor& p, std::uint32_t offset) {
    return p.flat_to_write<T>(offset);
  }
};

template <Handler kHandler, class Form, typename T, class Stack>
Block* push(Processor& p, const Step* step, BlockRun& run) {
  const std::uint32_t top = Stack::top(p, p.gpr[kEsp] - std::uint32_t{sizeof(T)});
  std::uint8_t* at = Stack::template to_write<T>(p, top);
  if (at == nullptr) [[unlikely]] {
    return access<kHandler>(p, step, run);
  }
  const T value = Form::template give<T>(p, step->instruction);
  std::memcpy(at, &value, sizeof(T));
  Stack::set(p, top);
  return ByPointer::go_on(p, step, run);
}

template <typename T, class Stack>
Block* pop(Processor& p, const Step* step, BlockRun& run) {
  const std::uint8_t* at = Stack::template to_read<T>(p, Stack::top(p, p.gpr[kEsp]));
  if (at == nullptr) [[unlikely]] {
    return access<PopReg::run<T>>(p, step, run);
  }
  T value;
  std::memcpy(&value, at, sizeof(T));
  Stack::set(p, p.gpr[kEsp] + std::uint32_t{sizeof(T)});
  p.set_reg<T>(step->instruction.reg, value);
  return ByPointer::go_on(p, step, run);
}

/// Ends the block at an EIP of its own choice.
template <Handler kHandler>
Block* jump_anywhere(Processor& p, const Step* step, BlockRun& run) {
  run.accessing = step;
  p.eip = run.entry + step->offset;
  p.next_eip = p.eip + step->instruction.length;
  const Outcome outcome = kHandler(p, step->instruction);
  if (outcome != Outcome::kDone || p.attention) [[unlikely]] {
    return leave_jump(p, step, outcome, run);
  }
  p.eip = p.next_eip;
  return follow(p, run);
}

/// Ends the block behind it or at a fixed distance.
template <Handler kHandler>
Block* jump_directly(Processor& p, const Step* step, BlockRun& run) {
  run.accessing = step;
  p.eip = run.entry + step->offset;
  const std::uint32_t behind = p.eip + step->instruction.length;
  p.next_eip = behind;
  const Outcome outcome = kHandler(p, step->instruction);
  if (outcome != Outcome::kDone || p.attention) [[unlikely]] {
    return leave_jump(p, step, outcome, run);
  }
  p.eip = p.next_eip;
  return follow_link(p, run, p.eip == behind ? Block::kNext : Block::kTarget);
}

/// Anything that goes on behind itself.
Block* carry_out(Processor& p, const Step* step, BlockRun& run) {
  run.accessing = nullptr;
  settle(*step, p, run);
  const Outcome outcome = step->instruction.execute(p, step->instruction);
  unsettle(*step, run);
  if (outcome != Outcome::kDone || p.attention) [[unlikely]] {
    return leave_at(p, step, outcome, run);
  }
  return ByPointer::go_on(p, step, run);
}

/// Anything.
Block* carry_out_last(Processor& p, const Step* step, BlockRun& run) {
  run.accessing = nullptr;
  settle(*step, p, run);
  const Outcome outcome = step->instruction.execute(p, step->instruction);
  unsettle(*step, run);
  if (outcome != Outcome::kDone) return leave(step, outcome, run);
  p.eip = p.next_eip;
  return nullptr;
}

// ---- which handlers have steps of their own ----

/// The steps of a handler, by how its operand is found.
struct Runs {
  StepRun any = nullptr;
  StepRun flat_by_base = nullptr;
  StepRun flat_by_index = nullptr;
};

using Conditions = std::make_integer_sequence<unsigned, 16>;

template <unsigned... kCondition>
constexpr std::array<Handler, 16> conditional_jumps(
    std::integer_sequence<unsigned, kCondition...>) {
  return {JumpIf<kCondition>::template run<Dword>...};
}
constexpr std::array<Handler, 16> kJumps = conditional_jumps(Conditions());

class Table {
 public:
  Table() {
    two_operands<Add, Or, Adc, Sbb, And, Sub, Xor>();
    compare<RmReg<Cmp>, RegRm<Cmp>, RmImm<Cmp>, RmReg<Test>, RmImm<Test>>();
    accumulator<AccImm<Cmp>, AccImm<Test>>();
    unary<Inc, Dec, Neg, Not>();
    shifts<Shl, Shr, Sar, Rol, Ror, Rcl, Rcr>();
    multiply();
    move();
    convert();
    stack<Word>();
    stack<Dword>();
    strings<Byte>();
    strings<Word>();
    strings<Dword>();
    jump<Word>();
    jump<Dword>();
    conditions(Conditions());
    before_jumps(Conditions());
  }

  StepRun find(const Instruction& i, bool flat) const {
    const auto found = runs_.find(i.execute);
    return found != runs_.end() ? choose(found->second, i, flat) : nullptr;
  }

  /// Of `i` in front of `next`.
  StepRun find_before(Handler next, const Instruction& i, bool flat) const {
    const auto condition = std::ranges::find(kJumps, next);
    const auto found = before_jump_.find(i.execute);
    if (condition == kJumps.end() || found == before_jump_.end()) return nullptr;
    return choose(found->second[condition - kJumps.begin()], i, flat);
  }

 private:
  static StepRun choose(const Runs& runs, const Instruction& i, bool flat) {
    const bool plain = flat && i.address32() && i.segment != kCs && i.segment < kFs;
    if (!plain || runs.flat_by_base == nullptr) return runs.any;
    return i.index == kNoRegister ? runs.flat_by_base : runs.flat_by_index;
  }

  template <Handler... kHandler>
  void calculates() {
    ((runs_[kHandler] = {calculate<kHandler>}), ...);
  }
  template <Handler... kHandler>
  void accesses() {
    ((runs_[kHandler] = {access<kHandler>}), ...);
  }
  template <Handler... kHandler>
  void jumps_anywhere() {
    ((runs_[kHandler] = {jump_anywhere<kHandler>}), ...);
  }
  template <Handler... kHandler>
  void jumps_directly() {
    ((runs_[kHandler] = {jump_directly<kHandler>}), ...);
  }

  /// ModR/M forms, in a register and in memory.
  template <class Form, typename... T>
  void with_rm() {
    calculates<Form::template run<T, false>...>();
    accesses<Form::template run<T, true>...>();
  }
  template <class Form, typename... T>
  void takes() {
    calculates<Form::template run<T, false>...>();
    (takes_memory<Form::template run<T, true>, Form, T>(), ...);
  }
  template <Handler kHandler, class Form, typename T>
  void takes_memory() {
    runs_[kHandler] = {take<kHandler, Form, T, AnyOperand>, take<kHandler, Form, T, FlatByBase>,
                       take<kHandler, Form, T, FlatByIndex>};
  }
  template <class Form, typename T>
  void gives() {
    constexpr Handler kHandler = Form::template run<T, true>;
    calculates<Form::template run<T, false>>();
    runs_[kHandler] = {give<kHandler, Form, T, AnyOperand>, give<kHandler, Form, T, FlatByBase>,
                       give<kHandler, Form, T, FlatByIndex>};
  }
  template <class Form, typename T>
  void changes() {
    constexpr Handler kHandler = Form::template run<T, true>;
    calculates<Form::template run<T, false>>();
    runs_[kHandler] = {change<kHandler, Form, T, AnyOperand>, change<kHandler, Form, T, FlatByBase>,
                       change<kHandler, Form, T, FlatByIndex>};
  }

  // By family. Of those that are rare, memory operands need no step of their own.

  template <class... Form>
  void accumulator() {
    (calculates<Form::template run<Byte>, Form::template run<Word>, Form::template run<Dword>>(),
     ...);
  }
  template <class... Form>
  void compare() {
    (takes<Form, Byte, Word, Dword>(), ...);
  }
  template <class... Form>
  void changes_all() {
    (changes<Form, Byte>(), ...);
    (changes<Form, Word>(), ...);
    (changes<Form, Dword>(), ...);
  }
  template <class... Op>
  void two_operands() {
    changes_all<RmReg<Op>..., RmImm<Op>...>();
    (takes<RegRm<Op>, Byte, Word, Dword>(), ...);
    accumulator<AccImm<Op>...>();
  }
  template <class... Op>
  void unary() {
    changes_all<UnaryRm<Op>...>();
    calculates<UnaryReg<Op>::template run<Word>...>();
    calculates<UnaryReg<Op>::template run<Dword>...>();
  }
  template <class... Op>
  void shifts() {
    (with_rm<ShiftOne<Op>, Byte, Word, Dword>(), ...);
    (with_rm<ShiftImm<Op>, Byte, Word, Dword>(), ...);
    (with_rm<ShiftCl<Op>, Byte, Word, Dword>(), ...);
    with_rm<DoubleShiftImm<Shld>, Dword>();
    with_rm<DoubleShiftImm<Shrd>, Dword>();
  }
  void multiply() {
    takes<ImulRegRm, Word, Dword>();
    takes<ImulRegRmImm, Word, Dword>();
    with_rm<Mul, Byte, Word, Dword>();
    with_rm<ImulAcc, Byte, Word, Dword>();
  }
  template <typename From, bool kSigned, typename T>
  void extends() {
    using Form = MovExtend<From, kSigned>;
    calculates<Form::template run<T, false>>();
    takes_memory<Form::template run<T, true>, typename Form::template To<T>, From>();
  }
  void move() {
    takes<MovRegRm, Byte, Word, Dword>();
    gives<MovRmReg, Byte>();
    gives<MovRmReg, Word>();
    gives<MovRmReg, Dword>();
    gives<MovRmImm, Byte>();
    gives<MovRmImm, Word>();
    gives<MovRmImm, Dword>();
    accumulator<MovRegImm>();
    accesses<MovAccOffset::run<Byte>, MovAccOffset::run<Dword>>();
    accesses<MovOffsetAcc::run<Byte>, MovOffsetAcc::run<Dword>>();
    extends<Byte, false, Word>();
    extends<Byte, true, Word>();
    extends<Byte, false, Dword>();
    extends<Byte, true, Dword>();
    extends<Word, false, Dword>();
    extends<Word, true, Dword>();
    with_rm<XchgRmReg, Byte, Word, Dword>();
    calculates<Lea::run<Word>, Lea::run<Dword>>();
  }
  void convert() {
    calculates<XchgAccReg::run<Word>, XchgAccReg::run<Dword>>();
    calculates<ConvertInAcc::run<Word>, ConvertInAcc::run<Dword>>();
    calculates<ConvertToDouble::run<Word>, ConvertToDouble::run<Dword>>();
    calculates<assign_carry<false>, assign_carry<true>>();
  }
  template <class Form, typename T>
  void pushes() {
    constexpr Handler kHandler = Form::template run<T>;
    constexpr StepRun kFlat = push<kHandler, Form, T, FlatStack>;
    runs_[kHandler] = {push<kHandler, Form, T, AnyStack>, kFlat, kFlat};
  }
  /// Repeated ones end a block and are carried out there.
  template <typename T>
  void strings() {
    accesses<String<Movs>::run<T>, String<Stos>::run<T>, String<Lods>::run<T>, String<Cmps>::run<T>,
             String<Scas>::run<T>>();
  }
  template <typename T>
  void stack() {
    pushes<PushReg, T>();
    pushes<PushImm, T>();
    runs_[PopReg::run<T>] = {pop<T, AnyStack>, pop<T, FlatStack>, pop<T, FlatStack>};
    accesses<PushRm::run<T, true>, Leave::run<T>>();
  }

  /// A jump by 32 bits goes as far wherever the code is mapped; one that cuts EIP to 16 does not.
  template <typename T>
  void jump() {
    if constexpr (sizeof(T) == sizeof(Dword)) {
      jumps_directly<JumpRelative::run<T>, CallRelative::run<T>, Loop<LoopKind::kPlain>::run<T>,
                     JumpIfCounterZero::run<T>>();
    } else {
      jumps_anywhere<JumpRelative::run<T>, CallRelative::run<T>, Loop<LoopKind::kPlain>::run<T>,
                     JumpIfCounterZero::run<T>>();
    }
    jumps_anywhere<JumpRm::run<T, false>, JumpRm::run<T, true>, CallRm::run<T, false>,
                   CallRm::run<T, true>, ReturnNear::run<T>>();
  }
  template <unsigned... kCondition>
  void conditions(std::integer_sequence<unsigned, kCondition...>) {
    ((runs_[JumpIf<kCondition>::template run<Dword>] = {jump_if<kCondition>}), ...);
    jumps_anywhere<JumpIf<kCondition>::template run<Word>...>();
    (with_rm<SetIf<kCondition>, Byte>(), ...);
  }

  // What conditional jumps mostly stand behind.

  template <unsigned... kCondition>
  void before_jumps(std::integer_sequence<unsigned, kCondition...>) {
    (before_jump<kCondition>(), ...);
  }
  template <unsigned kCondition>
  void before_jump() {
    takes_before<kCondition, RmReg<Cmp>, Byte, Dword>();
    takes_before<kCondition, RegRm<Cmp>, Byte, Dword>();
    takes_before<kCondition, RmImm<Cmp>, Byte, Dword>();
    takes_before<kCondition, RmReg<Test>, Byte, Dword>();
    takes_before<kCondition, RmImm<Test>, Byte, Dword>();
    calculates_before<kCondition, AccImm<Cmp>::run<Byte>, AccImm<Cmp>::run<Dword>,
                      AccImm<Test>::run<Byte>, UnaryReg<Dec>::run<Dword>, UnaryReg<Inc>::run<Dword>,
                      RmImm<Sub>::run<Dword, false>, RmImm<Add>::run<Dword, false>,
                      RmReg<Sub>::run<Dword, false>, RmImm<And>::run<Dword, false>,
                      ShiftImm<Shr>::run<Dword, false>>();
  }
  template <unsigned kCondition, Handler... kHandler>
  void calculates_before() {
    ((before_jump_[kHandler][kCondition] = {calculate<kHandler, ToJump<kCondition>>}), ...);
  }
  template <unsigned kCondition, class Form, typename... T>
  void takes_before() {
    calculates_before<kCondition, Form::template run<T, false>...>();
    (takes_memory_before<kCondition, Form::template run<T, true>, Form, T>(), ...);
  }
  template <unsigned kCondition, Handler kHandler, class Form, typename T>
  void takes_memory_before() {
    using Next = ToJump<kCondition>;
    before_jump_[kHandler][kCondition] = {take<kHandler, Form, T, AnyOperand, Next>,
                                          take<kHandler, Form, T, FlatByBase, Next>,
                                          take<kHandler, Form, T, FlatByIndex, Next>};
  }

  std::unordered_map<Handler, Runs> runs_;
  std::unordered_map<Handler, std::array<Runs, 16>> before_jump_;  // by condition
};

const Table& table() {
  static const Table kTable;
  return kTable;
}

}  // namespace

void settle(const Step& step, Processor& p, BlockRun& run) {
  p.eip = run.entry + step.offset;
  p.next_eip = p.eip + step.instruction.length;
  *run.cycle += step.index * run.cpi;
  *run.instructions += step.index;
}

void unsettle(const Step& step, BlockRun& run) {
  *run.cycle -= step.index * run.cpi;
  *run.instructions -= step.index;
}

void note_link(std::uint32_t eip, Block& next, BlockRun& run) {
  const std::uint32_t distance = eip - run.entry + run.block->offset;
  if (run.link != nullptr && next.page == run.block->page && next.offset == distance) {
    *run.link = &next;
  }
  run.link = nullptr;
}

Block* fall_through(Processor& p, const Step*, BlockRun& run) {
  p.eip = run.entry + run.block->bytes;
  return follow_link(p, run, Block::kNext);
}

StepRun select_step(const Instruction& instruction, bool flat, bool last) {
  if (instruction.repeat != Repeat::kNone) return last ? carry_out_last : carry_out;
  if (const StepRun run = table().find(instruction, flat)) return run;
  return last ? carry_out_last : carry_out;
}

void join_with_jump(Step& step, const Step& jump, bool flat) {
  const StepRun run = table().find_before(jump.instruction.execute, step.instruction, flat);
  if (run != nullptr) step.run = run;
}

}  // namespace strata
