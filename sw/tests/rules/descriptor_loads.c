/* Loading data segment registers and SS: which descriptors are accepted, with which privilege, and
 * the error codes (SDM vol. 2, MOV; vol. 3, 3.4, 5.3 to 5.7). */
#include "sw/tests/rules/rule.h"

SNIPPET(load_ds, "", "movw %ax, %ds", "");
SNIPPET(load_ss, "", "movw %ax, %ss", "");
SNIPPET(load_ss_and_keep_it, "", "movw %ax, %ss", "movl %ss, %ebx");
SNIPPET(pop_es, "pushl %eax", "popl %es", "");
SNIPPET(load_pointer_es, "", "les (%ebx), %edx", "");
SNIPPET(load_pointer_ss, "", "lss (%ebx), %esp", "");
SNIPPET(load_cs, "", ".byte 0x8E, 0xC8 # mov cs, ax", "");
SNIPPET(change_cached, "movw %ax, %ds", "movl $0, %es:(%ecx)", "movl (%ebx), %edx");

/* Loads `selector` into DS at `level` and expects `vector`. */
static void ds_load_faults(uint32_t level, uint32_t selector, uint32_t vector,
                           uint32_t error_code) {
  start_at_level(level);
  in.eax = selector;
  run(load_ds);
  expect_fault(vector, error_code, load_ds);
}

static void ds_load_works(uint32_t level, uint32_t selector) {
  start_at_level(level);
  in.eax = selector;
  run(load_ds);
  expect_done();
  expect_equal("DS", event.ds, selector);
}

static void ss_load_faults(uint32_t level, uint32_t selector, uint32_t vector,
                           uint32_t error_code) {
  start_at_level(level);
  in.eax = selector;
  run(load_ss);
  expect_fault(vector, error_code, load_ss);
}

static void flat_slot(uint32_t access) {
  set_descriptor(SLOT, 0, 0xFFFFF, access, PAGES | BIG);
}

RULE(ds_accepts_null_selector, NEEDS_SEGMENTS,
     "SDM vol. 3, 3.4.2: loading a null selector is no fault") {
  for (uint32_t rpl = 0; rpl < 4; rpl++) ds_load_works(0, rpl);
}

RULE(ds_selector_beyond_gdt, NEEDS_SEGMENTS,
     "SDM vol. 2, MOV: index outside the table: #GP(selector)") {
  ds_load_faults(0, BEYOND_GDT, GP, BEYOND_GDT);
  ds_load_faults(0, 0xFFF8, GP, 0xFFF8);
}

RULE(ds_error_code_drops_rpl, NEEDS_SEGMENTS,
     "SDM vol. 3, 6.13: bits 0 and 1 are EXT and IDT, not RPL") {
  ds_load_faults(0, BEYOND_GDT | 3, GP, BEYOND_GDT);
}

RULE(ds_descriptor_half_within_gdt, NEEDS_SEGMENTS,
     "SDM vol. 3, 3.5.1: all 8 bytes are within the limit") {
  flat_slot(PRESENT | DATA_RW);
  load_global_table(SLOT + 6);
  ds_load_faults(0, SLOT, GP, SLOT);
  load_global_table(SLOT + 7);
  ds_load_works(0, SLOT);
}

RULE(ds_selector_of_missing_ldt, NEEDS_SEGMENTS,
     "SDM vol. 3, 3.5.1: LDTR null: local selectors are #GP") {
  set_descriptor(8 | LDT_BIT, 0, 0xFFFFF, PRESENT | DATA_RW, PAGES | BIG);
  ds_load_faults(0, 8 | LDT_BIT, GP, 8 | LDT_BIT);
}

RULE(ds_selector_in_ldt, NEEDS_SEGMENTS, "SDM vol. 3, 3.4.2: TI 1 selects the LDT") {
  set_descriptor(8 | LDT_BIT, 0, 0xFFFFF, PRESENT | DATA_RW, PAGES | BIG);
  load_local_table(LDT_MAIN);
  ds_load_works(0, 8 | LDT_BIT);
}

RULE(ds_index_zero_of_ldt_is_not_null, NEEDS_SEGMENTS,
     "SDM vol. 3, 3.4.2: null means index 0 of the GDT") {
  set_descriptor(LDT_BIT, 0, 0xFFFFF, PRESENT | DATA_RW, PAGES | BIG);
  load_local_table(LDT_MAIN);
  ds_load_works(0, LDT_BIT);
}

RULE(ds_selector_beyond_ldt, NEEDS_SEGMENTS,
     "SDM vol. 2, MOV: outside the LDT: #GP(selector with TI)") {
  load_local_table(LDT_MAIN);
  ds_load_faults(0, 0x40 | LDT_BIT, GP, 0x40 | LDT_BIT);
}

RULE(ds_refuses_system_segments, NEEDS_SEGMENTS,
     "SDM vol. 2, MOV: not data nor readable code: #GP(selector)") {
  ds_load_faults(0, TSS_OTHER, GP, TSS_OTHER);
  ds_load_faults(0, LDT_MAIN, GP, LDT_MAIN);
  set_gate(SLOT, CODE0, 0, PRESENT | SYS_CALL32, 0);
  ds_load_faults(0, SLOT, GP, SLOT);
}

RULE(ds_refuses_execute_only_code, NEEDS_SEGMENTS,
     "SDM vol. 3, 5.5: data registers take only readable code") {
  flat_slot(PRESENT | CODE_XO);
  ds_load_faults(0, SLOT, GP, SLOT);
  flat_slot(PRESENT | CODE_XO_CONFORMING);
  ds_load_faults(0, SLOT, GP, SLOT);
}

RULE(ds_accepts_readable_code, NEEDS_SEGMENTS, "SDM vol. 3, 5.5: readable code may be loaded") {
  ds_load_works(0, CODE0);
}

RULE(ds_not_present, NEEDS_SEGMENTS, "SDM vol. 2, MOV: segment not present: #NP(selector)") {
  flat_slot(DATA_RW);
  ds_load_faults(0, SLOT, NP, SLOT);
}

RULE(ds_type_is_checked_before_present, NEEDS_SEGMENTS,
     "SDM vol. 2, MOV: order of checks: type, then present") {
  flat_slot(CODE_XO);
  ds_load_faults(0, SLOT, GP, SLOT);
}

RULE(ds_privilege_is_checked_before_present, NEEDS_LEVELS,
     "SDM vol. 2, MOV: order of checks: DPL, then present") {
  flat_slot(DPL(0) | DATA_RW);
  ds_load_faults(3, SLOT | 3, GP, SLOT);
}

RULE(ds_dpl_below_cpl, NEEDS_LEVELS, "SDM vol. 3, 5.6: CPL above DPL: #GP(selector)") {
  for (uint32_t level = 1; level < 4; level++)
    ds_load_faults(level, DATA_OF(level - 1) & ~3u, GP, DATA_OF(level - 1) & ~3u);
}

RULE(ds_dpl_at_or_above_cpl, NEEDS_LEVELS, "SDM vol. 3, 5.6: DPL at least CPL and RPL is allowed") {
  for (uint32_t level = 0; level < 4; level++)
    for (uint32_t of = level; of < 4; of++) ds_load_works(level, DATA_OF(of));
}

RULE(ds_dpl_below_rpl, NEEDS_SEGMENTS,
     "SDM vol. 3, 5.6: RPL above DPL: #GP(selector), at any CPL") {
  for (uint32_t rpl = 1; rpl < 4; rpl++) ds_load_faults(0, DATA0 | rpl, GP, DATA0);
}

RULE(ds_code_of_inner_level, NEEDS_LEVELS,
     "SDM vol. 3, 5.6.1: nonconforming code is checked as data is") {
  ds_load_faults(3, CODE0 | 3, GP, CODE0);
}

RULE(ds_conforming_code_of_inner_level, NEEDS_LEVELS,
     "SDM vol. 3, 5.6.1: conforming code is always readable") {
  ds_load_works(3, CONFORMING0 | 3);
  ds_load_works(3, CONFORMING0);
}

RULE(ds_load_sets_accessed, NEEDS_SEGMENTS, "SDM vol. 3, 3.4.5.1: loading sets the accessed bit") {
  flat_slot(PRESENT | DATA_RO);
  ds_load_works(0, SLOT);
  expect_equal("access byte", access_of(SLOT), PRESENT | DATA_RO | ACCESSED);
}

RULE(ds_failed_load_keeps_descriptor, NEEDS_SEGMENTS,
     "SDM vol. 3, 6.5: a fault restores the state before") {
  flat_slot(DATA_RW);
  ds_load_faults(0, SLOT, NP, SLOT);
  expect_equal("access byte", access_of(SLOT), DATA_RW);
  expect_equal("DS", event.ds, DATA0);
}

RULE(segment_is_cached, NEEDS_SEGMENTS,
     "SDM vol. 3, 3.4.3: the descriptor is read only when loading") {
  set_descriptor(SLOT, (uint32_t)scratch, 0xFFF, PRESENT | DATA_RW, BIG);
  in.eax = SLOT;
  in.ebx = 4;
  in.ecx = (uint32_t)&gdt[SLOT / 8].high;
  run(change_cached);
  expect_done();
  expect_equal("read through the cache", event.edx, 0x18171615);
}

RULE(ss_refuses_null, NEEDS_SEGMENTS, "SDM vol. 2, MOV: null selector into SS: #GP(0)") {
  ss_load_faults(0, 0, GP, 0);
  ss_load_faults(0, 3, GP, 0);
}

RULE(ss_selector_beyond_gdt, NEEDS_SEGMENTS,
     "SDM vol. 2, MOV: SS outside the table: #GP(selector)") {
  ss_load_faults(0, BEYOND_GDT, GP, BEYOND_GDT);
}

RULE(ss_rpl_differs_from_cpl, NEEDS_SEGMENTS,
     "SDM vol. 3, 5.7: RPL of SS is CPL, else #GP(selector)") {
  ss_load_faults(0, DATA0 | 1, GP, DATA0);
}

RULE(ss_dpl_differs_from_cpl, NEEDS_LEVELS,
     "SDM vol. 3, 5.7: DPL of SS is CPL, else #GP(selector)") {
  ss_load_faults(0, DATA3 & ~3u, GP, DATA3 & ~3u);
  ss_load_faults(3, DATA0 | 3, GP, DATA0);
}

RULE(ss_refuses_read_only_data, NEEDS_SEGMENTS,
     "SDM vol. 2, MOV: SS not writable data: #GP(selector)") {
  flat_slot(PRESENT | DATA_RO);
  ss_load_faults(0, SLOT, GP, SLOT);
}

RULE(ss_refuses_code, NEEDS_SEGMENTS, "SDM vol. 2, MOV: SS not writable data: #GP(selector)") {
  ss_load_faults(0, CODE0, GP, CODE0);
  ss_load_faults(0, TSS_OTHER, GP, TSS_OTHER);
}

RULE(ss_not_present, NEEDS_SEGMENTS, "SDM vol. 2, MOV: SS not present: #SS(selector)") {
  flat_slot(DATA_RW);
  ss_load_faults(0, SLOT, SS, SLOT);
}

RULE(ss_of_outer_level, NEEDS_LEVELS, "SDM vol. 3, 5.7: at CPL 3 with RPL 3 and DPL 3") {
  start_at_level(3);
  flat_slot(PRESENT | DPL(3) | DATA_RW);
  in.eax = SLOT | 3;
  run(load_ss_and_keep_it);
  expect_done();
  expect_equal("SS", event.ebx & 0xFFFF, SLOT | 3);
}

RULE(faulting_pop_keeps_esp, NEEDS_SEGMENTS, "SDM vol. 3, 6.5: a faulting POP can be restarted") {
  flat_slot(DATA_RW);
  in.eax = SLOT;
  run(pop_es);
  expect_fault(NP, SLOT, pop_es);
  /* The handler's frame, with its error code, lies right below the item that was not popped. */
  expect_equal("ESP", event.esp + 16, stack_of(0) - 4);
}

RULE(faulting_les_keeps_register, NEEDS_SEGMENTS, "SDM vol. 3, 6.5: LES changes neither half") {
  uint32_t pointer[2] = {0x12345678, BEYOND_GDT};
  in.ebx = (uint32_t)pointer;
  in.edx = 0xCAFE;
  run(load_pointer_es);
  expect_fault(GP, BEYOND_GDT, load_pointer_es);
  expect_equal("EDX", event.edx, 0xCAFE);
}

RULE(faulting_lss_keeps_esp, NEEDS_SEGMENTS, "SDM vol. 3, 6.5: LSS changes neither half") {
  uint32_t pointer[2] = {0x12345678, 0};
  in.ebx = (uint32_t)pointer;
  run(load_pointer_ss);
  expect_fault(GP, 0, load_pointer_ss);
  expect_equal("ESP", event.esp + 16, stack_of(0));
}

RULE(mov_to_cs_is_undefined, NEEDS_FLAT, "SDM vol. 2, MOV: CS cannot be the destination: #UD") {
  in.eax = CODE0;
  run(load_cs);
  expect_fault(UD, 0, load_cs);
}
