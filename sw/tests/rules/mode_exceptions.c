/* The rest of the lists "Real-Address Mode Exceptions" and "Virtual-8086 Mode Exceptions" of SDM
 * vol. 2: stacks, targets, and what has rules of its own. Memory operands are in mode_operands.c.
 */
#include "sw/tests/rules/real.h"
#include "sw/tests/rules/v86.h"

#define LATER NEEDS_INSTRUCTIONS

/* Runs `snippet` in each of the modes with in.reg = value; a fault of vector `fault` must come. */
#define REAL_WITH(snippet, reg, value, fault) \
  (start_real(snippet), in.reg = (value), run_real_from_start(), expect_real_fault(fault, snippet))
#define V86_WITH(snippet, reg, value, fault) \
  (start_v86(snippet, 3), in.reg = (value), run_from_start(), expect_v86_fault(fault, 0, snippet))
#define REAL_AND_V86(snippet, reg, value, fault) \
  (REAL_WITH(snippet, reg, value, fault), V86_WITH(snippet, reg, value, fault))

/* ---- stacks ---- */

SNIPPET16(push_all, "", "pushaw", "");
SNIPPET16(push_all_dwords, "", "pushal", "");

RULE(real_mode_pusha_odd, NEEDS_REAL, "SDM vol. 2, PUSHA: real mode: SP is 7, 9, 11, 13, 15: #GP") {
  for (uint32_t sp = 7; sp <= 15; sp += 2) {
    REAL_WITH(push_all, esp, sp, GP);
    REAL_WITH(push_all_dwords, esp, sp, GP);
    REAL_WITH(push_all, esp, 0xABCD0000 | sp, GP);
    expect_equal("ESP", real_result.state.esp, 0xABCD0000 | (sp - 6)); /* behind the frame */
  }
}

RULE(v86_pusha_odd, NEEDS_V86, "SDM vol. 2, PUSHA: V86: SP is 7, 9, 11, 13, 15: #GP(0)") {
  for (uint32_t sp = 7; sp <= 15; sp += 2) {
    V86_WITH(push_all, esp, sp, GP);
    V86_WITH(push_all_dwords, esp, sp, GP);
    expect_equal("ESP", event_frame()->esp, sp);
  }
}

/* A stack of level 3 with a limit of FFFF. */
static void start_with_small_stack(uint32_t flags) {
  start_at_level(3);
  set_descriptor(SLOT, 0x50000, 0xFFFF, PRESENT | DPL(3) | DATA_RW, flags);
  in.ss = SLOT | 3;
}

RULE(protected_pusha_odd, NEEDS_LEVELS,
     "SDM vol. 2, PUSHA: protected mode: stack address outside: #SS(0)") {
  SNIPPET(push_all_words, "", "pushaw", "");
  for (uint32_t sp = 7; sp <= 15; sp += 2) {
    start_with_small_stack(0);
    in.esp = sp;
    run(push_all_words);
    expect_fault(SS, 0, push_all_words);
  }
}

/* Other stack pointers: #SS where an item lies over the end, else nothing. */
RULE(pusha_elsewhere, NEEDS_REAL | NEEDS_V86,
     "SDM vol. 3, 6.15 (12): PUSHA: an item over the end of the stack: #SS") {
  REAL_AND_V86(push_all_dwords, esp, 2, SS);
  REAL_AND_V86(push_all_dwords, esp, 6, SS);
  REAL_AND_V86(push_all_dwords, esp, 17, SS);
  REAL_AND_V86(push_all_dwords, esp, 31, SS);
  for (uint32_t sp = 1; sp <= 5; sp += 2) V86_WITH(push_all, esp, sp, SS);
  start_real(push_all);
  in.esp = 8;
  run_real_from_start();
  expect_real_done(push_all);
  start_real(push_all);
  in.esp = 18;
  run_real_from_start();
  expect_real_done(push_all);
}

SNIPPET16(leave_words, "", "leavew", "");
SNIPPET16(leave_dwords, "", "leavel", "");

RULE(leave_outside, NEEDS_REAL | NEEDS_V86,
     "SDM vol. 2, LEAVE: real mode, V86: EBP outside 0 to FFFF: #GP") {
  REAL_AND_V86(leave_words, ebp, 0xFFFF, GP);
  REAL_AND_V86(leave_dwords, ebp, 0xFFFD, GP);
  start_real(leave_words);
  in.ebp = 0x1FFFE; /* a 16-bit stack: BP counts */
  run_real_from_start();
  expect_real_done(leave_words);
}

RULE(leave_outside_in_protected_mode, NEEDS_LEVELS,
     "SDM vol. 2, LEAVE: EBP outside the stack segment: #SS(0)") {
  SNIPPET(leave_far, "", "leave", "");
  start_with_small_stack(BIG);
  in.esp = 0x1000;
  in.ebp = 0xFFFD;
  run(leave_far);
  expect_fault(SS, 0, leave_far);
}

SNIPPET16(pop_word, "", "popw %ax", "");
SNIPPET16(pop_dword, "", "popl %eax", "");
SNIPPET16(pop_segment, "", "popw %es", "");
SNIPPET16(pop_memory, "", "popw (0x100)", "");
SNIPPET16(pop_flags, "", "popfw", "");
SNIPPET16(pop_all, "", "popaw", "");
SNIPPET16(pop_all_dwords, "", "popal", "");
SNIPPET16(return_near, "", "retw", "");
SNIPPET16(return_near_and_release, "", "retw $4", "");
SNIPPET16(return_far, "", "lretw", "");
SNIPPET16(return_far_and_release, "", "lretw $4", "");
SNIPPET16(return_interrupt, "", "iretw", "");

RULE(pops_outside, NEEDS_REAL | NEEDS_V86,
     "SDM vol. 2, POPA, POPF, RET, IRET: top of stack outside: #SS") {
  REAL_AND_V86(pop_word, esp, 0xFFFF, SS);
  REAL_AND_V86(pop_dword, esp, 0xFFFD, SS);
  REAL_AND_V86(pop_segment, esp, 0xFFFF, SS);
  REAL_AND_V86(pop_memory, esp, 0xFFFF, SS);
  REAL_AND_V86(pop_flags, esp, 0xFFFF, SS);
  REAL_AND_V86(pop_all, esp, 0xFFFF, SS);
  REAL_AND_V86(pop_all, esp, 0xFFF1, SS);
  REAL_AND_V86(pop_all_dwords, esp, 0xFFE2, SS);
  REAL_AND_V86(return_near, esp, 0xFFFF, SS);
  REAL_AND_V86(return_near_and_release, esp, 0xFFFF, SS);
  REAL_AND_V86(return_far, esp, 0xFFFD, SS);
  REAL_AND_V86(return_far_and_release, esp, 0xFFFD, SS);
  REAL_AND_V86(return_interrupt, esp, 0xFFFB, SS);
}

SNIPPET16(push_dword, "", "pushl %eax", "");
SNIPPET16(push_immediate, "", "pushl $1", "");
SNIPPET16(push_segment, "", "pushl %es", "");
SNIPPET16(push_memory, "", "pushl (0x100)", "");
SNIPPET16(push_flags, "", "pushfl", "");
SNIPPET16(call_near, "", ".byte 0x66, 0xE8, 0, 0, 0, 0", "");
SNIPPET16(call_far, "", "lcalll $0x2000, $0", "");
SNIPPET16(enter_frame, "", "enterl $0, $0", "");
SNIPPET16(enter_nested, "", "enterl $0, $2", "");

/* A dword over the end leaves room for the three words of an interrupt. */
RULE(pushes_outside, NEEDS_REAL | NEEDS_V86,
     "SDM vol. 2, PUSH, ENTER, CALL: new SP outside the stack segment: #SS") {
  REAL_AND_V86(push_dword, esp, 2, SS);
  REAL_AND_V86(push_immediate, esp, 2, SS);
  REAL_AND_V86(push_segment, esp, 2, SS);
  REAL_AND_V86(push_memory, esp, 2, SS);
  REAL_AND_V86(push_flags, esp, 2, SS);
  REAL_AND_V86(call_near, esp, 2, SS);
  REAL_AND_V86(call_far, esp, 6, SS);
  REAL_AND_V86(enter_frame, esp, 2, SS);
  REAL_AND_V86(enter_nested, esp, 10, SS);
}

/* ---- targets ---- */

SNIPPET16(jump_register, "", "jmpl *%ebx", "");
SNIPPET16(call_register, "", "calll *%ebx", "");
SNIPPET16(jump_relative, "", ".byte 0x66, 0xE9, 0, 0, 1, 0", "");
SNIPPET16(call_relative, "", ".byte 0x66, 0xE8, 0, 0, 1, 0", "");
SNIPPET16(jump_if, "", ".byte 0x66, 0x0F, 0x83, 0, 0, 1, 0", ""); /* jae .+10007 */
SNIPPET16(jump_far_direct, "", "ljmpl $0x2000, $0x10000", "");
SNIPPET16(call_far_direct, "", "lcalll $0x2000, $0x10000", "");
SNIPPET16(return_to, "pushl %ebx", "retl", "");
SNIPPET16(return_far_to, "pushl $0x2000; pushl %ebx", "lretl", "");
SNIPPET16(return_interrupt_to, "pushl $0x33002; pushl $0x2000; pushl %ebx", "iretl", "");

RULE(targets_outside, NEEDS_REAL | NEEDS_V86,
     "SDM vol. 2, JMP, CALL, Jcc, RET, IRET: target beyond the limit FFFF: #GP") {
  REAL_AND_V86(jump_register, ebx, 0x10000, GP);
  REAL_AND_V86(call_register, ebx, 0x10000, GP);
  REAL_AND_V86(jump_relative, ebx, 0, GP);
  REAL_AND_V86(call_relative, ebx, 0, GP);
  REAL_AND_V86(jump_if, ebx, 0, GP);
  REAL_AND_V86(jump_far_direct, ebx, 0, GP);
  REAL_AND_V86(call_far_direct, ebx, 0, GP);
  REAL_AND_V86(return_to, ebx, 0x10000, GP);
  REAL_AND_V86(return_far_to, ebx, 0x10000, GP);
  REAL_AND_V86(return_interrupt_to, ebx, 0x10000, GP);
}

/* A near call looks at its target first, a far one at the stack. */
RULE(targets_and_stacks_outside, NEEDS_REAL | NEEDS_V86,
     "SDM vol. 2, CALL: target and SP outside: near #GP, far #SS") {
  REAL_AND_V86(call_relative, esp, 2, GP);
  REAL_AND_V86(call_far_direct, esp, 6, SS);
}

/* LOOP, JCXZ and short jumps with 32-bit operands, whose target is not cut to 16 bits. */
RULE(short_targets_outside, NEEDS_REAL | NEEDS_V86,
     "SDM vol. 2, LOOP, Jcc: target beyond the limit FFFF: #GP") {
  static const uint8_t kShort[] = {0xE0, 0xE1, 0xE2, 0xE3, 0x7B, 0xEB};
  SNIPPET16(anything, "", "nop", "");
  volatile uint8_t* at = (uint8_t*)(LINEAR(REAL_CODE_SEGMENT) + 0xFFF0);
  at[0] = 0x66;
  at[2] = 0x7F;
  for (uint32_t n = 0; n < sizeof(kShort); n++) {
    at[1] = kShort[n];
    start_real(anything);
    in.ecx = kShort[n] == 0xE3 ? 0 : 2;
    if (kShort[n] == 0xE1) in.eflags |= FLAG_ZF;
    in.eip = 0xFFF0;
    run_real_from_start();
    expect_real(GP, 0xFFF0);
    start_v86(anything, 3);
    in.ecx = kShort[n] == 0xE3 ? 0 : 2;
    if (kShort[n] == 0xE1) in.eflags |= FLAG_ZF;
    in.eip = 0xFFF0;
    run_from_start();
    expect_event(GP, 0, 0xFFF0);
  }
}

/* ---- #UD, #DE, #BR, #NM ---- */

#define IN_BOTH_MODES(rule_name, paragraph, instruction, vector) \
  SNIPPET16(rule_name##_snippet, "", instruction, "");           \
  RULE(rule_name, NEEDS_REAL | NEEDS_V86 | LATER, paragraph) {   \
    REAL_AND_V86(rule_name##_snippet, ecx, 0, vector);           \
  }

IN_BOTH_MODES(modes_div, "SDM vol. 2, DIV: real mode, V86: #DE", "divw %cx", DE)
IN_BOTH_MODES(modes_idiv, "SDM vol. 2, IDIV: real mode, V86: #DE", "idivb %cl", DE)
IN_BOTH_MODES(modes_aam, "SDM vol. 2, AAM: real mode, V86: immediate 0: #DE", "aam $0", DE)
IN_BOTH_MODES(modes_mov_cs, "SDM vol. 2, MOV: real mode, V86: load of CS: #UD", ".byte 0x8E, 0xC8",
              UD)
IN_BOTH_MODES(modes_mov_segment_6, "SDM vol. 2, MOV: real mode, V86: segment 6: #UD",
              ".byte 0x8E, 0xF0", UD)
IN_BOTH_MODES(modes_bound, "SDM vol. 2, BOUND: real mode, V86: register: #UD", ".byte 0x62, 0xC0",
              UD)
IN_BOTH_MODES(modes_lea, "SDM vol. 2, LEA: real mode, V86: register: #UD", ".byte 0x8D, 0xC0", UD)
IN_BOTH_MODES(modes_les, "SDM vol. 2, LES: real mode, V86: register: #UD", ".byte 0xC4, 0xC0", UD)
IN_BOTH_MODES(modes_lds, "SDM vol. 2, LDS: real mode, V86: register: #UD", ".byte 0xC5, 0xC0", UD)
IN_BOTH_MODES(modes_lss, "SDM vol. 2, LSS: real mode, V86: register: #UD", ".byte 0x0F, 0xB2, 0xC0",
              UD)
IN_BOTH_MODES(modes_lfs, "SDM vol. 2, LFS: real mode, V86: register: #UD", ".byte 0x0F, 0xB4, 0xC0",
              UD)
IN_BOTH_MODES(modes_lgs, "SDM vol. 2, LGS: real mode, V86: register: #UD", ".byte 0x0F, 0xB5, 0xC0",
              UD)
IN_BOTH_MODES(modes_jmp_far, "SDM vol. 2, JMP: real mode, V86: far, register: #UD",
              ".byte 0xFF, 0xE8", UD)
IN_BOTH_MODES(modes_call_far, "SDM vol. 2, CALL: real mode, V86: far, register: #UD",
              ".byte 0xFF, 0xD8", UD)
IN_BOTH_MODES(modes_sgdt, "SDM vol. 2, SGDT: real mode, V86: register: #UD",
              ".byte 0x0F, 0x01, 0xC0", UD)
IN_BOTH_MODES(modes_sidt, "SDM vol. 2, SIDT: real mode, V86: register: #UD",
              ".byte 0x0F, 0x01, 0xC8", UD)
IN_BOTH_MODES(modes_lgdt, "SDM vol. 2, LGDT: real mode, V86: register: #UD",
              ".byte 0x0F, 0x01, 0xD0", UD)
IN_BOTH_MODES(modes_lidt, "SDM vol. 2, LIDT: real mode, V86: register: #UD",
              ".byte 0x0F, 0x01, 0xD8", UD)
IN_BOTH_MODES(modes_cmpxchg8b, "SDM vol. 2, CMPXCHG8B: real mode, V86: register: #UD",
              ".byte 0x0F, 0xC7, 0xC8", UD)
IN_BOTH_MODES(modes_ud2, "SDM vol. 2, UD2: real mode, V86: #UD", ".byte 0x0F, 0x0B", UD)
IN_BOTH_MODES(modes_lsl, "SDM vol. 2, LSL: real mode, V86: #UD", "lslw %ax, %cx", UD)
IN_BOTH_MODES(modes_verw, "SDM vol. 2, VERW: real mode, V86: #UD", "verw %ax", UD)
IN_BOTH_MODES(modes_str, "SDM vol. 2, STR: real mode, V86: #UD", "str %ax", UD)
IN_BOTH_MODES(modes_lldt, "SDM vol. 2, LLDT: real mode, V86: #UD", "lldt %ax", UD)
IN_BOTH_MODES(modes_arpl_memory, "SDM vol. 2, ARPL: real mode, V86: #UD", "arpl %ax, (%bx)", UD)
IN_BOTH_MODES(modes_lock_nop, "SDM vol. 2, LOCK: real mode, V86: #UD", ".byte 0xF0, 0x90", UD)
IN_BOTH_MODES(modes_lock_popf, "SDM vol. 2, LOCK: real mode, V86: #UD", ".byte 0xF0, 0x9D", UD)
IN_BOTH_MODES(modes_lock_ret, "SDM vol. 2, LOCK: real mode, V86: #UD", ".byte 0xF0, 0xC3", UD)

/* With the emulation bit, or with the monitor bit in another task. */
static void set_cr0(uint32_t bits) {
  uint32_t cr0;
  __asm__ volatile("movl %%cr0, %0" : "=r"(cr0));
  cr0 = (cr0 & ~(uint32_t)(CR0_MP | CR0_EM | CR0_TS)) | bits;
  __asm__ volatile("movl %0, %%cr0" : : "r"(cr0));
}

RULE(modes_no_fpu, NEEDS_REAL | NEEDS_V86 | LATER,
     "SDM vol. 2, FPU, WAIT: real mode, V86: EM or TS; MP and TS: #NM") {
  SNIPPET16(modes_escape, "", ".byte 0xD9, 0xE8", "");
  SNIPPET16(modes_wait, "", "fwait", "");
  set_cr0(CR0_EM);
  REAL_AND_V86(modes_escape, ecx, 0, NM);
  set_cr0(CR0_MP | CR0_TS);
  REAL_AND_V86(modes_escape, ecx, 0, NM);
  REAL_AND_V86(modes_wait, ecx, 0, NM);
  set_cr0(0);
}

/* ---- the machine's registers ---- */

#define IN_REAL_MODE(rule_name, paragraph, before, instruction, vector) \
  SNIPPET16(rule_name##_snippet, before, instruction, "");              \
  RULE(rule_name, NEEDS_REAL | LATER, paragraph) {                      \
    run_real(rule_name##_snippet);                                      \
    expect_real_fault(vector, rule_name##_snippet);                     \
  }

IN_REAL_MODE(real_mode_pg_without_pe, "SDM vol. 2, MOV CR: real mode: PG 1 with PE 0: #GP",
             "movl %cr0, %eax; orl $0x80000000, %eax", "movl %eax, %cr0", GP)
IN_REAL_MODE(real_mode_nw_without_cd, "SDM vol. 2, MOV CR: real mode: NW 1 with CD 0: #GP",
             "movl %cr0, %eax; andl $~0x60000000, %eax; orl $0x20000000, %eax", "movl %eax, %cr0",
             GP)
IN_REAL_MODE(real_mode_cr4_reserved, "SDM vol. 2, MOV CR: real mode: reserved bit of CR4: #GP",
             "movl $0x80000000, %eax", ".byte 0x0F, 0x22, 0xE0", GP)
IN_REAL_MODE(real_mode_cr1, "SDM vol. 2, MOV CR: real mode: CR1: #UD", "", ".byte 0x0F, 0x20, 0xC8",
             UD)
IN_REAL_MODE(real_mode_cr5, "SDM vol. 2, MOV CR: real mode: CR5: #UD", "", ".byte 0x0F, 0x20, 0xE8",
             UD)
IN_REAL_MODE(real_mode_cr6, "SDM vol. 2, MOV CR: real mode: CR6: #UD", "", ".byte 0x0F, 0x22, 0xF0",
             UD)
IN_REAL_MODE(real_mode_cr7, "SDM vol. 2, MOV CR: real mode: CR7: #UD", "", ".byte 0x0F, 0x22, 0xF8",
             UD)
IN_REAL_MODE(real_mode_rdmsr, "SDM vol. 2, RDMSR: real mode: no such register: #GP",
             "movl $0x12345678, %ecx", ".byte 0x0F, 0x32", GP)
IN_REAL_MODE(real_mode_wrmsr, "SDM vol. 2, WRMSR: real mode: no such register: #GP",
             "movl $0x12345678, %ecx", ".byte 0x0F, 0x30", GP)
IN_REAL_MODE(real_mode_invlpg, "SDM vol. 2, INVLPG: real mode: register: #UD", "",
             ".byte 0x0F, 0x01, 0xF8", UD)

RULE(real_mode_has_level_0, NEEDS_REAL | LATER,
     "SDM vol. 2, real mode: CLI, STI, IN, CLTS, MOV CR, DR, RDMSR: no fault") {
  SNIPPET16(privileged, "",
            "cli; sti; inb $0x80, %al; clts; movl %cr3, %eax; movl %dr7, %eax; pushfw; popfw; "
            "smsww %ax; lmsww %ax; movl $0x10, %ecx; .byte 0x0F, 0x32; .byte 0x0F, 0x09; "
            ".byte 0x0F, 0x08; .byte 0x0F, 0x01, 0x3F; cli",
            "");
  run_real(privileged);
  expect_real_done(privileged);
}

#define V86_REFUSED(rule_name, instruction)                                                   \
  SNIPPET16(rule_name##_snippet, "", instruction, "");                                        \
  RULE(rule_name, NEEDS_V86 | LATER, "SDM vol. 2, V86: not executed: #GP(0): " instruction) { \
    run_v86(rule_name##_snippet, 3);                                                          \
    expect_v86_fault(GP, 0, rule_name##_snippet);                                             \
  }

V86_REFUSED(v86_lidt, "lidt (%bx)")
V86_REFUSED(v86_write_cr3, "movl %eax, %cr3")
V86_REFUSED(v86_read_cr4, ".byte 0x0F, 0x20, 0xE0")
V86_REFUSED(v86_write_dr7, "movl %eax, %dr7")
V86_REFUSED(v86_read_dr6, "movl %dr6, %eax")
V86_REFUSED(v86_invd, ".byte 0x0F, 0x08")
V86_REFUSED(v86_wbinvd, ".byte 0x0F, 0x09")
V86_REFUSED(v86_invlpg, ".byte 0x0F, 0x01, 0x3F")
V86_REFUSED(v86_rdmsr, ".byte 0x0F, 0x32")
V86_REFUSED(v86_wrmsr, ".byte 0x0F, 0x30")
V86_REFUSED(v86_in, "inb $0x80, %al")
V86_REFUSED(v86_out, "outb %al, %dx")

RULE(v86_rdtsc, NEEDS_V86 | LATER, "SDM vol. 2, RDTSC: V86: CR4.TSD: #GP(0)") {
  SNIPPET16(v86_read_tsc, "", ".byte 0x0F, 0x31", "");
  __asm__ volatile(".arch i586; movl %0, %%cr4; .arch i386" : : "r"(4));
  run_v86(v86_read_tsc, 3);
  __asm__ volatile(".arch i586; movl %0, %%cr4; .arch i386" : : "r"(0));
  expect_v86_fault(GP, 0, v86_read_tsc);
}
