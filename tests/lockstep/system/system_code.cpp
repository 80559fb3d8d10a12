#include "tests/lockstep/system/system_code.h"

#include <initializer_list>

#include "models/isa/cpu_state.h"
#include "tests/lockstep/random_code.h"
#include "tests/lockstep/system/system_features.h"
#include "tests/lockstep/system/system_map.h"
#include "tests/lockstep/system/system_pages.h"
#include "tests/lockstep/system/system_program.h"

namespace strata::test {
namespace {

class SystemWriter {
 public:
  SystemWriter(Random& random, const CodeStyle& style, std::vector<std::uint8_t>& code)
      : random_(random), style_(style), code_(code) {}

  void instruction() {
    const unsigned kind = pick(random_, 100);
    if (kind < 62) {
      append_random_code(random_, style_.wide, code_.size() + 1, code_);
    } else if (kind < 92) {
      any_level(kind);
    } else {
      optional();
    }
  }

 private:
  bool one_in(std::uint32_t n) { return pick(random_, n) == 0; }
  bool has(std::uint32_t feature) const { return (style_.features & feature) != 0; }
  bool virtual_8086() const { return style_.level == kV86Level; }
  unsigned level() const { return virtual_8086() ? 3 : style_.level; }

  void bytes(std::initializer_list<std::uint32_t> values) {
    for (std::uint32_t value : values) {
      code_.push_back(static_cast<std::uint8_t>(value));
    }
  }
  void number(std::uint32_t value, unsigned count) {
    for (unsigned n = 0; n < count; ++n) {
      code_.push_back(static_cast<std::uint8_t>(value >> (8 * n)));
    }
  }
  /// Operand size of the next instruction; gives its bytes.
  unsigned operand(bool wide) {
    if (wide != style_.wide) bytes({0x66});
    return wide ? 4 : 2;
  }
  void move_immediate(unsigned reg, std::uint32_t value) {
    operand(true);
    bytes({0xB8 + reg});
    number(value, 4);
  }
  void push_immediate(std::uint32_t value, bool wide) {
    const unsigned size = operand(wide);
    bytes({0x68});
    number(value, size);
  }
  unsigned scratch() {
    static constexpr unsigned kRegisters[] = {kEax, kEcx, kEdx, kEbx, kEsi, kEdi};
    return kRegisters[pick(random_, 6)];
  }
  /// Nearly always the code's own operand size.
  bool size() { return style_.wide != one_in(8); }

  std::uint16_t real_segment() {
    return static_cast<std::uint16_t>(one_in(3) ? random_() : pick(random_, 0x9000));
  }
  std::uint16_t some_data_selector() {
    return virtual_8086() ? real_segment() : data_selector(random_, level());
  }
  std::uint16_t some_stack_selector() {
    return virtual_8086() ? static_cast<std::uint16_t>(pick(random_, 0x800))
                          : stack_selector(random_, level());
  }
  std::uint32_t stack_place() { return 0x3000 + pick(random_, 0x6000); }
  std::uint32_t place() { return system_place(random_, style_.level, style_.wide); }

  // ---- what is done at every level ----

  void any_level(unsigned kind) {
    switch (kind % 15) {
      case 0: load_data_segment(); break;
      case 1: pop_segment(); break;
      case 2: load_stack(); break;
      case 3: far_transfer(); break;
      case 4: far_return(); break;
      case 5: interrupt_return(); break;
      case 6: change_flags(); break;
      case 7: input_output(); break;
      case 8: software_interrupt(); break;
      case 9: edge_access(); break;
      case 10: few_iterations(); break;
      case 11: load_pointer(); break;
      case 12: interrupt_flag(); break;
      case 13: load_registers(); break;
      default: short_loop(); break;
    }
  }

  void load_data_segment() {
    static constexpr unsigned kSegments[] = {kEs, kDs, kFs, kGs};
    const unsigned reg = scratch();
    move_immediate(reg, some_data_selector());
    bytes({0x8E, 0xC0 | kSegments[pick(random_, 4)] << 3 | reg});
  }

  void pop_segment() {
    const bool wide = size();
    push_immediate(some_data_selector(), wide);
    operand(wide);
    switch (pick(random_, 4)) {
      case 0: bytes({0x07}); break;
      case 1: bytes({0x1F}); break;
      case 2: bytes({0x0F, 0xA1}); break;
      default: bytes({0x0F, 0xA9}); break;
    }
  }

  void load_stack() {
    const unsigned reg = scratch();
    move_immediate(reg, some_stack_selector());
    bytes({0x8E, 0xD0 | reg});
    move_immediate(kEsp, stack_place());
  }

  std::uint16_t jump_selector() {
    if (virtual_8086()) {
      return static_cast<std::uint16_t>(one_in(8) ? random_() : SYSTEM_ROM16 >> 4);
    }
    return target_selector(random_, level(), style_.features);
  }
  /// An offset in code that `selector` may name.
  std::uint32_t jump_offset(std::uint16_t selector) {
    if (virtual_8086()) {
      return place();
    }
    const unsigned kind = (selector / 8u - kLevel) % 10;
    return system_place(random_, level(), kind != kCode16);
  }

  void far_transfer() {
    const bool wide = size();
    const std::uint16_t selector = jump_selector();
    const std::uint32_t offset = jump_offset(selector);
    const unsigned count = operand(wide);
    bytes({one_in(2) ? 0x9Au : 0xEAu});
    number(offset, count);
    number(selector, 2);
  }

  unsigned outer_level() {
    const bool outward = has(kRings) && one_in(2);
    return outward ? level() + pick(random_, 4 - level()) : level();
  }

  /// RETF to this level or an outer one, with or without parameters.
  void far_return() {
    const bool wide = size();
    const unsigned parameters = one_in(4) ? pick(random_, 4) * 4 : 0;
    const unsigned outer = outer_level();
    const bool code_wide = !virtual_8086() && !one_in(4);
    if (outer != level() || one_in(8)) {
      push_immediate(stack_selector(random_, outer), wide);
      push_immediate(stack_place(), wide);
    }
    for (unsigned n = 0; n < parameters / 4; ++n) {
      push_immediate(random_value(random_), wide);
    }
    push_code(outer, code_wide, wide);
    operand(wide);
    if (parameters != 0) {
      bytes({0xCA});
      number(parameters, 2);
    } else {
      bytes({0xCB});
    }
  }

  void push_code(unsigned outer, bool code_wide, bool wide) {
    if (virtual_8086()) {
      push_immediate(SYSTEM_ROM16 >> 4, wide);
      push_immediate(place(), wide);
    } else {
      push_immediate(code_selector(random_, outer, code_wide), wide);
      push_immediate(system_place(random_, outer, code_wide), wide);
    }
  }

  void interrupt_return() {
    const bool wide = size();
    const unsigned outer = outer_level();
    const bool code_wide = !one_in(4);
    if (has(kV86) && level() == 0 && wide && one_in(3)) {
      virtual_8086_frame();
    } else {
      if (outer != level() || one_in(8)) {
        push_immediate(stack_selector(random_, outer), wide);
        push_immediate(stack_place(), wide);
      }
      push_immediate(random_flags(random_, style_.features), wide);
      push_code(outer, code_wide, wide);
    }
    operand(wide);
    bytes({0xCF});
  }

  void virtual_8086_frame() {
    for (unsigned n = 0; n < 4; ++n) {
      push_immediate(real_segment(), true);
    }
    push_immediate(pick(random_, 0x800), true);
    push_immediate(stack_place(), true);
    push_immediate(random_flags(random_, style_.features) | eflags::kVm, true);
    push_immediate(SYSTEM_ROM16 >> 4, true);
    push_immediate(system_place(random_, kV86Level, false), true);
  }

  void change_flags() {
    const bool wide = size();
    if (one_in(3)) {
      operand(wide);
      bytes({0x9C});
      return;
    }
    push_immediate(random_flags(random_, style_.features), wide);
    operand(wide);
    bytes({0x9D});
  }

  void input_output() {
    if (one_in(2)) {
      operand(true);
      bytes({0xBA});  // a port the I/O bitmaps speak of, or just beyond
      number(pick(random_, one_in(4) ? 0x10000 : 0x900), 4);
      operand(size());
      bytes({0xEC + pick(random_, 4)});
    } else {
      operand(size());
      bytes({0xE4 + pick(random_, 4), static_cast<std::uint32_t>(random_() & 0xFF)});
    }
  }

  void software_interrupt() {
    switch (pick(random_, 8)) {
      case 0: bytes({0xCC}); break;
      case 1: bytes({0xCE}); break;
      case 2: bytes({0xCD, pick(random_, 0x20)}); break;
      default: bytes({0xCD, 0x20 + pick(random_, 0xE0)}); break;
    }
  }

  /// Around a page's, a segment's or the address space's end.
  void edge_access() {
    static constexpr std::uint32_t kEnds[] = {0x10000, 0x8000, 0x3000, 0x9000, 0x10, 0xA0000, 0};
    const std::uint32_t end =
        one_in(2) ? kEnds[pick(random_, 7)] : pick(random_, one_in(2) ? 0x120 : 0x100000) << 12;
    const unsigned reg = scratch();
    move_immediate(kEbx, end - pick(random_, 6));
    operand(one_in(2));
    if (!style_.wide && one_in(2)) bytes({0x67});
    static constexpr std::uint32_t kOpcodes[] = {0x8B, 0x89, 0x01, 0x87, 0x8A, 0x88, 0x03, 0x39};
    bytes({kOpcodes[pick(random_, 8)], reg << 3 | (style_.wide ? 3u : 7u)});
  }

  void few_iterations() {
    operand(true);
    bytes({0xB9});
    number(pick(random_, 20), 4);
    if (one_in(3)) {
      move_immediate(one_in(2) ? kEsi : kEdi, (pick(random_, 0x100) << 12) - pick(random_, 16));
    }
    static constexpr std::uint32_t kStrings[] = {0xA4, 0xA5, 0xA6, 0xA7, 0xAA, 0xAB, 0xAC,
                                                 0xAD, 0xAE, 0xAF, 0x6C, 0x6D, 0x6E, 0x6F};
    bytes({0xF2 + pick(random_, 2)});
    operand(one_in(2));
    bytes({kStrings[pick(random_, 14)]});
  }

  /// LDS and the like from the stack.
  void load_pointer() {
    const bool wide = size();
    push_immediate(some_data_selector(), wide);
    push_immediate(random_value(random_), wide);
    operand(wide);
    if (!style_.wide) bytes({0x67});
    const unsigned reg = scratch();
    static constexpr std::uint32_t kLoads[] = {0xC4, 0xC5, 0xFB4, 0xFB5};
    const std::uint32_t opcode = kLoads[pick(random_, 4)];
    if (opcode > 0xFF) bytes({0x0F});
    bytes({opcode, 0x04 | reg << 3, 0x24});
  }

  void interrupt_flag() { bytes({one_in(3) ? 0xFAu : 0xFBu}); }

  void load_registers() {
    for (unsigned reg : {scratch(), scratch()}) {
      move_immediate(reg, random_value(random_));
    }
  }

  /// mov ecx, few; back: inc and dec of another register; loop back
  void short_loop() {
    operand(true);
    bytes({0xB9});
    number(1 + pick(random_, 6), 4);
    bytes({0x40 + kEdx, 0x48 + kEdi, 0xE2, 0xFC});
  }

  // ---- what needs a level or a feature ----

  void optional() {
    if (level() == 0 && !virtual_8086() && one_in(2)) {
      privileged();
      return;
    }
    switch (pick(random_, 4)) {
      case 0:
        if (has(kSelfModifying)) modify();
        break;
      case 1:
        if (has(kNewOpcodes)) selector_opcode();
        break;
      case 2:
        if (has(kNewOpcodes)) new_opcode();
        break;
      default:
        if (one_in(3)) privileged();
        break;
    }
  }

  void privileged() {
    switch (pick(random_, 9)) {
      case 0: load_table(); break;
      case 1: control_register(); break;
      case 2:
        if (has(kTasks)) task_register();
        break;
      case 3:
        if (has(kDebug)) debug_register();
        break;
      case 4:
        if (has(kPaging)) flush();
        break;
      case 5:
        if (one_in(4)) bytes({0xF4});
        break;
      case 6: bytes({0x0F, 0x06}); break;
      case 7: bytes({0xFA + pick(random_, 2)}); break;
      default:
        if (has(kNewOpcodes)) bytes({0x0F, 0x08 + pick(random_, 2)});  // INVD, WBINVD
        break;
    }
  }

  /// LGDT or LIDT with what is in force already.
  void load_table() {
    if (!style_.wide) return;
    const std::uint32_t which = pick(random_, 2);
    bytes({0x2E, 0x0F, 0x01, (which + 2) << 3 | 5});
    number(kTablePointers + 8 * which, 4);
  }

  void control_register() {
    const unsigned reg = scratch();
    bytes({0x0F, 0x20, 0xC0 | pick(random_, 5) % 5 << 3 | reg});  // a read
    if (one_in(2)) {
      move_immediate(reg, random_cr0(random_, style_.features));
      bytes({0x0F, 0x22, 0xC0 | reg});
    } else if (has(kPaging)) {
      move_immediate(reg,
                     kPageTables + pick(random_, kDirectories) * 0x1000 + pick(random_, 4) * 8);
      bytes({0x0F, 0x22, 0xD8 | reg});
    }
  }

  void task_register() {
    const unsigned reg = scratch();
    const bool ldt = one_in(2);
    const std::uint32_t index =
        ldt ? kFirstLdt + pick(random_, 3) : kFirstTss + pick(random_, SYSTEM_TSS_COUNT);
    move_immediate(reg, one_in(8) ? any_selector(random_) : index * 8);
    bytes({0x0F, 0x00, (ldt ? 0xD0u : 0xD8u) | reg});
  }

  void debug_register() {
    const unsigned reg = scratch();
    const unsigned number = pick(random_, 8);
    if (one_in(3)) {
      bytes({0x0F, 0x21, 0xC0 | number << 3 | reg});
      return;
    }
    const std::uint32_t place_of_code = SYSTEM_ROM32 + place();
    const std::uint32_t value = one_in(2) ? place_of_code : random_value(random_);
    move_immediate(reg, number == 7 ? random_dr7(random_) : value);
    bytes({0x0F, 0x23, 0xC0 | number << 3 | reg});
  }

  void flush() {
    if (one_in(3)) {
      bytes({0x0F, 0x20, 0xD8, 0x0F, 0x22, 0xD8});  // MOV EAX, CR3; MOV CR3, EAX
    } else {
      move_immediate(kEbx, pick(random_, 0x120) << 12);
      bytes({0x0F, 0x01, style_.wide ? 0x3Bu : 0x3Fu});  // INVLPG [EBX] or [BX]
    }
  }

  /// Writes instructions and a far jump back into the page of modified code, and jumps there. The
  /// first of them may itself change those behind it.
  void modify() {
    if (!style_.wide || virtual_8086()) return;
    constexpr std::uint32_t kMostBytes = 32;
    const std::uint32_t target = pick(random_, 0x1000 - kMostBytes);
    std::vector<std::uint8_t> planted;
    SystemWriter writer(random_, style_, planted);
    if (!one_in(3)) writer.change_behind(target);
    for (unsigned n = 0; n < 3; ++n) writer.number(random_short(), 4);
    writer.bytes({0xEA});
    writer.number(place(), 4);
    writer.number(level_selector(level(), kCode32), 2);
    planted.resize(kMostBytes);
    const unsigned reg = scratch();
    move_immediate(reg, level_selector(level(), kModifiedData));
    bytes({0x8E, 0xE0 | reg});  // FS
    move_immediate(reg, level_selector(level(), kFlat));
    bytes({0x8E, 0xE8 | reg});  // GS
    for (std::size_t n = 0; n < planted.size(); n += 4) {
      bytes({0x64, 0xC7, 0x05});
      number(target + static_cast<std::uint32_t>(n), 4);
      code_.insert(code_.end(), planted.begin() + static_cast<std::ptrdiff_t>(n),
                   planted.begin() + static_cast<std::ptrdiff_t>(n + 4));
    }
    bytes({0xEA});
    number(target, 4);
    number(level_selector(level(), kModifiedCode), 2);
  }

  /// MOV of a byte, word or doubleword into the twelve bytes behind it; `here` is its offset in the
  /// page of modified code. Sometimes by another linear address, where a 4 MiB page begins with 0.
  void change_behind(std::uint32_t here) {
    constexpr std::uint32_t kFirstAlias = 0x400000;
    constexpr std::uint32_t kFiller = 12;
    const unsigned size = 1u << pick(random_, 3);
    const bool alias = has(kBigPages) && one_in(3);
    const std::uint32_t length = 7 + size + (size == 2 ? 1 : 0);
    const std::uint32_t at = here + length + pick(random_, kFiller - size + 1);
    bytes({alias ? 0x65u : 0x64u});
    if (size == 2) bytes({0x66});
    bytes({size == 1 ? 0xC6u : 0xC7u, 0x05});
    number(alias ? kFirstAlias + SYSTEM_MODIFIED + at : at, 4);
    number(random_short(), size);
  }

  /// Four one-byte instructions on registers.
  std::uint32_t random_short() {
    static constexpr std::uint32_t kBytes[] = {0x40, 0x43, 0x4A, 0x4F, 0x90, 0x93, 0x98,
                                               0x99, 0xF5, 0xF8, 0xF9, 0x9F, 0x9E, 0xD6};
    std::uint32_t word = 0;
    for (unsigned n = 0; n < 4; ++n) {
      word = word << 8 | kBytes[pick(random_, 13)];
    }
    return word;
  }

  /// ARPL, LAR, LSL, VERR, VERW, SLDT, STR.
  void selector_opcode() {
    const unsigned reg = scratch();
    move_immediate(reg, any_selector(random_));
    operand(one_in(2));
    const unsigned other = scratch();
    switch (pick(random_, 6)) {
      case 0: bytes({0x63, 0xC0 | other << 3 | reg}); break;
      case 1: bytes({0x0F, 0x02, 0xC0 | other << 3 | reg}); break;
      case 2: bytes({0x0F, 0x03, 0xC0 | other << 3 | reg}); break;
      case 3: bytes({0x0F, 0x00, 0xE0 | reg}); break;
      case 4: bytes({0x0F, 0x00, 0xE8 | reg}); break;
      default: bytes({0x0F, 0x00, 0xC0 | pick(random_, 2) << 3 | reg}); break;
    }
  }

  /// ModR/M for a register, or memory at a 32-bit (16-bit) address register.
  void modrm(unsigned reg) {
    if (one_in(2)) {
      bytes({0xC0 | reg << 3 | pick(random_, 8)});
    } else {
      bytes({reg << 3 | (style_.wide ? kEsi : 4u)});
    }
  }

  void new_opcode() {
    const unsigned reg = pick(random_, 8);
    operand(size());
    switch (pick(random_, 10)) {
      case 0:
        bytes({0xC8});  // ENTER
        number(pick(random_, 64), 2);
        bytes({one_in(3) ? static_cast<std::uint32_t>(random_() & 0xFF) : pick(random_, 4)});
        break;
      case 1: bytes({0xC9}); break;
      case 2: bytes({0x62, reg << 3 | (style_.wide ? kEsi : 4u)}); break;  // BOUND
      case 3: bytes({0x0F, 0xC8 | reg}); break;                            // BSWAP
      case 4:
        bytes({0x0F, 0xC0 | pick(random_, 2)});  // XADD
        modrm(reg);
        break;
      case 5:
        bytes({0x0F, 0xB0 | pick(random_, 2)});  // CMPXCHG
        modrm(reg);
        break;
      case 6:
        bytes({0x0F, 0x40 | pick(random_, 16)});  // CMOVcc
        modrm(reg);
        break;
      case 7:
        bytes({0x0F, 0xC7});  // CMPXCHG8B
        modrm(1);
        break;
      case 8: bytes({0x0F, 0xA2}); break;  // CPUID
      default:
        bytes({0x0F, one_in(2) ? 0xA3u + 8 * pick(random_, 4) : 0x0Bu});  // BT..., UD2
        if (code_.back() != 0x0B) modrm(reg);
        break;
    }
  }

  Random& random_;
  CodeStyle style_;
  std::vector<std::uint8_t>& code_;
};

}  // namespace

void append_system_code(Random& random, const CodeStyle& style, std::size_t bytes,
                        std::vector<std::uint8_t>& code) {
  SystemWriter writer(random, style, code);
  while (code.size() < bytes) {
    writer.instruction();
  }
}

}  // namespace strata::test
