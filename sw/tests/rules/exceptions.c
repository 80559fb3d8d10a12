/* Exceptions by their sources, double faults, and what the undefined is (SDM vol. 3, 6.5
 * to 6.8, 6.15; vol. 2). */
#include "sw/tests/rules/rule.h"

#define LATER NEEDS_INSTRUCTIONS

/* A rule that one instruction with the registers as they are raises a fault, on a flat machine. */
#define FAULTS(rule_name, needs, paragraph, instruction, vector, error_code) \
  SNIPPET(rule_name##_snippet, "", instruction, "");                         \
  RULE(rule_name, needs, paragraph) {                                        \
    in.ebx = (uint32_t)scratch;                                              \
    run(rule_name##_snippet);                                                \
    expect_fault(vector, error_code, rule_name##_snippet);                   \
  }

FAULTS(divide_by_zero, NEEDS_FLAT, "SDM vol. 3, 6.15 (0): a fault: EIP of the DIV", "divl %ecx", DE,
       0)
FAULTS(ud2_is_undefined, NEEDS_FLAT, "SDM vol. 2, UD2: #UD", "ud2", UD, 0)
FAULTS(bound_of_a_register, LATER, "SDM vol. 2, BOUND: register operand: #UD", ".byte 0x62, 0xC0",
       UD, 0)
FAULTS(lea_of_a_register, NEEDS_FLAT, "SDM vol. 2, LEA: register operand: #UD", ".byte 0x8D, 0xC0",
       UD, 0)
FAULTS(les_of_a_register, NEEDS_FLAT, "SDM vol. 2, LES: register operand: #UD", ".byte 0xC4, 0xC0",
       UD, 0)
FAULTS(far_jump_of_a_register, NEEDS_FLAT, "SDM vol. 2, JMP: far with a register: #UD",
       ".byte 0xFF, 0xE8", UD, 0)
FAULTS(lgdt_of_a_register, NEEDS_FLAT, "SDM vol. 2, LGDT: register operand: #UD",
       ".byte 0x0F, 0x01, 0xD0", UD, 0)
FAULTS(mov_from_sixth_segment, NEEDS_FLAT, "SDM vol. 2, MOV: segment register 6: #UD",
       ".byte 0x8C, 0xF0", UD, 0)
FAULTS(mov_from_cr1, NEEDS_FLAT, "SDM vol. 2, MOV CR: CR1 does not exist: #UD",
       ".byte 0x0F, 0x20, 0xC8", UD, 0)

RULE(divide_overflow, NEEDS_FLAT, "SDM vol. 2, DIV: quotient too large: #DE, registers kept") {
  SNIPPET(divide_large, "", "divl %ecx", "");
  in.eax = 7;
  in.edx = in.ecx = 2;
  run(divide_large);
  expect_fault(DE, 0, divide_large);
  expect_equal("EAX", event.eax, 7);
  expect_equal("EDX", event.edx, 2);
}

/* LOCK (SDM vol. 2, LOCK): only some instructions, and only with a memory destination. */
#define LOCK_REFUSED(rule_name, instruction)                                                       \
  FAULTS(rule_name, NEEDS_FLAT, "SDM vol. 2, LOCK: #UD: " instruction, ".byte 0xF0; " instruction, \
         UD, 0)
LOCK_REFUSED(lock_nop, "nop")
LOCK_REFUSED(lock_mov, "movl %eax, (%ebx)")
LOCK_REFUSED(lock_add_register, "addl %eax, %ecx")
LOCK_REFUSED(lock_add_to_register, "addl (%ebx), %eax")
LOCK_REFUSED(lock_cmp, "cmpl %eax, (%ebx)")
LOCK_REFUSED(lock_test, "testl %eax, (%ebx)")
LOCK_REFUSED(lock_bt, "btl %eax, (%ebx)")
LOCK_REFUSED(lock_shift, "shll $1, (%ebx)")
LOCK_REFUSED(lock_string, "stosb")
LOCK_REFUSED(lock_push, "pushl (%ebx)")

RULE(lock_is_allowed, NEEDS_FLAT, "SDM vol. 2, LOCK: ADD, BTS, DEC, NEG, NOT, XCHG with memory") {
  SNIPPET(locked,
          "lock addl %eax, (%ebx); lock btsl $31, (%ebx); lock decl (%ebx); lock negl (%ebx)",
          "lock notl (%ebx)", "lock xchgl %eax, (%ebx)");
  in.eax = 1;
  in.ebx = (uint32_t)scratch;
  *(uint32_t*)scratch = 5;
  run(locked);
  expect_done();
  expect_equal("EAX", event.eax, ~-(int32_t)(((5 + 1) | 0x80000000u) - 1));
  expect_equal("memory", *(uint32_t*)scratch, 1);
}

RULE(fifteen_bytes_are_an_instruction, NEEDS_FLAT,
     "SDM vol. 2, 2.3.11: 15 bytes are the longest instruction") {
  SNIPPET(longest, "", ".fill 14, 1, 0x3E; nop", "");
  run(longest);
  expect_done();
}

RULE(sixteen_bytes_are_none, NEEDS_FLAT,
     "SDM vol. 2, 2.3.11: an instruction above 15 bytes: #GP(0)") {
  SNIPPET(too_long, "", ".fill 15, 1, 0x3E; nop", "");
  run(too_long);
  expect_fault(GP, 0, too_long);
}

RULE(into_with_overflow, NEEDS_FLAT, "SDM vol. 3, 6.15 (4): a trap: EIP behind the INTO") {
  SNIPPET(into_taken, "movb $0x7F, %al; addb $1, %al", "into", "");
  run(into_taken);
  expect_trap(OF, into_taken);
}

RULE(into_without_overflow, NEEDS_FLAT, "SDM vol. 2, INTO: OF clear: nothing") {
  SNIPPET(into_idle, "", "into", "");
  run(into_idle);
  expect_done();
}

RULE(int3_is_a_trap, NEEDS_FLAT, "SDM vol. 3, 6.15 (3): EIP behind the INT3") {
  SNIPPET(int3_snippet, "", "int3", "");
  run(int3_snippet);
  expect_trap(BP, int3_snippet);
}

RULE(int_13_has_no_error_code, NEEDS_FLAT, "SDM vol. 3, 6.4.4: INT n pushes no error code") {
  SNIPPET(int_13, "", "int $13", "");
  run(int_13);
  expect_equal("vector", event.vector, GP);
  expect_equal("ESP", event.esp, stack_of(0) - 12);
  expect_equal("EIP", event.stack[0], (uint32_t)int_13_next);
}

RULE(icebp_is_a_trap, NEEDS_INT1,
     "SDM vol. 2, INT1: F1: #DB with EIP behind it, gate's DPL not asked") {
  SNIPPET(icebp, "", ".byte 0xF1", "");
  run(icebp);
  expect_trap(DB, icebp);
}

SNIPPET(bound_check, "", "boundl %eax, (%ebx)", "");

RULE(bound_within, LATER, "SDM vol. 2, BOUND: both limits are within") {
  int32_t limits[2] = {-5, 7};
  in.ebx = (uint32_t)limits;
  for (int32_t value = -5; value <= 7; value += 4) {
    in.eax = (uint32_t)value;
    run(bound_check);
    expect_done();
  }
}

RULE(bound_outside, LATER, "SDM vol. 3, 6.15 (5): a fault: EIP of the BOUND; the index is signed") {
  int32_t limits[2] = {-5, 7};
  in.ebx = (uint32_t)limits;
  in.eax = 8;
  run(bound_check);
  expect_fault(BR, 0, bound_check);
  in.eax = (uint32_t)-6;
  run(bound_check);
  expect_fault(BR, 0, bound_check);
}

/* ---- #NM ---- */

SNIPPET(escape, "", "fnop", "");
SNIPPET(wait_for_fpu, "", "fwait", "");

static void run_with_cr0(const char* snippet, uint32_t bits) {
  uint32_t cr0;
  __asm__ volatile("movl %%cr0, %0" : "=r"(cr0));
  uint32_t with = (cr0 & ~(uint32_t)(CR0_MP | CR0_EM | CR0_TS)) | bits;
  in.eip = (uint32_t)snippet;
  __asm__ volatile("movl %0, %%cr0" : : "r"(with));
  run_from_start();
  __asm__ volatile("movl %0, %%cr0" : : "r"(cr0));
}

RULE(escape_with_em, LATER, "SDM vol. 3, 6.15 (7): ESC with CR0.EM: #NM") {
  run_with_cr0(escape, CR0_EM);
  expect_fault(NM, 0, escape);
}

RULE(escape_with_ts, LATER, "SDM vol. 3, 6.15 (7): ESC with CR0.TS: #NM") {
  run_with_cr0(escape, CR0_TS);
  expect_fault(NM, 0, escape);
}

RULE(wait_with_mp_and_ts, LATER,
     "SDM vol. 3, 6.15 (7): WAIT with CR0.MP and TS: #NM, with one of them not") {
  run_with_cr0(wait_for_fpu, CR0_MP | CR0_TS);
  expect_fault(NM, 0, wait_for_fpu);
  run_with_cr0(wait_for_fpu, CR0_TS);
  expect_done();
  run_with_cr0(wait_for_fpu, CR0_MP | CR0_EM);
  expect_done();
}

/* ---- double faults (SDM vol. 3, table 6-5) ---- */

static void make_gate_absent(uint32_t vector) {
  set_idt_gate(vector, CODE0, stub_of(vector), SYS_INTERRUPT32);
}

static void expect_double_fault(void) {
  expect_equal("vector", event.vector, DF);
  expect_equal("error code", event.stack[0], 0);
}

SNIPPET(divide_fault, "", "divl %ecx", "");
SNIPPET(protection_fault, "", "movw %ax, %ds", "");
SNIPPET(undefined, "", "ud2", "");

RULE(contributory_in_contributory, NEEDS_SEGMENTS, "SDM vol. 3, table 6-5: #DE, then #NP: #DF(0)") {
  make_gate_absent(DE);
  run(divide_fault);
  expect_double_fault();
}

RULE(protection_in_protection, NEEDS_SEGMENTS, "SDM vol. 3, table 6-5: #GP, then #GP: #DF(0)") {
  set_idt_gate(GP, DATA0, stub_of(GP), PRESENT | SYS_INTERRUPT32);
  in.eax = BEYOND_GDT;
  run(protection_fault);
  expect_double_fault();
}

RULE(not_present_in_stack_fault, NEEDS_SEGMENTS, "SDM vol. 3, table 6-5: #SS, then #NP: #DF(0)") {
  SNIPPET(stack_fault, "", "movw %ax, %ss", "");
  make_gate_absent(SS);
  set_descriptor(SLOT, 0, 0xFFFFF, DATA_RW, PAGES | BIG);
  in.eax = SLOT;
  run(stack_fault);
  expect_double_fault();
}

RULE(contributory_in_benign, NEEDS_SEGMENTS,
     "SDM vol. 3, table 6-5: #UD, then #NP: one after the other") {
  make_gate_absent(UD);
  run(undefined);
  expect_fault(NP, UD * 8 + 3, undefined);
}

RULE(idt_too_short_for_both, NEEDS_SEGMENTS,
     "SDM vol. 3, table 6-5: #NP and its #GP beyond the IDT: #DF(0)") {
  load_interrupt_table(DF * 8 + 7);
  in.eax = BEYOND_GDT;
  run(protection_fault);
  expect_double_fault();
}

/* ---- CR0 ---- */

RULE(clts_clears_ts, NEEDS_FLAT, "SDM vol. 2, CLTS") {
  SNIPPET(clear_ts, "movl %cr0, %eax; orl $8, %eax; movl %eax, %cr0", "clts", "movl %cr0, %ebx");
  run(clear_ts);
  expect_done();
  expect_bits("CR0", event.ebx, CR0_TS | CR0_PE, CR0_PE);
}

RULE(lmsw_does_not_leave_protected_mode, NEEDS_FLAT, "SDM vol. 2, LMSW: PE cannot be cleared") {
  SNIPPET(load_msw, "movw $0xE, %ax", "lmsw %ax", "movl %cr0, %ebx; xorl %eax, %eax; lmsw %ax");
  run(load_msw);
  expect_done();
  expect_bits("CR0", event.ebx, 0xF, 0xF);
}

RULE(nw_without_cd, LATER, "SDM vol. 2, MOV CR: NW 1 with CD 0: #GP(0)") {
  SNIPPET(set_nw, "movl %cr0, %eax; andl $~0x40000000, %eax; orl $0x20000000, %eax",
          "movl %eax, %cr0", "");
  run(set_nw);
  expect_fault(GP, 0, set_nw);
}
