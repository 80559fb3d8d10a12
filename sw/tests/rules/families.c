/* What the 486 and the Pentium added, and that older families do not have it (SDM vol. 3, chapter
 * 22; vol. 2). */
#include "sw/tests/rules/rule.h"

#define CR4_TSD 0x4
#define CR4_DE 0x8

/* ---- #UD on families without it ---- */

#define NOT_ON(family, needs_family, rule_name, instruction)                     \
  SNIPPET(rule_name##_snippet, "", instruction, "");                             \
  RULE(rule_name, NEEDS_INSTRUCTIONS | (needs_family),                           \
       "SDM vol. 3, 22.13: new after the " family ": #UD on it: " instruction) { \
    in.ebx = (uint32_t)scratch;                                                  \
    run(rule_name##_snippet);                                                    \
    expect_fault(UD, 0, rule_name##_snippet);                                    \
  }

NOT_ON("386", NEEDS_CPU_386, no_bswap_on_386, "bswap %eax")
NOT_ON("386", NEEDS_CPU_386, no_xadd_on_386, "xaddl %eax, %ecx")
NOT_ON("386", NEEDS_CPU_386, no_cmpxchg_on_386, "cmpxchgl %eax, %ecx")
NOT_ON("386", NEEDS_CPU_386, no_invd_on_386, "invd")
NOT_ON("386", NEEDS_CPU_386, no_wbinvd_on_386, "wbinvd")
NOT_ON("386", NEEDS_CPU_386, no_invlpg_on_386, "invlpg (%ebx)")
NOT_ON("386", NEEDS_CPU_386, no_cpuid_on_386, "cpuid")
NOT_ON("386", NEEDS_CPU_386, no_cr4_on_386, "movl %cr4, %eax")
NOT_ON("486", NEEDS_CPU_486, no_rdtsc_on_486, "rdtsc")
NOT_ON("486", NEEDS_CPU_486, no_rdmsr_on_486, "rdmsr")
NOT_ON("486", NEEDS_CPU_486, no_wrmsr_on_486, "wrmsr")
NOT_ON("486", NEEDS_CPU_486, no_cmpxchg8b_on_486, "cmpxchg8b (%ebx)")
NOT_ON("486", NEEDS_CPU_486, no_cmov_on_486, "cmovel %eax, %ecx")

/* ---- EFLAGS.AC and ID ---- */

SNIPPET(flip_flags, "pushl %eax", "popfl", "pushfl; popl %ebx; pushl $2; popfl");

static void flags_exist(uint32_t expected) {
  in.eax = FLAG_ONE | FLAG_AC | FLAG_ID;
  run(flip_flags);
  expect_done();
  expect_bits("EFLAGS", event.ebx, FLAG_AC | FLAG_ID, expected);
}

RULE(ac_and_id_on_586, NEEDS_INSTRUCTIONS,
     "SDM vol. 1, 3.4.3.3: ID can be changed: CPUID is there") {
  flags_exist(FLAG_AC | FLAG_ID);
}

RULE(ac_on_486, NEEDS_INSTRUCTIONS | NEEDS_CPU_486,
     "SDM vol. 3, 22.3.2: AC can be changed from the 486 on") {
  in.eax = FLAG_ONE | FLAG_AC;
  run(flip_flags);
  expect_bits("EFLAGS", event.ebx, FLAG_AC, FLAG_AC);
}

RULE(no_ac_and_id_on_386, NEEDS_INSTRUCTIONS | NEEDS_CPU_386,
     "SDM vol. 3, 22.3.2: AC and ID are always 0 on a 386") {
  flags_exist(0);
}

/* ---- alignment check ---- */

SNIPPET(read_word, "", "movw (%ebx), %ax", "");
SNIPPET(read_dword, "", "movl (%ebx), %eax", "");
SNIPPET(read_byte, "", "movb (%ebx), %al", "");

static void run_aligned(const char* snippet, uint32_t level, uint32_t am, uint32_t ac,
                        uint32_t offset) {
  uint32_t cr0;
  start_at_level(level);
  in.ebx = (uint32_t)scratch + offset;
  in.eflags |= ac;
  in.eip = (uint32_t)snippet;
  __asm__ volatile("movl %%cr0, %0" : "=r"(cr0));
  __asm__ volatile("movl %0, %%cr0" : : "r"(cr0 | am));
  run_from_start();
  __asm__ volatile("movl %0, %%cr0" : : "r"(cr0));
}

#define AC_NEEDS (NEEDS_LEVELS | NEEDS_ALIGNMENT)

RULE(alignment_is_checked, AC_NEEDS, "SDM vol. 3, 6.15 (17): CPL 3, AM and AC: #AC(0)") {
  run_aligned(read_word, 3, CR0_AM, FLAG_AC, 1);
  expect_fault(AC, 0, read_word);
  run_aligned(read_dword, 3, CR0_AM, FLAG_AC, 2);
  expect_fault(AC, 0, read_dword);
}

RULE(aligned_accesses_work, AC_NEEDS,
     "SDM vol. 3, table 6-7: words at 2, dwords at 4, bytes anywhere") {
  run_aligned(read_word, 3, CR0_AM, FLAG_AC, 2);
  expect_done();
  run_aligned(read_dword, 3, CR0_AM, FLAG_AC, 4);
  expect_done();
  run_aligned(read_byte, 3, CR0_AM, FLAG_AC, 3);
  expect_done();
}

RULE(alignment_needs_all_three, AC_NEEDS,
     "SDM vol. 3, 6.15 (17): not at CPL below 3, nor without AM or AC") {
  for (uint32_t level = 0; level < 3; level++) {
    run_aligned(read_dword, level, CR0_AM, FLAG_AC, 1);
    expect_done();
  }
  run_aligned(read_dword, 3, 0, FLAG_AC, 1);
  expect_done();
  run_aligned(read_dword, 3, CR0_AM, 0, 1);
  expect_done();
}

RULE(no_alignment_check_on_386, AC_NEEDS | NEEDS_CPU_386,
     "SDM vol. 3, 22.19.1: #AC is new with the 486") {
  run_aligned(read_dword, 3, CR0_AM, FLAG_AC, 1);
  expect_done();
}

/* ---- the instructions ---- */

RULE(bswap_reverses, NEEDS_INSTRUCTIONS, "SDM vol. 2, BSWAP") {
  SNIPPET(swap, "", "bswap %eax", "");
  in.eax = 0x12345678;
  run(swap);
  expect_done();
  expect_equal("EAX", event.eax, 0x78563412);
}

RULE(xadd_exchanges_and_adds, NEEDS_INSTRUCTIONS, "SDM vol. 2, XADD") {
  SNIPPET(exchange_add, "", "lock xaddl %eax, (%ebx)", "");
  in.eax = 5;
  in.ebx = (uint32_t)scratch;
  *(uint32_t*)scratch = 100;
  run(exchange_add);
  expect_done();
  expect_equal("EAX", event.eax, 100);
  expect_equal("memory", *(uint32_t*)scratch, 105);
}

RULE(cmpxchg_compares, NEEDS_INSTRUCTIONS,
     "SDM vol. 2, CMPXCHG: equal: store and ZF; else load EAX") {
  SNIPPET(compare_exchange, "", "lock cmpxchgl %ecx, (%ebx)", "pushfl; popl %edx");
  in.ebx = (uint32_t)scratch;
  in.ecx = 77;
  in.eax = 100;
  *(uint32_t*)scratch = 100;
  run(compare_exchange);
  expect_done();
  expect_equal("memory", *(uint32_t*)scratch, 77);
  expect_bits("ZF", event.edx, FLAG_ZF, FLAG_ZF);
  in.eax = 1;
  run(compare_exchange);
  expect_equal("EAX", event.eax, 77);
  expect_bits("ZF", event.edx, FLAG_ZF, 0);
}

RULE(cmpxchg8b_compares, NEEDS_INSTRUCTIONS,
     "SDM vol. 2, CMPXCHG8B: EDX:EAX with memory, ECX:EBX stored") {
  SNIPPET(compare_exchange_8, "", "lock cmpxchg8b (%esi)", "pushfl; popl %edi");
  uint32_t* memory = (uint32_t*)scratch;
  memory[0] = 1;
  memory[1] = 2;
  in.esi = (uint32_t)scratch;
  in.eax = 1;
  in.edx = 2;
  in.ebx = 3;
  in.ecx = 4;
  run(compare_exchange_8);
  expect_done();
  expect_equal("low", memory[0], 3);
  expect_equal("high", memory[1], 4);
  expect_bits("ZF", event.edi, FLAG_ZF, FLAG_ZF);
  run(compare_exchange_8);
  expect_equal("EAX", event.eax, 3);
  expect_equal("EDX", event.edx, 4);
  expect_bits("ZF", event.edi, FLAG_ZF, 0);
}

RULE(cmpxchg8b_of_a_register, NEEDS_INSTRUCTIONS,
     "SDM vol. 2, CMPXCHG8B: register operand: #UD, locked or not") {
  SNIPPET(of_register, "", ".byte 0x0F, 0xC7, 0xC8", "");
  run(of_register);
  expect_fault(UD, 0, of_register);
  SNIPPET(locked_register, "", ".byte 0xF0, 0x0F, 0xC7, 0xC8", "");
  run(locked_register);
  expect_fault(UD, 0, locked_register);
}

RULE(cmov_reads_always, NEEDS_INSTRUCTIONS | NEEDS_SEGMENTS,
     "SDM vol. 2, CMOVcc: the source is read even if not moved") {
  SNIPPET(move_if, "testl %esp, %esp", "cmovzl (%ebx), %eax", "");
  set_descriptor(SLOT, (uint32_t)scratch, 15, PRESENT | DATA_RO, BIG);
  in.ds = SLOT;
  in.ebx = 13;
  in.eax = 0x1234;
  run(move_if);
  expect_fault(GP, 0, move_if);
  in.ebx = 12;
  run(move_if);
  expect_done();
  expect_equal("EAX", event.eax, 0x1234);
}

RULE(cpuid_names_the_family, NEEDS_INSTRUCTIONS | NEEDS_CPU_586,
     "SDM vol. 2, CPUID: leaf 1: family in bits 11 to 8") {
  SNIPPET(identify, "xorl %eax, %eax; cpuid; movl %eax, %esi; movl $1, %eax", "cpuid", "");
  run(identify);
  expect_done();
  expect_equal("leaf 1 exists", event.esi >= 1, 1);
  expect_equal("family", event.eax >> 8 & 0xF, 5);
}

RULE(cpuid_names_the_486, NEEDS_INSTRUCTIONS | NEEDS_CPU_486,
     "SDM vol. 2, CPUID: leaf 1: family in bits 11 to 8") {
  SNIPPET(identify_486, "movl $1, %eax", "cpuid", "");
  run(identify_486);
  expect_done();
  expect_equal("family", event.eax >> 8 & 0xF, 4);
}

/* ---- CR4 and MSRs ---- */

static void run_with_cr4(const char* snippet, uint32_t level, uint32_t cr4) {
  start_at_level(level);
  in.eip = (uint32_t)snippet;
  __asm__ volatile(".arch i586; movl %0, %%cr4; .arch i386" : : "r"(cr4));
  run_from_start();
  __asm__ volatile(".arch i586; movl %0, %%cr4; .arch i386" : : "r"(0));
}

SNIPPET(read_tsc, "rdtsc; movl %eax, %ecx; movl %edx, %ebx", "rdtsc",
        "subl %ecx, %eax; sbbl %ebx, %edx");
SNIPPET(read_tsc_once, "", "rdtsc", "");

RULE(rdtsc_goes_up, NEEDS_INSTRUCTIONS, "SDM vol. 3, 17.17: the time stamp counts up") {
  run(read_tsc);
  expect_done();
  expect_equal("difference's sign", event.edx >> 31, 0);
  expect_equal("difference is 0", event.eax == 0, 0);
}

RULE(tsd_guards_rdtsc, NEEDS_INSTRUCTIONS | NEEDS_LEVELS,
     "SDM vol. 3, 2.5: CR4.TSD: RDTSC above CPL 0: #GP(0)") {
  run_with_cr4(read_tsc_once, 3, CR4_TSD);
  expect_fault(GP, 0, read_tsc_once);
  run_with_cr4(read_tsc_once, 0, CR4_TSD);
  expect_done();
  run_with_cr4(read_tsc_once, 3, 0);
  expect_done();
}

RULE(cr4_reserved_bits, NEEDS_INSTRUCTIONS, "SDM vol. 3, 2.5: a reserved bit of CR4: #GP(0)") {
  SNIPPET(set_reserved, "", "movl %eax, %cr4", "");
  in.eax = 0x80000000;
  run(set_reserved);
  expect_fault(GP, 0, set_reserved);
}

RULE(unknown_msr, NEEDS_INSTRUCTIONS | NEEDS_CPU_586,
     "SDM vol. 2, RDMSR and WRMSR: reserved address: #GP(0)") {
  SNIPPET(read_msr, "", "rdmsr", "");
  SNIPPET(write_msr, "", "wrmsr", "");
  in.ecx = 0x12345678;
  run(read_msr);
  expect_fault(GP, 0, read_msr);
  run(write_msr);
  expect_fault(GP, 0, write_msr);
}
