/* Privileged and IOPL-sensitive instructions and the I/O permission bitmap (SDM vol. 3, 5.9; vol.
 * 1, 19.5). */
#include "sw/include/string.h"
#include "sw/tests/rules/rule.h"

#define PORT 0x80 /* POST codes: no effect */

/* ---- CPL 0 only: #GP(0) at every other level ---- */

#define PRIVILEGED(rule_name, instruction, more_needs)                                        \
  SNIPPET(rule_name##_snippet, "", instruction, "");                                          \
  RULE(rule_name, NEEDS_LEVELS | (more_needs), "SDM vol. 3, 5.9: privileged: " instruction) { \
    for (uint32_t level = 1; level < 4; level++) {                                            \
      start_at_level(level);                                                                  \
      in.eflags = FLAG_ONE | IOPL(3);                                                         \
      in.ebx = (uint32_t)scratch;                                                             \
      run(rule_name##_snippet);                                                               \
      expect_fault(GP, 0, rule_name##_snippet);                                               \
    }                                                                                         \
  }

PRIVILEGED(hlt_is_privileged, "hlt", 0)
PRIVILEGED(lgdt_is_privileged, "lgdt (%ebx)", 0)
PRIVILEGED(lidt_is_privileged, "lidt (%ebx)", 0)
PRIVILEGED(lldt_is_privileged, "lldt %ax", 0)
PRIVILEGED(ltr_is_privileged, "ltr %ax", 0)
PRIVILEGED(lmsw_is_privileged, "lmsw %ax", 0)
PRIVILEGED(clts_is_privileged, "clts", 0)
PRIVILEGED(write_cr0_is_privileged, "movl %eax, %cr0", 0)
PRIVILEGED(read_cr0_is_privileged, "movl %cr0, %eax", 0)
PRIVILEGED(write_cr3_is_privileged, "movl %eax, %cr3", 0)
PRIVILEGED(read_dr7_is_privileged, "movl %db7, %eax", NEEDS_DEBUG)
PRIVILEGED(write_dr7_is_privileged, "movl %eax, %db7", NEEDS_DEBUG)
PRIVILEGED(invd_is_privileged, "invd", NEEDS_INSTRUCTIONS)
PRIVILEGED(wbinvd_is_privileged, "wbinvd", NEEDS_INSTRUCTIONS)
PRIVILEGED(invlpg_is_privileged, "invlpg (%ebx)", NEEDS_INSTRUCTIONS)
PRIVILEGED(rdmsr_is_privileged, "rdmsr", NEEDS_INSTRUCTIONS)
PRIVILEGED(wrmsr_is_privileged, "wrmsr", NEEDS_INSTRUCTIONS)
PRIVILEGED(read_cr4_is_privileged, "movl %cr4, %eax", NEEDS_INSTRUCTIONS)

RULE(unprivileged_reads_work, NEEDS_LEVELS,
     "SDM vol. 3, 5.9: SGDT, SIDT, SLDT, STR, SMSW at any level") {
  SNIPPET(stores, "sgdt (%ebx); sidt 8(%ebx); sldt 16(%ebx); str 18(%ebx)", "smsw 20(%ebx)", "");
  start_at_level(3);
  in.ebx = (uint32_t)scratch;
  run(stores);
  expect_done();
  expect_equal("GDT limit", *(const uint16_t*)&scratch[0], sizeof(gdt) - 1);
  expect_equal("GDT base", *(const uint32_t*)&scratch[2], (uint32_t)gdt);
  expect_equal("IDT base", *(const uint32_t*)&scratch[10], (uint32_t)idt);
  expect_equal("LDTR", *(const uint16_t*)&scratch[16], 0);
  expect_equal("TR", *(const uint16_t*)&scratch[18], TSS_MAIN);
  expect_bits("MSW", *(const uint16_t*)&scratch[20], CR0_PE | CR0_TS, CR0_PE);
}

/* ---- IOPL ---- */

SNIPPET(clear_if, "", "cli", "pushfl; popl %eax");
SNIPPET(set_if, "", "sti", "nop; pushfl; popl %eax");
SNIPPET(pop_flags, "pushl %ebx", "popfl", "pushfl; popl %eax");
SNIPPET(in_byte, "", "inb $0x80, %al", "");
SNIPPET(in_dx, "", "inb %dx, %al", "");
SNIPPET(in_dx_dword, "", "inl %dx, %eax", "");
SNIPPET(in_dx_word, "", "inw %dx, %ax", "");
SNIPPET(out_dx, "", "outb %al, %dx", "");
SNIPPET(ins_byte, "", "insb", "");
SNIPPET(outs_byte, "", "outsb", "");

static void start_with_iopl(uint32_t level, uint32_t iopl, uint32_t flags) {
  start_at_level(level);
  in.eflags = FLAG_ONE | IOPL(iopl) | flags;
}

RULE(cli_needs_iopl, NEEDS_LEVELS, "SDM vol. 2, CLI: CPL above IOPL: #GP(0)") {
  for (uint32_t level = 0; level < 4; level++)
    for (uint32_t iopl = 0; iopl < 4; iopl++) {
      start_with_iopl(level, iopl, FLAG_IF);
      run(clear_if);
      if (level > iopl) {
        expect_fault(GP, 0, clear_if);
      } else {
        expect_done();
        expect_bits("EFLAGS", event.eax, FLAG_IF, 0);
      }
    }
}

RULE(sti_needs_iopl, NEEDS_LEVELS, "SDM vol. 2, STI: CPL above IOPL: #GP(0)") {
  for (uint32_t level = 0; level < 4; level++)
    for (uint32_t iopl = 0; iopl < 4; iopl++) {
      start_with_iopl(level, iopl, 0);
      run(set_if);
      if (level > iopl) {
        expect_fault(GP, 0, set_if);
      } else {
        expect_done();
        expect_bits("EFLAGS", event.eax, FLAG_IF, FLAG_IF);
      }
    }
}

static void popf_gives(uint32_t level, uint32_t flags, uint32_t popped, uint32_t expected) {
  start_at_level(level);
  in.eflags = FLAG_ONE | flags;
  in.ebx = popped;
  run(pop_flags);
  expect_done();
  expect_equal("EFLAGS", event.eax, FLAG_ONE | expected);
}

RULE(popf_at_level_0, NEEDS_FLAT, "SDM vol. 2, POPF: CPL 0: IOPL and IF change; VM and RF do not") {
  popf_gives(0, 0, FLAG_IOPL | FLAG_IF | FLAG_NT | FLAG_VM | FLAG_RF,
             FLAG_IOPL | FLAG_IF | FLAG_NT);
  popf_gives(0, FLAG_IOPL | FLAG_IF, 0, 0);
}

RULE(popf_keeps_iopl_outside_level_0, NEEDS_LEVELS,
     "SDM vol. 2, POPF: CPL above 0: IOPL stays, silently") {
  popf_gives(1, IOPL(1), IOPL(3), IOPL(1));
  popf_gives(3, IOPL(0), IOPL(3), IOPL(0));
}

RULE(popf_changes_if_within_iopl, NEEDS_LEVELS, "SDM vol. 2, POPF: CPL at most IOPL: IF changes") {
  popf_gives(3, IOPL(3), FLAG_IF, IOPL(3) | FLAG_IF);
  popf_gives(2, IOPL(2) | FLAG_IF, 0, IOPL(2));
}

RULE(popf_keeps_if_outside_iopl, NEEDS_LEVELS,
     "SDM vol. 2, POPF: CPL above IOPL: IF stays, silently") {
  popf_gives(3, IOPL(2) | FLAG_IF, 0, IOPL(2) | FLAG_IF);
  popf_gives(1, IOPL(0), FLAG_IF, 0);
}

/* ---- I/O ---- */

/* A bitmap for ports 0 to 3FF, all of them refused, behind the main task's state. */
static void use_bitmap(uint32_t limit) {
  memset(tss_main.bitmap, 0xFF, sizeof(tss_main.bitmap));
  set_descriptor(TSS_MAIN, (uint32_t)&tss_main, limit, PRESENT | SYS_TSS32, 0);
  load_task_register(TSS_MAIN);
}

static void allow(uint32_t port) {
  tss_main.bitmap[port / 8] &= (uint8_t) ~(1u << port % 8);
}

#define WHOLE_BITMAP (TSS_LIMIT + 129)

RULE(io_within_iopl, NEEDS_LEVELS, "SDM vol. 1, 19.5.1: CPL at most IOPL: no bitmap is asked") {
  use_bitmap(WHOLE_BITMAP);
  start_with_iopl(3, 3, 0);
  run(in_byte);
  expect_done();
}

RULE(io_without_bitmap, NEEDS_LEVELS,
     "SDM vol. 1, 19.5.2: bitmap base beyond the TSS limit: #GP(0)") {
  start_at_level(3);
  run(in_byte);
  expect_fault(GP, 0, in_byte);
}

RULE(io_refused_by_bitmap, NEEDS_LEVELS, "SDM vol. 1, 19.5.2: bit set: #GP(0)") {
  use_bitmap(WHOLE_BITMAP);
  start_at_level(3);
  in.edx = PORT;
  run(in_dx);
  expect_fault(GP, 0, in_dx);
  run(out_dx);
  expect_fault(GP, 0, out_dx);
  in.edi = in.esi = (uint32_t)scratch;
  run(ins_byte);
  expect_fault(GP, 0, ins_byte);
  run(outs_byte);
  expect_fault(GP, 0, outs_byte);
}

RULE(io_allowed_by_bitmap, NEEDS_LEVELS, "SDM vol. 1, 19.5.2: bit clear: the access is done") {
  use_bitmap(WHOLE_BITMAP);
  allow(PORT);
  start_at_level(3);
  in.edx = PORT;
  run(in_dx);
  expect_done();
  run(out_dx);
  expect_done();
  in.edx = PORT + 1;
  run(in_dx);
  expect_fault(GP, 0, in_dx);
}

RULE(io_needs_all_bits, NEEDS_LEVELS,
     "SDM vol. 1, 19.5.2: a word or dword needs 2 or 4 clear bits") {
  use_bitmap(WHOLE_BITMAP);
  for (uint32_t n = 6; n < 9; n++) allow(PORT + n);
  start_at_level(3);
  in.edx = PORT + 7; /* bits in two bytes of the map */
  run(in_dx_word);
  expect_done();
  in.edx = PORT + 6;
  run(in_dx_dword);
  expect_fault(GP, 0, in_dx_dword);
  allow(PORT + 9);
  run(in_dx_dword);
  expect_done();
}

RULE(io_beyond_bitmap, NEEDS_LEVELS, "SDM vol. 1, 19.5.2: ports the map does not span: #GP(0)") {
  use_bitmap(TSS_LIMIT + 2); /* two bytes: ports 0 to 7, and the closing byte */
  for (uint32_t port = 0; port < 16; port++) allow(port);
  start_at_level(3);
  in.edx = 0x10;
  run(in_dx);
  expect_fault(GP, 0, in_dx);
}

RULE(io_reads_two_bytes_of_the_map, NEEDS_LEVELS,
     "SDM vol. 1, 19.5.2: two bytes are read for every access") {
  use_bitmap(TSS_LIMIT + 1); /* one byte only */
  for (uint32_t port = 0; port < 16; port++) allow(port);
  start_at_level(3);
  in.edx = 0;
  run(in_dx);
  expect_fault(GP, 0, in_dx);
}

RULE(io_with_16_bit_tss, NEEDS_LEVELS, "SDM vol. 1, 19.5.2: a 16-bit TSS has no map: #GP(0)") {
  set_descriptor(SLOT, stack_of(0) - 0x1000, 0x10FF, PRESENT | DATA_RW, BIG);
  tss_16.ss0 = SLOT;
  tss_16.sp0 = 0x1000;
  load_task_register(TSS_16);
  start_at_level(3);
  run(in_byte);
  expect_fault(GP, 0, in_byte);
}
