/* Task switches (SDM vol. 3, chapter 7): what is saved, loaded, marked and linked, and the checks.
 */
#include "sw/tests/rules/tasks.h"

#include "sw/include/string.h"
#include "sw/tests/rules/rule.h"

SNIPPET(jump, "", "ljmpl *far_target", "");
SNIPPET(call, "", "lcall *far_target", "");
SNIPPET(interrupt_return, "", "iretl", "");
/* Where other tasks start. */
SNIPPET(entry, "", "nop", "");
/* One that returns at once, and comes to its end when it is entered again. */
SNIPPET(entry_and_back, "", "iretl", "nop");

void prepare_other(void) {
  tss_other.eip = (uint32_t)entry;
  tss_other.eax = 0xA0A0A0A0;
  tss_other.ecx = 0xA1A1A1A1;
  tss_other.edx = 0xA2A2A2A2;
  tss_other.ebx = 0xA3A3A3A3;
  tss_other.ebp = 0xA5A5A5A5;
  tss_other.esi = 0xA6A6A6A6;
  tss_other.edi = 0xA7A7A7A7;
  aim(TSS_OTHER, 0xDEADBEEF); /* the offset is not used */
}

void expect_busy(uint32_t selector, bool busy) {
  expect_bits("busy bit", access_of(selector), 0x02, busy ? 0x02 : 0);
}

void expect_task(uint32_t tr) {
  expect_done();
  expect_equal("TR", event.tr, tr);
}

RULE(task_jump_loads_registers, NEEDS_TASKS,
     "SDM vol. 3, 7.3: all registers come from the new TSS") {
  prepare_other();
  tss_other.fs = DATA3;
  tss_other.gs = DATA3;
  tss_other.es = DATA1 & ~3u;
  tss_other.eflags = FLAG_ONE | FLAG_CF | FLAG_DF;
  run(jump);
  expect_task(TSS_OTHER);
  expect_equal("EAX", event.eax, 0xA0A0A0A0);
  expect_equal("ECX", event.ecx, 0xA1A1A1A1);
  expect_equal("EDX", event.edx, 0xA2A2A2A2);
  expect_equal("EBX", event.ebx, 0xA3A3A3A3);
  expect_equal("EBP", event.ebp, 0xA5A5A5A5);
  expect_equal("ESI", event.esi, 0xA6A6A6A6);
  expect_equal("EDI", event.edi, 0xA7A7A7A7);
  expect_equal("ESP", event.esp + 12, OTHER_STACK);
  expect_equal("EIP", event_frame()->eip, (uint32_t)entry_end);
  expect_equal("FS", event.fs, DATA3);
  expect_equal("GS", event.gs, DATA3);
  expect_equal("ES", event.es, DATA1 & ~3u);
  expect_equal("EFLAGS", event_frame()->eflags, FLAG_ONE | FLAG_CF | FLAG_DF);
}

RULE(task_jump_saves_registers, NEEDS_TASKS, "SDM vol. 3, 7.3: all registers go to the old TSS") {
  prepare_other();
  in.eax = 0xB0;
  in.ecx = 0xB1;
  in.edx = 0xB2;
  in.ebx = 0xB3;
  in.ebp = 0xB5;
  in.esi = 0xB6;
  in.edi = 0xB7;
  in.fs = DATA3;
  in.eflags = FLAG_ONE | FLAG_CF;
  run(jump);
  expect_equal("EAX", tss_main.eax, 0xB0);
  expect_equal("ECX", tss_main.ecx, 0xB1);
  expect_equal("EDX", tss_main.edx, 0xB2);
  expect_equal("EBX", tss_main.ebx, 0xB3);
  expect_equal("EBP", tss_main.ebp, 0xB5);
  expect_equal("ESI", tss_main.esi, 0xB6);
  expect_equal("EDI", tss_main.edi, 0xB7);
  expect_equal("ESP", tss_main.esp, stack_of(0));
  expect_equal("EIP", tss_main.eip, (uint32_t)jump_next);
  expect_equal("EFLAGS", tss_main.eflags, FLAG_ONE | FLAG_CF);
  expect_bits("CS", tss_main.cs, 0xFFFF, CODE0);
  expect_bits("SS", tss_main.ss, 0xFFFF, DATA0);
  expect_bits("DS", tss_main.ds, 0xFFFF, DATA0);
  expect_bits("ES", tss_main.es, 0xFFFF, DATA0);
  expect_bits("FS", tss_main.fs, 0xFFFF, DATA3);
  expect_bits("GS", tss_main.gs, 0xFFFF, 0);
}

RULE(task_switch_keeps_static_fields, NEEDS_TASKS,
     "SDM vol. 3, 7.2.1: stacks, CR3, LDT, T and map are not written") {
  prepare_other();
  tss_main.cr3 = 0x12345000;
  tss_main.ldt = 0xFFFF;
  tss_main.esp2 = 0x777;
  run(jump);
  expect_task(TSS_OTHER);
  expect_equal("CR3", tss_main.cr3, 0x12345000);
  expect_equal("LDT", tss_main.ldt, 0xFFFF);
  expect_equal("ESP2", tss_main.esp2, 0x777);
  expect_equal("ESP0", tss_main.esp0, stack_of(0));
}

RULE(task_jump_moves_busy, NEEDS_TASKS,
     "SDM vol. 3, table 7-2: JMP: old busy cleared, new busy set") {
  prepare_other();
  run(jump);
  expect_task(TSS_OTHER);
  expect_busy(TSS_MAIN, false);
  expect_busy(TSS_OTHER, true);
}

RULE(task_jump_does_not_nest, NEEDS_TASKS, "SDM vol. 3, table 7-2: JMP: NT and link unchanged") {
  prepare_other();
  tss_other.link = 0x5555;
  run(jump);
  expect_bits("EFLAGS", event_frame()->eflags, FLAG_NT, 0);
  expect_bits("link", tss_other.link, 0xFFFF, 0x5555);
}

RULE(task_call_nests, NEEDS_TASKS,
     "SDM vol. 3, table 7-2: CALL: both busy, NT set, link to the old task") {
  prepare_other();
  run(call);
  expect_task(TSS_OTHER);
  expect_busy(TSS_MAIN, true);
  expect_busy(TSS_OTHER, true);
  expect_bits("EFLAGS", event_frame()->eflags, FLAG_NT, FLAG_NT);
  expect_bits("link", tss_other.link, 0xFFFF, TSS_MAIN);
  expect_bits("saved NT", tss_main.eflags, FLAG_NT, 0);
  expect_equal("saved EIP", tss_main.eip, (uint32_t)call_next);
  expect_equal("ESP", tss_main.esp, stack_of(0));
}

RULE(task_switch_sets_ts, NEEDS_TASKS, "SDM vol. 3, 7.3: every task switch sets CR0.TS") {
  prepare_other();
  run(jump);
  expect_task(TSS_OTHER);
  expect_bits("CR0", event.cr0, CR0_TS, CR0_TS);
}

RULE(task_return_by_iret, NEEDS_TASKS, "SDM vol. 3, 7.4: IRET with NT goes back along the link") {
  prepare_other();
  tss_other.eip = (uint32_t)entry_and_back;
  in.ebx = 0xB3;
  run(call);
  expect_task(TSS_MAIN);
  expect_equal("EIP", event_frame()->eip, (uint32_t)call_end);
  expect_equal("EBX", event.ebx, 0xB3);
  expect_busy(TSS_MAIN, true);
  expect_busy(TSS_OTHER, false);
  expect_bits("NT saved by IRET", tss_other.eflags, FLAG_NT, 0);
  expect_bits("EFLAGS", event_frame()->eflags, FLAG_NT, 0);
  expect_equal("saved EIP", tss_other.eip, (uint32_t)entry_and_back_next);
}

RULE(task_iret_checks_busy, NEEDS_TASKS,
     "SDM vol. 2, IRET: the link's TSS is not busy: #TS(link)") {
  tss_main.link = TSS_OTHER;
  in.eflags = FLAG_ONE | FLAG_NT;
  run(interrupt_return);
  expect_fault(TS, TSS_OTHER, interrupt_return);
}

RULE(task_iret_checks_link, NEEDS_TASKS,
     "SDM vol. 2, IRET: link outside the GDT or no TSS: #TS(link)") {
  in.eflags = FLAG_ONE | FLAG_NT;
  tss_main.link = BEYOND_GDT;
  run(interrupt_return);
  expect_fault(TS, BEYOND_GDT, interrupt_return);
  tss_main.link = 8 | LDT_BIT;
  run(interrupt_return);
  expect_fault(TS, 8 | LDT_BIT, interrupt_return);
  tss_main.link = DATA0;
  run(interrupt_return);
  expect_fault(TS, DATA0, interrupt_return);
}

RULE(task_iret_not_present, NEEDS_TASKS,
     "SDM vol. 2, IRET: the link's TSS is not present: #NP(link)") {
  set_descriptor(TSS_OTHER, (uint32_t)&tss_other, TSS_LIMIT, SYS_TSS32_BUSY, 0);
  tss_main.link = TSS_OTHER;
  in.eflags = FLAG_ONE | FLAG_NT;
  run(interrupt_return);
  expect_fault(NP, TSS_OTHER, interrupt_return);
}

RULE(task_through_gate, NEEDS_TASKS, "SDM vol. 3, 7.2.5: CALL through a task gate in the GDT") {
  prepare_other();
  set_gate(SLOT, TSS_OTHER, 0, PRESENT | DPL(3) | SYS_TASK_GATE, 0);
  start_at_level(3);
  aim(SLOT | 3, 0);
  run(call);
  expect_task(TSS_OTHER);
  expect_bits("link", tss_other.link, 0xFFFF, TSS_MAIN);
  expect_bits("saved CS", tss_main.cs, 0xFFFF, CODE3);
}

RULE(task_through_gate_in_ldt, NEEDS_TASKS, "SDM vol. 3, 7.2.5: a task gate may be in the LDT") {
  prepare_other();
  load_local_table(LDT_MAIN);
  set_gate(8 | LDT_BIT, TSS_OTHER, 0, PRESENT | DPL(0) | SYS_TASK_GATE, 0);
  aim(8 | LDT_BIT, 0);
  run(jump);
  expect_task(TSS_OTHER);
}

RULE(task_gate_dpl, NEEDS_TASKS, "SDM vol. 3, 7.2.5: gate's DPL below CPL or RPL: #GP(gate)") {
  set_gate(SLOT, TSS_OTHER, 0, PRESENT | DPL(2) | SYS_TASK_GATE, 0);
  start_at_level(3);
  aim(SLOT, 0);
  run(call);
  expect_fault(GP, SLOT, call);
}

RULE(task_gate_not_present, NEEDS_TASKS, "SDM vol. 2, CALL: task gate not present: #NP(gate)") {
  set_gate(SLOT, TSS_OTHER, 0, DPL(3) | SYS_TASK_GATE, 0);
  aim(SLOT, 0);
  run(call);
  expect_fault(NP, SLOT, call);
}

RULE(task_gate_ignores_dpl_of_tss, NEEDS_TASKS,
     "SDM vol. 3, 7.2.5: the TSS's own DPL is not used with a gate") {
  prepare_other();
  set_gate(SLOT, TSS_OTHER, 0, PRESENT | DPL(3) | SYS_TASK_GATE, 0);
  start_at_level(3);
  aim(SLOT | 3, 0);
  run(jump);
  expect_task(TSS_OTHER);
}

RULE(task_gate_to_no_tss, NEEDS_TASKS,
     "SDM vol. 2, CALL: task gate to the LDT or to no free TSS: #GP(TSS)") {
  set_gate(SLOT, DATA0, 0, PRESENT | SYS_TASK_GATE, 0);
  aim(SLOT, 0);
  run(call);
  expect_fault(GP, DATA0, call);
  set_gate(SLOT, 8 | LDT_BIT, 0, PRESENT | SYS_TASK_GATE, 0);
  run(call);
  expect_fault(GP, 8 | LDT_BIT, call);
  set_gate(SLOT, TSS_MAIN, 0, PRESENT | SYS_TASK_GATE, 0);
  run(call);
  expect_fault(GP, TSS_MAIN, call);
}

RULE(task_tss_dpl, NEEDS_TASKS, "SDM vol. 2, CALL: TSS's DPL below CPL or RPL: #GP(TSS)") {
  start_at_level(3);
  aim(TSS_OTHER, 0);
  run(call);
  expect_fault(GP, TSS_OTHER, call);
  start_at_level(0);
  aim(TSS_OTHER | 1, 0);
  run(jump);
  expect_fault(GP, TSS_OTHER, jump);
}

RULE(task_tss_busy, NEEDS_TASKS, "SDM vol. 3, 7.3: the new task is busy: #GP(TSS)") {
  aim(TSS_MAIN, 0);
  run(jump);
  expect_fault(GP, TSS_MAIN, jump);
  run(call);
  expect_fault(GP, TSS_MAIN, call);
}

RULE(task_tss_not_present, NEEDS_TASKS, "SDM vol. 3, 7.3: TSS not present: #NP(TSS)") {
  set_descriptor(TSS_OTHER, (uint32_t)&tss_other, TSS_LIMIT, SYS_TSS32, 0);
  aim(TSS_OTHER, 0);
  run(jump);
  expect_fault(NP, TSS_OTHER, jump);
}

RULE(task_tss_limit, NEEDS_TASKS, "SDM vol. 3, 7.3: limit below 67H: #TS(TSS)") {
  set_descriptor(TSS_OTHER, (uint32_t)&tss_other, TSS_LIMIT - 1, PRESENT | SYS_TSS32, 0);
  aim(TSS_OTHER, 0);
  run(jump);
  expect_fault(TS, TSS_OTHER, jump);
}

RULE(task_tss16_limit, NEEDS_TASKS, "SDM vol. 3, 7.6: 16-bit TSS: limit below 2BH: #TS(TSS)") {
  set_descriptor(TSS_16, (uint32_t)&tss_16, TSS16_LIMIT - 1, PRESENT | SYS_TSS16, 0);
  aim(TSS_16, 0);
  run(jump);
  expect_fault(TS, TSS_16, jump);
}

/* ---- faults in the new task: past the switch, with the new task's state ---- */

/* Where LDTR or CS of the new task is bad, its SS is not loaded yet: the handler has to be a task
 * (SDM vol. 3, 6.15 (10)), the third one here. It finds the second one complete. */
static void new_task_faults_in_task(uint32_t vector, uint32_t error_code) {
  tss_third.eip = (uint32_t)entry;
  tss_third.esp = stack_of(2);
  set_idt_gate(vector, TSS_THIRD, 0, PRESENT | SYS_TASK_GATE);
  run(jump);
  expect_task(TSS_THIRD);
  expect_equal("error code", final_stack()[0], error_code);
  expect_bits("link", tss_third.link, 0xFFFF, TSS_OTHER);
  expect_busy(TSS_MAIN, false);
  expect_busy(TSS_OTHER, true);
  expect_equal("saved EIP", tss_other.eip, (uint32_t)entry);
  expect_equal("saved EBX", tss_other.ebx, 0xA3A3A3A3);
}

/* Switches with the TSS as it is and expects a fault of the new task at its first instruction. */
static void new_task_faults(uint32_t vector, uint32_t error_code) {
  run(jump);
  expect_event(vector, error_code, (uint32_t)entry);
  expect_equal("TR", event.tr, TSS_OTHER);
  expect_busy(TSS_MAIN, false);
  expect_busy(TSS_OTHER, true);
  expect_bits("EFLAGS", event_frame()->eflags, FLAG_ONE, FLAG_ONE);
  expect_equal("EBX", event.ebx, 0xA3A3A3A3);
}

RULE(new_task_ldt, NEEDS_TASKS, "SDM vol. 3, table 7-1: LDT selector invalid: #TS(LDT)") {
  prepare_other();
  tss_other.ldt = BEYOND_GDT;
  new_task_faults_in_task(TS, BEYOND_GDT);
}

RULE(new_task_ldt_is_no_ldt, NEEDS_TASKS,
     "SDM vol. 3, table 7-1: LDT selector of another type: #TS(LDT)") {
  prepare_other();
  tss_other.ldt = DATA0;
  new_task_faults_in_task(TS, DATA0);
}

RULE(new_task_ldt_not_present, NEEDS_TASKS, "SDM vol. 3, table 7-1: LDT not present: #TS(LDT)") {
  prepare_other();
  set_descriptor(SLOT, (uint32_t)ldt, 63, SYS_LDT, 0);
  tss_other.ldt = SLOT;
  new_task_faults_in_task(TS, SLOT);
}

RULE(new_task_cs_null, NEEDS_TASKS, "SDM vol. 3, table 7-1: CS null: #TS(0)") {
  prepare_other();
  tss_other.cs = 0;
  new_task_faults_in_task(TS, 0);
}

RULE(new_task_cs_beyond_gdt, NEEDS_TASKS, "SDM vol. 3, table 7-1: CS outside the table: #TS(CS)") {
  prepare_other();
  tss_other.cs = BEYOND_GDT;
  new_task_faults_in_task(TS, BEYOND_GDT);
}

RULE(new_task_cs_is_no_code, NEEDS_TASKS, "SDM vol. 3, table 7-1: CS no code segment: #TS(CS)") {
  prepare_other();
  tss_other.cs = DATA0;
  new_task_faults_in_task(TS, DATA0);
}

RULE(new_task_cs_dpl, NEEDS_TASKS,
     "SDM vol. 3, table 7-1: nonconforming CS: DPL is not RPL: #TS(CS)") {
  prepare_other();
  tss_other.cs = CODE3 & ~3u;
  new_task_faults_in_task(TS, CODE3 & ~3u);
}

RULE(new_task_cs_not_present, NEEDS_TASKS, "SDM vol. 3, table 7-1: CS not present: #NP(CS)") {
  prepare_other();
  set_descriptor(SLOT, 0, 0xFFFFF, CODE_XR, PAGES | BIG);
  tss_other.cs = SLOT;
  new_task_faults_in_task(NP, SLOT);
}

RULE(new_task_ss_null, NEEDS_TASKS,
     "SDM vol. 3, table 7-1: SS null: #TS(0), taken on level 3's inner stack") {
  prepare_other();
  tss_other.cs = CODE3;
  tss_other.ss = 0;
  run(jump);
  expect_event(TS, 0, (uint32_t)entry);
  expect_equal("TR", event.tr, TSS_OTHER);
}

RULE(new_task_ss_dpl, NEEDS_TASKS, "SDM vol. 3, table 7-1: SS of another level: #TS(SS)") {
  prepare_other();
  tss_other.cs = CODE3;
  tss_other.ss = DATA2 | 3;
  run(jump);
  expect_event(TS, DATA2 & ~3u, (uint32_t)entry);
}

RULE(new_task_ss_not_present, NEEDS_TASKS, "SDM vol. 3, table 7-1: SS not present: #SS(SS)") {
  prepare_other();
  set_descriptor(SLOT, 0, 0xFFFFF, DPL(3) | DATA_RW, PAGES | BIG);
  tss_other.cs = CODE3;
  tss_other.ss = SLOT | 3;
  run(jump);
  expect_event(SS, SLOT, (uint32_t)entry);
}

RULE(new_task_ds_is_checked, NEEDS_TASKS,
     "SDM vol. 3, table 7-1: DS, ES, FS, GS not readable: #TS(selector)") {
  prepare_other();
  set_descriptor(SLOT, 0, 0xFFFFF, PRESENT | CODE_XO, PAGES | BIG);
  tss_other.ds = SLOT;
  new_task_faults(TS, SLOT);
}

RULE(new_task_gs_not_present, NEEDS_TASKS,
     "SDM vol. 3, table 7-1: DS, ES, FS, GS not present: #NP(selector)") {
  prepare_other();
  set_descriptor(SLOT, 0, 0xFFFFF, DATA_RW, PAGES | BIG);
  tss_other.gs = SLOT;
  new_task_faults(NP, SLOT);
}

RULE(new_task_fs_dpl, NEEDS_TASKS,
     "SDM vol. 3, table 7-1: data segment's DPL below CPL or RPL: #TS") {
  prepare_other();
  tss_other.fs = DATA0 | 1;
  new_task_faults(TS, DATA0);
}

RULE(new_task_eip_beyond_limit, NEEDS_TASKS,
     "SDM vol. 3, 7.3: EIP above the new CS limit: #GP(0)") {
  prepare_other();
  set_descriptor(SLOT, 0, 0xFFF, PRESENT | CODE_XR, BIG);
  tss_other.cs = SLOT;
  run(jump);
  expect_event(GP, 0, (uint32_t)entry);
  expect_equal("TR", event.tr, TSS_OTHER);
}

/* ---- LDT, levels, other sizes ---- */

RULE(new_task_has_its_ldt, NEEDS_TASKS,
     "SDM vol. 3, 7.3: LDTR is loaded and used for its segments") {
  prepare_other();
  load_local_table(LDT_MAIN);
  tss_other.ldt = LDT_OTHER;
  ldt_other[1] = gdt[DATA0 / 8];
  tss_other.ds = 8 | LDT_BIT;
  run(jump);
  expect_task(TSS_OTHER);
  expect_equal("LDTR", event.ldtr, LDT_OTHER);
  expect_equal("DS", event.ds, 8 | LDT_BIT);
}

RULE(new_task_without_ldt, NEEDS_TASKS, "SDM vol. 3, 7.3: a null LDT selector is allowed") {
  prepare_other();
  load_local_table(LDT_MAIN);
  run(jump);
  expect_task(TSS_OTHER);
  expect_equal("LDTR", event.ldtr, 0);
}

RULE(new_task_at_outer_level, NEEDS_TASKS,
     "SDM vol. 3, 7.1.2: the new task's level is its own CS's") {
  prepare_other();
  tss_other.cs = CODE3;
  tss_other.ss = DATA3;
  tss_other.ds = tss_other.es = DATA3;
  tss_other.eflags = FLAG_ONE | IOPL(3) | FLAG_IF;
  run(jump);
  expect_task(TSS_OTHER);
  expect_equal("CS", event_frame()->cs & 0xFFFF, CODE3);
  expect_equal("ESP", event_frame()->esp, OTHER_STACK);
  expect_equal("EFLAGS", event_frame()->eflags, FLAG_ONE | IOPL(3) | FLAG_IF);
}

RULE(new_task_of_16_bits, NEEDS_TASKS, "SDM vol. 3, 7.6: a 16-bit TSS loads and links words") {
  set_descriptor(SLOT, (uint32_t)entry, 0xFF, PRESENT | CODE_XR, BIG);
  set_descriptor(SLOT_B, (uint32_t)other_stack, sizeof(other_stack) - 1, PRESENT | DATA_RW, 0);
  tss_16.cs = SLOT;
  tss_16.ss = SLOT_B;
  tss_16.sp = 2048;
  tss_16.bx = 0x1234;
  tss_16.ip = 0;
  in.fs = in.gs = DATA0;
  aim(TSS_16, 0);
  run(call);
  expect_task(TSS_16);
  expect_bits("BX", event.ebx, 0xFFFF, 0x1234);
  expect_equal("CS", event_frame()->cs & 0xFFFF, SLOT);
  expect_equal("link", tss_16.link, TSS_MAIN);
  expect_equal("FS", event.fs, 0);
  expect_equal("GS", event.gs, 0);
}

RULE(old_task_of_16_bits, NEEDS_TASKS,
     "SDM vol. 3, 7.6: a 16-bit TSS saves words and nothing more") {
  prepare_other();
  load_task_register(TSS_16);
  memset(&tss_16, 0x77, sizeof(tss_16));
  in.ebx = 0x12345678;
  in.eflags = FLAG_ONE | FLAG_CF;
  run(jump);
  expect_task(TSS_OTHER);
  expect_equal("BX", tss_16.bx, 0x5678);
  expect_equal("FLAGS", tss_16.flags, FLAG_ONE | FLAG_CF);
  expect_equal("IP", tss_16.ip, (uint32_t)jump_next & 0xFFFF);
  expect_equal("CS", tss_16.cs, CODE0);
  expect_equal("DS", tss_16.ds, DATA0);
  expect_equal("LDT", tss_16.ldt, 0x7777);
  expect_equal("SP0", tss_16.sp0, 0x7777);
}

RULE(task_t_bit, NEEDS_TASKS | NEEDS_DEBUG,
     "SDM vol. 3, 7.2.1: T: #DB before the new task's first instruction") {
  prepare_other();
  tss_other.trap = 1;
  run(jump);
  expect_event(DB, 0, (uint32_t)entry);
  uint32_t dr6;
  __asm__ volatile("movl %%db6, %0" : "=r"(dr6));
  expect_bits("DR6.BT", dr6, 0x8000, 0x8000);
  __asm__ volatile("movl %0, %%db6" : : "r"(0xFFFF0FF0));
}

RULE(nested_tasks_chain, NEEDS_TASKS, "SDM vol. 3, 7.4: calls nest through the links") {
  prepare_other();
  tss_third.eip = (uint32_t)entry;
  /* Both calls go through far_target; the first one's gate is turned to the third task by then. */
  SNIPPET(call_twice, "movl %ebx, far_target + 4", "lcall *far_target", "");
  tss_other.eip = (uint32_t)call_twice;
  tss_other.ebx = TSS_THIRD;
  run(call);
  expect_task(TSS_THIRD);
  expect_bits("link", tss_third.link, 0xFFFF, TSS_OTHER);
  expect_bits("link", tss_other.link, 0xFFFF, TSS_MAIN);
  expect_busy(TSS_MAIN, true);
  expect_busy(TSS_OTHER, true);
  expect_busy(TSS_THIRD, true);
}
