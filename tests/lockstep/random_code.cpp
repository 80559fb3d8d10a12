#include "tests/lockstep/random_code.h"

#include <initializer_list>
#include <iterator>

namespace strata::test {
namespace {

/// What follows an opcode, and how often the opcode is wanted among the others.
enum class Form {
  kPlain,      // nothing
  kModrm,      // ModR/M with any register field
  kMemory,     // ModR/M, memory only
  kByte,       // immediate byte
  kWord,       // immediate word
  kFull,       // immediate of the operand size
  kModrmByte,  // ModR/M and immediate byte
  kModrmFull,  // ModR/M and immediate of the operand size
  kGroup3,     // F6, F7: an immediate with register field 0 and 1
  kNear,       // displacement of the operand size, to a place in the code
  kFar,        // far pointer
  kOffset,     // moffs
  kEnter,      // immediate word and byte
  kExchange    // ModR/M, memory and register field 1
};

struct Shape {
  std::uint16_t first;  // 0F00 and up: two bytes
  std::uint16_t last;
  Form form;
  unsigned weight;  // for the whole range
};

constexpr Shape kShapes[] = {
    {0x00, 0x03, Form::kModrm, 10},      {0x08, 0x0B, Form::kModrm, 10},
    {0x10, 0x13, Form::kModrm, 10},      {0x18, 0x1B, Form::kModrm, 10},
    {0x20, 0x23, Form::kModrm, 10},      {0x28, 0x2B, Form::kModrm, 10},
    {0x30, 0x33, Form::kModrm, 10},      {0x38, 0x3B, Form::kModrm, 10},
    {0x04, 0x04, Form::kByte, 2},        {0x2D, 0x2D, Form::kFull, 2},
    {0x15, 0x15, Form::kFull, 2},        {0x3C, 0x3C, Form::kByte, 2},
    {0x06, 0x07, Form::kPlain, 3},       {0x0E, 0x0E, Form::kPlain, 2},
    {0x16, 0x17, Form::kPlain, 3},       {0x1E, 0x1F, Form::kPlain, 3},
    {0x27, 0x27, Form::kPlain, 1},       {0x2F, 0x2F, Form::kPlain, 1},
    {0x37, 0x37, Form::kPlain, 1},       {0x3F, 0x3F, Form::kPlain, 1},
    {0x40, 0x4F, Form::kPlain, 16},      {0x50, 0x5F, Form::kPlain, 24},
    {0x60, 0x61, Form::kPlain, 3},       {0x68, 0x68, Form::kFull, 3},
    {0x6A, 0x6A, Form::kByte, 3},        {0x69, 0x69, Form::kModrmFull, 4},
    {0x6B, 0x6B, Form::kModrmByte, 4},   {0x6C, 0x6F, Form::kPlain, 4},
    {0x70, 0x7F, Form::kByte, 24},       {0x80, 0x80, Form::kModrmByte, 10},
    {0x81, 0x81, Form::kModrmFull, 10},  {0x83, 0x83, Form::kModrmByte, 16},
    {0x84, 0x87, Form::kModrm, 12},      {0x88, 0x8B, Form::kModrm, 40},
    {0x8C, 0x8C, Form::kModrm, 3},       {0x8D, 0x8D, Form::kMemory, 10},
    {0x8E, 0x8E, Form::kModrm, 6},       {0x8F, 0x8F, Form::kModrm, 4},
    {0x90, 0x9F, Form::kPlain, 12},      {0xA0, 0xA3, Form::kOffset, 8},
    {0xA4, 0xA7, Form::kPlain, 10},      {0xA8, 0xA8, Form::kByte, 2},
    {0xAA, 0xAF, Form::kPlain, 12},      {0xB0, 0xB7, Form::kByte, 8},
    {0xB8, 0xBF, Form::kFull, 12},       {0xC0, 0xC1, Form::kModrmByte, 12},
    {0xC2, 0xC2, Form::kWord, 1},        {0xC3, 0xC3, Form::kPlain, 3},
    {0xC4, 0xC5, Form::kMemory, 3},      {0xC6, 0xC6, Form::kModrmByte, 3},
    {0xC7, 0xC7, Form::kModrmFull, 4},   {0xC9, 0xC9, Form::kPlain, 1},
    {0xCA, 0xCA, Form::kWord, 1},        {0xCB, 0xCB, Form::kPlain, 2},
    {0xCC, 0xCC, Form::kPlain, 1},       {0xCD, 0xCD, Form::kByte, 3},
    {0xCE, 0xCF, Form::kPlain, 4},       {0xD0, 0xD3, Form::kModrm, 16},
    {0xD4, 0xD5, Form::kByte, 2},        {0xD7, 0xD7, Form::kPlain, 1},
    {0xE0, 0xE3, Form::kByte, 4},        {0xE4, 0xE7, Form::kByte, 3},
    {0xE8, 0xE9, Form::kNear, 6},        {0xEB, 0xEB, Form::kByte, 3},
    {0xEA, 0xEA, Form::kFar, 3},         {0x9A, 0x9A, Form::kFar, 3},
    {0xEC, 0xEF, Form::kPlain, 4},       {0xF4, 0xF4, Form::kPlain, 1},
    {0xF5, 0xF5, Form::kPlain, 1},       {0xF8, 0xFD, Form::kPlain, 10},
    {0xF6, 0xF7, Form::kGroup3, 24},     {0xFE, 0xFF, Form::kModrm, 14},
    {0xF01, 0xF01, Form::kModrm, 2},     {0xF06, 0xF06, Form::kPlain, 1},
    {0xF20, 0xF20, Form::kModrm, 1},     {0xF22, 0xF22, Form::kModrm, 1},
    {0xF80, 0xF8F, Form::kNear, 8},      {0xF90, 0xF9F, Form::kModrm, 10},
    {0xFA0, 0xFA1, Form::kPlain, 2},     {0xFA8, 0xFA9, Form::kPlain, 2},
    {0xFA3, 0xFA3, Form::kModrm, 3},     {0xFAB, 0xFAB, Form::kModrm, 3},
    {0xFB3, 0xFB3, Form::kModrm, 3},     {0xFBB, 0xFBB, Form::kModrm, 3},
    {0xFBA, 0xFBA, Form::kModrmByte, 4}, {0xFA4, 0xFA4, Form::kModrmByte, 4},
    {0xFAC, 0xFAC, Form::kModrmByte, 4}, {0xFA5, 0xFA5, Form::kModrm, 4},
    {0xFAD, 0xFAD, Form::kModrm, 4},     {0xFAF, 0xFAF, Form::kModrm, 6},
    {0xFB2, 0xFB2, Form::kMemory, 2},    {0xFB4, 0xFB5, Form::kMemory, 2},
    {0xFB6, 0xFB7, Form::kModrm, 10},    {0xFBC, 0xFBF, Form::kModrm, 12},
    {0x62, 0x62, Form::kMemory, 3},      {0xC8, 0xC8, Form::kEnter, 3},
    {0xD6, 0xD6, Form::kPlain, 1},       {0xD8, 0xDF, Form::kModrm, 4},
    {0xF08, 0xF09, Form::kPlain, 1},     {0xF30, 0xF32, Form::kPlain, 3},
    {0xF40, 0xF4F, Form::kModrm, 12},    {0xFA2, 0xFA2, Form::kPlain, 2},
    {0xFB0, 0xFB1, Form::kModrm, 6},     {0xFC0, 0xFC1, Form::kModrm, 6},
    {0xFC7, 0xFC7, Form::kExchange, 3},  {0xFC8, 0xFCF, Form::kPlain, 6},
};

constexpr unsigned total_weight() {
  unsigned sum = 0;
  for (const Shape& shape : kShapes) {
    sum += shape.weight;
  }
  return sum;
}

class Writer {
 public:
  Writer(Random& random, bool wide, std::vector<std::uint8_t>& code,
         std::optional<std::uint32_t> linear)
      : random_(random), wide_(wide), code_(code), linear_(linear) {}

  void instruction() {
    operand32_ = address32_ = wide_;
    if (one_in(100)) {
      raw();
    } else if (one_in(60)) {
      load_segment();
    } else if (one_in(40)) {
      repeated_string();
    } else if (one_in(150)) {
      load_table();
    } else if (one_in(300)) {
      load_cr0();
    } else if (linear_ && one_in(9)) {
      modify();
    } else if (linear_ && one_in(25)) {
      load_stack_pointer();
    } else {
      ordinary();
    }
  }

 private:
  bool one_in(std::uint32_t n) { return pick(random_, n) == 0; }
  void byte(std::uint_fast32_t value) { code_.push_back(static_cast<std::uint8_t>(value)); }
  void bytes(std::initializer_list<std::uint32_t> values) {
    for (std::uint32_t value : values) {
      byte(value);
    }
  }
  void number(std::uint32_t value, unsigned count) {
    for (unsigned n = 0; n < count; ++n) {
      byte(value >> (8 * n));
    }
  }
  void full(std::uint32_t value) { number(value, operand32_ ? 4 : 2); }

  /// Anything at all, also opcodes that do not exist.
  void raw() {
    const unsigned count = 1 + pick(random_, 6);
    for (unsigned n = 0; n < count; ++n) {
      byte(random_());
    }
  }

  void prefixes() {
    static constexpr std::uint8_t kSegments[] = {0x26, 0x2E, 0x36, 0x3E, 0x64, 0x65};
    if (one_in(12)) byte(kSegments[pick(random_, 6)]);
    if (one_in(8)) operand_prefix();
    if (one_in(12)) address_prefix();
    if (one_in(60)) byte(0xF0);
    if (one_in(60)) byte(0xF2 + pick(random_, 2));
    if (one_in(2000)) {
      for (unsigned n = pick(random_, 16); n != 0; --n) byte(0x3E);
    }
  }
  void operand_prefix() {
    byte(0x66);
    operand32_ = !wide_;
  }
  void address_prefix() {
    byte(0x67);
    address32_ = !wide_;
  }

  void ordinary() {
    prefixes();
    const Shape& shape = random_shape();
    const std::uint32_t opcode = shape.first + pick(random_, shape.last - shape.first + 1u);
    if (opcode >= 0xF00) byte(0x0F);
    byte(opcode);
    operands(shape.form);
  }

  const Shape& random_shape() {
    std::uint32_t at = pick(random_, total_weight());
    const Shape* shape = kShapes;
    while (at >= shape->weight) {
      at -= shape->weight;
      ++shape;
    }
    return *shape;
  }

  void operands(Form form) {
    switch (form) {
      case Form::kPlain: break;
      case Form::kModrm: modrm(pick(random_, 8), one_in(3)); break;
      case Form::kMemory: modrm(pick(random_, 8), one_in(30)); break;
      case Form::kByte: byte(random_()); break;
      case Form::kWord: number(pick(random_, 64), 2); break;
      case Form::kFull: full(random_value(random_)); break;
      case Form::kModrmByte:
        modrm(pick(random_, 8), one_in(3));
        byte(random_());
        break;
      case Form::kModrmFull:
        modrm(pick(random_, 8), one_in(3));
        full(random_value(random_));
        break;
      case Form::kEnter:
        number(pick(random_, 64), 2);
        byte(one_in(4) ? random_() : pick(random_, 5));
        break;
      case Form::kExchange: modrm(one_in(10) ? pick(random_, 8) : 1, one_in(30)); break;
      case Form::kGroup3: group3(); break;
      case Form::kNear: full(pick(random_, 0x2000) - 0x1000); break;
      case Form::kFar: far_pointer(); break;
      case Form::kOffset: number(random_value(random_), address32_ ? 4 : 2); break;
    }
  }

  void group3() {
    const bool word = (code_.back() & 1) != 0;  // of the opcode
    const std::uint32_t reg = pick(random_, 8);
    modrm(reg, one_in(3));
    if (reg < 2) {
      if (word) {
        full(random_value(random_));
      } else {
        byte(random_());
      }
    }
  }

  void modrm(std::uint32_t reg, bool is_register) {
    const std::uint32_t mod = is_register ? 3 : pick(random_, 3);
    const std::uint32_t rm = pick(random_, 8);
    byte(mod << 6 | reg << 3 | rm);
    if (mod == 3) return;
    bool displacement32 = mod == 0 && rm == (address32_ ? 5u : 6u);
    if (address32_ && rm == 4) {
      const std::uint32_t sib = pick(random_, 256);
      byte(sib);
      displacement32 = mod == 0 && (sib & 7) == 5;
    }
    if (mod == 1) {
      byte(random_());
    } else if (mod == 2 || displacement32) {
      number(random_value(random_), address32_ ? 4 : 2);
    }
  }

  void far_pointer() {
    full(kFirstCode + pick(random_, 0xF000));
    number(one_in(2) ? random_selector(random_) : kCodeBase >> 4, 2);
  }

  /// A selector that may be good, into a register and on.
  void load_segment() {
    if (wide_) byte(0x66);
    byte(0xB8);  // MOV AX, imm16
    number(random_selector(random_), 2);
    static constexpr std::uint8_t kRegisters[] = {0, 2, 3, 3, 4, 5};
    bytes({0x8E, 0xC0u | static_cast<unsigned>(kRegisters[pick(random_, 6)]) << 3});
    if (one_in(3)) load_stack_pointer();
  }
  void load_stack_pointer() {
    byte(0xBC);  // MOV (E)SP
    full_default(0x8000 + pick(random_, 0x1000));
  }
  void full_default(std::uint32_t value) { number(value, wide_ ? 4 : 2); }

  void repeated_string() {
    static constexpr std::uint8_t kStrings[] = {0xA4, 0xA5, 0xA6, 0xA7, 0xAA, 0xAB, 0xAC,
                                                0xAD, 0xAE, 0xAF, 0x6C, 0x6D, 0x6E, 0x6F};
    byte(0xB9);  // MOV (E)CX
    full_default(pick(random_, 12));
    prefixes();
    bytes({0xF2u + pick(random_, 2), kStrings[pick(random_, sizeof(kStrings))]});
  }

  /// LGDT or LIDT with what is in force already, which the handlers' page holds.
  void load_table() {
    const std::uint32_t which = pick(random_, 2);
    bytes({0x2E, 0x0F, 0x01, (which + 2) << 3 | (wide_ ? 5u : 6u)});
    full_default(0x20 + 8 * which);
  }

  /// MP, EM and TS at random, rarely PE; CD and NW, rarely NW alone, which is an exception.
  void load_cr0() {
    static constexpr std::uint32_t kCaching[] = {0, 0, 0, 0, cr0::kCd, cr0::kCd | cr0::kNw};
    const std::uint32_t bits =
        (pick(random_, 16) & (one_in(8) ? 0xFu : 0xEu)) | (wide_ && !one_in(8) ? 1u : 0u);
    if (!wide_) byte(0x66);
    byte(0xB8);  // MOV EAX
    number(bits | (one_in(20) ? cr0::kNw : kCaching[pick(random_, std::size(kCaching))]), 4);
    if (one_in(2)) {
      bytes({0x0F, 0x22, 0xC0});  // MOV CR0, EAX
    } else {
      bytes({0x0F, 0x01, 0xF0});  // LMSW AX
    }
  }

  // ---- code that changes code ----

  /// A place from a bit before the end of `code` so far to what the CPU may have fetched.
  std::uint32_t place_nearby() {
    const auto here = *linear_ + static_cast<std::uint32_t>(code_.size());
    const std::uint32_t place = here + pick(random_, 48) - 8;
    return one_in(4) ? place - kCodeBase + kCodeAlias : place;
  }
  void address_of(std::uint32_t linear) { full_default(linear); }

  std::uint32_t short_instruction() {
    static constexpr std::uint8_t kBytes[] = {0x40, 0x42, 0x43, 0x46, 0x4A, 0x4F, 0x90,
                                              0x93, 0x98, 0x99, 0xF5, 0xF8, 0xF9, 0xFC};
    return one_in(4) ? static_cast<std::uint32_t>(random_()) & 0xFF
                     : kBytes[pick(random_, sizeof(kBytes))];
  }

  void modify() {
    switch (pick(random_, 4)) {
      case 0: modify_by_string(); break;
      case 1: modify_by_register(); break;
      default: modify_by_immediate(); break;
    }
  }

  /// Real mode through CS, protected mode through a data segment: GS is flat, others may be.
  void modify_prefix() {
    static constexpr std::uint8_t kSegments[] = {0x26, 0x3E, 0x64, 0x65, 0x65, 0x65, 0x65, 0x65};
    byte(wide_ ? kSegments[pick(random_, 8)] : 0x2Eu);
  }

  /// MOV byte, word or doubleword
  void modify_by_immediate() {
    const std::uint32_t target = place_nearby();
    const unsigned size = 1u << pick(random_, 3);
    if (size != 1 && (size == 4) != wide_) byte(0x66);
    modify_prefix();
    bytes({size == 1 ? 0xC6u : 0xC7u, wide_ ? 0x05u : 0x06u});
    address_of(target);
    for (unsigned n = 0; n < size; ++n) byte(short_instruction());
  }

  /// A read, a change and a write, in execute or in microcode, of whatever a register holds
  void modify_by_register() {
    static constexpr std::uint16_t kOpcodes[] = {0x00,  0x31,  0x86,  0x87, 0x88, 0x89, 0xF94,
                                                 0xFAB, 0xFB1, 0xFC1, 0xFE, 0xFF, 0xD0, 0xF6};
    const std::uint32_t target = place_nearby();
    modify_prefix();
    const std::uint32_t opcode = kOpcodes[pick(random_, sizeof(kOpcodes) / sizeof(kOpcodes[0]))];
    if (opcode >= 0xF00) byte(0x0F);
    const bool group = opcode == 0xFE || opcode == 0xFF || opcode == 0xD0;  // INC, DEC; ROL, ROR
    const std::uint32_t reg = opcode == 0xF6 ? 2 + pick(random_, 2) : pick(random_, group ? 2 : 8);
    bytes({opcode & 0xFF, reg << 3 | (wide_ ? 5u : 6u)});
    address_of(target);
  }

  /// STOS, with or without REP, over what follows and perhaps over itself
  void modify_by_string() {
    if (wide_) {
      bytes({0x0F, 0xA8, 0x07});  // PUSH GS, POP ES
    } else {
      bytes({0x0E, 0x07});  // PUSH CS, POP ES
    }
    byte(0xBF);  // MOV (E)DI
    address_of(place_nearby());
    bytes({0xB0, short_instruction(), 0xB9});  // MOV AL; MOV (E)CX
    full_default(1 + pick(random_, 24));
    if (!one_in(4)) byte(0xF3);
    byte(0xAAu + pick(random_, 2));
  }

  Random& random_;
  bool wide_;
  bool operand32_ = false;
  bool address32_ = false;
  std::vector<std::uint8_t>& code_;
  std::optional<std::uint32_t> linear_;  // of its first byte, if it may change itself
};

}  // namespace

void append_random_code(Random& random, bool wide, std::size_t bytes,
                        std::vector<std::uint8_t>& code, std::optional<std::uint32_t> linear) {
  Writer writer(random, wide, code, linear);
  while (code.size() < bytes) {
    writer.instruction();
  }
}

}  // namespace strata::test
