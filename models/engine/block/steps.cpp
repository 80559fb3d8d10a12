// Which function carries which instruction out (step_kinds.h).
#include "models/engine/block/steps.h"

#include <algorithm>
#include <array>
#include <unordered_map>
#include <vector>

#include "models/engine/block/step_kinds.h"
#include "models/isa/opcode_table.h"

namespace strata {
namespace {

using namespace semantics;
using namespace steps;

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
    for (const OpcodeRow& row : opcode_rows()) add_row(row);
  }

  StepRun find(const Instruction& i, bool flat) const {
    const Place& place = place_of(i);
    return place.runs != nullptr ? choose(*place.runs, i, flat) : nullptr;
  }

  /// Of `i` in front of `next`.
  StepRun find_before(Handler next, const Instruction& i, bool flat) const {
    const Place& place = place_of(i);
    const auto condition = std::ranges::find(kJumps, next);
    if (condition == kJumps.end() || place.before_jump == nullptr) return nullptr;
    return choose((*place.before_jump)[condition - kJumps.begin()], i, flat);
  }

 private:
  using BeforeJump = std::array<Runs, 16>;  // by condition

  /// What is known of a handler of the opcode table; null: nothing.
  struct Place {
    Handler handler = nullptr;
    const Runs* runs = nullptr;
    const BeforeJump* before_jump = nullptr;
  };

  void add_row(const OpcodeRow& row) {
    for (const auto& by_memory : row.handlers.by_size_and_memory) {
      for (const Handler handler : by_memory) {
        const auto runs = runs_.find(handler);
        const auto before_jump = before_jump_.find(handler);
        places_.push_back({handler, runs != runs_.end() ? &runs->second : nullptr,
                           before_jump != before_jump_.end() ? &before_jump->second : nullptr});
      }
    }
  }

  const Place& place_of(const Instruction& i) const {
    static constexpr Place kNone;
    if (i.row == kUndefinedRow) return kNone;
    const Place& place = places_[i.row * 4u + (i.operand32 ? 2 : 0) + (i.memory ? 1 : 0)];
    return place.handler == i.execute ? place : kNone;
  }

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
    calculates<Form::template run<T, false>>();
    gives_memory<Form::template run<T, true>, Form, T>();
  }
  template <Handler kHandler, class Form, typename T>
  void gives_memory() {
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
  template <typename T>
  void accumulator_offset() {
    takes_memory<MovAccOffset::run<T>, MovAccOffset, T>();
    gives_memory<MovOffsetAcc::run<T>, MovOffsetAcc, T>();
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
    accumulator_offset<Byte>();
    accumulator_offset<Word>();
    accumulator_offset<Dword>();
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
      jumps_directly<JumpRelative::run<T>, Loop<LoopKind::kPlain>::run<T>,
                     JumpIfCounterZero::run<T>>();
      runs_[CallRelative::run<T>] = {call<AnyStack>, call<FlatStack>, call<FlatStack>};
      runs_[JumpRm::run<T, true>] = {jump_through<AnyOperand>, jump_through<FlatByBase>,
                                     jump_through<FlatByIndex>};
    } else {
      jumps_anywhere<JumpRelative::run<T>, CallRelative::run<T>, Loop<LoopKind::kPlain>::run<T>,
                     JumpIfCounterZero::run<T>, JumpRm::run<T, true>>();
    }
    jumps_anywhere<JumpRm::run<T, false>, CallRm::run<T, false>, CallRm::run<T, true>>();
    constexpr StepRun kFlat = return_near<T, FlatStack>;
    runs_[ReturnNear::run<T>] = {return_near<T, AnyStack>, kFlat, kFlat};
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
  std::unordered_map<Handler, BeforeJump> before_jump_;
  std::vector<Place> places_;  // of each row, by operand size and whether ModR/M names memory
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
