// The kinds of steps blocks are made of. Each is made from the interpreter's own handler, which the
// compiler puts in place: an instruction means the same in both engines because it is the same
// function. What a step leaves out is what its kind of instruction does not need: EIP is written by
// jumps, and where something may fault or reach a device; the clock where a device may look at it.
#pragma once

#include <cstring>

#include "models/engine/block/steps.h"
#include "models/isa/semantics/binary_arithmetic.h"
#include "models/isa/semantics/bit_byte.h"
#include "models/isa/semantics/control_transfer.h"
#include "models/isa/semantics/data_transfer.h"
#include "models/isa/semantics/exchange.h"
#include "models/isa/semantics/flag_control.h"
#include "models/isa/semantics/logical.h"
#include "models/isa/semantics/shift_rotate.h"
#include "models/isa/semantics/string.h"

namespace strata::steps {

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
[[gnu::noinline]] inline Block* leave(const Step* step, Outcome outcome, BlockRun& run) {
  run.left_at = step;
  run.outcome = outcome;
  return nullptr;
}

/// Behind the instruction if it is done, else in it.
[[gnu::noinline]] inline Block* leave_at(Processor& p, const Step* step, Outcome outcome,
                                         BlockRun& run) {
  const unsigned passed = outcome == Outcome::kDone ? step->instruction.length : 0;
  p.eip = run.entry + step->offset + passed;
  return leave(step, outcome, run);
}

[[gnu::noinline]] inline Block* leave_jump(Processor& p, const Step* step, Outcome outcome,
                                           BlockRun& run) {
  if (outcome == Outcome::kDone) p.eip = p.next_eip;
  return leave(step, outcome, run);
}

/// The block at the new EIP, if it has been found there before.
[[gnu::always_inline]] inline Block* follow(const Processor& p, BlockRun& run) {
  return run.jumps.find(p.system.seg[kCs].base + p.eip, run.context);
}

[[gnu::noinline]] inline Block* find_link(const Processor& p, BlockRun& run, Block*& link) {
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

/// In a flat segment, at a register and a displacement, and with an index too or not.
template <bool kIndex>
struct FlatOperand {
  static std::uint32_t address(const Processor& p, const Instruction& i) {
    const std::uint32_t index = kIndex ? p.gpr[i.index] << i.scale : 0;
    return p.gpr[i.base] + index + i.displacement;
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
using FlatByBase = FlatOperand<false>;
using FlatByIndex = FlatOperand<true>;

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

// Calls, returns and jumps through memory, where their operand is plain memory and the target is in
// CS.

inline bool inside_code(const Processor& p, std::uint32_t target) {
  return target <= p.system.seg[kCs].limit;
}

template <class Stack>
Block* call(Processor& p, const Step* step, BlockRun& run) {
  const std::uint32_t behind = run.entry + run.block->bytes;
  const std::uint32_t target = behind + step->instruction.immediate;
  const std::uint32_t top = Stack::top(p, p.gpr[kEsp] - std::uint32_t{sizeof(behind)});
  std::uint8_t* at = Stack::template to_write<Dword>(p, top);
  if (at == nullptr || !inside_code(p, target)) [[unlikely]] {
    return jump_directly<CallRelative::run<Dword>>(p, step, run);
  }
  std::memcpy(at, &behind, sizeof(behind));
  Stack::set(p, top);
  p.eip = target;
  return follow_link(p, run, Block::kTarget);
}

template <typename T, class Stack>
Block* return_near(Processor& p, const Step* step, BlockRun& run) {
  const std::uint8_t* at = Stack::template to_read<T>(p, Stack::top(p, p.gpr[kEsp]));
  T target = 0;
  if (at != nullptr) std::memcpy(&target, at, sizeof(T));
  if (at == nullptr || !inside_code(p, target)) [[unlikely]] {
    return jump_anywhere<ReturnNear::run<T>>(p, step, run);
  }
  Stack::set(p, p.gpr[kEsp] + std::uint32_t{sizeof(T)} + step->instruction.immediate);
  p.eip = target;
  return follow(p, run);
}

template <class Operand>
Block* jump_through(Processor& p, const Step* step, BlockRun& run) {
  const std::uint8_t* at = Operand::template to_read<Dword>(p, step->instruction);
  Dword target = 0;
  if (at != nullptr) std::memcpy(&target, at, sizeof(target));
  if (at == nullptr || !inside_code(p, target)) [[unlikely]] {
    return jump_anywhere<JumpRm::run<Dword, true>>(p, step, run);
  }
  p.eip = target;
  return follow(p, run);
}

/// Anything that goes on behind itself.
inline Block* carry_out(Processor& p, const Step* step, BlockRun& run) {
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
inline Block* carry_out_last(Processor& p, const Step* step, BlockRun& run) {
  run.accessing = nullptr;
  settle(*step, p, run);
  const Outcome outcome = step->instruction.execute(p, step->instruction);
  unsettle(*step, run);
  if (outcome != Outcome::kDone) return leave(step, outcome, run);
  p.eip = p.next_eip;
  return nullptr;
}

}  // namespace strata::steps
