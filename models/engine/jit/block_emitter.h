// Host code of one block, from its intermediate form.
#pragma once

#include <array>
#include <memory>
#include <vector>

#include "models/engine/jit/host_code.h"
#include "models/engine/jit/host_flags.h"
#include "models/engine/jit/ir.h"
#include "models/engine/jit/translation.h"

namespace strata::jit {

/// Code that all blocks jump to: offsets in the code buffer.
struct CommonCode {
  std::size_t leave = 0;         // back to the engine; JitContext::exit says why
  std::size_t leave_stored = 0;  // the same when registers are in the Processor already
  std::size_t step = 0;          // calls JitContext::step with R10 and R9D
};

class BlockEmitter {
 public:
  BlockEmitter(HostCode& code, const CommonCode& common, Translation& translation)
      : code_(code), common_(common), translation_(translation), flags_(code) {}

  /// Appends the block's code and fills in the translation's places in it.
  void emit(const IrBlock& ir);

 private:
  struct Stub {
    unsigned index = 0;
    FlagState before;
    FlagState after;
    bool flags_wanted = false;  // behind the instruction
    bool last = false;
    std::vector<std::size_t> sites;  // of the translation's
    Xbyak::Label entry;
    Xbyak::Label resume;
  };

  static unsigned first_without_flags(const IrBlock& ir);
  void emit_through(const IrBlock& ir, unsigned from, unsigned to);
  void emit_with_check(const IrBlock& ir, unsigned place);
  void emit_check();
  void note_place();
  void count_execution();
  void emit_instruction(const IrInstruction& ir);
  void emit_operation(const IrInstruction& ir);
  void emit_stub(Stub& stub);
  void emit_edge_stubs();
  void emit_edge_exit(TranslationEdge& edge);
  void leave_at(std::uint32_t eip, Exit exit);

  // block_emitter.cpp: data
  void move(const IrInstruction& ir);
  void extend(const IrInstruction& ir, bool sign);
  void load_address(const IrInstruction& ir);
  void exchange(const IrInstruction& ir);
  void widen(const IrInstruction& ir);
  void spread(const IrInstruction& ir);
  void set_if(const IrInstruction& ir);
  // emit_arithmetic.cpp
  void two_operands(const IrInstruction& ir);
  void one_operand(const IrInstruction& ir);
  void shift(const IrInstruction& ir);
  void shift_by_cl(const IrInstruction& ir);
  void rotate(const IrInstruction& ir);
  void rotate_once(const IrInstruction& ir);
  void rotate_register(const IrInstruction& ir);
  void flags_of_rotation(const IrInstruction& ir, const Xbyak::Reg& result);
  void set_carry_and_overflow();
  void multiply(const IrInstruction& ir);
  void multiply_wide(const IrInstruction& ir, bool sign);
  void keep_product_flags(const IrInstruction& ir, const Xbyak::Reg& low);
  void divide(const IrInstruction& ir, bool sign);
  void check_quotient(unsigned bytes, bool sign);
  // emit_transfer.cpp
  void push(const IrInstruction& ir);
  void pop(const IrInstruction& ir);
  void leave(const IrInstruction& ir);
  void branch(const IrInstruction& ir);
  void loop(const IrInstruction& ir);
  void call(const IrInstruction& ir);
  void call_to(const IrInstruction& ir);
  void push_return(const IrInstruction& ir);
  void return_near(const IrInstruction& ir);
  void jump_to(const IrInstruction& ir);
  TranslationEdge& new_edge(std::uint32_t eip, bool flags_lost);
  void go_to(std::uint32_t eip, bool flags_lost);
  void branch_on(unsigned condition, std::uint32_t target, bool lost);
  void test_count(const IrInstruction& ir);
  void go_indirect();
  void go_by_table(Xbyak::Label& miss);
  void interpret(bool last);
  void interpret_on(const IrInstruction& ir);
  Xbyak::Reg stack_pointer() const;
  void move_stack(std::int32_t by);
  void load_value(const IrInstruction& ir);
  // emit_string.cpp
  void load_string(const IrInstruction& ir);
  void store_string(const IrInstruction& ir);
  void move_string(const IrInstruction& ir);
  void step_index(const IrInstruction& ir, unsigned number);
  // emit_memory.cpp
  Xbyak::Address memory(const IrAddress& address, unsigned bytes, bool write);
  Xbyak::Address stack(std::int32_t above, unsigned bytes, bool write);
  void add_base(const IrAddress& address, unsigned bytes);
  void make_trap(unsigned bytes, unsigned bits);
  void look_up(unsigned bytes, bool write);
  bool windowed() const;
  bool direct(const IrAddress& address) const;
  IrAddress at_register(unsigned number, std::int32_t above) const;
  Stub& stub();
  void touch();
  void call_step(unsigned index);
  void lea(const Xbyak::Reg32& to, const IrAddress& address);
  SegmentShape shape(unsigned segment) const { return translation_.conditions.shapes[segment]; }
  /// Has `apply` make the host's instruction for an operand, in a register or in memory. `prepare`
  /// comes last before it.
  template <typename Apply, typename Prepare = void (*)()>
  void at_operand(
      const IrInstruction& ir, const IrOperand& operand, bool write, Apply&& apply,
      Prepare&& prepare = [] {}) {
    if (operand.is_memory()) {
      const auto at = memory(ir.address, ir.bytes, write);
      prepare();
      touch();
      apply(at);
    } else {
      prepare();
      apply(HostCode::guest(operand.number, ir.bytes));
    }
  }
  Xbyak::Reg as_source(unsigned number, unsigned bytes);
  /// Brings AH to BH down to where `apply` finds it as AL to BL, and back; flags are `apply`'s.
  template <typename Apply>
  void into_high_byte(unsigned number, Apply&& apply) {
    const auto whole = HostCode::guest32(number & 3);
    code_.rorx(whole, whole, 8);
    apply(HostCode::guest(number & 3, 1));
    code_.rorx(whole, whole, 24);
  }

  std::uint32_t behind() const;

  HostCode& code_;
  const CommonCode& common_;
  Translation& translation_;
  HostFlags flags_;
  unsigned index_ = 0;     // of the guest's instruction
  bool has_stub_ = false;  // the instruction at index_ does
  std::vector<std::unique_ptr<Stub>> stubs_;
  unsigned edges_ = 0;
  std::array<Xbyak::Label, 2> edge_stubs_;
  std::array<FlagState, 2> edge_flags_;
  bool listing_ = true;  // what is emitted is what a listing shows
  bool counts_at_end_ = false;
  Xbyak::Label out_of_budget_;
};

}  // namespace strata::jit
