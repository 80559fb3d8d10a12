/* What may be done through a loaded segment: limits, directions, types (SDM vol. 3, 5.3, 5.5). */
#include "sw/tests/rules/rule.h"

SNIPPET(read_byte, "", "movb (%ebx), %al", "");
SNIPPET(read_word, "", "movw (%ebx), %ax", "");
SNIPPET(read_dword, "", "movl (%ebx), %eax", "");
SNIPPET(write_dword, "", "movl %eax, (%ebx)", "");
SNIPPET(add_to_dword, "", "addl $1, (%ebx)", "");
SNIPPET(write_code, "", "movl %eax, %cs:(%ebx)", "");
SNIPPET(read_code, "", "movl %cs:(%ebx), %eax", "");
SNIPPET(read_ebp, "", "movl (%ebp), %eax", "");
SNIPPET(push_one, "", "pushl %eax", "");
SNIPPET(pop_one, "", "popl %eax", "");
SNIPPET(store_string, "", "stosb", "");
SNIPPET(jump_to_eax, "", "jmp *%eax", "");
SNIPPET(call_eax, "", "call *%eax", "");

/* A data segment at scratch. */
static void data_slot(uint32_t limit, uint32_t type, uint32_t flags) {
  set_descriptor(SLOT, (uint32_t)scratch, limit, PRESENT | type, flags);
  in.ds = SLOT;
}

#define WORKS_AT(snippet, offset) (in.ebx = (offset), run(snippet), expect_done())
#define FAULTS_AT(snippet, offset) (in.ebx = (offset), run(snippet), expect_fault(GP, 0, snippet))

RULE(limit_is_the_last_byte, NEEDS_SEGMENTS, "SDM vol. 3, 5.3: offset above the limit: #GP(0)") {
  data_slot(0x1F, DATA_RW, BIG);
  WORKS_AT(read_byte, 0x1F);
  FAULTS_AT(read_byte, 0x20);
}

RULE(limit_holds_for_all_bytes, NEEDS_SEGMENTS,
     "SDM vol. 3, 5.3: word above limit - 1, dword above limit - 3") {
  data_slot(0x1F, DATA_RW, BIG);
  WORKS_AT(read_word, 0x1E);
  FAULTS_AT(read_word, 0x1F);
  WORKS_AT(read_dword, 0x1C);
  FAULTS_AT(read_dword, 0x1D);
}

RULE(limit_holds_for_wrapping_offsets, NEEDS_SEGMENTS,
     "SDM vol. 3, 5.3: an access over FFFFFFFF is outside") {
  data_slot(0x1F, DATA_RW, BIG);
  FAULTS_AT(read_dword, 0xFFFFFFFE);
}

RULE(limit_in_pages, NEEDS_SEGMENTS,
     "SDM vol. 3, 3.4.5: G scales the limit, low 12 bits are ones") {
  data_slot(0, DATA_RW, PAGES | BIG);
  WORKS_AT(read_byte, 0xFFF);
  FAULTS_AT(read_byte, 0x1000);
}

RULE(expand_down_lower_bound, NEEDS_SEGMENTS,
     "SDM vol. 3, 5.3: expand-down: the limit is the last not allowed") {
  data_slot(0x0F, DATA_RW_DOWN, BIG);
  FAULTS_AT(read_byte, 0x0F);
  WORKS_AT(read_byte, 0x10);
  FAULTS_AT(read_word, 0x0F);
}

RULE(expand_down_upper_bound_of_16_bits, NEEDS_SEGMENTS,
     "SDM vol. 3, 5.3: B 0: the upper bound is FFFF") {
  set_descriptor(SLOT, (uint32_t)scratch - 0xF000, 0x0F, PRESENT | DATA_RW_DOWN, 0);
  in.ds = SLOT;
  WORKS_AT(read_byte, 0xFFFF);
  WORKS_AT(read_dword, 0xFFFC);
  FAULTS_AT(read_byte, 0x10000);
  FAULTS_AT(read_dword, 0xFFFD);
}

RULE(expand_down_upper_bound_of_32_bits, NEEDS_SEGMENTS,
     "SDM vol. 3, 5.3: B 1: the upper bound is FFFFFFFF") {
  set_descriptor(SLOT, (uint32_t)scratch + 0x20, 0x0F, PRESENT | DATA_RW_DOWN, BIG);
  in.ds = SLOT;
  WORKS_AT(read_byte, 0xFFFFFFFF);
  WORKS_AT(read_dword, 0xFFFFFFFC);
  FAULTS_AT(read_dword, 0xFFFFFFFD);
}

RULE(expand_down_limit_in_pages, NEEDS_SEGMENTS,
     "SDM vol. 3, 5.3: G scales an expand-down limit too") {
  data_slot(0, DATA_RW_DOWN, PAGES | BIG);
  FAULTS_AT(read_byte, 0xFFF);
  WORKS_AT(read_byte, 0x1000);
}

RULE(read_only_data_is_not_written, NEEDS_SEGMENTS,
     "SDM vol. 3, 5.5: write to read-only data: #GP(0)") {
  data_slot(0xFFF, DATA_RO, BIG);
  WORKS_AT(read_dword, 4);
  FAULTS_AT(write_dword, 4);
  FAULTS_AT(add_to_dword, 4);
  expect_equal("memory", scratch[4], 0x15);
}

RULE(read_only_expand_down_is_not_written, NEEDS_SEGMENTS,
     "SDM vol. 3, 5.5: write to read-only data: #GP(0)") {
  data_slot(0x0F, DATA_RO_DOWN, BIG);
  WORKS_AT(read_dword, 0x10);
  FAULTS_AT(write_dword, 0x10);
}

RULE(code_is_not_written, NEEDS_SEGMENTS, "SDM vol. 3, 5.5: write to a code segment: #GP(0)") {
  FAULTS_AT(write_code, (uint32_t)scratch);
  data_slot(0xFFF, CODE_XR, BIG);
  WORKS_AT(read_dword, 4);
  FAULTS_AT(write_dword, 4);
}

RULE(execute_only_code_is_not_read, NEEDS_SEGMENTS,
     "SDM vol. 3, 5.5: read of execute-only code: #GP(0)") {
  set_descriptor(SLOT, 0, 0xFFFFF, PRESENT | CODE_XO, PAGES | BIG);
  in.cs = SLOT;
  FAULTS_AT(read_code, (uint32_t)scratch);
  set_descriptor(SLOT, 0, 0xFFFFF, PRESENT | CODE_XR, PAGES | BIG);
  WORKS_AT(read_code, (uint32_t)scratch);
  expect_equal("EAX", event.eax, 0x14131211);
}

RULE(null_segment_is_not_used, NEEDS_SEGMENTS,
     "SDM vol. 3, 3.4.2: memory through a null selector: #GP(0)") {
  in.ds = 0;
  FAULTS_AT(read_byte, (uint32_t)scratch);
  FAULTS_AT(write_dword, (uint32_t)scratch);
  in.ds = 3;
  FAULTS_AT(read_byte, 0);
}

RULE(string_store_through_null_es, NEEDS_SEGMENTS,
     "SDM vol. 3, 3.4.2: memory through a null selector: #GP(0)") {
  in.es = 0;
  in.edi = (uint32_t)scratch;
  run(store_string);
  expect_fault(GP, 0, store_string);
  expect_equal("EDI", event.edi, (uint32_t)scratch);
}

/* SS with `limit` from the stack of level 0 less 0x100 bytes on; handlers use it too, so a fault
 * must leave room below. */
static void stack_slot(uint32_t limit, uint32_t flags) {
  set_descriptor(SLOT, stack_of(0) - 0x800, limit, PRESENT | DATA_RW, flags);
  in.ss = SLOT;
}

RULE(stack_limit_of_pop, NEEDS_LEVELS, "SDM vol. 3, 6.15 (12): POP above the limit: #SS(0)") {
  start_at_level(3);
  set_descriptor(SLOT, stack_of(3) - 0x800, 0x7FF, PRESENT | DPL(3) | DATA_RW, BIG);
  in.ss = SLOT | 3;
  in.esp = 0x7FC;
  run(pop_one);
  expect_done();
  in.esp = 0x7FE;
  run(pop_one);
  expect_fault(SS, 0, pop_one);
}

RULE(stack_limit_of_ebp_operands, NEEDS_SEGMENTS,
     "SDM vol. 3, 6.15 (12): memory operands in SS: #SS(0)") {
  stack_slot(0x7FF, BIG);
  in.esp = 0x780;
  in.ebp = 0x7FC;
  run(read_ebp);
  expect_done();
  in.ebp = 0x7FD;
  run(read_ebp);
  expect_fault(SS, 0, read_ebp);
}

RULE(stack_limit_of_push, NEEDS_LEVELS,
     "SDM vol. 3, 6.15 (12): PUSH outside the limit: #SS(0), ESP kept") {
  start_at_level(3);
  set_descriptor(SLOT, stack_of(3) - 0x800, 0x10F, PRESENT | DPL(3) | DATA_RW_DOWN, BIG);
  in.ss = SLOT | 3;
  in.esp = 0x114;
  run(push_one);
  expect_done();
  in.esp = 0x110;
  run(push_one);
  expect_fault(SS, 0, push_one);
  expect_equal("ESP", event_frame()->esp, 0x110);
}

RULE(stack_of_16_bits_wraps, NEEDS_LEVELS, "SDM vol. 1, 6.2.3: B 0: SP is used, and wraps") {
  start_at_level(3);
  set_descriptor(SLOT, (uint32_t)scratch - 0xF000, 0xFFFF, PRESENT | DPL(3) | DATA_RW, 0);
  in.ss = SLOT | 3;
  in.eax = 0xCAFEF00D;
  in.esp = 0x12340000;
  run(push_one);
  expect_done();
  expect_equal("SP", event_frame()->esp & 0xFFFF, 0xFFFC);
  expect_equal("memory", *(const uint32_t*)&scratch[0xFFC], 0xCAFEF00D);
}

RULE(stack_of_16_bits_keeps_high_esp, NEEDS_LEVELS, "SDM vol. 1, 6.2.3: B 0: only SP changes") {
  start_at_level(3);
  set_descriptor(SLOT, (uint32_t)scratch, 0xFFFF, PRESENT | DPL(3) | DATA_RW, 0);
  SNIPPET(push_and_show, "movl %edx, %esp", "pushl %eax", "movl %esp, %ebx");
  in.ss = SLOT | 3;
  in.edx = 0x12340100;
  run(push_and_show);
  expect_done();
  expect_equal("ESP", event.ebx, 0x123400FC);
}

RULE(code_limit_of_fetch, NEEDS_SEGMENTS,
     "SDM vol. 3, 5.3: fetching above the limit: #GP(0) there") {
  SNIPPET(run_off_the_end, "", "nop", "nop");
  /* The base brings the snippet to offset 0. */
  set_descriptor(SLOT, (uint32_t)run_off_the_end, 0, PRESENT | CODE_XR, BIG);
  in.cs = SLOT;
  run(0);
  expect_event(GP, 0, 1);
}

RULE(code_limit_within_an_instruction, NEEDS_SEGMENTS,
     "SDM vol. 3, 5.3: all bytes of an instruction are within") {
  SNIPPET(long_instruction, "nop", "movl $1, %eax", "");
  set_descriptor(SLOT, (uint32_t)long_instruction, 4, PRESENT | CODE_XR, BIG);
  in.cs = SLOT;
  run(0);
  expect_event(GP, 0, 1);
  expect_equal("EAX", event.eax, 0);
}

RULE(code_limit_of_near_jump, NEEDS_SEGMENTS,
     "SDM vol. 2, JMP: target above the limit: #GP(0) of the jump") {
  set_descriptor(SLOT, (uint32_t)jump_to_eax, 0xFF, PRESENT | CODE_XR, BIG);
  in.cs = SLOT;
  in.eax = 0x100;
  run(0);
  expect_event(GP, 0, 0);
}

RULE(code_limit_of_near_call, NEEDS_SEGMENTS,
     "SDM vol. 2, CALL: target above the limit: #GP(0), ESP kept") {
  set_descriptor(SLOT, (uint32_t)call_eax, 0xFF, PRESENT | CODE_XR, BIG);
  in.cs = SLOT;
  in.eax = 0x100;
  run(0);
  expect_event(GP, 0, 0);
  expect_equal("ESP", event.esp + 16, stack_of(0));
}
