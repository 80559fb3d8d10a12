/* Far JMP, CALL and conforming code without gates (SDM vol. 2, JMP and CALL; vol. 3, 5.8.1). */
#include "sw/tests/rules/rule.h"

SNIPPET(jump, "", "ljmpl *far_target", "");
SNIPPET(call, "", "lcall *far_target", "");
SNIPPET(arrival, "", "nop", "");
SNIPPET(arrival_cli, "nop", "cli", "");

static void jump_faults(uint32_t level, uint32_t selector, uint32_t vector, uint32_t error_code) {
  start_at_level(level);
  aim(selector, (uint32_t)arrival);
  run(jump);
  expect_fault(vector, error_code, jump);
}

/* Arrives with `cs`. */
static void jump_works(uint32_t level, uint32_t selector, uint32_t cs) {
  start_at_level(level);
  aim(selector, (uint32_t)arrival);
  run(jump);
  expect_done();
  expect_equal("CS", event_frame()->cs & 0xFFFF, cs);
  expect_equal("EIP", event_frame()->eip, (uint32_t)arrival_end);
}

static void code_slot(uint32_t access) {
  set_descriptor(SLOT, 0, 0xFFFFF, access, PAGES | BIG);
}

RULE(far_jump_to_null, NEEDS_SEGMENTS, "SDM vol. 2, JMP: null selector: #GP(0)") {
  jump_faults(0, 0, GP, 0);
  jump_faults(0, 3, GP, 0);
}

RULE(far_jump_beyond_gdt, NEEDS_SEGMENTS, "SDM vol. 2, JMP: outside the table: #GP(selector)") {
  jump_faults(0, BEYOND_GDT, GP, BEYOND_GDT);
}

RULE(far_jump_to_data, NEEDS_SEGMENTS,
     "SDM vol. 2, JMP: neither code nor gate nor TSS: #GP(selector)") {
  jump_faults(0, DATA0, GP, DATA0);
  jump_faults(0, LDT_MAIN, GP, LDT_MAIN);
}

RULE(far_jump_to_interrupt_gate, NEEDS_SEGMENTS,
     "SDM vol. 2, JMP: interrupt gates are no targets: #GP(selector)") {
  set_gate(SLOT, CODE0, (uint32_t)arrival, PRESENT | SYS_INTERRUPT32, 0);
  jump_faults(0, SLOT, GP, SLOT);
}

RULE(far_jump_not_present, NEEDS_SEGMENTS,
     "SDM vol. 2, JMP: code segment not present: #NP(selector)") {
  code_slot(CODE_XR);
  jump_faults(0, SLOT, NP, SLOT);
}

RULE(far_jump_rpl_above_cpl, NEEDS_SEGMENTS,
     "SDM vol. 3, 5.8.1.1: nonconforming: RPL above CPL: #GP(selector)") {
  jump_faults(0, CODE0 | 1, GP, CODE0);
}

RULE(far_jump_dpl_differs, NEEDS_LEVELS,
     "SDM vol. 3, 5.8.1.1: nonconforming: DPL is CPL, else #GP(selector)") {
  jump_faults(0, CODE3 & ~3u, GP, CODE3 & ~3u);
  jump_faults(3, CODE0, GP, CODE0);
  jump_faults(2, CODE1, GP, CODE1 & ~3u);
}

RULE(far_jump_rpl_below_cpl, NEEDS_LEVELS,
     "SDM vol. 3, 5.8.1.1: a lower RPL is allowed; CS gets CPL") {
  jump_works(3, CODE3 & ~3u, CODE3);
  jump_works(2, CODE2 & ~3u, CODE2);
}

RULE(far_jump_to_conforming, NEEDS_LEVELS,
     "SDM vol. 3, 5.8.1.2: conforming: DPL at most CPL, CPL stays") {
  jump_works(3, CONFORMING0, CONFORMING0 | 3);
  jump_works(1, CONFORMING0 | 3, CONFORMING0 | 1);
}

RULE(far_jump_to_outer_conforming, NEEDS_LEVELS,
     "SDM vol. 3, 5.8.1.2: conforming with DPL above CPL: #GP") {
  code_slot(PRESENT | DPL(3) | CODE_XR_CONFORMING);
  jump_faults(0, SLOT, GP, SLOT);
}

RULE(conforming_code_runs_at_cpl, NEEDS_LEVELS,
     "SDM vol. 3, 5.8.1.2: at CPL 3 CLI is refused in it too") {
  start_at_level(3);
  aim(CONFORMING0, (uint32_t)arrival_cli);
  run(jump);
  expect_fault(GP, 0, arrival_cli);
}

RULE(far_jump_sets_accessed, NEEDS_SEGMENTS,
     "SDM vol. 3, 3.4.5.1: loading CS sets the accessed bit") {
  code_slot(PRESENT | CODE_XR);
  jump_works(0, SLOT, SLOT);
  expect_equal("access byte", access_of(SLOT), PRESENT | CODE_XR | ACCESSED);
}

RULE(far_jump_beyond_limit, NEEDS_SEGMENTS, "SDM vol. 2, JMP: offset above the new limit: #GP(0)") {
  set_descriptor(SLOT, (uint32_t)arrival, 0xF, PRESENT | CODE_XR, BIG);
  aim(SLOT, 0x10);
  run(jump);
  expect_fault(GP, 0, jump);
}

RULE(far_call_pushes_return_address, NEEDS_SEGMENTS, "SDM vol. 2, CALL: CS, then EIP") {
  aim(CODE0, (uint32_t)arrival);
  run(call);
  expect_done();
  expect_equal("EIP on the stack", final_stack()[0], (uint32_t)call_next);
  expect_equal("CS on the stack", final_stack()[1] & 0xFFFF, CODE0);
  expect_equal("ESP", event.esp + 12, stack_of(0) - 8);
}

RULE(faulting_far_call_keeps_esp, NEEDS_SEGMENTS,
     "SDM vol. 3, 6.5: a faulting CALL can be restarted") {
  aim(BEYOND_GDT, 0);
  run(call);
  expect_fault(GP, BEYOND_GDT, call);
  expect_equal("ESP", event.esp + 16, stack_of(0));
}

RULE(far_call_room_before_offset, NEEDS_LEVELS,
     "SDM vol. 2, CALL: stack without room and offset above the limit: #SS(0)") {
  set_descriptor(SLOT, 0, 0xFFF, PRESENT | DPL(3) | CODE_XR, BIG);
  set_descriptor(SLOT_B, 0x50000, 0xFFFF, PRESENT | DPL(3) | DATA_RW, BIG);
  start_at_level(3);
  in.ss = SLOT_B | 3;
  in.esp = 4;
  aim(SLOT | 3, 0x1000);
  run(call);
  expect_fault(SS, 0, call);
}

RULE(far_call_of_16_bits, NEEDS_SEGMENTS, "SDM vol. 2, CALL: operand size 16: IP and CS as words") {
  SNIPPET(call16, "", "lcallw *far_target", "");
  set_descriptor(SLOT, (uint32_t)arrival, 0xF, PRESENT | CODE_XR, BIG);
  aim(0, 0);
  far_target[0] = (uint32_t)SLOT << 16;
  set_descriptor(SLOT_B, (uint32_t)call16, 0xFF, PRESENT | CODE_XR, BIG);
  in.cs = SLOT_B;
  run(0);
  expect_done();
  expect_equal("CS:IP on the stack", final_stack()[0],
               (uint32_t)SLOT_B << 16 | (uint32_t)(call16_next - call16));
  expect_equal("ESP", event.esp + 12, stack_of(0) - 4);
}
