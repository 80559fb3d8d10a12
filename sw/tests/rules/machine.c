#include "sw/tests/rules/machine.h"

#include <stddef.h>

#include "sw/include/cpu.h"
#include "sw/include/guest.h"
#include "sw/include/pic.h"
#include "sw/include/printf.h"
#include "sw/include/string.h"

#define ENTRIES(table) (sizeof(table) / sizeof((table)[0]))

struct table_pointer {
  uint16_t limit;
  uint32_t base;
} __attribute__((packed));

extern const uint32_t event_stub_addresses[256];
void enter_snippet(void);
const uint32_t* final_stack(void) {
  const struct frame* frame = event_frame();
  return (frame->cs & 3) == 0 ? &frame->esp : (const uint32_t*)frame->esp;
}

uint32_t final_ss(void) {
  const struct frame* frame = event_frame();
  return (frame->cs & 3) == 0 ? event.ss : frame->ss & 0xFFFF;
}

void aim(uint32_t selector, uint32_t offset) {
  far_target[0] = offset;
  far_target[1] = selector;
}

void report_harness_exception(const uint32_t* stack);

struct descriptor gdt[64];
struct descriptor idt[256];
struct descriptor ldt[8];
struct descriptor ldt_other[8];
struct tss tss_main, tss_other, tss_third;
struct tss16 tss_16;
uint8_t other_stack[2048 + 64];
uint8_t scratch[8192] __attribute__((aligned(4096)));
uint32_t far_target[2];
static uint32_t frame_area[256];
uint32_t* const frame_words = &frame_area[128];
uint32_t cpu_family;
uint32_t with_tasks; /* enter.S reads it */

/* Each with room above its top for the handlers, which read past the CPU's frame. */
static struct {
  uint8_t bytes[4096];
  uint8_t top[256];
} level_stacks[4] __attribute__((aligned(64)));

uint32_t stack_of(uint32_t level) {
  return (uint32_t)level_stacks[level].top;
}

struct descriptor* descriptor_of(uint32_t selector) {
  struct descriptor* table = (selector & LDT_BIT) != 0 ? ldt : gdt;
  return &table[selector / 8];
}

uint32_t access_of(uint32_t selector) {
  return descriptor_of(selector)->high >> 8 & 0xFF;
}

static struct descriptor make_descriptor(uint32_t base, uint32_t limit, uint32_t access,
                                         uint32_t flags) {
  return (struct descriptor){.low = base << 16 | (limit & 0xFFFF),
                             .high = (base & 0xFF000000) | flags << 20 | (limit & 0xF0000) |
                                     access << 8 | (base >> 16 & 0xFF)};
}

void set_descriptor(uint32_t selector, uint32_t base, uint32_t limit, uint32_t access,
                    uint32_t flags) {
  *descriptor_of(selector) = make_descriptor(base, limit, access, flags);
}

void tight_stack(uint32_t selector, uint32_t bytes) {
  const uint32_t esp = 0x1000;
  set_descriptor(selector, stack_of(1) - esp, esp - 1 - bytes, PRESENT | DPL(1) | DATA_RW_DOWN,
                 BIG);
  tss_main.ss1 = selector | 1;
  tss_main.esp1 = esp;
}

static struct descriptor make_gate(uint32_t target, uint32_t offset, uint32_t access,
                                   uint32_t parameters) {
  return (struct descriptor){.low = target << 16 | (offset & 0xFFFF),
                             .high = (offset & 0xFFFF0000) | access << 8 | parameters};
}

void set_gate(uint32_t selector, uint32_t target, uint32_t offset, uint32_t access,
              uint32_t parameters) {
  *descriptor_of(selector) = make_gate(target, offset, access, parameters);
}

void set_idt_gate(uint32_t vector, uint32_t target, uint32_t offset, uint32_t access) {
  idt[vector] = make_gate(target, offset, access, 0);
}

uint32_t stub_of(uint32_t vector) {
  return event_stub_addresses[vector];
}

static void reset_gdt(void) {
  memset(gdt, 0, sizeof(gdt));
  memset(ldt, 0, sizeof(ldt));
  memset(ldt_other, 0, sizeof(ldt_other));
  for (uint32_t level = 0; level < 4; level++) {
    set_descriptor(CODE_OF(level), 0, 0xFFFFF, PRESENT | DPL(level) | CODE_XR | ACCESSED,
                   PAGES | BIG);
    set_descriptor(DATA_OF(level), 0, 0xFFFFF, PRESENT | DPL(level) | DATA_RW | ACCESSED,
                   PAGES | BIG);
  }
  set_descriptor(TSS_MAIN, (uint32_t)&tss_main, TSS_LIMIT, PRESENT | SYS_TSS32, 0);
  set_descriptor(TSS_OTHER, (uint32_t)&tss_other, TSS_LIMIT, PRESENT | SYS_TSS32, 0);
  set_descriptor(TSS_THIRD, (uint32_t)&tss_third, TSS_LIMIT, PRESENT | SYS_TSS32, 0);
  set_descriptor(TSS_16, (uint32_t)&tss_16, TSS16_LIMIT, PRESENT | SYS_TSS16, 0);
  set_descriptor(LDT_MAIN, (uint32_t)ldt, sizeof(ldt) - 1, PRESENT | SYS_LDT, 0);
  set_descriptor(LDT_OTHER, (uint32_t)ldt_other, sizeof(ldt_other) - 1, PRESENT | SYS_LDT, 0);
  set_descriptor(CONFORMING0, 0, 0xFFFFF, PRESENT | CODE_XR_CONFORMING | ACCESSED, PAGES | BIG);
}

static void reset_idt(void) {
  for (uint32_t vector = 0; vector < ENTRIES(idt); vector++) {
    bool open = vector == BP || vector == OF || vector == DONE || vector == LEAVE;
    set_idt_gate(vector, CODE0, stub_of(vector),
                 PRESENT | SYS_INTERRUPT32 | (open ? DPL(3) : DPL(0)));
  }
}

static void reset_tss(struct tss* tss) {
  memset(tss, 0, sizeof(*tss));
  tss->esp0 = stack_of(0);
  tss->ss0 = DATA0;
  tss->esp1 = stack_of(1);
  tss->ss1 = DATA1;
  tss->esp2 = stack_of(2);
  tss->ss2 = DATA2;
  tss->esp = OTHER_STACK;
  tss->es = tss->ss = tss->ds = DATA0;
  tss->cs = CODE0;
  tss->eflags = FLAG_ONE;
  tss->io_map = offsetof(struct tss, bitmap);
}

static void reset_tss16(void) {
  memset(&tss_16, 0, sizeof(tss_16));
  tss_16.es = tss_16.ss = tss_16.ds = DATA0;
  tss_16.cs = CODE0;
  tss_16.flags = FLAG_ONE;
}

void load_task_register(uint32_t selector) {
  __asm__ volatile("ltr %0; clts" : : "r"((uint16_t)selector) : "memory");
}

void load_local_table(uint32_t selector) {
  __asm__ volatile("lldt %0" : : "r"((uint16_t)selector) : "memory");
}

void load_global_table(uint32_t limit) {
  struct table_pointer pointer = {(uint16_t)limit, (uint32_t)gdt};
  __asm__ volatile("lgdtl %0" : : "m"(pointer) : "memory");
}

void load_interrupt_table(uint32_t limit) {
  struct table_pointer pointer = {(uint16_t)limit, (uint32_t)idt};
  __asm__ volatile("lidtl %0" : : "m"(pointer) : "memory");
}

void machine_reset(bool tasks) {
  disable_interrupts();
  reset_gdt();
  load_global_table(sizeof(gdt) - 1);
  reset_idt();
  load_interrupt_table(sizeof(idt) - 1);
  reset_tss(&tss_main);
  reset_tss(&tss_other);
  reset_tss(&tss_third);
  reset_tss16();
  with_tasks = tasks;
  if (tasks) {
    load_task_register(TSS_MAIN);
    load_local_table(0);
  }
  for (uint32_t n = 0; n < SCRATCH_FILLED; n++) scratch[n] = (uint8_t)(0x11 + n);
  memset(&in, 0, sizeof(in));
  start_at_level(0);
}

void start_at_level(uint32_t level) {
  in.cs = CODE_OF(level);
  in.ss = in.ds = in.es = DATA_OF(level);
  in.fs = in.gs = 0;
  in.esp = stack_of(level);
  in.eflags = FLAG_ONE;
}

void run_from_start(void) {
  memset(&event, 0xEE, sizeof(event));
  enter_snippet();
  event.gs &= 0xFFFF;
  event.fs &= 0xFFFF;
  event.es &= 0xFFFF;
  event.ds &= 0xFFFF;
  event.tr &= 0xFFFF;
  event.ldtr &= 0xFFFF;
}

bool has_error_code(uint32_t vector) {
  return vector == DF || (vector >= TS && vector <= PF) || vector == AC;
}

const struct frame* event_frame(void) {
  return (const struct frame*)&event.stack[has_error_code(event.vector) ? 1 : 0];
}

void report_harness_exception(const uint32_t* stack) {
  const uint32_t* top = stack + 14; /* behind what event_common has pushed */
  uint32_t vector = top[-1];
  log_printf("the harness took exception %u: %x %x %x %x\n", vector, top[0], top[1], top[2],
             top[3]);
  exit_guest(99);
}
