/* Instructions that ask about selectors: LAR, LSL, VERR, VERW, ARPL; and SLDT, STR, LLDT, LTR (SDM
 * vol. 2 and vol. 3, 5.10). */
#include "sw/tests/rules/rule.h"

SNIPPET(access_rights, "movl $0x5A5A5A5A, %ecx", "larl %eax, %ecx", "pushfl; popl %edx");
SNIPPET(access_rights_16, "movl $0x5A5A5A5A, %ecx", "larw %ax, %cx", "pushfl; popl %edx");
SNIPPET(segment_limit, "movl $0x5A5A5A5A, %ecx", "lsll %eax, %ecx", "pushfl; popl %edx");
SNIPPET(verify_read, "", "verr %ax", "pushfl; popl %edx");
SNIPPET(verify_write, "", "verw %ax", "pushfl; popl %edx");
SNIPPET(adjust_rpl, "", "arpl %bx, %ax", "pushfl; popl %edx");
SNIPPET(load_ldtr, "", "lldt %ax", "sldt %bx");
SNIPPET(load_tr, "", "ltr %ax", "str %bx");

static void ask(const char* snippet, uint32_t level, uint32_t selector) {
  start_at_level(level);
  in.eax = selector;
  in.eip = (uint32_t)snippet;
  run_from_start();
  expect_done();
}

static void expect_answer(const char* snippet, uint32_t level, uint32_t selector, bool yes) {
  ask(snippet, level, selector);
  expect_bits("ZF", event.edx, FLAG_ZF, yes ? FLAG_ZF : 0);
}

/* LAR and LSL: ZF and the value; a refused one keeps the register. */
static void expect_value(const char* snippet, uint32_t level, uint32_t selector, uint32_t value) {
  expect_answer(snippet, level, selector, true);
  expect_equal("result", event.ecx, value);
}

static void expect_refused(const char* snippet, uint32_t level, uint32_t selector) {
  expect_answer(snippet, level, selector, false);
  expect_equal("result", event.ecx, 0x5A5A5A5A);
}

RULE(lar_of_segments, NEEDS_SEGMENTS,
     "SDM vol. 2, LAR: second dword AND 00FxFF00 (with limit bits)") {
  ask(access_rights, 0, DATA0);
  expect_equal("ZF", event.edx & FLAG_ZF, FLAG_ZF);
  expect_bits("result", event.ecx, 0x00F0FF00, 0x00C09300);
  set_descriptor(SLOT, 0, 0, DPL(2) | CODE_XO, 0); /* need not be present */
  ask(access_rights, 0, SLOT);
  expect_equal("ZF", event.edx & FLAG_ZF, FLAG_ZF);
  expect_bits("result", event.ecx, 0x00F0FF00, 0x00005800);
}

RULE(lar_of_16_bits, NEEDS_SEGMENTS, "SDM vol. 2, LAR: operand size 16: the access byte only") {
  ask(access_rights_16, 0, DATA0);
  expect_equal("result", event.ecx, 0x5A5A9300);
}

RULE(lar_of_system_segments, NEEDS_SEGMENTS,
     "SDM vol. 2, LAR: types 1 to 5, 9, B and C are valid") {
  const uint32_t valid = 1 << 1 | 1 << 2 | 1 << 3 | 1 << 4 | 1 << 5 | 1 << 9 | 1 << 11 | 1 << 12;
  for (uint32_t type = 0; type < 16; type++) {
    set_descriptor(SLOT, 0, 0, PRESENT | type, 0);
    ask(access_rights, 0, SLOT);
    bool yes = (valid >> type & 1) != 0;
    expect_bits("ZF", event.edx, FLAG_ZF, yes ? FLAG_ZF : 0);
    if (yes) expect_bits("result", event.ecx, 0xFF00, (PRESENT | type) << 8);
    if (!yes) expect_equal("result", event.ecx, 0x5A5A5A5A);
  }
}

RULE(lar_of_invalid_selectors, NEEDS_SEGMENTS,
     "SDM vol. 2, LAR: null or outside the table: ZF 0, no fault") {
  expect_refused(access_rights, 0, 0);
  expect_refused(access_rights, 0, 3);
  expect_refused(access_rights, 0, BEYOND_GDT);
  expect_refused(access_rights, 0, 8 | LDT_BIT);
}

RULE(lar_checks_privilege, NEEDS_LEVELS,
     "SDM vol. 2, LAR: DPL below CPL or RPL: ZF 0, but conforming code") {
  expect_refused(access_rights, 3, DATA0);
  expect_refused(access_rights, 3, TSS_MAIN);
  expect_refused(access_rights, 0, DATA0 | 3);
  expect_answer(access_rights, 3, DATA3, true);
  expect_answer(access_rights, 3, CONFORMING0 | 3, true);
}

RULE(lsl_of_segments, NEEDS_SEGMENTS, "SDM vol. 2, LSL: the limit in bytes") {
  expect_value(segment_limit, 0, DATA0, 0xFFFFFFFF);
  set_descriptor(SLOT, 0, 0xABCDE, DATA_RO_DOWN, 0);
  expect_value(segment_limit, 0, SLOT, 0xABCDE);
  set_descriptor(SLOT, 0, 0x12, CODE_XO, PAGES);
  expect_value(segment_limit, 0, SLOT, 0x12FFF);
}

RULE(lsl_of_system_segments, NEEDS_SEGMENTS,
     "SDM vol. 2, LSL: types 1, 2, 3, 9 and B; gates have none") {
  const uint32_t valid = 1 << 1 | 1 << 2 | 1 << 3 | 1 << 9 | 1 << 11;
  for (uint32_t type = 0; type < 16; type++) {
    set_descriptor(SLOT, 0, 0x1234, PRESENT | type, 0);
    if ((valid >> type & 1) != 0)
      expect_value(segment_limit, 0, SLOT, 0x1234);
    else
      expect_refused(segment_limit, 0, SLOT);
  }
}

RULE(lsl_checks_privilege, NEEDS_LEVELS,
     "SDM vol. 2, LSL: DPL below CPL or RPL: ZF 0, but conforming code") {
  expect_refused(segment_limit, 3, DATA0);
  expect_refused(segment_limit, 0, DATA0 | 1);
  expect_value(segment_limit, 3, CONFORMING0, 0xFFFFFFFF);
}

RULE(verr_tells_readable, NEEDS_SEGMENTS, "SDM vol. 2, VERR: data and readable code") {
  expect_answer(verify_read, 0, DATA0, true);
  expect_answer(verify_read, 0, CODE0, true);
  set_descriptor(SLOT, 0, 0, PRESENT | CODE_XO, 0);
  expect_answer(verify_read, 0, SLOT, false);
  expect_answer(verify_read, 0, TSS_MAIN, false);
  expect_answer(verify_read, 0, 0, false);
  expect_answer(verify_read, 0, BEYOND_GDT, false);
}

RULE(verr_checks_privilege, NEEDS_LEVELS,
     "SDM vol. 2, VERR: DPL below CPL or RPL: ZF 0, but conforming code") {
  expect_answer(verify_read, 3, DATA0, false);
  expect_answer(verify_read, 3, DATA3, true);
  expect_answer(verify_read, 0, DATA0 | 1, false);
  expect_answer(verify_read, 3, CONFORMING0 | 3, true);
}

RULE(verw_tells_writable, NEEDS_SEGMENTS, "SDM vol. 2, VERW: writable data only") {
  expect_answer(verify_write, 0, DATA0, true);
  expect_answer(verify_write, 0, CODE0, false);
  set_descriptor(SLOT, 0, 0, PRESENT | DATA_RO, 0);
  expect_answer(verify_write, 0, SLOT, false);
  set_descriptor(SLOT, 0, 0, PRESENT | DATA_RW_DOWN, 0);
  expect_answer(verify_write, 0, SLOT, true);
}

RULE(verw_checks_privilege, NEEDS_LEVELS, "SDM vol. 2, VERW: DPL below CPL or RPL: ZF 0") {
  expect_answer(verify_write, 3, DATA0, false);
  expect_answer(verify_write, 3, DATA3, true);
}

RULE(arpl_raises_rpl, NEEDS_SEGMENTS, "SDM vol. 2, ARPL: ZF 1 if the RPL was lower, and raised") {
  in.eax = 0xABCD1230;
  in.ebx = 0x0002;
  run(adjust_rpl);
  expect_done();
  expect_equal("EAX", event.eax, 0xABCD1232);
  expect_bits("ZF", event.edx, FLAG_ZF, FLAG_ZF);
  in.eax = 0x1233;
  run(adjust_rpl);
  expect_equal("EAX", event.eax, 0x1233);
  expect_bits("ZF", event.edx, FLAG_ZF, 0);
}

/* ---- LLDT and LTR ---- */

static void load_faults(const char* snippet, uint32_t selector, uint32_t vector,
                        uint32_t error_code) {
  in.eax = selector;
  in.eip = (uint32_t)snippet;
  run_from_start();
  expect_event(vector, error_code, (uint32_t)snippet);
}

RULE(lldt_accepts_null, NEEDS_SEGMENTS, "SDM vol. 2, LLDT: null: LDTR is invalid, no fault") {
  in.eax = 0;
  run(load_ldtr);
  expect_done();
  expect_equal("LDTR", event.ebx & 0xFFFF, 0);
}

RULE(lldt_wants_an_ldt, NEEDS_SEGMENTS, "SDM vol. 2, LLDT: descriptor is no LDT: #GP(selector)") {
  load_faults(load_ldtr, TSS_OTHER, GP, TSS_OTHER);
  load_faults(load_ldtr, DATA0, GP, DATA0);
}

RULE(lldt_beyond_gdt, NEEDS_SEGMENTS,
     "SDM vol. 2, LLDT: outside the GDT or in the LDT: #GP(selector)") {
  load_faults(load_ldtr, BEYOND_GDT, GP, BEYOND_GDT);
  load_local_table(LDT_MAIN);
  set_descriptor(8 | LDT_BIT, (uint32_t)ldt, 63, PRESENT | SYS_LDT, 0);
  load_faults(load_ldtr, 8 | LDT_BIT, GP, 8 | LDT_BIT);
}

RULE(lldt_not_present, NEEDS_SEGMENTS, "SDM vol. 2, LLDT: LDT not present: #NP(selector)") {
  set_descriptor(SLOT, (uint32_t)ldt, 63, SYS_LDT, 0);
  load_faults(load_ldtr, SLOT, NP, SLOT);
}

RULE(ltr_marks_busy, NEEDS_SEGMENTS,
     "SDM vol. 2, LTR: the descriptor becomes busy; no task switch") {
  in.eax = TSS_OTHER;
  run(load_tr);
  expect_done();
  expect_equal("TR", event.ebx & 0xFFFF, TSS_OTHER);
  expect_equal("access byte", access_of(TSS_OTHER), PRESENT | SYS_TSS32_BUSY);
  expect_equal("old access byte", access_of(TSS_MAIN), PRESENT | SYS_TSS32_BUSY);
}

RULE(ltr_refuses_null, NEEDS_SEGMENTS, "SDM vol. 2, LTR: null selector: #GP(0)") {
  load_faults(load_tr, 0, GP, 0);
}

RULE(ltr_refuses_busy, NEEDS_SEGMENTS, "SDM vol. 2, LTR: TSS not available: #GP(selector)") {
  load_faults(load_tr, TSS_MAIN, GP, TSS_MAIN);
  load_faults(load_tr, LDT_MAIN, GP, LDT_MAIN);
}

RULE(ltr_not_present, NEEDS_SEGMENTS, "SDM vol. 2, LTR: TSS not present: #NP(selector)") {
  set_descriptor(SLOT, (uint32_t)&tss_other, TSS_LIMIT, SYS_TSS32, 0);
  load_faults(load_tr, SLOT, NP, SLOT);
}

RULE(ltr_beyond_gdt, NEEDS_SEGMENTS,
     "SDM vol. 2, LTR: outside the GDT or in the LDT: #GP(selector)") {
  load_faults(load_tr, BEYOND_GDT, GP, BEYOND_GDT);
  load_faults(load_tr, 8 | LDT_BIT, GP, 8 | LDT_BIT);
}
