/* What memory operands raise in real and virtual-8086 mode (SDM vol. 2, "Real-Address Mode
 * Exceptions" and "Virtual-8086 Mode Exceptions" of every instruction that has one): #GP outside
 * CS, DS, ES, FS or GS, #SS outside SS, without an error code in real mode, with 0 in virtual-8086
 * mode. And LOCK where it is not allowed: #UD. */
#include "sw/include/string.h"
#include "sw/tests/rules/real.h"
#include "sw/tests/rules/v86.h"

#define LATER NEEDS_INSTRUCTIONS
#define OUTSIDE 0x10000 /* of the 32-bit address EBX, ESI or EDI */

/* Kinds of forms. */
#define ES_ONLY 2 /* the operand is in ES whatever the prefix */
#define LOCKED 4  /* LOCK is allowed */
#define LEVEL_0 8 /* in virtual-8086 mode #GP(0) before the operand is looked at */
#define PORT 16   /* asks the I/O permission bitmap in virtual-8086 mode */

#define REG(n) (uint8_t)((n) << 3 | 3) /* ModR/M: /n [EBX] */

struct form {
  const char* text;
  uint8_t kind;
  uint8_t length;
  uint8_t bytes[5];
};

#define FORM1(text, kind, a) \
  {                          \
    text, kind, 1, {         \
      a                      \
    }                        \
  }
#define FORM2(text, kind, a, b) \
  {                             \
    text, kind, 2, {            \
      a, b                      \
    }                           \
  }
#define FORM3(text, kind, a, b, c) \
  {                                \
    text, kind, 3, {               \
      a, b, c                      \
    }                              \
  }
#define FORM4(text, kind, a, b, c, d) \
  {                                   \
    text, kind, 4, {                  \
      a, b, c, d                      \
    }                                 \
  }
#define FORM5(text, kind, a, b, c, d, e) \
  {                                      \
    text, kind, 5, {                     \
      a, b, c, d, e                      \
    }                                    \
  }

/* op m, r; op r, m, byte and word */
#define ALU(text, opcode, kind)                                                               \
  FORM2(text " m8, r8", kind, opcode, REG(0)), FORM2(text " m, r", kind, opcode + 1, REG(0)), \
      FORM2(text " r8, m8", 0, opcode + 2, REG(0)), FORM2(text " r, m", 0, opcode + 3, REG(0))
/* op m, imm */
#define ALU_IMM(text, n, kind)                           \
  FORM3(text " m8, imm8", kind, 0x80, REG(n), 1),        \
      FORM4(text " m, imm16", kind, 0x81, REG(n), 1, 0), \
      FORM3(text " m, imm8", kind, 0x83, REG(n), 1)
#define SHIFT(text, n)                                                                     \
  FORM3(text " m8, imm8", 0, 0xC0, REG(n), 1), FORM3(text " m, imm8", 0, 0xC1, REG(n), 1), \
      FORM2(text " m8, 1", 0, 0xD0, REG(n)), FORM2(text " m, 1", 0, 0xD1, REG(n)),         \
      FORM2(text " m8, cl", 0, 0xD2, REG(n)), FORM2(text " m, cl", 0, 0xD3, REG(n))
#define UNARY(text, n, kind) \
  FORM2(text " m8", kind, 0xF6, REG(n)), FORM2(text " m", kind, 0xF7, REG(n))
#define TWO_BYTE(text, kind, opcode) FORM3(text, kind, 0x0F, opcode, REG(0))
#define CONDITION(n) TWO_BYTE("setcc m8", 0, 0x90 + (n)), TWO_BYTE("cmovcc r, m", 0, 0x40 + (n))

static const struct form kForms[] = {
    ALU("add", 0x00, LOCKED),
    ALU("or", 0x08, LOCKED),
    ALU("adc", 0x10, LOCKED),
    ALU("sbb", 0x18, LOCKED),
    ALU("and", 0x20, LOCKED),
    ALU("sub", 0x28, LOCKED),
    ALU("xor", 0x30, LOCKED),
    ALU("cmp", 0x38, 0),
    ALU_IMM("add", 0, LOCKED),
    ALU_IMM("or", 1, LOCKED),
    ALU_IMM("adc", 2, LOCKED),
    ALU_IMM("sbb", 3, LOCKED),
    ALU_IMM("and", 4, LOCKED),
    ALU_IMM("sub", 5, LOCKED),
    ALU_IMM("xor", 6, LOCKED),
    ALU_IMM("cmp", 7, 0),
    SHIFT("rol", 0),
    SHIFT("ror", 1),
    SHIFT("rcl", 2),
    SHIFT("rcr", 3),
    SHIFT("shl", 4),
    SHIFT("shr", 5),
    SHIFT("sar", 7),
    FORM3("test m8, imm8", 0, 0xF6, REG(0), 1),
    FORM4("test m, imm16", 0, 0xF7, REG(0), 1, 0),
    UNARY("not", 2, LOCKED),
    UNARY("neg", 3, LOCKED),
    UNARY("mul", 4, 0),
    UNARY("imul", 5, 0),
    UNARY("div", 6, 0),
    UNARY("idiv", 7, 0),
    FORM2("inc m8", LOCKED, 0xFE, REG(0)),
    FORM2("dec m8", LOCKED, 0xFE, REG(1)),
    FORM2("inc m", LOCKED, 0xFF, REG(0)),
    FORM2("dec m", LOCKED, 0xFF, REG(1)),
    FORM2("call m", 0, 0xFF, REG(2)),
    FORM2("call far m", 0, 0xFF, REG(3)),
    FORM2("jmp m", 0, 0xFF, REG(4)),
    FORM2("jmp far m", 0, 0xFF, REG(5)),
    FORM2("push m", 0, 0xFF, REG(6)),
    FORM2("pop m", 0, 0x8F, REG(0)),
    FORM2("bound r, m", 0, 0x62, REG(0)),
    FORM4("imul r, m, imm16", 0, 0x69, REG(0), 1, 0),
    FORM3("imul r, m, imm8", 0, 0x6B, REG(0), 1),
    FORM2("test m8, r8", 0, 0x84, REG(0)),
    FORM2("test m, r", 0, 0x85, REG(0)),
    FORM2("xchg m8, r8", LOCKED, 0x86, REG(0)),
    FORM2("xchg m, r", LOCKED, 0x87, REG(0)),
    FORM2("mov m8, r8", 0, 0x88, REG(0)),
    FORM2("mov m, r", 0, 0x89, REG(0)),
    FORM2("mov r8, m8", 0, 0x8A, REG(0)),
    FORM2("mov r, m", 0, 0x8B, REG(0)),
    FORM2("mov m, ds", 0, 0x8C, REG(3)),
    FORM2("mov es, m", 0, 0x8E, REG(0)),
    FORM2("les r, m", 0, 0xC4, REG(0)),
    FORM2("lds r, m", 0, 0xC5, REG(0)),
    FORM3("mov m8, imm8", 0, 0xC6, REG(0), 1),
    FORM4("mov m, imm16", 0, 0xC7, REG(0), 1, 0),
    FORM5("mov al, moffs", 0, 0xA0, 0, 0, 1, 0),
    FORM5("mov ax, moffs", 0, 0xA1, 0, 0, 1, 0),
    FORM5("mov moffs, al", 0, 0xA2, 0, 0, 1, 0),
    FORM5("mov moffs, ax", 0, 0xA3, 0, 0, 1, 0),
    FORM1("movsb", 0, 0xA4),
    FORM1("movsw", 0, 0xA5),
    FORM1("cmpsb", 0, 0xA6),
    FORM1("cmpsw", 0, 0xA7),
    FORM1("stosb", ES_ONLY, 0xAA),
    FORM1("stosw", ES_ONLY, 0xAB),
    FORM1("lodsb", 0, 0xAC),
    FORM1("lodsw", 0, 0xAD),
    FORM1("scasb", ES_ONLY, 0xAE),
    FORM1("scasw", ES_ONLY, 0xAF),
    FORM1("insb", ES_ONLY | PORT, 0x6C),
    FORM1("insw", ES_ONLY | PORT, 0x6D),
    FORM1("outsb", PORT, 0x6E),
    FORM1("outsw", PORT, 0x6F),
    FORM1("xlat", 0, 0xD7),
    FORM3("sgdt m", 0, 0x0F, 0x01, REG(0)),
    FORM3("sidt m", 0, 0x0F, 0x01, REG(1)),
    FORM3("lgdt m", LEVEL_0, 0x0F, 0x01, REG(2)),
    FORM3("lidt m", LEVEL_0, 0x0F, 0x01, REG(3)),
    FORM3("smsw m", 0, 0x0F, 0x01, REG(4)),
    FORM3("lmsw m", LEVEL_0, 0x0F, 0x01, REG(6)),
    CONDITION(0),
    CONDITION(1),
    CONDITION(2),
    CONDITION(3),
    CONDITION(4),
    CONDITION(5),
    CONDITION(6),
    CONDITION(7),
    CONDITION(8),
    CONDITION(9),
    CONDITION(10),
    CONDITION(11),
    CONDITION(12),
    CONDITION(13),
    CONDITION(14),
    CONDITION(15),
    TWO_BYTE("bt m, r", 0, 0xA3),
    TWO_BYTE("bts m, r", LOCKED, 0xAB),
    TWO_BYTE("btr m, r", LOCKED, 0xB3),
    TWO_BYTE("btc m, r", LOCKED, 0xBB),
    FORM4("bt m, imm8", 0, 0x0F, 0xBA, REG(4), 1),
    FORM4("bts m, imm8", LOCKED, 0x0F, 0xBA, REG(5), 1),
    FORM4("btr m, imm8", LOCKED, 0x0F, 0xBA, REG(6), 1),
    FORM4("btc m, imm8", LOCKED, 0x0F, 0xBA, REG(7), 1),
    FORM4("shld m, r, imm8", 0, 0x0F, 0xA4, REG(0), 1),
    TWO_BYTE("shld m, r, cl", 0, 0xA5),
    FORM4("shrd m, r, imm8", 0, 0x0F, 0xAC, REG(0), 1),
    TWO_BYTE("shrd m, r, cl", 0, 0xAD),
    TWO_BYTE("imul r, m", 0, 0xAF),
    TWO_BYTE("cmpxchg m8, r8", LOCKED, 0xB0),
    TWO_BYTE("cmpxchg m, r", LOCKED, 0xB1),
    TWO_BYTE("lss r, m", 0, 0xB2),
    TWO_BYTE("lfs r, m", 0, 0xB4),
    TWO_BYTE("lgs r, m", 0, 0xB5),
    TWO_BYTE("movzx r, m8", 0, 0xB6),
    TWO_BYTE("movzx r, m16", 0, 0xB7),
    TWO_BYTE("bsf r, m", 0, 0xBC),
    TWO_BYTE("bsr r, m", 0, 0xBD),
    TWO_BYTE("movsx r, m8", 0, 0xBE),
    TWO_BYTE("movsx r, m16", 0, 0xBF),
    TWO_BYTE("xadd m8, r8", LOCKED, 0xC0),
    TWO_BYTE("xadd m, r", LOCKED, 0xC1),
    FORM3("cmpxchg8b m", LOCKED, 0x0F, 0xC7, REG(1)),
};
#define FORMS (sizeof(kForms) / sizeof(kForms[0]))

#define SEGMENT_DS 0x3E /* prefixes */
#define SEGMENT_SS 0x36
#define LOCK 0xF0
#define ADDRESS_32 0x67

/* Prefix, form and the end of a snippet. */
static uint8_t code[16];

static uint32_t encode(const struct form* form, uint8_t prefix) {
  uint32_t length = 0;
  code[length++] = prefix;
  code[length++] = ADDRESS_32;
  memcpy(code + length, form->bytes, form->length);
  length += form->length;
  code[length++] = 0xCD; /* int */
  code[length++] = DONE;
  return length;
}

static void address_operand(const struct form* form, uint32_t address) {
  in.eax = in.edx = 0; /* XLAT's index, the port, a bit's number */
  in.ecx = 1;
  in.ebx = in.esi = address;
  in.edi = (form->kind & ES_ONLY) != 0 ? address : 0;
}

static void try_real(const struct form* form, uint8_t prefix, uint32_t address, uint32_t vector) {
  prepare_real(code, encode(form, prefix));
  address_operand(form, address);
  run_real_from_start();
  expect_equal(form->text, real_result.vector & 0xFF, vector);
  expect_equal("saved IP", real_pushed()[0], 0);
}

static void try_v86(const struct form* form, uint8_t prefix, uint32_t address, uint32_t vector) {
  prepare_v86(code, encode(form, prefix), 3);
  address_operand(form, address);
  run_from_start();
  expect_equal(form->text, event.vector, vector);
  if (event.vector == vector) expect_event(vector, 0, 0);
}

RULE(real_mode_operands_outside, NEEDS_REAL | LATER,
     "SDM vol. 2, all: real mode: operand outside CS, DS, ES, FS, GS: #GP") {
  for (uint32_t n = 0; n < FORMS; n++) try_real(&kForms[n], SEGMENT_DS, OUTSIDE, GP);
}

RULE(real_mode_operands_outside_ss, NEEDS_REAL | LATER,
     "SDM vol. 2, all: real mode: operand outside SS: #SS") {
  for (uint32_t n = 0; n < FORMS; n++)
    if ((kForms[n].kind & ES_ONLY) == 0) try_real(&kForms[n], SEGMENT_SS, OUTSIDE, SS);
}

RULE(real_mode_lock, NEEDS_REAL | LATER, "SDM vol. 2, all: real mode: LOCK not allowed: #UD") {
  for (uint32_t n = 0; n < FORMS; n++)
    if ((kForms[n].kind & LOCKED) == 0) try_real(&kForms[n], LOCK, OUTSIDE, UD);
}

RULE(v86_operands_outside, NEEDS_V86 | LATER,
     "SDM vol. 2, all: V86: operand outside CS, DS, ES, FS, GS: #GP(0)") {
  for (uint32_t n = 0; n < FORMS; n++) try_v86(&kForms[n], SEGMENT_DS, OUTSIDE, GP);
}

RULE(v86_operands_outside_ss, NEEDS_V86 | LATER,
     "SDM vol. 2, all: V86: operand outside SS: #SS(0)") {
  for (uint32_t n = 0; n < FORMS; n++)
    if ((kForms[n].kind & (ES_ONLY | LEVEL_0 | PORT)) == 0)
      try_v86(&kForms[n], SEGMENT_SS, OUTSIDE, SS);
}

RULE(v86_lock, NEEDS_V86 | LATER, "SDM vol. 2, all: V86: LOCK not allowed: #UD") {
  for (uint32_t n = 0; n < FORMS; n++)
    if ((kForms[n].kind & LOCKED) == 0) try_v86(&kForms[n], LOCK, OUTSIDE, UD);
}

/* The port comes first: without the permission #GP(0), even where the operand would be #SS(0). */
RULE(v86_string_ports_outside_ss, NEEDS_V86 | LATER,
     "SDM vol. 2, OUTS: V86: a port the bitmap refuses: #GP(0)") {
  for (uint32_t n = 0; n < FORMS; n++)
    if ((kForms[n].kind & PORT) != 0) try_v86(&kForms[n], SEGMENT_SS, OUTSIDE, GP);
}
