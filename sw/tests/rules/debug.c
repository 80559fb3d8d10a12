/* Single step, breakpoints, DR6 and DR7, RF (SDM vol. 3, chapter 17). */
#include "sw/tests/rules/rule.h"

#define DR6_BD 0x2000
#define DR6_BS 0x4000
#define DR6_EVENTS 0xE00F /* B0 to B3, BD, BS, BT */
#define DR6_RESET 0xFFFF0FF0
#define DR7_RESET 0x400
#define DR7_GD 0x2000

/* Breakpoint `n` of `kind` and length, local or global. */
#define KIND_EXECUTE 0u
#define KIND_WRITE 1u
#define KIND_IO 2u
#define KIND_ACCESS 3u
#define LOCAL(n) (1u << (n)*2)
#define GLOBAL(n) (2u << (n)*2)
#define WATCH(n, kind, bytes) (((kind) | ((bytes)-1u) << 2) << (16 + (n)*4))

static uint32_t dr6;
static uint32_t dr7;

static void set_addresses(uint32_t dr0, uint32_t dr1) {
  __asm__ volatile("movl %0, %%db0; movl %1, %%db1" : : "r"(dr0), "r"(dr1));
}

/* Runs with DR7 = `control`; leaves what DR6 and DR7 are then, and both as after reset. */
static void run_debugged(const char* snippet, uint32_t control) {
  in.eip = (uint32_t)snippet;
  __asm__ volatile("movl %0, %%db6; movl %1, %%db7" : : "r"(DR6_RESET), "r"(control | DR7_RESET));
  run_from_start();
  __asm__ volatile("movl %%db6, %0; movl %%db7, %1" : "=r"(dr6), "=r"(dr7));
  __asm__ volatile("movl %0, %%db6; movl %1, %%db7" : : "r"(DR6_RESET), "r"(DR7_RESET));
}

static void expect_debug(uint32_t eip, uint32_t bits) {
  expect_event(DB, 0, eip);
  expect_bits("DR6", dr6, DR6_EVENTS, bits);
}

SNIPPET(two_nops, "nop", "nop", "");
SNIPPET(store, "", "movl %eax, (%ebx)", "nop");
SNIPPET(load, "", "movl (%ebx), %eax", "nop");

/* ---- single step ---- */

RULE(single_step_traps, NEEDS_DEBUG,
     "SDM vol. 3, 17.3.1.4: TF: #DB after the instruction, BS in DR6") {
  in.eflags = FLAG_ONE | FLAG_TF;
  run_debugged(two_nops, 0);
  expect_debug((uint32_t)two_nops_at, DR6_BS);
  expect_bits("EFLAGS", event.eflags, FLAG_TF, 0);
  expect_bits("pushed EFLAGS", event_frame()->eflags, FLAG_TF, FLAG_TF);
}

RULE(popf_with_tf_traps_after_the_next, NEEDS_DEBUG,
     "SDM vol. 3, 17.3.1.4: no trap after the instruction that sets TF") {
  SNIPPET(set_tf, "pushl $0x102; popfl", "nop", "nop");
  run_debugged(set_tf, 0);
  expect_debug((uint32_t)set_tf_next, DR6_BS);
}

RULE(popf_clearing_tf_traps, NEEDS_DEBUG,
     "SDM vol. 3, 17.3.1.4: TF counts as it was when the instruction began") {
  SNIPPET(clear_tf, "", "popfl", "nop");
  in.esp = (uint32_t)frame_words;
  frame_words[0] = FLAG_ONE;
  in.eflags = FLAG_ONE | FLAG_TF;
  run_debugged(clear_tf, 0);
  expect_debug((uint32_t)clear_tf_next, DR6_BS);
  expect_bits("pushed EFLAGS", event_frame()->eflags, FLAG_TF, 0);
}

RULE(single_step_over_mov_ss, NEEDS_DEBUG,
     "SDM vol. 3, 6.8.3: MOV SS: debug traps wait one instruction") {
  SNIPPET(step_mov_ss, "movw %ax, %ss", "nop", "");
  in.eax = DATA0;
  in.eflags = FLAG_ONE | FLAG_TF;
  run_debugged(step_mov_ss, 0);
  expect_debug((uint32_t)step_mov_ss_next, DR6_BS);
}

RULE(single_step_of_a_string, NEEDS_DEBUG,
     "SDM vol. 3, 17.3.1.4: REP: a trap after each iteration") {
  SNIPPET(copy, "", "rep movsb", "");
  in.esi = (uint32_t)scratch;
  in.edi = (uint32_t)scratch + 64;
  in.ecx = 3;
  in.eflags = FLAG_ONE | FLAG_TF;
  run_debugged(copy, 0);
  expect_debug((uint32_t)copy_at, DR6_BS);
  expect_equal("ECX", event.ecx, 2);
  in.ecx = 1;
  run_debugged(copy, 0);
  expect_debug((uint32_t)copy_next, DR6_BS);
  expect_equal("ECX", event.ecx, 0);
}

RULE(single_step_into_int, NEEDS_DEBUG,
     "SDM vol. 3, 17.3.1.4: INT n clears TF: no trap in its handler") {
  SNIPPET(step_int, "", "int $0x90", "");
  in.eflags = FLAG_ONE | FLAG_TF;
  run_debugged(step_int, 0);
  expect_event(0x90, 0, (uint32_t)step_int_next);
  expect_bits("EFLAGS", event.eflags, FLAG_TF, 0);
  expect_bits("pushed EFLAGS", event_frame()->eflags, FLAG_TF, FLAG_TF);
}

RULE(single_step_at_level_3, NEEDS_DEBUG | NEEDS_LEVELS, "SDM vol. 3, 17.3.1.4: at any level") {
  start_at_level(3);
  in.eflags = FLAG_ONE | FLAG_TF;
  run_debugged(two_nops, 0);
  expect_debug((uint32_t)two_nops_at, DR6_BS);
}

/* ---- instruction breakpoints ---- */

RULE(instruction_breakpoint_is_a_fault, NEEDS_DEBUG,
     "SDM vol. 3, 17.3.1.1: #DB before the instruction, its EIP") {
  set_addresses((uint32_t)two_nops_at, 0);
  run_debugged(two_nops, GLOBAL(0) | WATCH(0, KIND_EXECUTE, 1));
  expect_debug((uint32_t)two_nops_at, 1 << 0);
}

RULE(local_breakpoints_work_too, NEEDS_DEBUG, "SDM vol. 3, 17.2.4: L or G enables a breakpoint") {
  set_addresses(0, (uint32_t)two_nops_at);
  run_debugged(two_nops, LOCAL(1) | WATCH(1, KIND_EXECUTE, 1));
  expect_debug((uint32_t)two_nops_at, 1 << 1);
}

RULE(disabled_breakpoint, NEEDS_DEBUG, "SDM vol. 3, 17.2.4: neither L nor G: no exception") {
  set_addresses((uint32_t)two_nops_at, (uint32_t)scratch);
  run_debugged(two_nops, WATCH(0, KIND_EXECUTE, 1));
  expect_done();
}

RULE(rf_suppresses_instruction_breakpoint, NEEDS_DEBUG,
     "SDM vol. 3, 17.3.1.1: RF: none for the next instruction") {
  set_addresses((uint32_t)two_nops, 0);
  in.eflags = FLAG_ONE | FLAG_RF;
  run_debugged(two_nops, GLOBAL(0) | WATCH(0, KIND_EXECUTE, 1));
  expect_done();
  expect_bits("pushed EFLAGS", event_frame()->eflags, FLAG_RF, 0);
}

RULE(rf_lasts_one_instruction, NEEDS_DEBUG,
     "SDM vol. 3, 17.3.1.1: RF is cleared after the instruction") {
  set_addresses((uint32_t)two_nops_at, 0);
  in.eflags = FLAG_ONE | FLAG_RF;
  run_debugged(two_nops, GLOBAL(0) | WATCH(0, KIND_EXECUTE, 1));
  expect_debug((uint32_t)two_nops_at, 1 << 0);
}

RULE(faults_push_rf, NEEDS_DEBUG, "SDM vol. 3, 17.3.1.1: RF is 1 in the image a fault pushes") {
  SNIPPET(undefined, "nop", "ud2", "");
  run_debugged(undefined, 0);
  expect_fault(UD, 0, undefined);
  expect_bits("pushed EFLAGS", event_frame()->eflags, FLAG_RF, FLAG_RF);
}

RULE(traps_push_no_rf, NEEDS_DEBUG,
     "SDM vol. 3, 17.3.1.1: RF of a trap's image is that of EFLAGS") {
  SNIPPET(breakpoint, "nop", "int3", "");
  run_debugged(breakpoint, 0);
  expect_trap(BP, breakpoint);
  expect_bits("pushed EFLAGS", event_frame()->eflags, FLAG_RF, 0);
}

/* ---- data breakpoints ---- */

/* Accesses `offset` of scratch with breakpoint 0 on its dword 16. */
static void touch(const char* snippet, uint32_t offset, uint32_t kind, uint32_t bytes) {
  set_addresses((uint32_t)scratch + 16, 0);
  in.ebx = (uint32_t)scratch + offset;
  run_debugged(snippet, GLOBAL(0) | WATCH(0, kind, bytes));
}

RULE(write_breakpoint_is_a_trap, NEEDS_DEBUG,
     "SDM vol. 3, 17.3.1.2: #DB after the write, next EIP") {
  in.eax = 0xCAFE;
  touch(store, 16, KIND_WRITE, 4);
  expect_debug((uint32_t)store_next, 1 << 0);
  expect_equal("memory", *(uint32_t*)&scratch[16], 0xCAFE);
}

RULE(write_breakpoint_ignores_reads, NEEDS_DEBUG, "SDM vol. 3, 17.2.4: R/W 01: data writes only") {
  touch(load, 16, KIND_WRITE, 4);
  expect_done();
}

RULE(access_breakpoint_sees_reads, NEEDS_DEBUG,
     "SDM vol. 3, 17.2.4: R/W 11: reads and writes, not fetches") {
  touch(load, 16, KIND_ACCESS, 4);
  expect_debug((uint32_t)load_next, 1 << 0);
  touch(store, 16, KIND_ACCESS, 4);
  expect_debug((uint32_t)store_next, 1 << 0);
  set_addresses((uint32_t)two_nops & ~3u, 0);
  run_debugged(two_nops, GLOBAL(0) | WATCH(0, KIND_ACCESS, 4));
  expect_done();
}

RULE(breakpoint_covers_its_bytes, NEEDS_DEBUG,
     "SDM vol. 3, 17.2.5: any byte of the access within the range") {
  touch(store, 13, KIND_WRITE, 1);
  expect_debug((uint32_t)store_next, 1 << 0);
  touch(store, 12, KIND_WRITE, 4);
  expect_done();
  touch(store, 19, KIND_WRITE, 4);
  expect_debug((uint32_t)store_next, 1 << 0);
  touch(store, 20, KIND_WRITE, 4);
  expect_done();
  touch(store, 18, KIND_WRITE, 2);
  expect_done();
}

RULE(breakpoint_is_aligned, NEEDS_DEBUG,
     "SDM vol. 3, 17.2.5: low address bits are ignored by length") {
  set_addresses((uint32_t)scratch + 18, 0);
  in.ebx = (uint32_t)scratch + 16;
  run_debugged(store, GLOBAL(0) | WATCH(0, KIND_WRITE, 4));
  expect_debug((uint32_t)store_next, 1 << 0);
}

RULE(two_breakpoints_at_once, NEEDS_DEBUG,
     "SDM vol. 3, 17.2.3: every condition that was met has its bit") {
  set_addresses((uint32_t)scratch + 16, (uint32_t)scratch + 18);
  in.ebx = (uint32_t)scratch + 16;
  run_debugged(store, GLOBAL(0) | WATCH(0, KIND_WRITE, 1) | LOCAL(1) | WATCH(1, KIND_WRITE, 2));
  expect_debug((uint32_t)store_next, 1 << 0 | 1 << 1);
}

RULE(data_breakpoint_and_step, NEEDS_DEBUG, "SDM vol. 3, 17.2.3: BS and B0 together") {
  in.eflags = FLAG_ONE | FLAG_TF;
  touch(store, 16, KIND_WRITE, 4);
  expect_debug((uint32_t)store_next, DR6_BS | 1 << 0);
}

RULE(breakpoint_in_a_string, NEEDS_DEBUG,
     "SDM vol. 3, 17.3.1.2: REP: #DB after the iteration that touched it") {
  SNIPPET(fill, "", "rep stosb", "");
  set_addresses((uint32_t)scratch + 18, 0);
  in.edi = (uint32_t)scratch + 16;
  in.ecx = 6;
  run_debugged(fill, GLOBAL(0) | WATCH(0, KIND_WRITE, 1));
  expect_debug((uint32_t)fill_at, 1 << 0);
  expect_equal("ECX", event.ecx, 3);
}

RULE(breakpoint_of_a_push, NEEDS_DEBUG, "SDM vol. 3, 17.3.1.2: the stack is data too") {
  SNIPPET(push_one, "movl %ecx, %esp", "pushl %eax", "nop");
  set_addresses((uint32_t)frame_words - 4, 0);
  in.ecx = (uint32_t)frame_words;
  run_debugged(push_one, GLOBAL(0) | WATCH(0, KIND_WRITE, 4));
  expect_debug((uint32_t)push_one_next, 1 << 0);
}

/* ---- DR6, DR7 ---- */

RULE(dr6_bits_are_sticky, NEEDS_DEBUG, "SDM vol. 3, 17.2.3: the processor does not clear DR6") {
  set_addresses((uint32_t)two_nops_at, 0);
  in.eip = (uint32_t)two_nops;
  __asm__ volatile("movl %0, %%db6; movl %1, %%db7"
                   :
                   : "r"(DR6_RESET | DR6_BD), "r"(GLOBAL(0) | DR7_RESET));
  run_from_start();
  __asm__ volatile("movl %%db6, %0; movl %1, %%db7" : "=&r"(dr6) : "r"(DR7_RESET));
  __asm__ volatile("movl %0, %%db6" : : "r"(DR6_RESET));
  expect_debug((uint32_t)two_nops_at, DR6_BD | 1 << 0);
}

RULE(debug_registers_have_fixed_bits, NEEDS_DEBUG,
     "SDM vol. 3, figure 17-1: reserved bits of DR6 and DR7") {
  SNIPPET(write_zeros, "movl %eax, %db6; movl %eax, %db7", "movl %db6, %ecx", "movl %db7, %edx");
  run(write_zeros);
  expect_done();
  expect_bits("DR6", event.ecx, 0xFFFF1FF0, 0xFFFF0FF0);
  expect_bits("DR7", event.edx, 0xDC00, 0x0400);
}

RULE(gd_guards_the_registers, NEEDS_DEBUG,
     "SDM vol. 3, 17.3.1.3: GD: MOV DR is a #DB fault, BD; GD is cleared") {
  SNIPPET(read_dr0, "", "movl %db0, %eax", "");
  run_debugged(read_dr0, DR7_GD);
  expect_debug((uint32_t)read_dr0_at, DR6_BD);
  expect_bits("DR7", dr7, DR7_GD, 0);
}

RULE(dr4_and_dr5_are_aliases, NEEDS_DEBUG, "SDM vol. 3, 17.2.2: CR4.DE 0: DR4 is DR6, DR5 is DR7") {
  SNIPPET(read_aliases, ".byte 0x0F, 0x21, 0xE1 # mov ecx, dr4",
          ".byte 0x0F, 0x21, 0xEA # mov edx, dr5", "");
  run_debugged(read_aliases, 0);
  expect_done();
  expect_bits("DR4", event.ecx, 0xFFFF1FF0, 0xFFFF0FF0);
  expect_bits("DR5", event.edx, 0xDC00, 0x0400);
}

RULE(de_makes_dr4_undefined, NEEDS_DEBUG | NEEDS_INSTRUCTIONS,
     "SDM vol. 3, 17.2.2: CR4.DE 1: DR4 and DR5: #UD") {
  SNIPPET(read_dr4, "movl $8, %eax; movl %eax, %cr4", ".byte 0x0F, 0x21, 0xE0", "");
  run_debugged(read_dr4, 0);
  __asm__ volatile(".arch i586; movl %0, %%cr4; .arch i386" : : "r"(0));
  expect_fault(UD, 0, read_dr4);
}

RULE(io_breakpoint, NEEDS_DEBUG | NEEDS_INSTRUCTIONS,
     "SDM vol. 3, 17.2.4: CR4.DE and R/W 10: I/O, a trap") {
  SNIPPET(out_byte, "movl $8, %eax; movl %eax, %cr4", "outb %al, $0x80", "nop");
  set_addresses(0x80, 0);
  run_debugged(out_byte, GLOBAL(0) | WATCH(0, KIND_IO, 1));
  __asm__ volatile(".arch i586; movl %0, %%cr4; .arch i386" : : "r"(0));
  expect_debug((uint32_t)out_byte_next, 1 << 0);
}

RULE(task_switch_clears_local_breakpoints, NEEDS_DEBUG | NEEDS_TASKS,
     "SDM vol. 3, 17.2.4: L0 to L3 are cleared, G not") {
  SNIPPET(jump, "", "ljmpl *far_target", "");
  SNIPPET(entry, "", "nop", "");
  tss_other.eip = (uint32_t)entry;
  aim(TSS_OTHER, 0);
  set_addresses((uint32_t)scratch, (uint32_t)scratch);
  run_debugged(jump, LOCAL(0) | GLOBAL(1) | WATCH(0, KIND_WRITE, 1) | WATCH(1, KIND_WRITE, 1));
  expect_done();
  expect_bits("DR7", dr7, 0xFF, GLOBAL(1));
}

RULE(fault_comes_before_data_breakpoint, NEEDS_DEBUG | NEEDS_SEGMENTS,
     "SDM vol. 3, 17.2.3: an access that faults triggers nothing") {
  set_descriptor(SLOT, 0, 0xFFFFF, PRESENT | DATA_RO, PAGES | BIG);
  in.ds = SLOT;
  touch(store, 16, KIND_WRITE, 4);
  expect_fault(GP, 0, store);
  expect_bits("DR6", dr6, DR6_EVENTS, 0);
}
