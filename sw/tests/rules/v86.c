/* Virtual-8086 mode (SDM vol. 3, chapter 20): entry, what runs in it, and the ways out. */
#include "sw/tests/rules/v86.h"

#include "sw/include/string.h"

#define VECTOR 0x90

static uint8_t* const data = (uint8_t*)LINEAR(V86_DATA_SEGMENT);

void prepare_v86(const void* code, uint32_t bytes, uint32_t iopl) {
  memcpy((void*)LINEAR(V86_CODE_SEGMENT), code, bytes);
  memset(data, 0, 64);
  in.cs = V86_CODE_SEGMENT;
  in.ss = V86_STACK_SEGMENT;
  in.ds = V86_DATA_SEGMENT;
  in.es = V86_DATA_SEGMENT + 1;
  in.fs = V86_DATA_SEGMENT + 2;
  in.gs = V86_DATA_SEGMENT + 3;
  in.eip = 0;
  in.esp = V86_STACK_TOP;
  in.eflags = FLAG_ONE | FLAG_VM | IOPL(iopl);
}

SNIPPET16(nothing, "", "nop", "");
SNIPPET16(int_n, "", "int $0x90", "");
SNIPPET16(int_3, "", "int3", "");
SNIPPET16(divide, "", "divw %cx", "");

RULE(v86_entry_by_iret, NEEDS_V86,
     "SDM vol. 3, 20.2.5: IRETD at CPL 0 with VM loads all segments") {
  run_v86(nothing, 3);
  expect_done();
  const struct frame* frame = event_frame();
  expect_bits("EFLAGS", frame->eflags, FLAG_VM | FLAG_IOPL, FLAG_VM | FLAG_IOPL);
  expect_equal("CS", frame->cs & 0xFFFF, V86_CODE_SEGMENT);
  expect_equal("EIP", frame->eip, offset_end(nothing));
  expect_equal("SS", frame->ss & 0xFFFF, V86_STACK_SEGMENT);
  expect_equal("ESP", frame->esp, V86_STACK_TOP);
  expect_equal("DS", frame->ds & 0xFFFF, V86_DATA_SEGMENT);
  expect_equal("ES", frame->es & 0xFFFF, V86_DATA_SEGMENT + 1);
  expect_equal("FS", frame->fs & 0xFFFF, V86_DATA_SEGMENT + 2);
  expect_equal("GS", frame->gs & 0xFFFF, V86_DATA_SEGMENT + 3);
}

RULE(v86_exit_nulls_segments, NEEDS_V86,
     "SDM vol. 3, 20.2.6: DS, ES, FS, GS are null in the handler, VM clear") {
  run_v86(int_n, 3);
  expect_equal("vector", event.vector, GP); /* the gate's DPL is 0 */
  set_idt_gate(VECTOR, CODE0, stub_of(VECTOR), PRESENT | DPL(3) | SYS_TRAP32);
  run_v86(int_n, 3);
  expect_event(VECTOR, 0, offset_next(int_n));
  expect_equal("DS", event.ds, 0);
  expect_equal("ES", event.es, 0);
  expect_equal("FS", event.fs, 0);
  expect_equal("GS", event.gs, 0);
  expect_bits("EFLAGS", event.eflags, FLAG_VM, 0);
  expect_equal("ESP", event.esp, stack_of(0) - 36);
  expect_equal("SS", event.ss, DATA0);
}

RULE(v86_int_checks_gate_dpl, NEEDS_V86,
     "SDM vol. 2, INT n: gate's DPL below 3: #GP(vector * 8 + 2)") {
  run_v86(int_n, 3);
  expect_v86_fault(GP, VECTOR * 8 + 2, int_n);
}

RULE(v86_handler_must_be_level_0, NEEDS_V86,
     "SDM vol. 3, 20.3.1.1: handler's DPL above 0: #GP(code)") {
  set_idt_gate(VECTOR, CODE1, stub_of(VECTOR), PRESENT | DPL(3) | SYS_INTERRUPT32);
  run_v86(int_n, 3);
  expect_v86_fault(GP, CODE1 & ~3u, int_n);
}

RULE(v86_handler_must_not_conform, NEEDS_V86,
     "SDM vol. 3, 20.3.1.1: conforming handler: #GP(code)") {
  set_idt_gate(VECTOR, CONFORMING0, stub_of(VECTOR), PRESENT | DPL(3) | SYS_INTERRUPT32);
  run_v86(int_n, 3);
  expect_v86_fault(GP, CONFORMING0, int_n);
}

RULE(v86_exception, NEEDS_V86, "SDM vol. 3, 20.3.1: exceptions go through the protected-mode IDT") {
  run_v86(divide, 0);
  expect_v86_fault(DE, 0, divide);
  expect_bits("EFLAGS", event_frame()->eflags, FLAG_VM, FLAG_VM);
}

RULE(v86_int3_ignores_iopl, NEEDS_V86, "SDM vol. 3, 20.2.7: INT3 and INTO are not IOPL-sensitive") {
  run_v86(int_3, 0);
  expect_event(BP, 0, offset_next(int_3));
}

/* ---- IOPL-sensitive: #GP(0) below IOPL 3 ---- */

#define IOPL_SENSITIVE(rule_name, instruction)                                           \
  SNIPPET16(rule_name##_snippet, "", instruction, "");                                   \
  RULE(rule_name, NEEDS_V86, "SDM vol. 3, 20.2.7: IOPL below 3: #GP(0): " instruction) { \
    for (uint32_t iopl = 0; iopl < 3; iopl++) {                                          \
      run_v86(rule_name##_snippet, iopl);                                                \
      expect_v86_fault(GP, 0, rule_name##_snippet);                                      \
      expect_equal("ESP", event_frame()->esp, V86_STACK_TOP);                            \
    }                                                                                    \
  }

IOPL_SENSITIVE(v86_cli_needs_iopl, "cli")
IOPL_SENSITIVE(v86_sti_needs_iopl, "sti")
IOPL_SENSITIVE(v86_pushf_needs_iopl, "pushfw")
IOPL_SENSITIVE(v86_popf_needs_iopl, "popfw")
IOPL_SENSITIVE(v86_iret_needs_iopl, "iretw")
IOPL_SENSITIVE(v86_int_needs_iopl, "int $0x90")

SNIPPET16(change_if, "sti; nop; pushfw; popw %ax", "cli", "pushfw; popw %bx");
SNIPPET16(pop_flags, "pushw %cx", "popfw", "pushfw; popw %ax");
SNIPPET16(return_flags, "pushw %cx; pushw %cs; pushw $(return_flags_next - return_flags)", "iretw",
          "pushfw; popw %ax");

RULE(v86_if_within_iopl, NEEDS_V86, "SDM vol. 3, 20.2.7: IOPL 3: STI and CLI change IF") {
  run_v86(change_if, 3);
  expect_done();
  expect_bits("FLAGS after STI", event.eax, FLAG_IF | FLAG_IOPL, FLAG_IF | FLAG_IOPL);
  expect_bits("FLAGS after CLI", event.ebx, FLAG_IF | FLAG_IOPL, FLAG_IOPL);
}

RULE(v86_popf_keeps_iopl, NEEDS_V86,
     "SDM vol. 2, POPF: virtual-8086 mode: IF changes, IOPL and VM stay") {
  start_v86(pop_flags, 3);
  in.ecx = FLAG_IF | FLAG_CF;
  run_from_start();
  expect_done();
  expect_bits("FLAGS", event.eax, FLAG_IF | FLAG_CF | FLAG_IOPL, FLAG_IF | FLAG_CF | FLAG_IOPL);
  expect_bits("EFLAGS", event_frame()->eflags, FLAG_VM, FLAG_VM);
}

RULE(v86_iret_keeps_iopl, NEEDS_V86,
     "SDM vol. 2, IRET: virtual-8086 mode: IP, CS, FLAGS; IOPL and VM stay") {
  start_v86(return_flags, 3);
  in.ecx = FLAG_CF;
  run_from_start();
  expect_done();
  expect_bits("FLAGS", event.eax, FLAG_CF | FLAG_IOPL | FLAG_IF, FLAG_CF | FLAG_IOPL);
  expect_bits("EFLAGS", event_frame()->eflags, FLAG_VM, FLAG_VM);
}

/* ---- CPL 3 ---- */

#define V86_PRIVILEGED(rule_name, instruction)                                                   \
  SNIPPET16(rule_name##_snippet, "", instruction, "");                                           \
  RULE(rule_name, NEEDS_V86, "SDM vol. 3, 20.2.3: privileged, CPL is 3: #GP(0): " instruction) { \
    run_v86(rule_name##_snippet, 3);                                                             \
    expect_v86_fault(GP, 0, rule_name##_snippet);                                                \
  }

V86_PRIVILEGED(v86_hlt, "hlt")
V86_PRIVILEGED(v86_lgdt, "lgdt (%bx)")
V86_PRIVILEGED(v86_lmsw, "lmsw %ax")
V86_PRIVILEGED(v86_clts, "clts")
V86_PRIVILEGED(v86_write_cr0, "movl %eax, %cr0")
V86_PRIVILEGED(v86_read_cr3, "movl %cr3, %eax")

#define V86_UNDEFINED(rule_name, instruction)                                           \
  SNIPPET16(rule_name##_snippet, "", instruction, "");                                  \
  RULE(rule_name, NEEDS_V86, "SDM vol. 3, 20.2.2: not recognised: #UD: " instruction) { \
    run_v86(rule_name##_snippet, 3);                                                    \
    expect_v86_fault(UD, 0, rule_name##_snippet);                                       \
  }

V86_UNDEFINED(v86_arpl, "arpl %bx, %ax")
V86_UNDEFINED(v86_lar, "larw %ax, %cx")
V86_UNDEFINED(v86_lsl, "lslw %ax, %cx")
V86_UNDEFINED(v86_verr, "verr %ax")
V86_UNDEFINED(v86_verw, "verw %ax")
V86_UNDEFINED(v86_sldt, "sldt %ax")
V86_UNDEFINED(v86_str, "str %ax")
V86_UNDEFINED(v86_lldt, "lldt %ax")
V86_UNDEFINED(v86_ltr, "ltr %ax")

RULE(v86_reads_system_tables, NEEDS_V86, "SDM vol. 3, 20.2.2: SGDT, SIDT and SMSW are recognised") {
  SNIPPET16(stores, "sgdtl 0; sidtl 8", "smsww 16", "");
  run_v86(stores, 0);
  expect_equal("vector", event.vector, GP); /* INT 80 at IOPL 0 */
  expect_equal("GDT limit", *(uint16_t*)data, sizeof(gdt) - 1);
  expect_equal("IDT base", *(uint32_t*)(data + 10), (uint32_t)idt);
  expect_bits("MSW", *(uint16_t*)(data + 16), CR0_PE, CR0_PE);
}

/* ---- segments ---- */

RULE(v86_segment_base, NEEDS_V86, "SDM vol. 3, 20.1.1: base is the selector times 16") {
  SNIPPET16(load_and_store, "movw %ax, %es", "movw %bx, %es:4", "");
  start_v86(load_and_store, 3);
  in.eax = V86_DATA_SEGMENT + 2; /* an invalid selector of protected mode */
  in.ebx = 0xBEEF;
  run_from_start();
  expect_done();
  expect_equal("memory", *(uint16_t*)(data + 0x24), 0xBEEF);
}

RULE(v86_null_selector_is_a_segment, NEEDS_V86,
     "SDM vol. 3, 20.1.1: selector 0 is the segment at 0") {
  SNIPPET16(read_at_0, "xorw %ax, %ax; movw %ax, %ds", "movl 0x500, %ebx", "");
  run_v86(read_at_0, 3);
  expect_done();
}

RULE(v86_segment_limit, NEEDS_V86, "SDM vol. 3, 20.1.1: limit FFFF: a word at FFFF is #GP(0)") {
  SNIPPET16(read_over_the_end, "", "movw (%bx), %ax", "");
  start_v86(read_over_the_end, 3);
  in.ebx = 0xFFFF;
  run_from_start();
  expect_v86_fault(GP, 0, read_over_the_end);
  start_v86(read_over_the_end, 3);
  in.ebx = 0xFFFE;
  run_from_start();
  expect_done();
}

RULE(v86_32_bit_address, NEEDS_V86, "SDM vol. 3, 20.1.1: 32-bit offsets above FFFF: #GP(0)") {
  SNIPPET16(read_far, "", "addr32 movb (%ebx), %al", "");
  start_v86(read_far, 3);
  in.ebx = 0x10000;
  run_from_start();
  expect_v86_fault(GP, 0, read_far);
}

RULE(v86_stack_limit, NEEDS_V86, "SDM vol. 3, 20.1.1: a word of the stack at FFFF is #SS(0)") {
  SNIPPET16(pop_one, "movw $0xFFFF, %sp", "popw %ax", "");
  run_v86(pop_one, 3);
  expect_v86_fault(SS, 0, pop_one);
}

RULE(v86_one_mebibyte_wrap, NEEDS_V86, "SDM vol. 3, 20.1.1: FFFF:0010 is linear 100000") {
  SNIPPET16(read_high, "movw $0xFFFF, %ax; movw %ax, %ds", "movl 0x10, %ebx", "");
  run_v86(read_high, 3);
  expect_done();
  expect_equal("memory", event.ebx, *(const volatile uint32_t*)0x100000);
}

RULE(v86_far_call, NEEDS_V86, "SDM vol. 3, 20.2.2: far calls are those of real mode") {
  SNIPPET16(far_call, "", "lcallw $0x2001, $0", "nop");
  start_v86(far_call, 3);
  *(uint8_t*)(LINEAR(V86_CODE_SEGMENT) + 16) = 0xCD; /* int 80 at 2001:0 */
  *(uint8_t*)(LINEAR(V86_CODE_SEGMENT) + 17) = DONE;
  run_from_start();
  expect_done();
  expect_equal("CS", event_frame()->cs & 0xFFFF, 0x2001);
  expect_equal("CS:IP on the stack", *(uint32_t*)(LINEAR(V86_STACK_SEGMENT) + V86_STACK_TOP - 4),
               (uint32_t)V86_CODE_SEGMENT << 16 | offset_next(far_call));
}

RULE(v86_entry_beyond_limit, NEEDS_V86, "SDM vol. 2, IRET: EIP above FFFF: #GP(0) of the IRET") {
  SNIPPET(interrupt_return, "", "iretl", "");
  in.esp = (uint32_t)frame_words;
  const uint32_t frame[] = {
      0x10000, V86_CODE_SEGMENT, FLAG_ONE | FLAG_VM, V86_STACK_TOP, V86_STACK_SEGMENT, 0, 0, 0, 0};
  memcpy(frame_words, frame, sizeof(frame));
  run(interrupt_return);
  expect_fault(GP, 0, interrupt_return);
}

/* ---- I/O: the bitmap decides, whatever IOPL ---- */

SNIPPET16(in_byte, "", "inb $0x80, %al", "");

RULE(v86_io_without_bitmap, NEEDS_V86, "SDM vol. 3, 20.2.8: the bitmap is asked even with IOPL 3") {
  run_v86(in_byte, 3);
  expect_v86_fault(GP, 0, in_byte);
}

RULE(v86_io_allowed, NEEDS_V86, "SDM vol. 3, 20.2.8: bits clear: allowed even with IOPL 0") {
  memset(tss_main.bitmap, 0xFF, sizeof(tss_main.bitmap));
  tss_main.bitmap[0x80 / 8] = 0xFE;
  set_descriptor(TSS_MAIN, (uint32_t)&tss_main, TSS_LIMIT + 129, PRESENT | SYS_TSS32, 0);
  load_task_register(TSS_MAIN);
  run_v86(in_byte, 0);
  expect_event(GP, 0, offset_next(in_byte)); /* INT 80 at IOPL 0 */
}

/* ---- tasks ---- */

RULE(v86_entry_by_task, NEEDS_V86 | NEEDS_TASKS, "SDM vol. 3, 20.2.5: a TSS whose EFLAGS has VM") {
  SNIPPET(jump, "", "ljmpl *far_target", "");
  start_v86(nothing, 3);
  start_at_level(0);
  tss_other.eflags = FLAG_ONE | FLAG_VM | IOPL(3);
  tss_other.cs = V86_CODE_SEGMENT;
  tss_other.ss = V86_STACK_SEGMENT;
  tss_other.esp = V86_STACK_TOP;
  tss_other.ds = tss_other.es = tss_other.fs = V86_DATA_SEGMENT;
  tss_other.gs = 0;
  aim(TSS_OTHER, 0);
  run(jump);
  expect_done();
  expect_equal("TR", event.tr, TSS_OTHER);
  expect_equal("CS", event_frame()->cs & 0xFFFF, V86_CODE_SEGMENT);
  expect_equal("EIP", event_frame()->eip, offset_end(nothing));
  expect_equal("DS", event_frame()->ds & 0xFFFF, V86_DATA_SEGMENT);
  expect_equal("GS", event_frame()->gs & 0xFFFF, 0);
}

RULE(v86_exit_by_task_gate, NEEDS_V86 | NEEDS_TASKS,
     "SDM vol. 3, 20.2.6: a task gate saves VM and all segments") {
  SNIPPET(entry, "", "nop", "");
  tss_other.eip = (uint32_t)entry;
  set_idt_gate(VECTOR, TSS_OTHER, 0, PRESENT | DPL(3) | SYS_TASK_GATE);
  run_v86(int_n, 3);
  expect_done();
  expect_equal("TR", event.tr, TSS_OTHER);
  expect_bits("saved EFLAGS", tss_main.eflags, FLAG_VM | FLAG_IOPL, FLAG_VM | FLAG_IOPL);
  expect_bits("saved CS", tss_main.cs, 0xFFFF, V86_CODE_SEGMENT);
  expect_bits("saved GS", tss_main.gs, 0xFFFF, V86_DATA_SEGMENT + 3);
  expect_equal("saved EIP", tss_main.eip, offset_next(int_n));
  expect_bits("EFLAGS", event_frame()->eflags, FLAG_VM | FLAG_NT, FLAG_NT);
}

RULE(v86_resumed_by_task_return, NEEDS_V86 | NEEDS_TASKS,
     "SDM vol. 3, 20.2.5: IRET with NT back into the mode") {
  SNIPPET(entry_and_back, "", "iretl", "");
  tss_other.eip = (uint32_t)entry_and_back;
  set_idt_gate(VECTOR, TSS_OTHER, 0, PRESENT | DPL(3) | SYS_TASK_GATE);
  run_v86(int_n, 3);
  expect_done();
  expect_equal("TR", event.tr, TSS_MAIN);
  expect_bits("EFLAGS", event_frame()->eflags, FLAG_VM, FLAG_VM);
  expect_equal("EIP", event_frame()->eip, offset_end(int_n));
  expect_equal("FS", event_frame()->fs & 0xFFFF, V86_DATA_SEGMENT + 2);
}

RULE(v86_16_bit_gate, NEEDS_V86,
     "SDM vol. 3, 20.2.6: a 16-bit gate pushes words, without the high flags") {
  SNIPPET(flags_arrival, "", "nop", "");
  set_descriptor(SLOT, (uint32_t)flags_arrival, 0xFF, PRESENT | CODE_XR, BIG);
  set_idt_gate(VECTOR, SLOT, 0, PRESENT | DPL(3) | SYS_INTERRUPT16);
  run_v86(int_n, 3);
  expect_done();
  expect_equal("ESP", event.esp + 12, stack_of(0) - 18);
  expect_equal("CS:IP", final_stack()[0], (uint32_t)V86_CODE_SEGMENT << 16 | offset_next(int_n));
}
