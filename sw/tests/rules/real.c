/* Real mode: addresses, 64 KiB limits and what a fault there pushes (SDM vol. 3, 20.1; 386 manual,
 * 14). */
#include "sw/tests/rules/real.h"

#include "sw/include/string.h"

#define REAL_CODE 0x8000 /* where real.S's code lies */
#define CODE16 0xF0
#define DATA16 0xF8
#define STUB_BYTES 16

extern const uint8_t real_mode_start[], real_mode_end[], real_first_stub[];
void enter_real_mode(void);

struct real_result real_result;

const uint16_t* real_pushed(void) {
  const struct start_state* state = &real_result.state;
  return (const uint16_t*)(LINEAR(state->ss & 0xFFFF) + (state->esp & 0xFFFF));
}

static void load_idt(uint16_t limit, uint32_t base) {
  struct {
    uint16_t limit;
    uint32_t base;
  } __attribute__((packed)) pointer = {limit, base};
  __asm__ volatile("lidtl %0" : : "m"(pointer));
}

/* Vectors at 0, the thunk at REAL_CODE, 16-bit descriptors, the code at 2000:0. */
void prepare_real(const void* code, uint32_t bytes) {
  uint32_t* vectors = (uint32_t*)0;
  __asm__("" : "+r"(vectors)); /* address 0 is memory here */
  uint32_t first = (uint32_t)(real_first_stub - real_mode_start);
  for (uint32_t n = 0; n < 256; n++) vectors[n] = (REAL_CODE / 16) << 16 | (first + n * STUB_BYTES);
  memcpy((void*)REAL_CODE, real_mode_start, (uint32_t)(real_mode_end - real_mode_start));
  memcpy((void*)LINEAR(REAL_CODE_SEGMENT), code, bytes);
  set_descriptor(CODE16, REAL_CODE, 0xFFFF, PRESENT | CODE_XR | ACCESSED, 0);
  set_descriptor(DATA16, 0, 0xFFFF, PRESENT | DATA_RW | ACCESSED, 0);
  in.cs = REAL_CODE_SEGMENT;
  in.ss = REAL_STACK_SEGMENT;
  in.ds = in.es = in.fs = in.gs = REAL_DATA_SEGMENT;
  in.eip = 0;
  in.esp = REAL_STACK_TOP;
  in.eflags = FLAG_ONE;
}

void run_real_from_start(void) {
  memcpy((void*)REAL_CODE, &in, sizeof(in));
  enter_real_mode();
  load_idt(sizeof(idt) - 1, (uint32_t)idt);
  memcpy(&real_result, (const void*)REAL_CODE, sizeof(real_result));
}

void expect_real(uint32_t vector, uint32_t ip) {
  expect_equal("vector", real_result.vector & 0xFF, vector);
  expect_equal("saved IP", real_pushed()[0], ip);
}

RULE(real_mode_interrupt_frame, NEEDS_REAL,
     "SDM vol. 3, 20.1.4: FLAGS, CS, IP are pushed; IF and TF cleared") {
  SNIPPET16(int_n, "stc", "int $0x90", "");
  start_real(int_n);
  run_real_from_start();
  expect_real(0x90, offset_next(int_n));
  expect_equal("CS", real_pushed()[1], REAL_CODE_SEGMENT);
  expect_bits("FLAGS", real_pushed()[2], FLAG_CF | FLAG_ONE, FLAG_CF | FLAG_ONE);
  expect_equal("SP", real_result.state.esp & 0xFFFF, REAL_STACK_TOP - 6);
}

RULE(real_mode_fault_without_error_code, NEEDS_REAL,
     "SDM vol. 3, 20.1.4: no error code is pushed in real mode") {
  SNIPPET16(word_over_end, "", "movw (%bx), %ax", "");
  start_real(word_over_end);
  in.ebx = 0xFFFF;
  run_real_from_start();
  expect_real_fault(GP, word_over_end);
  expect_equal("SP", real_result.state.esp & 0xFFFF, REAL_STACK_TOP - 6);
}

RULE(real_mode_last_word, NEEDS_REAL, "386 manual, 14.1: a word at FFFE is within the segment") {
  SNIPPET16(last_word, "", "movw (%bx), %ax", "");
  start_real(last_word);
  in.ebx = 0xFFFE;
  run_real_from_start();
  expect_real_done(last_word);
}

RULE(real_mode_dword_over_end, NEEDS_REAL, "386 manual, 14.1: a dword at FFFD: interrupt 13") {
  SNIPPET16(dword_over_end, "", "movl (%bx), %eax", "");
  start_real(dword_over_end);
  in.ebx = 0xFFFD;
  run_real_from_start();
  expect_real_fault(GP, dword_over_end);
}

RULE(real_mode_address_wraps, NEEDS_REAL,
     "SDM vol. 1, 3.3.5: a 16-bit effective address wraps at 64 KiB") {
  SNIPPET16(wrapped, "", "movw 2(%bx), %ax", "");
  start_real(wrapped);
  *(uint16_t*)LINEAR(REAL_DATA_SEGMENT) = 0xBEEF;
  in.ebx = 0xFFFE;
  run_real_from_start();
  expect_real_done(wrapped);
  expect_bits("AX", real_result.state.eax, 0xFFFF, 0xBEEF);
}

RULE(real_mode_32_bit_offset, NEEDS_REAL,
     "386 manual, 14.1: a 32-bit offset above FFFF: interrupt 13") {
  SNIPPET16(far_offset, "", "addr32 movb (%ebx), %al", "");
  start_real(far_offset);
  in.ebx = 0x10000;
  run_real_from_start();
  expect_real_fault(GP, far_offset);
}

RULE(real_mode_stack_wraps, NEEDS_REAL, "SDM vol. 1, 6.2.3: a push at SP 0 goes to FFFE") {
  SNIPPET16(push_at_0, "movw $0, %sp", "pushw %ax", "movw %sp, %bx; movw $0x1000, %sp");
  start_real(push_at_0);
  in.eax = 0xBEEF;
  run_real_from_start();
  expect_real_done(push_at_0);
  expect_bits("SP", real_result.state.ebx, 0xFFFF, 0xFFFE);
  expect_equal("memory", *(uint16_t*)(LINEAR(REAL_STACK_SEGMENT) + 0xFFFE), 0xBEEF);
}

RULE(real_mode_segment_is_times_16, NEEDS_REAL,
     "SDM vol. 3, 20.1.1: linear address: segment * 16 + offset") {
  SNIPPET16(by_segment, "movw %ax, %es", "movw %es:0x10, %bx", "");
  start_real(by_segment);
  *(uint16_t*)(LINEAR(REAL_DATA_SEGMENT + 7) + 0x10) = 0xF00D;
  in.eax = REAL_DATA_SEGMENT + 7;
  run_real_from_start();
  expect_real_done(by_segment);
  expect_bits("BX", real_result.state.ebx, 0xFFFF, 0xF00D);
}

RULE(real_mode_above_one_mebibyte, NEEDS_REAL, "SDM vol. 3, 20.1.1: FFFF:0010 is linear 100000") {
  SNIPPET16(high_memory, "movw $0xFFFF, %ax; movw %ax, %es", "movl %es:0x10, %ebx", "");
  run_real(high_memory);
  expect_real_done(high_memory);
  expect_equal("EBX", real_result.state.ebx, *(const volatile uint32_t*)0x100000);
}

RULE(real_mode_has_no_selector_instructions, NEEDS_REAL,
     "SDM vol. 2: ARPL, LAR, VERR, SLDT, LTR in real mode: #UD") {
  SNIPPET16(real_arpl, "", "arpl %bx, %ax", "");
  SNIPPET16(real_lar, "", "larw %ax, %cx", "");
  SNIPPET16(real_verr, "", "verr %ax", "");
  SNIPPET16(real_sldt, "", "sldt %ax", "");
  SNIPPET16(real_ltr, "", "ltr %ax", "");
  run_real(real_arpl);
  expect_real_fault(UD, real_arpl);
  run_real(real_lar);
  expect_real_fault(UD, real_lar);
  run_real(real_verr);
  expect_real_fault(UD, real_verr);
  run_real(real_sldt);
  expect_real_fault(UD, real_sldt);
  run_real(real_ltr);
  expect_real_fault(UD, real_ltr);
}

RULE(real_mode_jump_beyond_limit, NEEDS_REAL, "SDM vol. 2, JMP: a 32-bit target above FFFF: #GP") {
  SNIPPET16(jump_far, "", "jmpl *%ebx", "");
  start_real(jump_far);
  in.ebx = 0x10000;
  run_real_from_start();
  expect_real_fault(GP, jump_far);
}

RULE(real_mode_short_jump_wraps, NEEDS_REAL,
     "SDM vol. 2, JMP: operand size 16: the target is taken modulo 64 KiB") {
  SNIPPET16(jump_over_end, "", "nop", "");
  start_real(jump_over_end);
  uint8_t* code = (uint8_t*)LINEAR(REAL_CODE_SEGMENT);
  code[0xFFF0] = 0xEB; /* jmp short FFF2 + 1E = 10010 -> 0010 */
  code[0xFFF1] = 0x1E;
  code[0x10] = 0xCD;
  code[0x11] = DONE;
  in.eip = 0xFFF0;
  run_real_from_start();
  expect_real(DONE, 0x12);
}

RULE(real_mode_shutdown_is_avoided, NEEDS_REAL,
     "SDM vol. 3, 20.1.4: vector beyond the IDT limit: interrupt 8") {
  SNIPPET16(small_idt, "lidtl %cs:(small_idt_end - small_idt)", "divw %cx", "");
  start_real(small_idt);
  uint8_t* pointer = (uint8_t*)LINEAR(REAL_CODE_SEGMENT) + offset_end(small_idt);
  memset(pointer, 0, 6);
  /* Interrupt 8 is the last one that is there; #UD, 6, is too, and #GP, 13, is not. */
  *(uint16_t*)pointer = 8 * 4 + 3;
  *(uint8_t*)(LINEAR(REAL_CODE_SEGMENT) + offset_at(small_idt)) = 0xCD; /* int 13h */
  *(uint8_t*)(LINEAR(REAL_CODE_SEGMENT) + offset_at(small_idt) + 1) = 0x13;
  run_real_from_start();
  expect_real_fault(DF, small_idt);
}
