/* Paging: translation, rights, error codes, accessed and dirty bits, large pages, the TLB (SDM vol.
 * 3, chapter 4). */
#include "sw/tests/rules/pages.h"
#include "sw/tests/rules/rule.h"

SNIPPET(read_dword, "", "movl (%ebx), %eax", "");
SNIPPET(write_dword, "", "movl %eax, (%ebx)", "");
SNIPPET(add_dword, "", "addl %eax, (%ebx)", "");
SNIPPET(jump_to_ebx, "", "jmp *%ebx", "");
SNIPPET(read_twice, "movl (%ebx), %eax; movl %ecx, (%edx)", "invlpg (%ebx)", "movl (%ebx), %edi");

#define OPEN (PTE_P | PTE_W | PTE_U)
#define PDE (page_directory[1])

/* Runs a snippet with EBX = `linear`, paging on. */
static void access_page(const char* snippet, uint32_t level, uint32_t linear, uint32_t cr0) {
  start_at_level(level);
  in.ebx = linear;
  in.eax = 0xCAFEF00D;
  in.eip = (uint32_t)snippet;
  start_paging(cr0, 0);
  run_from_start();
}

#define PAGE_WORKS(snippet, level, linear, cr0) \
  (access_page(snippet, level, linear, cr0), expect_done())

static void page_faults(const char* snippet, uint32_t level, uint32_t linear, uint32_t cr0,
                        uint32_t error_code) {
  access_page(snippet, level, linear, cr0);
  expect_event(PF, error_code, (uint32_t)snippet);
  expect_equal("CR2", event.cr2, linear);
}

RULE(page_is_translated, NEEDS_PAGING, "SDM vol. 3, 4.3: directory, table, offset") {
  prepare_pages();
  test_table[1] = FRAME(3) | OPEN;
  PAGE_WORKS(read_dword, 0, TEST_PAGE(1) + 0x123, 0);
  expect_equal("EAX", event.eax, 0x13131313);
  PAGE_WORKS(write_dword, 3, TEST_PAGE(1) + 0xFFC, 0);
  expect_equal("memory", *(uint32_t*)&frames[3][0xFFC], 0xCAFEF00D);
}

RULE(page_not_present, NEEDS_PAGING,
     "SDM vol. 3, 4.7: P of the error code is 0; W and U tell the access") {
  prepare_pages();
  test_table[2] = 0xFFFFFFFE;
  page_faults(read_dword, 0, TEST_PAGE(2) + 0x444, 0, 0);
  page_faults(write_dword, 0, TEST_PAGE(2) + 0x448, 0, PF_WRITE);
  page_faults(read_dword, 3, TEST_PAGE(2), 0, PF_USER);
  page_faults(write_dword, 3, TEST_PAGE(2), 0, PF_USER | PF_WRITE);
}

RULE(page_table_not_present, NEEDS_PAGING,
     "SDM vol. 3, 4.7: a directory entry that is not present likewise") {
  prepare_pages();
  PDE &= ~(uint32_t)PTE_P;
  page_faults(read_dword, 0, TEST_PAGE(0), 0, 0);
  page_faults(write_dword, 3, TEST_PAGE(0), 0, PF_USER | PF_WRITE);
}

RULE(supervisor_page_refuses_user, NEEDS_PAGING, "SDM vol. 3, 4.6: U/S 0: no access at CPL 3") {
  prepare_pages();
  test_table[0] &= ~(uint32_t)PTE_U;
  page_faults(read_dword, 3, TEST_PAGE(0), 0, PF_PRESENT | PF_USER);
  page_faults(write_dword, 3, TEST_PAGE(0), 0, PF_PRESENT | PF_USER | PF_WRITE);
}

RULE(levels_0_to_2_are_supervisor, NEEDS_PAGING | NEEDS_LEVELS,
     "SDM vol. 3, 4.6: supervisor mode is CPL below 3") {
  prepare_pages();
  test_table[0] &= ~(uint32_t)PTE_U;
  for (uint32_t level = 0; level < 3; level++) {
    PAGE_WORKS(read_dword, level, TEST_PAGE(0), 0);
    PAGE_WORKS(write_dword, level, TEST_PAGE(0), 0);
  }
}

RULE(read_only_page_refuses_user_writes, NEEDS_PAGING,
     "SDM vol. 3, 4.6: R/W 0: no user writes, reads work") {
  prepare_pages();
  test_table[0] &= ~(uint32_t)PTE_W;
  PAGE_WORKS(read_dword, 3, TEST_PAGE(0), 0);
  page_faults(write_dword, 3, TEST_PAGE(0), 0, PF_PRESENT | PF_USER | PF_WRITE);
  page_faults(add_dword, 3, TEST_PAGE(0), 0, PF_PRESENT | PF_USER | PF_WRITE);
}

RULE(supervisor_writes_read_only_pages, NEEDS_PAGING,
     "SDM vol. 3, 4.6: WP 0: supervisor writes ignore R/W") {
  prepare_pages();
  test_table[0] &= ~(uint32_t)PTE_W;
  PAGE_WORKS(write_dword, 0, TEST_PAGE(0), 0);
  expect_equal("memory", *(uint32_t*)frames[0], 0xCAFEF00D);
}

RULE(wp_protects_from_supervisor, NEEDS_PAGING,
     "SDM vol. 3, 4.6: WP 1: supervisor writes obey R/W") {
  prepare_pages();
  test_table[0] &= ~(uint32_t)PTE_W;
  page_faults(write_dword, 0, TEST_PAGE(0), CR0_WP, PF_PRESENT | PF_WRITE);
  PAGE_WORKS(read_dword, 0, TEST_PAGE(0), CR0_WP);
  test_table[0] &= ~(uint32_t)PTE_U;
  page_faults(write_dword, 2, TEST_PAGE(0), CR0_WP, PF_PRESENT | PF_WRITE);
}

RULE(wp_is_not_on_a_386, NEEDS_PAGING | NEEDS_CPU_386,
     "SDM vol. 3, 22.20: WP was introduced with the 486") {
  prepare_pages();
  test_table[0] &= ~(uint32_t)PTE_W;
  PAGE_WORKS(write_dword, 0, TEST_PAGE(0), CR0_WP);
}

RULE(rights_are_those_of_both_levels, NEEDS_PAGING,
     "SDM vol. 3, 4.6: user and write need both entries") {
  prepare_pages();
  PDE &= ~(uint32_t)PTE_U;
  page_faults(read_dword, 3, TEST_PAGE(0), 0, PF_PRESENT | PF_USER);
  prepare_pages();
  PDE &= ~(uint32_t)PTE_W;
  page_faults(write_dword, 3, TEST_PAGE(0), 0, PF_PRESENT | PF_USER | PF_WRITE);
  page_faults(write_dword, 0, TEST_PAGE(0), CR0_WP, PF_PRESENT | PF_WRITE);
  PAGE_WORKS(read_dword, 3, TEST_PAGE(0), CR0_WP);
}

RULE(reading_sets_accessed, NEEDS_PAGING,
     "SDM vol. 3, 4.8: A in both entries; D is not set by a read") {
  prepare_pages();
  PAGE_WORKS(read_dword, 3, TEST_PAGE(0), 0);
  expect_bits("directory entry", PDE, PTE_A, PTE_A);
  expect_bits("page entry", test_table[0], PTE_A | PTE_D, PTE_A);
  expect_bits("neighbour's entry", test_table[1], PTE_A | PTE_D, 0);
}

RULE(writing_sets_dirty, NEEDS_PAGING, "SDM vol. 3, 4.8: D in the entry that maps the page") {
  prepare_pages();
  PAGE_WORKS(write_dword, 3, TEST_PAGE(0), 0);
  expect_bits("directory entry", PDE, PTE_A | PTE_D, PTE_A);
  expect_bits("page entry", test_table[0], PTE_A | PTE_D, PTE_A | PTE_D);
}

RULE(refused_write_is_not_dirty, NEEDS_PAGING,
     "SDM vol. 3, 4.8: D is set by a write, not by its fault") {
  prepare_pages();
  test_table[0] &= ~(uint32_t)PTE_W;
  page_faults(write_dword, 3, TEST_PAGE(0), 0, PF_PRESENT | PF_USER | PF_WRITE);
  expect_bits("page entry", test_table[0], PTE_D, 0);
}

RULE(write_after_read_sets_dirty, NEEDS_PAGING,
     "SDM vol. 3, 4.8: a page read before becomes dirty when written") {
  SNIPPET(read_then_write, "movl (%ebx), %ecx", "movl %eax, (%ebx)", "");
  prepare_pages();
  PAGE_WORKS(read_then_write, 0, TEST_PAGE(0), 0);
  expect_bits("page entry", test_table[0], PTE_A | PTE_D, PTE_A | PTE_D);
}

RULE(entries_keep_their_other_bits, NEEDS_PAGING,
     "SDM vol. 3, 4.3: bits 11 to 9 are the software's") {
  prepare_pages();
  test_table[0] |= 0xE00;
  PAGE_WORKS(write_dword, 0, TEST_PAGE(0), 0);
  expect_equal("page entry", test_table[0], FRAME(0) | OPEN | 0xE00 | PTE_A | PTE_D);
}

/* ---- two pages at once ---- */

RULE(access_over_two_pages, NEEDS_PAGING, "SDM vol. 3, 4.3: each byte goes through its own page") {
  prepare_pages();
  test_table[0] = FRAME(2) | OPEN;
  test_table[1] = FRAME(0) | OPEN;
  PAGE_WORKS(read_dword, 3, TEST_PAGE(1) - 2, 0);
  expect_equal("EAX", event.eax, 0x10101212);
  PAGE_WORKS(write_dword, 3, TEST_PAGE(1) - 1, 0);
  expect_equal("last byte of the first", frames[2][0xFFF], 0x0D);
  expect_equal("first byte of the second", frames[0][0], 0xF0);
}

RULE(fault_of_the_second_page, NEEDS_PAGING,
     "SDM vol. 3, 6.15 (14): CR2 is in the page that faulted; no byte written") {
  prepare_pages();
  test_table[1] = 0;
  access_page(write_dword, 3, TEST_PAGE(1) - 2, 0);
  expect_event(PF, PF_USER | PF_WRITE, (uint32_t)write_dword);
  expect_equal("CR2", event.cr2, TEST_PAGE(1));
  expect_equal("memory", frames[0][0xFFE], 0x10);
}

RULE(fault_of_the_first_page, NEEDS_PAGING,
     "SDM vol. 3, 6.15 (14): CR2 is the address that faulted") {
  prepare_pages();
  test_table[0] = 0;
  page_faults(write_dword, 3, TEST_PAGE(1) - 2, 0, PF_USER | PF_WRITE);
  expect_equal("memory", frames[1][0], 0x11);
}

/* ---- fetching ---- */

RULE(fetch_from_missing_page, NEEDS_PAGING,
     "SDM vol. 3, 6.15 (14): the saved EIP and CR2 are the target") {
  prepare_pages();
  test_table[0] = 0;
  access_page(jump_to_ebx, 3, TEST_PAGE(0) + 0x10, 0);
  expect_event(PF, PF_USER, TEST_PAGE(0) + 0x10);
  expect_equal("CR2", event.cr2, TEST_PAGE(0) + 0x10);
}

RULE(fetch_from_supervisor_page, NEEDS_PAGING,
     "SDM vol. 3, 4.6: user code may not run from supervisor pages") {
  prepare_pages();
  test_table[0] &= ~(uint32_t)PTE_U;
  access_page(jump_to_ebx, 3, TEST_PAGE(0), 0);
  expect_event(PF, PF_PRESENT | PF_USER, TEST_PAGE(0));
}

RULE(instruction_over_two_pages, NEEDS_PAGING,
     "SDM vol. 3, 6.15 (14): EIP is the instruction's, CR2 the missing byte's") {
  prepare_pages();
  frames[0][0xFFE] = 0xB8; /* mov eax, imm32 */
  test_table[1] = 0;
  access_page(jump_to_ebx, 3, TEST_PAGE(1) - 2, 0);
  expect_event(PF, PF_USER, TEST_PAGE(1) - 2);
  expect_equal("CR2", event.cr2, TEST_PAGE(1));
  expect_equal("EAX", event.eax, 0xCAFEF00D);
}

RULE(instruction_before_a_missing_page, NEEDS_PAGING,
     "SDM vol. 3, 6.15 (14): the next page is not needed for it") {
  prepare_pages();
  frames[0][0xFFE] = 0xCD; /* int 80 */
  frames[0][0xFFF] = DONE;
  test_table[1] = 0;
  access_page(jump_to_ebx, 3, TEST_PAGE(1) - 2, 0);
  expect_done();
  expect_equal("EIP", event_frame()->eip, TEST_PAGE(1));
}

/* ---- the TLB ---- */

/* Reads test page 0, turns its entry to frame 1, does the snippet's instruction, reads again. */
static void remap(const char* snippet, uint32_t cr4, uint32_t more_bits) {
  prepare_pages();
  test_table[0] |= more_bits;
  in.ebx = TEST_PAGE(0);
  in.ecx = FRAME(1) | OPEN | more_bits;
  in.edx = (uint32_t)&test_table[0];
  in.esi = (uint32_t)page_directory;
  in.eip = (uint32_t)snippet;
  start_paging(0, cr4);
  run_from_start();
  expect_done();
  expect_equal("before", event.eax, 0x10101010);
  expect_equal("after", event.edi, 0x11111111);
}

RULE(invlpg_forgets_a_page, NEEDS_PAGING,
     "SDM vol. 3, 4.10.4.1: INVLPG invalidates the page's entries") {
  remap(read_twice, 0, 0);
}

RULE(invlpg_forgets_a_global_page, NEEDS_PAGING,
     "SDM vol. 3, 4.10.4.1: INVLPG: global entries too") {
  remap(read_twice, CR4_PGE, PTE_G);
}

RULE(cr3_load_forgets_pages, NEEDS_PAGING,
     "SDM vol. 3, 4.10.4.1: MOV to CR3 invalidates all but global entries") {
  SNIPPET(reload_cr3, "movl (%ebx), %eax; movl %ecx, (%edx)", "movl %esi, %cr3",
          "movl (%ebx), %edi");
  remap(reload_cr3, 0, 0);
  remap(reload_cr3, CR4_PGE, 0);
  /* G means nothing while CR4.PGE is clear. */
  remap(reload_cr3, 0, PTE_G);
}

RULE(pge_change_forgets_global_pages, NEEDS_PAGING,
     "SDM vol. 3, 4.10.4.1: changing CR4.PGE invalidates all") {
  SNIPPET(toggle_pge, "movl (%ebx), %eax; movl %ecx, (%edx); movl %cr4, %ecx; andl $~0x80, %ecx",
          "movl %ecx, %cr4", "movl (%ebx), %edi");
  remap(toggle_pge, CR4_PGE, PTE_G);
}

RULE(pg_change_forgets_pages, NEEDS_PAGING,
     "SDM vol. 3, 4.10.4.1: clearing CR0.PG invalidates all") {
  SNIPPET(toggle_pg,
          "movl (%ebx), %eax; movl %ecx, (%edx); movl %cr0, %ecx; movl %ecx, %edx; andl "
          "$0x7FFFFFFF, %ecx",
          "movl %ecx, %cr0; movl %edx, %cr0", "movl (%ebx), %edi");
  remap(toggle_pg, 0, 0);
}

RULE(fault_does_not_stay, NEEDS_PAGING,
     "SDM vol. 3, 4.10.4.3: not-present entries are not cached") {
  prepare_pages();
  test_table[0] = 0;
  page_faults(read_dword, 3, TEST_PAGE(0), 0, PF_USER);
  test_table[0] = FRAME(1) | OPEN;
  PAGE_WORKS(read_dword, 3, TEST_PAGE(0), 0);
  expect_equal("EAX", event.eax, 0x11111111);
}

/* ---- 4 MiB pages ---- */

/* Directory entry 2 maps LARGE_PAGE to physical 0. */
static void large_page(const char* snippet, uint32_t level, uint32_t entry, uint32_t linear,
                       uint32_t cr4) {
  prepare_pages();
  page_directory[2] = entry;
  start_at_level(level);
  in.ebx = linear;
  in.eax = 0xCAFEF00D;
  in.eip = (uint32_t)snippet;
  start_paging(0, cr4);
  run_from_start();
}

RULE(large_page_is_translated, NEEDS_PAGING,
     "SDM vol. 3, 4.3: PSE and PS: bits 31:22 come from the directory") {
  large_page(read_dword, 3, OPEN | PTE_PS, LARGE_PAGE + FRAME(2), CR4_PSE);
  expect_done();
  expect_equal("EAX", event.eax, 0x12121212);
  expect_bits("directory entry", page_directory[2], PTE_A | PTE_D, PTE_A);
}

RULE(large_page_becomes_dirty, NEEDS_PAGING,
     "SDM vol. 3, 4.8: D is in the directory entry of a 4 MiB page") {
  large_page(write_dword, 3, OPEN | PTE_PS, LARGE_PAGE + FRAME(2), CR4_PSE);
  expect_done();
  expect_equal("memory", *(uint32_t*)frames[2], 0xCAFEF00D);
  expect_bits("directory entry", page_directory[2], PTE_A | PTE_D, PTE_A | PTE_D);
}

RULE(large_page_has_rights, NEEDS_PAGING, "SDM vol. 3, 4.6: U/S and R/W of the directory entry") {
  large_page(read_dword, 3, PTE_P | PTE_W | PTE_PS, LARGE_PAGE, CR4_PSE);
  expect_event(PF, PF_PRESENT | PF_USER, (uint32_t)read_dword);
  expect_equal("CR2", event.cr2, LARGE_PAGE);
  large_page(write_dword, 3, PTE_P | PTE_U | PTE_PS, LARGE_PAGE + FRAME(2), CR4_PSE);
  expect_event(PF, PF_PRESENT | PF_USER | PF_WRITE, (uint32_t)write_dword);
}

RULE(large_page_reserved_bits, NEEDS_PAGING,
     "SDM vol. 3, 4.7: a reserved bit of the entry: RSVD in the error code") {
  large_page(read_dword, 0, OPEN | PTE_PS | 1 << 21, LARGE_PAGE, CR4_PSE);
  expect_event(PF, PF_PRESENT | PF_RESERVED, (uint32_t)read_dword);
}

RULE(ps_without_pse_is_ignored, NEEDS_PAGING,
     "SDM vol. 3, 4.3: CR4.PSE 0: PS is ignored, a table follows") {
  prepare_pages();
  PDE |= PTE_PS;
  PAGE_WORKS(read_dword, 3, TEST_PAGE(2), 0);
  expect_equal("EAX", event.eax, 0x12121212);
}

RULE(pg_without_pe, NEEDS_PAGING, "SDM vol. 2, MOV CR: PG 1 with PE 0: #GP(0)") {
  SNIPPET(set_pg_alone, "", "movl %eax, %cr0", "");
  in.eax = CR0_PG;
  run(set_pg_alone);
  expect_fault(GP, 0, set_pg_alone);
}
