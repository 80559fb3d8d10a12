/* Call gates (SDM vol. 3, 5.8.3 to 5.8.5; vol. 2, CALL and JMP). */
#include "sw/tests/rules/rule.h"

SNIPPET(jump, "", "ljmpl *far_target", "");
SNIPPET(call, "", "lcall *far_target", "");
SNIPPET(arrival, "", "nop", "");

/* SLOT becomes a 32-bit call gate to `target`:arrival, open to level 3. */
static void open_gate(uint32_t target, uint32_t parameters) {
  set_gate(SLOT, target, (uint32_t)arrival, PRESENT | DPL(3) | SYS_CALL32, parameters);
}

static void call_gate(uint32_t level, uint32_t selector) {
  start_at_level(level);
  aim(selector, 0xDEADBEEF); /* the offset is not used */
  run(call);
}

static void call_faults(uint32_t level, uint32_t selector, uint32_t vector, uint32_t error_code) {
  call_gate(level, selector);
  expect_fault(vector, error_code, call);
}

static void expect_arrival(uint32_t cs, uint32_t ss) {
  expect_done();
  expect_equal("CS", event_frame()->cs & 0xFFFF, cs);
  expect_equal("SS", final_ss(), ss);
  expect_equal("EIP", event_frame()->eip, (uint32_t)arrival_end);
}

static void expect_final_words(const uint32_t* words, uint32_t count) {
  for (uint32_t n = 0; n < count; n++)
    expect_equal("word of the stack", final_stack()[n], words[n]);
}

RULE(gate_at_same_level, NEEDS_SEGMENTS,
     "SDM vol. 3, 5.8.4: same level: no stack switch, CS and EIP pushed") {
  open_gate(CODE0, 0);
  call_gate(0, SLOT);
  expect_arrival(CODE0, DATA0);
  const uint32_t words[] = {(uint32_t)call_next, CODE0};
  expect_final_words(words, 2);
  expect_equal("ESP", event.esp + 12, stack_of(0) - 8);
}

RULE(gate_at_same_level_copies_nothing, NEEDS_SEGMENTS,
     "SDM vol. 3, 5.8.5: parameters are copied only on a switch") {
  open_gate(CODE0, 5);
  call_gate(0, SLOT);
  expect_arrival(CODE0, DATA0);
  expect_equal("ESP", event.esp + 12, stack_of(0) - 8);
}

RULE(gate_to_inner_level, NEEDS_LEVELS,
     "SDM vol. 3, 5.8.5: stack of the TSS; old SS:ESP, CS:EIP pushed") {
  open_gate(CODE0, 0);
  call_gate(3, SLOT | 3);
  expect_arrival(CODE0, DATA0);
  const uint32_t words[] = {(uint32_t)call_next, CODE3, stack_of(3), DATA3};
  expect_final_words(words, 4);
  expect_equal("ESP", event.esp + 12, stack_of(0) - 16);
}

RULE(gate_to_middle_level, NEEDS_LEVELS, "SDM vol. 3, 5.8.5: the level's own SS:ESP of the TSS") {
  open_gate(CODE1, 0);
  call_gate(3, SLOT | 3);
  expect_arrival(CODE1, DATA1);
  const uint32_t words[] = {(uint32_t)call_next, CODE3, stack_of(3), DATA3};
  expect_final_words(words, 4);
  expect_equal("ESP", event_frame()->esp, stack_of(1) - 16);
  open_gate(CODE2, 0);
  call_gate(3, SLOT | 3);
  expect_arrival(CODE2, DATA2);
  expect_equal("ESP", event_frame()->esp, stack_of(2) - 16);
}

RULE(gate_copies_parameters, NEEDS_LEVELS,
     "SDM vol. 3, 5.8.5: parameter count dwords, in their order") {
  open_gate(CODE0, 3);
  start_at_level(3);
  for (uint32_t n = 0; n < 4; n++) frame_words[n] = 0xA0000000 + n;
  in.esp = (uint32_t)frame_words;
  aim(SLOT, 0);
  run(call);
  expect_arrival(CODE0, DATA0);
  const uint32_t words[] = {(uint32_t)call_next,   CODE3, 0xA0000000, 0xA0000001, 0xA0000002,
                            (uint32_t)frame_words, DATA3};
  expect_final_words(words, 7);
  expect_equal("ESP", event.esp + 12, stack_of(0) - 28);
}

RULE(gate_copies_31_parameters, NEEDS_LEVELS, "SDM vol. 3, 5.8.5: the count has five bits") {
  open_gate(CODE1, 31);
  start_at_level(3);
  for (uint32_t n = 0; n < 32; n++) frame_words[n] = 0xB0000000 + n;
  in.esp = (uint32_t)frame_words;
  aim(SLOT, 0);
  run(call);
  expect_arrival(CODE1, DATA1);
  expect_equal("ESP", event_frame()->esp, stack_of(1) - 16 - 31 * 4);
  expect_equal("first parameter", final_stack()[2], 0xB0000000);
  expect_equal("last parameter", final_stack()[32], 0xB000001E);
  expect_equal("old ESP", final_stack()[33], (uint32_t)frame_words);
}

RULE(gate_of_16_bits, NEEDS_LEVELS,
     "SDM vol. 3, 21.4: a 16-bit gate pushes words and copies words") {
  set_descriptor(SLOT_B, (uint32_t)arrival, 0xFF, PRESENT | CODE_XR, BIG);
  set_gate(SLOT, SLOT_B, 0, PRESENT | DPL(3) | SYS_CALL16, 2);
  start_at_level(3);
  set_descriptor(SLOT_C, (uint32_t)call, 0xFF, PRESENT | DPL(3) | CODE_XR, BIG);
  in.cs = SLOT_C | 3;
  frame_words[0] = 0xBBBBAAAA;
  in.esp = (uint32_t)frame_words;
  aim(SLOT, 0);
  run(0);
  expect_done();
  expect_equal("CS", event_frame()->cs & 0xFFFF, SLOT_B);
  const uint32_t words[] = {(uint32_t)(SLOT_C | 3) << 16 | (uint32_t)(call_next - call), 0xBBBBAAAA,
                            (uint32_t)DATA3 << 16 | ((uint32_t)frame_words & 0xFFFF)};
  expect_final_words(words, 3);
  expect_equal("ESP", event.esp + 12, stack_of(0) - 12);
}

RULE(gate_dpl_below_cpl, NEEDS_LEVELS, "SDM vol. 3, 5.8.4: CPL above the gate's DPL: #GP(gate)") {
  set_gate(SLOT, CODE0, (uint32_t)arrival, PRESENT | DPL(2) | SYS_CALL32, 0);
  call_faults(3, SLOT | 3, GP, SLOT);
  call_faults(3, SLOT, GP, SLOT);
}

RULE(gate_dpl_below_rpl, NEEDS_SEGMENTS, "SDM vol. 3, 5.8.4: RPL above the gate's DPL: #GP(gate)") {
  set_gate(SLOT, CODE0, (uint32_t)arrival, PRESENT | DPL(0) | SYS_CALL32, 0);
  call_faults(0, SLOT | 1, GP, SLOT);
}

RULE(gate_not_present, NEEDS_LEVELS, "SDM vol. 2, CALL: gate not present: #NP(gate)") {
  set_gate(SLOT, CODE0, (uint32_t)arrival, DPL(3) | SYS_CALL32, 0);
  call_faults(3, SLOT | 3, NP, SLOT);
}

RULE(gate_dpl_is_checked_before_present, NEEDS_LEVELS,
     "SDM vol. 2, CALL: order of checks: DPL, then present") {
  set_gate(SLOT, CODE0, (uint32_t)arrival, DPL(0) | SYS_CALL32, 0);
  call_faults(3, SLOT | 3, GP, SLOT);
}

RULE(gate_to_null, NEEDS_LEVELS, "SDM vol. 2, CALL: null code selector in the gate: #GP(0)") {
  open_gate(0, 0);
  call_faults(3, SLOT | 3, GP, 0);
}

RULE(gate_target_beyond_gdt, NEEDS_LEVELS,
     "SDM vol. 2, CALL: target outside the table: #GP(target)") {
  open_gate(BEYOND_GDT, 0);
  call_faults(3, SLOT | 3, GP, BEYOND_GDT);
}

RULE(gate_target_is_no_code, NEEDS_LEVELS,
     "SDM vol. 2, CALL: target no code segment: #GP(target)") {
  open_gate(DATA0, 0);
  call_faults(3, SLOT | 3, GP, DATA0);
  open_gate(TSS_OTHER, 0);
  call_faults(3, SLOT | 3, GP, TSS_OTHER);
}

RULE(gate_to_outer_level, NEEDS_LEVELS, "SDM vol. 3, 5.8.4: target's DPL above CPL: #GP(target)") {
  open_gate(CODE3, 0);
  call_faults(0, SLOT, GP, CODE3 & ~3u);
}

RULE(gate_target_not_present, NEEDS_LEVELS, "SDM vol. 2, CALL: target not present: #NP(target)") {
  set_descriptor(SLOT_B, 0, 0xFFFFF, CODE_XR, PAGES | BIG);
  open_gate(SLOT_B, 0);
  call_faults(3, SLOT | 3, NP, SLOT_B);
}

RULE(gate_ignores_rpl_of_target, NEEDS_LEVELS,
     "SDM vol. 3, 5.8.3: RPL in the gate is not used; CS gets CPL") {
  open_gate(CODE0 | 3, 0);
  call_gate(3, SLOT | 3);
  expect_arrival(CODE0, DATA0);
}

RULE(gate_to_conforming_code, NEEDS_LEVELS,
     "SDM vol. 3, 5.8.4: conforming target: level and stack stay") {
  open_gate(CONFORMING0, 2);
  call_gate(3, SLOT | 3);
  expect_arrival(CONFORMING0 | 3, DATA3);
  expect_equal("ESP", event_frame()->esp, stack_of(3) - 8);
}

RULE(gate_offset_beyond_limit, NEEDS_LEVELS,
     "SDM vol. 2, CALL: the gate's offset above the limit: #GP(0)") {
  set_descriptor(SLOT_B, 0, 0xFFF, PRESENT | CODE_XR, BIG);
  open_gate(SLOT_B, 0);
  call_faults(3, SLOT | 3, GP, 0);
}

RULE(jump_through_gate, NEEDS_SEGMENTS, "SDM vol. 3, 5.8.4: JMP through a gate to the same level") {
  open_gate(CODE0, 0);
  aim(SLOT, 0);
  run(jump);
  expect_arrival(CODE0, DATA0);
  expect_equal("ESP", event.esp + 12, stack_of(0));
}

RULE(jump_through_gate_to_inner_level, NEEDS_LEVELS,
     "SDM vol. 3, 5.8.4: JMP to inner nonconforming code: #GP(target)") {
  open_gate(CODE0, 0);
  start_at_level(3);
  aim(SLOT | 3, 0);
  run(jump);
  expect_fault(GP, CODE0, jump);
}

RULE(jump_through_gate_to_conforming, NEEDS_LEVELS,
     "SDM vol. 3, 5.8.4: JMP to inner conforming code is allowed") {
  open_gate(CONFORMING0, 0);
  start_at_level(3);
  aim(SLOT | 3, 0);
  run(jump);
  expect_arrival(CONFORMING0 | 3, DATA3);
}

/* ---- the new stack, at level 1, so that the fault's own handler at level 0 has a good one ---- */

static void stack_faults(uint32_t ss1, uint32_t vector, uint32_t error_code) {
  tss_main.ss1 = ss1;
  open_gate(CODE1, 0);
  call_faults(3, SLOT | 3, vector, error_code);
  expect_equal("old ESP", event_frame()->esp, stack_of(3));
}

RULE(gate_stack_null, NEEDS_LEVELS, "SDM vol. 2, CALL: null SS in the TSS: #TS(0)") {
  stack_faults(0, TS, 0);
}

RULE(gate_stack_beyond_gdt, NEEDS_LEVELS,
     "SDM vol. 2, CALL: SS of the TSS outside the table: #TS(SS)") {
  stack_faults(BEYOND_GDT | 1, TS, BEYOND_GDT);
}

RULE(gate_stack_rpl, NEEDS_LEVELS, "SDM vol. 2, CALL: RPL of SS is not the code's DPL: #TS(SS)") {
  stack_faults(DATA1 & ~3u, TS, DATA1 & ~3u);
}

RULE(gate_stack_dpl, NEEDS_LEVELS, "SDM vol. 2, CALL: DPL of SS is not the code's DPL: #TS(SS)") {
  stack_faults((DATA2 & ~3u) | 1, TS, DATA2 & ~3u);
}

RULE(gate_stack_not_writable, NEEDS_LEVELS, "SDM vol. 2, CALL: SS no writable data: #TS(SS)") {
  set_descriptor(SLOT_B, 0, 0xFFFFF, PRESENT | DPL(1) | DATA_RO, PAGES | BIG);
  stack_faults(SLOT_B | 1, TS, SLOT_B);
  set_descriptor(SLOT_B, 0, 0xFFFFF, PRESENT | DPL(1) | CODE_XR, PAGES | BIG);
  stack_faults(SLOT_B | 1, TS, SLOT_B);
}

RULE(gate_stack_not_present, NEEDS_LEVELS, "SDM vol. 2, CALL: SS not present: #SS(SS)") {
  set_descriptor(SLOT_B, 0, 0xFFFFF, DPL(1) | DATA_RW, PAGES | BIG);
  stack_faults(SLOT_B | 1, SS, SLOT_B);
}

RULE(gate_stack_without_room, NEEDS_LEVELS, "SDM vol. 2, CALL: new stack too small: #SS(SS)") {
  tight_stack(SLOT_B, 14);
  stack_faults(SLOT_B | 1, SS, SLOT_B);
}

RULE(gate_stack_with_exact_room, NEEDS_LEVELS,
     "SDM vol. 2, CALL: room for parameters plus 16 bytes") {
  tight_stack(SLOT_B, 16);
  open_gate(CODE1, 0);
  call_gate(3, SLOT | 3);
  expect_arrival(CODE1, SLOT_B | 1);
  expect_equal("ESP", event_frame()->esp, 0xFF0);
}

RULE(gate_room_before_offset, NEEDS_LEVELS,
     "SDM vol. 2, CALL: new stack too small and offset above the limit: #SS(SS)") {
  tight_stack(SLOT_B, 14);
  set_descriptor(SLOT_C, 0, 0xFFF, PRESENT | DPL(1) | CODE_XR, BIG);
  open_gate(SLOT_C, 0);
  call_faults(3, SLOT | 3, SS, SLOT_B);
}

RULE(gate_room_for_parameters, NEEDS_LEVELS,
     "SDM vol. 2, CALL: no room for the parameters and offset above the limit: #SS(SS)") {
  tight_stack(SLOT_B, 16);
  set_descriptor(SLOT_C, 0, 0xFFF, PRESENT | DPL(1) | CODE_XR, BIG);
  open_gate(SLOT_C, 1);
  call_faults(3, SLOT | 3, SS, SLOT_B);
  open_gate(SLOT_C, 0);
  call_faults(3, SLOT | 3, GP, 0);
}

RULE(gate_stack_beyond_tss, NEEDS_LEVELS,
     "SDM vol. 2, CALL: SS:ESP outside the TSS limit: #TS(TSS)") {
  /* The stack of level 1 is at 0C to 11; that of level 0 is within. */
  set_descriptor(TSS_MAIN, (uint32_t)&tss_main, 0x10, PRESENT | SYS_TSS32, 0);
  load_task_register(TSS_MAIN);
  stack_faults(DATA1, TS, TSS_MAIN);
}

RULE(gate_stack_of_16_bit_tss, NEEDS_LEVELS,
     "SDM vol. 3, 5.8.5: a 16-bit TSS has SP and SS as words") {
  static uint8_t low_stack[256];
  set_descriptor(SLOT_B, (uint32_t)low_stack, 0xFF, PRESENT | DPL(1) | DATA_RW, BIG);
  tss_16.ss1 = SLOT_B | 1;
  tss_16.sp1 = 0x80;
  /* Level 0's stack, for the end of the snippet, must be reached with 16 bits as well. */
  set_descriptor(SLOT_C, stack_of(0) - 0x1000, 0x10FF, PRESENT | DATA_RW, BIG);
  tss_16.ss0 = SLOT_C;
  tss_16.sp0 = 0x1000;
  load_task_register(TSS_16);
  open_gate(CODE1, 0);
  call_gate(3, SLOT | 3);
  expect_done();
  expect_equal("CS", event_frame()->cs & 0xFFFF, CODE1);
  expect_equal("SS", final_ss(), SLOT_B | 1);
  expect_equal("ESP", event_frame()->esp, 0x80 - 16);
}
