/* Instructions that #PF interrupts change nothing and can be restarted; accesses the CPU makes on
 * its own are supervisor's (SDM vol. 3, 6.5, 4.6.1, 6.15 (14)). */
#include "sw/include/string.h"
#include "sw/tests/rules/pages.h"
#include "sw/tests/rules/rule.h"

#define VECTOR 0x90
#define OPEN (PTE_P | PTE_W | PTE_U)
/* Test page 0 is there, page 1 (above) is not. */
#define EDGE TEST_PAGE(1)

static void missing_page(uint32_t n) {
  prepare_pages();
  test_table[n] = 0;
}

static void run_paged(const char* snippet) {
  in.eip = (uint32_t)snippet;
  start_paging(0, 0);
  run_from_start();
}

/* Runs at level 3 with ESP = `esp`; faults at `instruction` with CR2 = `cr2`, and ESP as it was. */
static void stack_faults(const char* snippet, const char* instruction, uint32_t esp, uint32_t cr2,
                         uint32_t error_code) {
  start_at_level(3);
  in.esp = esp;
  in.ebp = 0x1234;
  in.eax = 0xAAAAAAAA;
  in.edx = 0xDDDDDDDD;
  run_paged(snippet);
  expect_event(PF, error_code, (uint32_t)instruction);
  expect_equal("CR2", event.cr2, cr2);
  expect_equal("ESP", event_frame()->esp, esp);
  expect_equal("EBP", event.ebp, 0x1234);
}

#define USER_WRITE (PF_USER | PF_WRITE)

RULE(push_restarts, NEEDS_PAGING, "SDM vol. 3, 6.5: a faulting PUSH leaves ESP") {
  SNIPPET(push_one, "", "pushl %eax", "");
  missing_page(0);
  stack_faults(push_one, push_one_at, EDGE, EDGE - 4, USER_WRITE);
}

RULE(pusha_restarts, NEEDS_PAGING,
     "SDM vol. 3, 6.5: PUSHAD over the edge of a missing page leaves ESP") {
  SNIPPET(push_all, "", "pushal", "");
  missing_page(0);
  stack_faults(push_all, push_all_at, EDGE + 16, EDGE - 4, USER_WRITE);
}

RULE(popa_restarts, NEEDS_PAGING,
     "SDM vol. 3, 6.5: POPAD over the edge of a missing page changes no register") {
  SNIPPET(pop_all, "", "popal", "");
  missing_page(1);
  stack_faults(pop_all, pop_all_at, EDGE - 16, EDGE, PF_USER);
  expect_equal("EDX", event.edx, 0xDDDDDDDD);
  expect_equal("EDI", event.edi, 0);
}

RULE(enter_restarts, NEEDS_PAGING | NEEDS_INSTRUCTIONS,
     "SDM vol. 2, ENTER: #PF for a frame in a missing page; ESP and EBP stay") {
  SNIPPET(enter_frame, "", "enter $4096, $0", "");
  missing_page(0);
  stack_faults(enter_frame, enter_frame_at, TEST_PAGE(2), EDGE - 4, USER_WRITE);
}

RULE(near_call_restarts, NEEDS_PAGING, "SDM vol. 3, 6.5: a faulting CALL leaves EIP and ESP") {
  SNIPPET(call_far_away, "", "call push_one_target", "push_one_target:");
  missing_page(0);
  stack_faults(call_far_away, call_far_away_at, EDGE, EDGE - 4, USER_WRITE);
}

RULE(far_call_restarts, NEEDS_PAGING,
     "SDM vol. 3, 6.5: a faulting far CALL leaves CS, EIP and ESP") {
  SNIPPET(call_other, "", "lcall *far_target", "");
  missing_page(0);
  aim(CODE3, (uint32_t)call_other_next);
  stack_faults(call_other, call_other_at, EDGE + 4, EDGE - 4, USER_WRITE);
}

RULE(far_return_restarts, NEEDS_PAGING, "SDM vol. 3, 6.5: a faulting far RET leaves ESP") {
  SNIPPET(return_far, "", "lret", "");
  missing_page(1);
  stack_faults(return_far, return_far_at, EDGE - 4, EDGE, PF_USER);
}

RULE(pop_to_memory_restarts, NEEDS_PAGING, "SDM vol. 3, 6.5: POP to a missing page leaves ESP") {
  SNIPPET(pop_there, "", "popl 0x401000", "");
  missing_page(1);
  stack_faults(pop_there, pop_there_at, TEST_PAGE(0) + 8, EDGE, USER_WRITE);
}

RULE(exchange_restarts, NEEDS_PAGING,
     "SDM vol. 3, 6.5: XCHG with a read-only page changes neither side") {
  SNIPPET(exchange, "", "xchgl %eax, (%ebx)", "");
  prepare_pages();
  test_table[0] &= ~(uint32_t)PTE_W;
  start_at_level(3);
  in.eax = 0xAAAAAAAA;
  in.ebx = TEST_PAGE(0);
  run_paged(exchange);
  expect_event(PF, PF_PRESENT | USER_WRITE, (uint32_t)exchange_at);
  expect_equal("EAX", event.eax, 0xAAAAAAAA);
}

RULE(string_stops_between_iterations, NEEDS_PAGING,
     "SDM vol. 2, REP: a fault leaves the registers of the iteration") {
  SNIPPET(copy, "", "rep movsb", "");
  missing_page(1);
  start_at_level(3);
  in.esi = (uint32_t)scratch;
  in.edi = EDGE - 5;
  in.ecx = 12;
  run_paged(copy);
  expect_event(PF, USER_WRITE, (uint32_t)copy_at);
  expect_equal("CR2", event.cr2, EDGE);
  expect_equal("ECX", event.ecx, 7);
  expect_equal("EDI", event.edi, EDGE);
  expect_equal("ESI", event.esi, (uint32_t)scratch + 5);
  /* Restarted with the page there, it goes on from where it was. */
  test_table[1] = FRAME(1) | OPEN;
  in.ecx = event.ecx;
  in.edi = event.edi;
  in.esi = event.esi;
  run_paged(copy);
  expect_done();
  expect_equal("ECX", event.ecx, 0);
  expect_equal("memory", memcmp(frames[1], scratch + 5, 7), 0);
  expect_equal("memory", memcmp(&frames[0][PAGE_BYTES - 5], scratch, 5), 0);
}

RULE(empty_string_does_not_fault, NEEDS_PAGING, "SDM vol. 2, REP: count 0: no access is made") {
  SNIPPET(copy_nothing, "", "rep movsb", "");
  missing_page(1);
  start_at_level(3);
  in.esi = in.edi = EDGE;
  run_paged(copy_nothing);
  expect_done();
}

RULE(compare_string_restarts, NEEDS_PAGING,
     "SDM vol. 2, REP: REPE CMPS stops at the missing page too") {
  SNIPPET(compare, "", "repe cmpsb", "");
  missing_page(1);
  start_at_level(3);
  in.esi = TEST_PAGE(0);
  in.edi = EDGE - 3;
  in.ecx = 8;
  run_paged(compare);
  expect_event(PF, PF_USER, (uint32_t)compare_at);
  expect_equal("ECX", event.ecx, 5);
  expect_equal("EDI", event.edi, EDGE);
}

/* ---- accesses of the CPU itself ---- */

/* Test pages 2 and 3 become another, supervisor's view of the page with `address` and the next. */
static uint32_t supervisor_view(uint32_t address) {
  uint32_t frame = address & ~(PAGE_BYTES - 1u);
  test_table[2] = frame | PTE_P | PTE_W;
  test_table[3] = (frame + PAGE_BYTES) | PTE_P | PTE_W;
  return TEST_PAGE(2) + (address & (PAGE_BYTES - 1));
}

RULE(ldt_is_read_as_supervisor, NEEDS_PAGING,
     "SDM vol. 3, 4.6.1: descriptor tables: implicit supervisor access") {
  SNIPPET(load_es, "", "movw %ax, %es", "");
  prepare_pages();
  set_descriptor(8 | LDT_BIT, 0, 0xFFFFF, PRESENT | DPL(3) | DATA_RW, PAGES | BIG);
  set_descriptor(LDT_OTHER, supervisor_view((uint32_t)ldt), sizeof(ldt) - 1, PRESENT | SYS_LDT, 0);
  load_local_table(LDT_OTHER);
  start_at_level(3);
  in.eax = 8 | LDT_BIT | 3;
  run_paged(load_es);
  expect_done();
  expect_equal("ES", event.es, 8 | LDT_BIT | 3);
  expect_equal("access byte", access_of(8 | LDT_BIT), PRESENT | DPL(3) | DATA_RW | ACCESSED);
}

RULE(missing_ldt_page, NEEDS_PAGING,
     "SDM vol. 3, 4.7: implicit accesses: U of the error code is 0") {
  SNIPPET(load_es_there, "", "movw %ax, %es", "");
  prepare_pages();
  set_descriptor(LDT_OTHER, TEST_PAGE(0), 0xFFF, PRESENT | SYS_LDT, 0);
  load_local_table(LDT_OTHER);
  test_table[0] = 0;
  start_at_level(3);
  in.eax = 0x10 | LDT_BIT | 3;
  run_paged(load_es_there);
  expect_event(PF, 0, (uint32_t)load_es_there_at);
  expect_equal("CR2", event.cr2, TEST_PAGE(0) + 0x10);
}

RULE(io_bitmap_is_read_as_supervisor, NEEDS_PAGING,
     "SDM vol. 3, 4.6.1: the TSS: implicit supervisor access") {
  SNIPPET(in_byte, "", "inb $0x80, %al", "");
  prepare_pages();
  set_descriptor(TSS_MAIN, supervisor_view((uint32_t)&tss_main), TSS_LIMIT + 129,
                 PRESENT | SYS_TSS32, 0);
  load_task_register(TSS_MAIN);
  start_at_level(3);
  run_paged(in_byte);
  expect_done();
}

/* ---- faults of delivery: the handler is at level 1, on a stack that is missing ---- */

static void handler_without_stack(uint32_t vector) {
  missing_page(1);
  tss_main.esp1 = EDGE + 64;
  set_idt_gate(vector, CODE1, stub_of(vector), PRESENT | DPL(3) | SYS_INTERRUPT32);
  start_at_level(3);
}

RULE(page_fault_of_the_handler_stack, NEEDS_PAGING,
     "SDM vol. 3, 6.15 (14): pushing on a missing stack: #PF, supervisor") {
  SNIPPET(int_n, "", "int $0x90", "");
  handler_without_stack(VECTOR);
  run_paged(int_n);
  expect_event(PF, PF_WRITE, (uint32_t)int_n_at);
  expect_equal("ESP", event_frame()->esp, stack_of(3));
  expect_equal("CS", event_frame()->cs & 0xFFFF, CODE3);
}

RULE(page_fault_in_gp_delivery, NEEDS_PAGING,
     "SDM vol. 3, table 6-5: contributory, then page fault: serial") {
  SNIPPET(halt, "", "hlt", "");
  handler_without_stack(GP);
  run_paged(halt);
  expect_event(PF, PF_WRITE, (uint32_t)halt_at);
}

RULE(page_fault_in_page_fault, NEEDS_PAGING,
     "SDM vol. 3, table 6-5: page fault, then page fault: #DF(0)") {
  SNIPPET(read_missing, "", "movl 0x401000, %eax", "");
  handler_without_stack(PF);
  run_paged(read_missing);
  expect_equal("vector", event.vector, DF);
  expect_equal("error code", event.stack[0], 0);
}

RULE(invalid_tss_in_page_fault, NEEDS_PAGING,
     "SDM vol. 3, table 6-5: page fault, then contributory: #DF(0)") {
  SNIPPET(read_missing_too, "", "movl 0x401000, %eax", "");
  handler_without_stack(PF);
  tss_main.ss1 = 0;
  run_paged(read_missing_too);
  expect_equal("vector", event.vector, DF);
  expect_equal("error code", event.stack[0], 0);
}

RULE(v86_is_a_user, NEEDS_PAGING | NEEDS_V86,
     "SDM vol. 3, 20.1: virtual-8086 mode runs at CPL 3 for paging too") {
  SNIPPET16(read_low, "", "movb 0, %al", "");
  prepare_pages();
  first_table[0x40] &= ~(uint32_t)PTE_U;
  memcpy((void*)0x20000, read_low, (uint32_t)(read_low_end - read_low));
  in.cs = 0x2000;
  in.ds = 0x4000;
  in.es = in.fs = in.gs = 0;
  in.ss = 0x3000;
  in.esp = 0x1000;
  in.eflags = FLAG_ONE | FLAG_VM | IOPL(3);
  in.eip = 0;
  start_paging(0, 0);
  run_from_start();
  expect_event(PF, PF_PRESENT | PF_USER, 0);
  expect_equal("CR2", event.cr2, 0x40000);
}

RULE(task_switch_loads_cr3, NEEDS_PAGING | NEEDS_TASKS,
     "SDM vol. 3, 7.3: CR3 comes from the new TSS with paging on") {
  SNIPPET(jump, "", "ljmpl *far_target", "");
  SNIPPET(entry_reads, "", "movl 0x400000, %eax", "");
  static uint32_t other_directory[1024] __attribute__((aligned(PAGE_BYTES)));
  static uint32_t other_table[1024] __attribute__((aligned(PAGE_BYTES)));
  prepare_pages();
  memset(other_directory, 0, sizeof(other_directory));
  other_directory[0] = page_directory[0];
  other_directory[1] = (uint32_t)other_table | OPEN;
  other_table[0] = FRAME(3) | OPEN;
  tss_other.cr3 = (uint32_t)other_directory;
  tss_other.eip = (uint32_t)entry_reads;
  aim(TSS_OTHER, 0);
  run_paged(jump);
  expect_done();
  expect_equal("memory through the new tables", event.eax, 0x13131313);
}
