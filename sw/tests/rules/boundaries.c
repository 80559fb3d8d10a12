/* Where external interrupts are taken: shadows, HLT, string instructions (SDM vol. 3, 6.8; vol. 2,
 * STI, MOV, REP). The request is the timer's, and it waits before the snippet starts. */
#include "models/machine/memory_map.h"
#include "sw/include/io.h"
#include "sw/include/pic.h"
#include "sw/tests/rules/rule.h"

#define PIT_COUNTER_0 STRATA_PIT_PORT
#define PIT_CONTROL (STRATA_PIT_PORT + 3)
#define PIT_MODE_0_LOW_BYTE 0x10 /* the output rises once, at the end of the count */

/* Runs with a request waiting at the CPU, then takes it back. */
static void run_with_request(const char* snippet) {
  outb(PIT_CONTROL, PIT_MODE_0_LOW_BYTE);
  outb(PIT_COUNTER_0, 2);
  while (!pic_requested(STRATA_IRQ_PIT)) continue;
  pic_unmask(STRATA_IRQ_PIT);
  in.eip = (uint32_t)snippet;
  run_from_start();
  pic_mask(STRATA_IRQ_PIT);
  if (event.vector == TIMER) pic_end_of_interrupt(STRATA_IRQ_PIT);
}

static void expect_interrupt(uint32_t eip) {
  expect_event(TIMER, 0, eip);
}

RULE(interrupt_waits_for_if, NEEDS_INTERRUPTS, "SDM vol. 3, 6.8.1: IF 0: no maskable interrupt") {
  SNIPPET(stay, "nop", "nop", "nop");
  run_with_request(stay);
  expect_done();
}

RULE(interrupt_before_the_first_instruction, NEEDS_INTERRUPTS,
     "SDM vol. 3, 6.8.1: IRET that sets IF: at once") {
  SNIPPET(begin, "nop", "nop", "");
  in.eflags = FLAG_ONE | FLAG_IF;
  run_with_request(begin);
  expect_interrupt((uint32_t)begin);
  expect_bits("pushed EFLAGS", event_frame()->eflags, FLAG_IF, FLAG_IF);
  expect_bits("EFLAGS", event.eflags, FLAG_IF, 0);
}

RULE(sti_shadow, NEEDS_INTERRUPTS, "SDM vol. 2, STI: interrupts after the next instruction") {
  SNIPPET(allow_after_nop, "sti", "nop", "nop");
  run_with_request(allow_after_nop);
  expect_interrupt((uint32_t)allow_after_nop_next);
}

RULE(sti_then_cli, NEEDS_INTERRUPTS, "SDM vol. 2, STI: STI, CLI: no interrupt between") {
  SNIPPET(allow_nothing, "sti", "cli", "nop");
  run_with_request(allow_nothing);
  expect_done();
}

RULE(popf_has_no_shadow, NEEDS_INTERRUPTS, "SDM vol. 3, 6.8.1: POPF that sets IF: at once") {
  SNIPPET(allow_by_popf, "pushl $0x202", "popfl", "nop");
  run_with_request(allow_by_popf);
  expect_interrupt((uint32_t)allow_by_popf_next);
}

RULE(sti_then_hlt, NEEDS_INTERRUPTS, "SDM vol. 2, HLT: the saved EIP is behind the HLT") {
  SNIPPET(sleep, "sti", "hlt", "nop");
  run_with_request(sleep);
  expect_interrupt((uint32_t)sleep_next);
}

RULE(hlt_waits, NEEDS_INTERRUPTS, "SDM vol. 2, HLT: until an interrupt comes") {
  SNIPPET(sleep_long, "sti", "hlt", "nop");
  outb(PIT_CONTROL, 0x30); /* both bytes: 500 counts */
  outb(PIT_COUNTER_0, 500 & 0xFF);
  outb(PIT_COUNTER_0, 500 >> 8);
  pic_unmask(STRATA_IRQ_PIT);
  run(sleep_long);
  pic_mask(STRATA_IRQ_PIT);
  if (event.vector == TIMER) pic_end_of_interrupt(STRATA_IRQ_PIT);
  expect_interrupt((uint32_t)sleep_long_next);
}

RULE(interrupt_in_a_string, NEEDS_INTERRUPTS,
     "SDM vol. 2, REP: interrupts between iterations, EIP of the REP") {
  SNIPPET(copy, "sti", "rep movsb", "");
  in.esi = (uint32_t)scratch;
  in.edi = (uint32_t)scratch + 4096;
  in.ecx = 4096;
  run_with_request(copy);
  expect_interrupt((uint32_t)copy_at);
  expect_equal("left over", event.ecx != 0 && event.ecx < 4096, 1);
  expect_equal("ESI", event.esi, (uint32_t)scratch + 4096 - event.ecx);
  expect_equal("EDI", event.edi, (uint32_t)scratch + 8192 - event.ecx);
}

RULE(interrupt_in_a_string_pushes_rf, NEEDS_INTERRUPTS | NEEDS_DEBUG,
     "SDM vol. 3, 17.3.1.1: RF is 1 between iterations") {
  SNIPPET(copy_more, "sti", "rep movsb", "");
  in.esi = (uint32_t)scratch;
  in.edi = (uint32_t)scratch + 4096;
  in.ecx = 4096;
  run_with_request(copy_more);
  expect_interrupt((uint32_t)copy_more_at);
  expect_bits("pushed EFLAGS", event_frame()->eflags, FLAG_RF, FLAG_RF);
}

RULE(interrupt_at_level_3, NEEDS_INTERRUPTS | NEEDS_LEVELS,
     "SDM vol. 3, 6.12.1.1: the gate's DPL is not checked") {
  SNIPPET(user, "nop", "nop", "");
  start_at_level(3);
  in.eflags = FLAG_ONE | FLAG_IF;
  run_with_request(user);
  expect_interrupt((uint32_t)user);
  expect_equal("CS", event_frame()->cs & 0xFFFF, CODE3);
  expect_equal("SS", event_frame()->ss & 0xFFFF, DATA3);
}

RULE(interrupt_through_task_gate, NEEDS_INTERRUPTS | NEEDS_TASKS,
     "SDM vol. 3, 6.12.2: the interrupted task is linked") {
  SNIPPET(interrupted, "nop", "nop", "");
  SNIPPET(handler, "", "nop", "");
  tss_other.eip = (uint32_t)handler;
  set_idt_gate(TIMER, TSS_OTHER, 0, PRESENT | SYS_TASK_GATE);
  in.eflags = FLAG_ONE | FLAG_IF;
  run_with_request(interrupted);
  pic_end_of_interrupt(STRATA_IRQ_PIT);
  expect_done();
  expect_equal("TR", event.tr, TSS_OTHER);
  expect_equal("saved EIP", tss_main.eip, (uint32_t)interrupted);
  expect_bits("link", tss_other.link, 0xFFFF, TSS_MAIN);
}

RULE(interrupt_gate_faults_have_ext, NEEDS_INTERRUPTS | NEEDS_SEGMENTS,
     "SDM vol. 3, 6.13: an external interrupt's faults: EXT 1") {
  SNIPPET(waiting, "nop", "nop", "");
  set_idt_gate(TIMER, CODE0, stub_of(TIMER), SYS_INTERRUPT32);
  in.eflags = FLAG_ONE | FLAG_IF;
  run_with_request(waiting);
  pic_end_of_interrupt(STRATA_IRQ_PIT);
  expect_event(NP, TIMER * 8 + 3, (uint32_t)waiting);
}
