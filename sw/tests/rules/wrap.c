/* Operands of several items at the end of the address size: each item's offset goes round (SDM vol.
 * 1, 3.3.5), and is then checked by itself; one item over the end does not go round (SDM vol. 3,
 * 5.3). */
#include "sw/tests/rules/real.h"
#include "sw/tests/rules/v86.h"

#define BASE 0x50000u
#define LIMIT_64K 0xFFFF, DATA_RW, 0
#define LIMIT_128K 0x1F, DATA_RW, PAGES | BIG
#define GO_ROUND "SDM vol. 1, 3.3.5: the next item's address goes round: "

/* A data segment whose offset 0 is 16-bit address 10000, and behind whose FFFF other memory lies.
 */
static void segment_at_base(uint32_t limit, uint32_t type, uint32_t flags) {
  set_descriptor(SLOT, BASE, limit, PRESENT | type, flags);
  in.ds = SLOT;
}

static void put16(uint32_t linear, uint32_t value) {
  *(volatile uint16_t*)linear = (uint16_t)value;
}

static void put32(uint32_t linear, uint32_t value) {
  *(volatile uint32_t*)linear = value;
}

/* A far pointer in the segment with its offset at the very end; behind the end is a selector that
 * may not be loaded. */
static void pointer_at_end(uint32_t bytes, uint32_t offset, uint32_t selector) {
  in.ebx = 0x10000 - bytes;
  if (bytes == 2)
    put16(BASE + in.ebx, offset);
  else
    put32(BASE + in.ebx, offset);
  put16(BASE, selector);
  put16(BASE + 0x10000, BEYOND_GDT);
}

#define FAR_LOAD(rule_name, bytes, instruction, segment_field)                         \
  SNIPPET(rule_name##_snippet, "", instruction, "");                                   \
  RULE(rule_name, NEEDS_SEGMENTS, GO_ROUND instruction) {                              \
    segment_at_base(LIMIT_64K);                                                        \
    pointer_at_end(bytes, 0x89ABCDEF, DATA0);                                          \
    run(rule_name##_snippet);                                                          \
    expect_done();                                                                     \
    expect_equal("selector", event.segment_field & 0xFFFF, DATA0);                     \
    expect_bits("offset", event.ecx, bytes == 2 ? 0xFFFF : 0xFFFFFFFF, 0x89ABCDEF);    \
    segment_at_base(LIMIT_128K);                                                       \
    run(rule_name##_snippet);                                                          \
    expect_done();                                                                     \
    expect_equal("selector in a larger segment", event.segment_field & 0xFFFF, DATA0); \
  }

FAR_LOAD(wrap_les_word, 2, "lesw (%bx), %cx", es)
FAR_LOAD(wrap_les, 4, "lesl (%bx), %ecx", es)
FAR_LOAD(wrap_lds_word, 2, "ldsw (%bx), %cx", ds)
FAR_LOAD(wrap_lds, 4, "ldsl (%bx), %ecx", ds)
FAR_LOAD(wrap_lfs_word, 2, "lfsw (%bx), %cx", fs)
FAR_LOAD(wrap_lfs, 4, "lfsl (%bx), %ecx", fs)
FAR_LOAD(wrap_lgs_word, 2, "lgsw (%bx), %cx", gs)
FAR_LOAD(wrap_lgs, 4, "lgsl (%bx), %ecx", gs)

SNIPPET(load_ss, "", "lssl (%bx), %ecx", "movl %ss, %edx");

RULE(wrap_lss, NEEDS_SEGMENTS, GO_ROUND "lssl (%bx), %ecx") {
  segment_at_base(LIMIT_64K);
  pointer_at_end(4, 0x89ABCDEF, DATA0);
  run(load_ss);
  expect_done();
  expect_equal("SS", event.edx & 0xFFFF, DATA0);
}

SNIPPET(jump_through, "", "ljmpl *(%bx)", "");
SNIPPET(call_through, "", "lcalll *(%bx)", "");

RULE(wrap_far_jump, NEEDS_SEGMENTS, GO_ROUND "ljmpl *(%bx)") {
  segment_at_base(LIMIT_64K);
  pointer_at_end(4, (uint32_t)jump_through_next, CODE0);
  run(jump_through);
  expect_done();
}

RULE(wrap_far_call, NEEDS_SEGMENTS, GO_ROUND "lcalll *(%bx)") {
  segment_at_base(LIMIT_128K);
  pointer_at_end(4, (uint32_t)call_through_next, CODE0);
  run(call_through);
  expect_done();
  expect_equal("EIP on the stack", final_stack()[0], (uint32_t)call_through_next);
}

SNIPPET(bound_words, "", "boundw %cx, (%bx)", "");
SNIPPET(bound_dwords, "", "boundl %ecx, (%bx)", "");

RULE(wrap_bound, NEEDS_SEGMENTS, GO_ROUND "bound %cx, (%bx)") {
  segment_at_base(LIMIT_128K);
  in.ecx = 5;
  in.ebx = 0xFFFE;
  put16(BASE + 0xFFFE, 1);
  put32(BASE, 10);
  put32(BASE + 0x10000, 2); /* not the upper limit */
  run(bound_words);
  expect_done();
  put32(BASE, 4);
  run(bound_words);
  expect_fault(BR, 0, bound_words);
  in.ebx = 0xFFFC;
  put32(BASE + 0xFFFC, 1);
  run(bound_dwords);
  expect_fault(BR, 0, bound_dwords);
  put32(BASE, 10);
  segment_at_base(LIMIT_64K);
  run(bound_dwords);
  expect_done();
}

SNIPPET(store_gdtr, "", "sgdtl (%bx)", "");
SNIPPET(load_gdtr, "", "lgdtl (%bx)", "");
SNIPPET(store_idtr, "", "sidtl (%bx)", "");
SNIPPET(load_idtr, "", "lidtl (%bx)", "");

RULE(wrap_table_registers, NEEDS_SEGMENTS, GO_ROUND "lgdt and kin") {
  segment_at_base(LIMIT_128K);
  in.ebx = 0xFFFE;
  put32(BASE + 0x10000, 0x11223344);
  run(store_gdtr);
  expect_done();
  expect_equal("limit of the GDT", *(uint16_t*)(BASE + 0xFFFE), sizeof(gdt) - 1);
  expect_equal("base of the GDT", *(uint32_t*)BASE, (uint32_t)gdt);
  segment_at_base(LIMIT_64K);
  run(load_gdtr);
  expect_done();
  run(store_idtr);
  expect_done();
  expect_equal("base of the IDT", *(uint32_t*)BASE, (uint32_t)idt);
  segment_at_base(LIMIT_128K);
  run(load_idtr);
  expect_done();
  expect_equal("behind the end", *(uint32_t*)(BASE + 0x10000), 0x11223344);
}

/* ---- what does not go round ---- */

SNIPPET(load_word, "", "movw (%bx), %ax", "");
SNIPPET(load_dword, "", "movl (%bx), %eax", "");
SNIPPET(load_pointer, "", "lesl (%bx), %ecx", "");
SNIPPET(exchange_8_bytes, "", "cmpxchg8b (%bx)", "");

#define AT(offset, snippet) (in.ebx = (offset), run(snippet))

RULE(wrap_not_inside_an_item, NEEDS_SEGMENTS,
     "SDM vol. 3, 5.3: limit FFFF: word above FFFE, dword above FFFC: #GP(0)") {
  segment_at_base(LIMIT_64K);
  AT(0xFFFF, load_word);
  expect_fault(GP, 0, load_word);
  AT(0xFFFD, load_dword);
  expect_fault(GP, 0, load_dword);
  AT(0xFFFD, load_pointer); /* its offset */
  expect_fault(GP, 0, load_pointer);
  AT(0xFFFB, load_pointer); /* its selector */
  expect_fault(GP, 0, load_pointer);
}

RULE(wrap_not_inside_an_item_of_a_larger_segment, NEEDS_SEGMENTS,
     "SDM vol. 3, 5.3: limit 1FFFF: bytes FFFF and 10000 are neighbours") {
  segment_at_base(LIMIT_128K);
  put32(BASE + 0xFFFC, 0x44332211);
  put32(BASE + 0x10000, 0x88776655);
  put32(BASE, 0);
  AT(0xFFFF, load_word);
  expect_done();
  expect_bits("AX", event.eax, 0xFFFF, 0x5544);
  AT(0xFFFE, load_dword);
  expect_done();
  expect_equal("EAX", event.eax, 0x66554433);
}

RULE(wrap_not_inside_a_quadword, NEEDS_SEGMENTS | NEEDS_INSTRUCTIONS,
     "SDM vol. 3, 5.3: quadword above limit - 7: #GP(0): cmpxchg8b") {
  segment_at_base(LIMIT_64K);
  AT(0xFFFC, exchange_8_bytes);
  expect_fault(GP, 0, exchange_8_bytes);
  segment_at_base(LIMIT_128K);
  put32(BASE + 0xFFFC, 0x44332211);
  put32(BASE + 0x10000, 0x88776655);
  put32(BASE, 0);
  AT(0xFFFC, exchange_8_bytes);
  expect_done();
  expect_equal("EDX", event.edx, 0x88776655);
}

RULE(wrap_items_are_checked_one_by_one, NEEDS_SEGMENTS,
     "SDM vol. 3, 5.3: expand-down, limit 0FFF: the item at 0 is outside: #GP(0)") {
  set_descriptor(SLOT, BASE, 0xFFF, PRESENT | DATA_RW_DOWN, 0);
  in.ds = SLOT;
  AT(0xFFFC, load_dword);
  expect_done();
  AT(0xFFFC, load_pointer);
  expect_fault(GP, 0, load_pointer);
}

/* ---- 32-bit addresses ---- */

SNIPPET(load_pointer_32, "", "lesl (%ebx), %ecx", "");
SNIPPET(bound_32, "", "boundl %ecx, (%ebx)", "");

RULE(wrap_32_bit_addresses, NEEDS_SEGMENTS,
     "SDM vol. 1, 3.3: the item behind FFFFFFFC is at 0 of a 4-GByte segment") {
  segment_at_base(0xFFFFF, DATA_RW, PAGES | BIG);
  put32(BASE - 4, 1);
  put32(BASE, DATA0);
  AT(0xFFFFFFFC, load_pointer_32);
  expect_done();
  expect_equal("ES", event.es & 0xFFFF, DATA0);
  in.ecx = DATA0;
  AT(0xFFFFFFFC, bound_32);
  expect_done();
  in.ecx = DATA0 + 1;
  AT(0xFFFFFFFC, bound_32);
  expect_fault(BR, 0, bound_32);
}

/* ---- real and virtual-8086 mode ---- */

SNIPPET16(real_les, "", "lesw (%bx), %cx", "");
SNIPPET16(real_les_dword, "", "lesl (%bx), %ecx", "");
SNIPPET16(real_bound, "", "boundw %cx, (%bx)", "");
SNIPPET16(real_jump, "", "ljmpw *(%bx)", "");

RULE(wrap_real_mode, NEEDS_REAL, GO_ROUND "in real mode") {
  uint32_t data = LINEAR(REAL_DATA_SEGMENT);
  put16(data + 0xFFFE, 1);
  put32(data, 0x1234);
  start_real(real_les);
  in.ebx = 0xFFFE;
  run_real_from_start();
  expect_real_done(real_les);
  expect_equal("ES", real_result.state.es & 0xFFFF, 0x1234);
  start_real(real_les_dword);
  in.ebx = 0xFFFC;
  run_real_from_start();
  expect_real_done(real_les_dword);
  expect_equal("ES", real_result.state.es & 0xFFFF, 0x1234);
  start_real(real_bound);
  in.ebx = 0xFFFE;
  in.ecx = 0x1235;
  run_real_from_start();
  expect_real_fault(BR, real_bound);
  start_real(real_jump);
  in.ebx = 0xFFFE;
  put16(data + 0xFFFE, offset_next(real_jump));
  put16(data, REAL_CODE_SEGMENT);
  run_real_from_start();
  expect_real_done(real_jump);
}

RULE(wrap_v86, NEEDS_V86, GO_ROUND "in virtual-8086 mode") {
  uint32_t data = LINEAR(V86_DATA_SEGMENT);
  start_v86(real_les, 3);
  put16(data + 0xFFFE, 1);
  put16(data, 0x1234);
  in.ebx = 0xFFFE;
  run_from_start();
  expect_done();
  expect_equal("ES", event_frame()->es & 0xFFFF, 0x1234);
  start_v86(real_jump, 3);
  put16(data + 0xFFFE, offset_next(real_jump));
  put16(data, V86_CODE_SEGMENT);
  in.ebx = 0xFFFE;
  run_from_start();
  expect_done();
}
