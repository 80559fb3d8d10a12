/* Far RET and IRET (SDM vol. 2, RET and IRET; vol. 3, 5.8.6). */
#include "sw/tests/rules/rule.h"

SNIPPET(far_return, "", "lret", "");
SNIPPET(far_return_12, "", "lret $12", "");
SNIPPET(interrupt_return, "", "iretl", "");
SNIPPET(arrival, "", "nop", "");

/* A frame for far RET: EIP, CS, then SS:ESP of an outer level behind `parameters` bytes. */
static void return_frame(uint32_t cs, uint32_t ss, uint32_t parameters) {
  in.esp = (uint32_t)frame_words;
  frame_words[0] = (uint32_t)arrival;
  frame_words[1] = cs;
  frame_words[2 + parameters / 4] = 0x00012340;
  frame_words[3 + parameters / 4] = ss;
}

/* And one for IRET. */
static void iret_frame(uint32_t cs, uint32_t flags, uint32_t ss) {
  in.esp = (uint32_t)frame_words;
  frame_words[0] = (uint32_t)arrival;
  frame_words[1] = cs;
  frame_words[2] = flags;
  frame_words[3] = stack_of(cs & 3);
  frame_words[4] = ss;
}

/* Both kinds of return refuse `cs` (and `ss`) alike. */
static void returns_fault(uint32_t level, uint32_t cs, uint32_t ss, uint32_t vector,
                          uint32_t error_code) {
  start_at_level(level);
  return_frame(cs, ss, 0);
  run(far_return);
  expect_fault(vector, error_code, far_return);
  start_at_level(level);
  iret_frame(cs, FLAG_ONE, ss);
  run(interrupt_return);
  expect_fault(vector, error_code, interrupt_return);
}

static void code_slot(uint32_t access) {
  set_descriptor(SLOT, 0, 0xFFFFF, access, PAGES | BIG);
}

static void stack_slot(uint32_t access) {
  set_descriptor(SLOT_B, 0, 0xFFFFF, access, PAGES | BIG);
}

RULE(far_return_to_same_level, NEEDS_SEGMENTS, "SDM vol. 2, RET: EIP and CS are popped") {
  return_frame(CODE0, 0, 0);
  run(far_return);
  expect_done();
  expect_equal("EIP", event_frame()->eip, (uint32_t)arrival_end);
  expect_equal("ESP", event.esp + 12, (uint32_t)(frame_words + 2));
}

RULE(far_return_drops_parameters, NEEDS_SEGMENTS, "SDM vol. 2, RET: imm16 is added to ESP") {
  return_frame(CODE0, 0, 0);
  run(far_return_12);
  expect_done();
  expect_equal("ESP", event.esp + 12, (uint32_t)(frame_words + 5));
}

RULE(far_return_to_outer_level, NEEDS_LEVELS,
     "SDM vol. 3, 5.8.6: RPL of CS above CPL: SS:ESP popped too") {
  for (uint32_t level = 1; level < 4; level++) {
    start_at_level(0);
    return_frame(CODE_OF(level), DATA_OF(level), 0);
    run(far_return);
    expect_done();
    expect_equal("CS", event_frame()->cs & 0xFFFF, CODE_OF(level));
    expect_equal("SS", event_frame()->ss & 0xFFFF, DATA_OF(level));
    expect_equal("ESP", event_frame()->esp, 0x12340);
  }
}

RULE(far_return_drops_on_both_stacks, NEEDS_LEVELS, "SDM vol. 2, RET: imm16 for both stacks") {
  return_frame(CODE3, DATA3, 12);
  run(far_return_12);
  expect_done();
  expect_equal("ESP", event_frame()->esp, 0x12340 + 12);
}

RULE(return_clears_inner_segments, NEEDS_LEVELS,
     "SDM vol. 3, 5.8.6: data registers with DPL below CPL: null") {
  return_frame(CODE3, DATA3, 0);
  in.ds = DATA0;
  in.es = DATA1 & ~3u;
  in.fs = DATA3;
  in.gs = CODE0;
  run(far_return);
  expect_done();
  expect_equal("DS", event.ds, 0);
  expect_equal("ES", event.es, 0);
  expect_equal("FS", event.fs, DATA3);
  expect_equal("GS", event.gs, 0);
}

RULE(return_keeps_conforming_segments, NEEDS_LEVELS,
     "SDM vol. 3, 5.8.6: conforming code segments stay") {
  return_frame(CODE3, DATA3, 0);
  in.gs = CONFORMING0;
  run(far_return);
  expect_done();
  expect_equal("GS", event.gs, CONFORMING0);
}

RULE(iret_clears_inner_segments, NEEDS_LEVELS,
     "SDM vol. 2, IRET: data registers with DPL below CPL: null") {
  iret_frame(CODE2, FLAG_ONE, DATA2);
  in.ds = DATA1 & ~3u;
  in.es = DATA2 & ~3u;
  in.fs = CONFORMING0;
  in.gs = DATA3;
  run(interrupt_return);
  expect_done();
  expect_equal("DS", event.ds, 0);
  expect_equal("ES", event.es, DATA2 & ~3u);
  expect_equal("FS", event.fs, CONFORMING0);
  expect_equal("GS", event.gs, DATA3);
}

RULE(return_to_inner_level, NEEDS_LEVELS, "SDM vol. 2, RET: RPL of CS below CPL: #GP(CS)") {
  returns_fault(3, CODE0, 0, GP, CODE0);
  returns_fault(2, CODE1, 0, GP, CODE1 & ~3u);
}

RULE(return_to_null, NEEDS_SEGMENTS, "SDM vol. 2, RET: null CS: #GP(0)") {
  returns_fault(0, 0, 0, GP, 0);
}

RULE(return_beyond_gdt, NEEDS_SEGMENTS, "SDM vol. 2, RET: CS outside the table: #GP(CS)") {
  returns_fault(0, BEYOND_GDT, 0, GP, BEYOND_GDT);
}

RULE(return_to_data, NEEDS_SEGMENTS, "SDM vol. 2, RET: CS no code segment: #GP(CS)") {
  returns_fault(0, DATA0, 0, GP, DATA0);
}

RULE(return_to_gate, NEEDS_SEGMENTS, "SDM vol. 2, RET: CS no code segment: #GP(CS)") {
  set_gate(SLOT, CODE0, (uint32_t)arrival, PRESENT | SYS_CALL32, 0);
  returns_fault(0, SLOT, 0, GP, SLOT);
}

RULE(return_dpl_differs, NEEDS_LEVELS, "SDM vol. 2, RET: nonconforming: DPL is not RPL: #GP(CS)") {
  returns_fault(0, (CODE3 & ~3u) | 2, DATA2, GP, CODE3 & ~3u);
  returns_fault(0, CODE3 & ~3u, 0, GP, CODE3 & ~3u);
}

RULE(return_to_outer_conforming, NEEDS_LEVELS,
     "SDM vol. 2, RET: conforming: DPL above RPL: #GP(CS)") {
  code_slot(PRESENT | DPL(3) | CODE_XR_CONFORMING);
  returns_fault(0, SLOT | 1, DATA1, GP, SLOT);
}

RULE(return_not_present, NEEDS_SEGMENTS, "SDM vol. 2, RET: CS not present: #NP(CS)") {
  code_slot(CODE_XR);
  returns_fault(0, SLOT, 0, NP, SLOT);
}

RULE(return_beyond_limit, NEEDS_SEGMENTS, "SDM vol. 2, RET: EIP above the limit: #GP(0)") {
  set_descriptor(SLOT, 0, 0xFFF, PRESENT | CODE_XR, BIG);
  returns_fault(0, SLOT, 0, GP, 0);
}

RULE(return_stack_null, NEEDS_LEVELS, "SDM vol. 2, RET: null SS of the outer level: #GP(0)") {
  returns_fault(0, CODE3, 0, GP, 0);
}

RULE(return_stack_beyond_gdt, NEEDS_LEVELS, "SDM vol. 2, RET: SS outside the table: #GP(SS)") {
  returns_fault(0, CODE3, BEYOND_GDT | 3, GP, BEYOND_GDT);
}

RULE(return_stack_rpl, NEEDS_LEVELS, "SDM vol. 2, RET: RPL of SS is not that of CS: #GP(SS)") {
  returns_fault(0, CODE3, DATA3 & ~3u, GP, DATA3 & ~3u);
}

RULE(return_stack_dpl, NEEDS_LEVELS, "SDM vol. 2, RET: DPL of SS is not RPL of CS: #GP(SS)") {
  returns_fault(0, CODE3, DATA2 | 3, GP, DATA2 & ~3u);
}

RULE(return_stack_not_writable, NEEDS_LEVELS, "SDM vol. 2, RET: SS no writable data: #GP(SS)") {
  stack_slot(PRESENT | DPL(3) | DATA_RO);
  returns_fault(0, CODE3, SLOT_B | 3, GP, SLOT_B);
}

RULE(return_stack_not_present, NEEDS_LEVELS, "SDM vol. 2, RET: SS not present: #SS(SS)") {
  stack_slot(DPL(3) | DATA_RW);
  returns_fault(0, CODE3, SLOT_B | 3, SS, SLOT_B);
}

RULE(return_frame_beyond_stack, NEEDS_SEGMENTS,
     "SDM vol. 2, RET: top of the stack not within limits: #SS(0)") {
  set_descriptor(SLOT_B, stack_of(0) - 0x800, 0x7FF, PRESENT | DATA_RW, BIG);
  start_at_level(0);
  in.ss = SLOT_B;
  in.esp = 0x7FC;
  run(far_return);
  expect_fault(SS, 0, far_return);
  in.esp = 0x7F8;
  run(interrupt_return);
  expect_fault(SS, 0, interrupt_return);
}

RULE(outer_return_frame_beyond_stack, NEEDS_LEVELS,
     "SDM vol. 2, RET: SS:ESP beyond the stack's limit: #SS(0)") {
  set_descriptor(SLOT_B, (uint32_t)frame_words - 0x100, 0x10B, PRESENT | DATA_RW, BIG);
  return_frame(CODE3, DATA3, 0);
  in.ss = SLOT_B;
  in.esp = 0x100;
  run(far_return);
  expect_fault(SS, 0, far_return);
}

RULE(faulting_return_keeps_esp, NEEDS_SEGMENTS,
     "SDM vol. 3, 6.5: a faulting RET can be restarted") {
  return_frame(BEYOND_GDT, 0, 0);
  run(far_return);
  expect_fault(GP, BEYOND_GDT, far_return);
  expect_equal("ESP", event.esp + 16, (uint32_t)frame_words);
}

RULE(return_of_16_bits, NEEDS_LEVELS,
     "SDM vol. 2, RET: operand size 16: IP, CS, SP and SS as words") {
  SNIPPET(far_return_16, "", "lretw", "");
  set_descriptor(SLOT, (uint32_t)arrival, 0xFF, PRESENT | DPL(3) | CODE_XR, BIG);
  in.esp = (uint32_t)frame_words;
  frame_words[0] = (uint32_t)(SLOT | 3) << 16;
  frame_words[1] = (uint32_t)DATA3 << 16 | 0x8000;
  run(far_return_16);
  expect_done();
  expect_equal("CS", event_frame()->cs & 0xFFFF, SLOT | 3);
  expect_equal("ESP", event_frame()->esp, 0x8000);
}

/* ---- EFLAGS of IRET ---- */

SNIPPET(flags_arrival, "pushfl", "popl %eax", "");

/* Returns from `level` to the same level with `popped`, having started with `flags`; what the flags
 * are then. */
static uint32_t flags_after_iret(uint32_t level, uint32_t flags, uint32_t popped) {
  start_at_level(level);
  in.eflags = FLAG_ONE | flags;
  iret_frame(CODE_OF(level), FLAG_ONE | popped, 0);
  frame_words[0] = (uint32_t)flags_arrival;
  run(interrupt_return);
  expect_done();
  return event.eax;
}

RULE(iret_at_level_0_changes_all_flags, NEEDS_LEVELS, "SDM vol. 2, IRET: CPL 0: IOPL and IF too") {
  uint32_t all = FLAG_CF | FLAG_ZF | FLAG_IF | FLAG_DF | FLAG_IOPL | FLAG_NT;
  expect_equal("EFLAGS", flags_after_iret(0, 0, all), all | FLAG_ONE);
  expect_equal("EFLAGS", flags_after_iret(0, FLAG_IOPL | FLAG_IF, 0), FLAG_ONE);
}

RULE(iret_at_level_3_keeps_iopl_and_if, NEEDS_LEVELS,
     "SDM vol. 2, IRET: IF needs CPL at most IOPL, IOPL CPL 0") {
  expect_equal("EFLAGS", flags_after_iret(3, 0, FLAG_IF | FLAG_IOPL | FLAG_CF), FLAG_ONE | FLAG_CF);
  expect_equal("EFLAGS", flags_after_iret(3, FLAG_IF | IOPL(2), 0), FLAG_ONE | FLAG_IF | IOPL(2));
}

RULE(iret_at_iopl_changes_if, NEEDS_LEVELS,
     "SDM vol. 2, IRET: CPL at most IOPL: IF changes, IOPL stays") {
  expect_equal("EFLAGS", flags_after_iret(3, IOPL(3), FLAG_IF), FLAG_ONE | FLAG_IF | IOPL(3));
  expect_equal("EFLAGS", flags_after_iret(1, IOPL(1), FLAG_IF), FLAG_ONE | FLAG_IF | IOPL(1));
}

RULE(iret_at_level_3_keeps_vm, NEEDS_LEVELS, "SDM vol. 2, IRET: VM is only taken at CPL 0") {
  expect_equal("EFLAGS", flags_after_iret(3, 0, FLAG_VM), FLAG_ONE);
}

RULE(iret_takes_flags_of_inner_level, NEEDS_LEVELS,
     "SDM vol. 2, IRET: the level returned from decides on IF") {
  iret_frame(CODE3, FLAG_ONE | FLAG_IF | IOPL(1), DATA3);
  run(interrupt_return);
  expect_done();
  expect_equal("EFLAGS", event_frame()->eflags, FLAG_ONE | FLAG_IF | IOPL(1));
}

RULE(iretw_keeps_high_flags, NEEDS_LEVELS | NEEDS_INSTRUCTIONS,
     "SDM vol. 2, IRET: operand size 16: FLAGS only") {
  SNIPPET(iret_16, "", "iretw", "");
  set_descriptor(SLOT, (uint32_t)flags_arrival, 0xFF, PRESENT | CODE_XR, BIG);
  in.eflags = FLAG_ONE | FLAG_AC | FLAG_ID;
  in.esp = (uint32_t)frame_words;
  frame_words[0] = (uint32_t)SLOT << 16;
  frame_words[1] = FLAG_ONE | FLAG_CF;
  run(iret_16);
  expect_done();
  expect_equal("EFLAGS", event.eax, FLAG_ONE | FLAG_CF | FLAG_AC | FLAG_ID);
}
