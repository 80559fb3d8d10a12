/* Interrupts and exceptions through task gates (SDM vol. 3, 6.12.2). */
#include "sw/tests/rules/rule.h"
#include "sw/tests/rules/tasks.h"

#define VECTOR 0x90

SNIPPET(int_n, "", "int $0x90", "");
SNIPPET(undefined, "", "ud2", "");
/* Where the handler's task starts: it returns at once. */
SNIPPET(entry_and_back, "", "iretl", "nop");

static void handler_task(uint32_t vector) {
  prepare_other();
  set_idt_gate(vector, TSS_OTHER, 0, PRESENT | DPL(3) | SYS_TASK_GATE);
}

RULE(int_through_task_gate, NEEDS_TASKS,
     "SDM vol. 3, 6.12.2: the handler is a nested task; nothing is pushed") {
  handler_task(VECTOR);
  start_at_level(3);
  run(int_n);
  expect_task(TSS_OTHER);
  expect_bits("EFLAGS", event_frame()->eflags, FLAG_NT, FLAG_NT);
  expect_bits("link", tss_other.link, 0xFFFF, TSS_MAIN);
  expect_equal("saved EIP", tss_main.eip, (uint32_t)int_n_next);
  expect_equal("ESP", event.esp + 12, OTHER_STACK);
  expect_busy(TSS_MAIN, true);
}

RULE(exception_through_task_gate, NEEDS_TASKS,
     "SDM vol. 3, 6.12.2: the saved EIP is the faulting instruction's") {
  handler_task(UD);
  in.eflags = FLAG_ONE | FLAG_CF;
  run(undefined);
  expect_task(TSS_OTHER);
  expect_equal("saved EIP", tss_main.eip, (uint32_t)undefined_at);
  expect_bits("saved EFLAGS", tss_main.eflags, FLAG_CF | FLAG_NT, FLAG_CF);
}

RULE(error_code_through_task_gate, NEEDS_TASKS,
     "SDM vol. 3, 6.13: the error code is pushed on the new task's stack") {
  SNIPPET(load_bad_es, "", "movw %ax, %es", "");
  handler_task(GP);
  in.eax = BEYOND_GDT;
  run(load_bad_es);
  expect_task(TSS_OTHER);
  expect_equal("error code", final_stack()[0], BEYOND_GDT);
  expect_equal("ESP", event.esp + 12, OTHER_STACK - 4);
  expect_equal("saved EIP", tss_main.eip, (uint32_t)load_bad_es_at);
}

RULE(double_fault_through_task_gate, NEEDS_TASKS,
     "SDM vol. 3, 6.15 (8): #DF in a task of its own, error code 0") {
  SNIPPET(load_bad_fs, "", "movw %ax, %fs", "");
  handler_task(DF);
  set_idt_gate(GP, CODE0, 0, SYS_INTERRUPT32);
  in.eax = BEYOND_GDT;
  run(load_bad_fs);
  expect_task(TSS_OTHER);
  expect_equal("error code", final_stack()[0], 0);
}

RULE(int_task_gate_dpl, NEEDS_TASKS,
     "SDM vol. 2, INT n: task gate's DPL below CPL: #GP(vector * 8 + 2)") {
  set_idt_gate(VECTOR, TSS_OTHER, 0, PRESENT | DPL(0) | SYS_TASK_GATE);
  start_at_level(3);
  run(int_n);
  expect_fault(GP, VECTOR * 8 + 2, int_n);
}

RULE(int_task_gate_not_present, NEEDS_TASKS,
     "SDM vol. 2, INT n: task gate not present: #NP(vector * 8 + 2)") {
  set_idt_gate(VECTOR, TSS_OTHER, 0, SYS_TASK_GATE);
  run(int_n);
  expect_fault(NP, VECTOR * 8 + 2, int_n);
}

RULE(int_task_gate_to_busy_task, NEEDS_TASKS,
     "SDM vol. 2, INT n: task gate to a busy TSS: #GP(TSS)") {
  set_idt_gate(VECTOR, TSS_MAIN, 0, PRESENT | SYS_TASK_GATE);
  run(int_n);
  expect_fault(GP, TSS_MAIN, int_n);
}

RULE(handler_task_returns, NEEDS_TASKS,
     "SDM vol. 3, 7.4: IRET of the handler resumes the interrupted task") {
  handler_task(VECTOR);
  tss_other.eip = (uint32_t)entry_and_back;
  in.ebx = 0xB3;
  start_at_level(3);
  run(int_n);
  expect_task(TSS_MAIN);
  expect_equal("EIP", event_frame()->eip, (uint32_t)int_n_end);
  expect_equal("CS", event_frame()->cs & 0xFFFF, CODE3);
  expect_equal("EBX", event.ebx, 0xB3);
  expect_busy(TSS_OTHER, false);
}
