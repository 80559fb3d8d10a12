/* Interrupt and trap gates, INT n, and how exceptions are delivered (SDM vol. 3, 6.10 to 6.13; vol.
 * 2, INT n). */
#include "sw/tests/rules/rule.h"

#define VECTOR 0x90

SNIPPET(int_n, "", "int $0x90", "");
SNIPPET(int_3, "", "int3", "");
SNIPPET(int_o, "movb $0x7F, %al; addb $1, %al", "into", "");
SNIPPET(undefined, "", "ud2", "");
SNIPPET(arrival, "", "nop", "");
SNIPPET(flags_arrival, "pushfl", "popl %eax", "");

#define GATE(type, level) (PRESENT | DPL(level) | (type))
#define ERROR_OF(vector) ((vector)*8 + 2)
#define ERROR_EXT 1

static void gate_faults(uint32_t level, uint32_t vector, uint32_t error_code) {
  start_at_level(level);
  run(int_n);
  expect_fault(vector, error_code, int_n);
}

RULE(int_pushes_next_eip, NEEDS_FLAT,
     "SDM vol. 3, 6.12.1: EFLAGS, CS, EIP of the next instruction") {
  run(int_n);
  expect_event(VECTOR, 0, (uint32_t)int_n_next);
  expect_equal("CS", event_frame()->cs & 0xFFFF, CODE0);
  expect_equal("ESP", event.esp, stack_of(0) - 12);
}

RULE(int_switches_stacks, NEEDS_LEVELS,
     "SDM vol. 3, 6.12.1: inner level: SS:ESP of the TSS, old SS:ESP pushed") {
  set_idt_gate(VECTOR, CODE0, stub_of(VECTOR), GATE(SYS_INTERRUPT32, 3));
  start_at_level(3);
  run(int_n);
  expect_event(VECTOR, 0, (uint32_t)int_n_next);
  expect_equal("CS", event_frame()->cs & 0xFFFF, CODE3);
  expect_equal("old ESP", event_frame()->esp, stack_of(3));
  expect_equal("old SS", event_frame()->ss & 0xFFFF, DATA3);
  expect_equal("SS", event.ss, DATA0);
  expect_equal("ESP", event.esp, stack_of(0) - 20);
}

RULE(int_to_middle_level, NEEDS_LEVELS,
     "SDM vol. 3, 6.12.1: the handler's level is its segment's DPL") {
  set_idt_gate(VECTOR, CODE1, stub_of(VECTOR), GATE(SYS_INTERRUPT32, 3));
  start_at_level(3);
  run(int_n);
  expect_event(VECTOR, 0, (uint32_t)int_n_next);
  expect_equal("CS", event.cs, CODE1);
  expect_equal("SS", event.ss, DATA1);
  expect_equal("ESP", event.esp, stack_of(1) - 20);
}

RULE(int_to_conforming_handler, NEEDS_LEVELS,
     "SDM vol. 3, 6.12.1.1: conforming handler: same level, same stack") {
  set_idt_gate(VECTOR, CONFORMING0, stub_of(VECTOR), GATE(SYS_INTERRUPT32, 3));
  start_at_level(3);
  run(int_n);
  expect_event(VECTOR, 0, (uint32_t)int_n_next);
  expect_equal("CS", event.cs, CONFORMING0 | 3);
  expect_equal("SS", event.ss, DATA3);
  expect_equal("ESP", event.esp, stack_of(3) - 12);
}

RULE(interrupt_gate_clears_if, NEEDS_FLAT, "SDM vol. 3, 6.12.1.2: an interrupt gate clears IF") {
  in.eflags = FLAG_ONE | FLAG_IF;
  run(int_n);
  expect_bits("EFLAGS", event.eflags, FLAG_IF, 0);
  expect_bits("pushed EFLAGS", event_frame()->eflags, FLAG_IF, FLAG_IF);
}

RULE(trap_gate_keeps_if, NEEDS_FLAT, "SDM vol. 3, 6.12.1.2: a trap gate does not change IF") {
  set_idt_gate(VECTOR, CODE0, stub_of(VECTOR), GATE(SYS_TRAP32, 0));
  in.eflags = FLAG_ONE | FLAG_IF;
  run(int_n);
  expect_event(VECTOR, 0, (uint32_t)int_n_next);
  expect_bits("EFLAGS", event.eflags, FLAG_IF, FLAG_IF);
}

RULE(gates_clear_nt_and_keep_the_rest, NEEDS_LEVELS,
     "SDM vol. 3, 6.12.1.2: TF, NT, RF, VM are cleared, no others") {
  in.eflags = FLAG_ONE | FLAG_CF | FLAG_DF | FLAG_NT | IOPL(2);
  run(int_n);
  expect_event(VECTOR, 0, (uint32_t)int_n_next);
  expect_bits("EFLAGS", event.eflags, 0xFFFFF, FLAG_ONE | FLAG_CF | FLAG_DF | IOPL(2));
  expect_equal("pushed EFLAGS", event_frame()->eflags, in.eflags);
}

RULE(int_gate_dpl, NEEDS_LEVELS,
     "SDM vol. 3, 6.12.1.1: CPL above the gate's DPL: #GP(vector * 8 + 2)") {
  gate_faults(3, GP, ERROR_OF(VECTOR));
  gate_faults(1, GP, ERROR_OF(VECTOR));
}

RULE(int3_gate_dpl, NEEDS_LEVELS, "SDM vol. 3, 6.12.1.1: INT3 checks the gate's DPL") {
  set_idt_gate(BP, CODE0, stub_of(BP), GATE(SYS_INTERRUPT32, 0));
  start_at_level(3);
  run(int_3);
  expect_fault(GP, ERROR_OF(BP), int_3);
}

RULE(into_gate_dpl, NEEDS_LEVELS, "SDM vol. 3, 6.12.1.1: INTO checks the gate's DPL") {
  set_idt_gate(OF, CODE0, stub_of(OF), GATE(SYS_INTERRUPT32, 2));
  start_at_level(3);
  run(int_o);
  expect_fault(GP, ERROR_OF(OF), int_o);
}

RULE(exceptions_ignore_gate_dpl, NEEDS_LEVELS,
     "SDM vol. 3, 6.12.1.1: DPL is not checked for exceptions") {
  start_at_level(3);
  run(undefined);
  expect_fault(UD, 0, undefined);
}

RULE(int_beyond_idt, NEEDS_SEGMENTS,
     "SDM vol. 2, INT n: gate outside the IDT: #GP(vector * 8 + 2)") {
  load_interrupt_table(VECTOR * 8 + 6);
  gate_faults(0, GP, ERROR_OF(VECTOR));
}

RULE(int_through_no_gate, NEEDS_SEGMENTS,
     "SDM vol. 2, INT n: neither interrupt, trap nor task gate: #GP") {
  set_idt_gate(VECTOR, CODE0, stub_of(VECTOR), GATE(SYS_CALL32, 0));
  gate_faults(0, GP, ERROR_OF(VECTOR));
  idt[VECTOR] = gdt[CODE0 / 8];
  gate_faults(0, GP, ERROR_OF(VECTOR));
}

RULE(int_gate_not_present, NEEDS_SEGMENTS,
     "SDM vol. 2, INT n: gate not present: #NP(vector * 8 + 2)") {
  set_idt_gate(VECTOR, CODE0, stub_of(VECTOR), SYS_INTERRUPT32);
  gate_faults(0, NP, ERROR_OF(VECTOR));
}

RULE(int_gate_dpl_is_checked_before_present, NEEDS_LEVELS,
     "SDM vol. 2, INT n: order of checks: DPL, then present") {
  set_idt_gate(VECTOR, CODE0, stub_of(VECTOR), SYS_INTERRUPT32);
  gate_faults(3, GP, ERROR_OF(VECTOR));
}

RULE(int_to_null, NEEDS_SEGMENTS, "SDM vol. 2, INT n: null code selector in the gate: #GP(0)") {
  set_idt_gate(VECTOR, 0, stub_of(VECTOR), GATE(SYS_INTERRUPT32, 0));
  gate_faults(0, GP, 0);
}

RULE(int_target_beyond_gdt, NEEDS_SEGMENTS,
     "SDM vol. 2, INT n: target outside the table: #GP(target)") {
  set_idt_gate(VECTOR, BEYOND_GDT, stub_of(VECTOR), GATE(SYS_INTERRUPT32, 0));
  gate_faults(0, GP, BEYOND_GDT);
}

RULE(int_target_is_no_code, NEEDS_SEGMENTS,
     "SDM vol. 2, INT n: target no code segment: #GP(target)") {
  set_idt_gate(VECTOR, DATA0, stub_of(VECTOR), GATE(SYS_INTERRUPT32, 0));
  gate_faults(0, GP, DATA0);
}

RULE(int_to_outer_level, NEEDS_LEVELS, "SDM vol. 2, INT n: target's DPL above CPL: #GP(target)") {
  set_idt_gate(VECTOR, CODE3, stub_of(VECTOR), GATE(SYS_INTERRUPT32, 0));
  gate_faults(0, GP, CODE3 & ~3u);
}

RULE(int_target_not_present, NEEDS_SEGMENTS, "SDM vol. 2, INT n: target not present: #NP(target)") {
  set_descriptor(SLOT, 0, 0xFFFFF, CODE_XR, PAGES | BIG);
  set_idt_gate(VECTOR, SLOT, stub_of(VECTOR), GATE(SYS_INTERRUPT32, 0));
  gate_faults(0, NP, SLOT);
}

RULE(int_offset_beyond_limit, NEEDS_SEGMENTS,
     "SDM vol. 2, INT n: the gate's offset above the limit: #GP(0)") {
  set_descriptor(SLOT, 0, 0xFFF, PRESENT | CODE_XR, BIG);
  set_idt_gate(VECTOR, SLOT, stub_of(VECTOR), GATE(SYS_INTERRUPT32, 0));
  gate_faults(0, GP, 0);
}

RULE(exception_gate_faults_have_ext, NEEDS_SEGMENTS,
     "SDM vol. 3, 6.13: EXT is set for faults of delivery") {
  set_idt_gate(UD, CODE0, stub_of(UD), SYS_INTERRUPT32);
  run(undefined);
  expect_fault(NP, ERROR_OF(UD) | ERROR_EXT, undefined);
  set_idt_gate(UD, DATA0, stub_of(UD), GATE(SYS_INTERRUPT32, 0));
  run(undefined);
  expect_fault(GP, DATA0 | ERROR_EXT, undefined);
  set_idt_gate(UD, 0, stub_of(UD), GATE(SYS_INTERRUPT32, 0));
  run(undefined);
  expect_fault(GP, ERROR_EXT, undefined);
}

/* ---- stacks of the handler, at level 1 ---- */

static void stack_faults(uint32_t ss1, uint32_t vector, uint32_t error_code) {
  tss_main.ss1 = ss1;
  set_idt_gate(VECTOR, CODE1, stub_of(VECTOR), GATE(SYS_INTERRUPT32, 3));
  gate_faults(3, vector, error_code);
}

RULE(int_stack_null, NEEDS_LEVELS, "SDM vol. 2, INT n: null SS in the TSS: #TS(0)") {
  stack_faults(0, TS, 0);
}

RULE(int_stack_beyond_gdt, NEEDS_LEVELS, "SDM vol. 2, INT n: SS outside the table: #TS(SS)") {
  stack_faults(BEYOND_GDT | 1, TS, BEYOND_GDT);
}

RULE(int_stack_of_other_level, NEEDS_LEVELS,
     "SDM vol. 2, INT n: RPL or DPL of SS not the code's DPL: #TS(SS)") {
  stack_faults(DATA1 & ~3u, TS, DATA1 & ~3u);
  stack_faults((DATA2 & ~3u) | 1, TS, DATA2 & ~3u);
}

RULE(int_stack_not_writable, NEEDS_LEVELS, "SDM vol. 2, INT n: SS no writable data: #TS(SS)") {
  set_descriptor(SLOT, 0, 0xFFFFF, PRESENT | DPL(1) | DATA_RO, PAGES | BIG);
  stack_faults(SLOT | 1, TS, SLOT);
}

RULE(int_stack_not_present, NEEDS_LEVELS, "SDM vol. 2, INT n: SS not present: #SS(SS)") {
  set_descriptor(SLOT, 0, 0xFFFFF, DPL(1) | DATA_RW, PAGES | BIG);
  stack_faults(SLOT | 1, SS, SLOT);
}

RULE(int_stack_without_room, NEEDS_LEVELS,
     "SDM vol. 2, INT n: new stack without 20 bytes: #SS(SS)") {
  tight_stack(SLOT, 16);
  stack_faults(SLOT | 1, SS, SLOT);
}

RULE(int_room_before_offset, NEEDS_LEVELS,
     "SDM vol. 2, INT n: new stack without room and offset above the limit: #SS(SS)") {
  tight_stack(SLOT, 16);
  set_descriptor(SLOT_B, 0, 0xFFF, PRESENT | DPL(1) | CODE_XR, BIG);
  set_idt_gate(VECTOR, SLOT_B, stub_of(VECTOR), GATE(SYS_INTERRUPT32, 3));
  gate_faults(3, SS, SLOT);
}

RULE(int_room_before_offset_at_same_level, NEEDS_LEVELS,
     "SDM vol. 2, INT n: stack without room and offset above the limit: #SS(0)") {
  set_descriptor(SLOT, 0x50000, 0xFFFF, PRESENT | DPL(3) | DATA_RW, BIG);
  set_descriptor(SLOT_B, 0, 0xFFF, PRESENT | DPL(3) | CODE_XR, BIG);
  set_idt_gate(VECTOR, SLOT_B, stub_of(VECTOR), GATE(SYS_INTERRUPT32, 3));
  start_at_level(3);
  in.ss = SLOT | 3;
  in.esp = 8;
  run(int_n);
  expect_fault(SS, 0, int_n);
}

RULE(int_stack_beyond_tss, NEEDS_LEVELS,
     "SDM vol. 2, INT n: SS:ESP outside the TSS limit: #TS(TSS)") {
  set_descriptor(TSS_MAIN, (uint32_t)&tss_main, 0x10, PRESENT | SYS_TSS32, 0);
  load_task_register(TSS_MAIN);
  stack_faults(DATA1, TS, TSS_MAIN);
}

RULE(exception_stack_faults_have_ext, NEEDS_LEVELS,
     "SDM vol. 3, 6.13: EXT is set for faults of delivery") {
  tss_main.ss1 = BEYOND_GDT | 1;
  set_idt_gate(UD, CODE1, stub_of(UD), GATE(SYS_INTERRUPT32, 0));
  start_at_level(3);
  run(undefined);
  expect_fault(TS, BEYOND_GDT | ERROR_EXT, undefined);
}

/* ---- 16-bit gates ---- */

/* Makes a 16-bit gate for `vector` that leads to `arrival` with base 0 of SLOT there. */
static void gate_of_16_bits(uint32_t vector, uint32_t type) {
  set_descriptor(SLOT, (uint32_t)flags_arrival, 0xFF, PRESENT | CODE_XR, BIG);
  set_idt_gate(vector, SLOT, 0, GATE(type, 3));
}

RULE(int_through_16_bit_gate, NEEDS_SEGMENTS,
     "SDM vol. 3, 21.5: a 16-bit gate pushes FLAGS, CS, IP as words") {
  gate_of_16_bits(VECTOR, SYS_INTERRUPT16);
  in.eflags = FLAG_ONE | FLAG_IF | FLAG_CF;
  run(int_n);
  expect_done();
  expect_equal("CS:IP", final_stack()[0], CODE0 << 16 | ((uint32_t)int_n_next & 0xFFFF));
  expect_equal("FLAGS", final_stack()[1] & 0xFFFF, FLAG_ONE | FLAG_IF | FLAG_CF);
  expect_equal("ESP", event.esp + 12, stack_of(0) - 6);
  expect_bits("EFLAGS in the handler", event.eax, FLAG_IF, 0);
}

RULE(trap_through_16_bit_gate, NEEDS_SEGMENTS,
     "SDM vol. 3, 6.12.1.2: a 16-bit trap gate does not change IF") {
  gate_of_16_bits(VECTOR, SYS_TRAP16);
  in.eflags = FLAG_ONE | FLAG_IF;
  run(int_n);
  expect_done();
  expect_bits("EFLAGS in the handler", event.eax, FLAG_IF, FLAG_IF);
}

RULE(error_code_of_16_bit_gate, NEEDS_SEGMENTS,
     "SDM vol. 3, 6.13: the error code is a word with a 16-bit gate") {
  SNIPPET(load_bad_es, "", "movw %ax, %es", "");
  gate_of_16_bits(GP, SYS_INTERRUPT16);
  in.eax = BEYOND_GDT;
  run(load_bad_es);
  expect_done();
  expect_equal("IP:error code", final_stack()[0],
               ((uint32_t)load_bad_es_at & 0xFFFF) << 16 | BEYOND_GDT);
  expect_equal("ESP", event.esp + 12, stack_of(0) - 8);
}
