/* System calls: a program at level 3 asks level 0 through an interrupt gate and through a call
 * gate, in turn, and gets an answer each time. */
#include "sw/benchmarks/ladder/gates.h"
#include "sw/benchmarks/ladder/ladder.h"
#include "sw/include/string.h"

#define CALLS 500u /* through each gate */

/* Both gates are given 0 to CALLS - 1, and what they answer is how often level 0 has been asked:
 * 1 to 2 * CALLS. */
#define EXPECTED (CALLS * (CALLS - 1) + CALLS * (2 * CALLS + 1))

#define VECTORS (LEAVE_VECTOR + 1)
#define GDT_ENTRIES 7

/* Descriptors and gates (SDM volume 3A, figures 3-8, 5-8 and 6-2): bits 8 to 15 of the upper half.
 */
#define INTERRUPT_GATE 0xEE00u /* 32-bit, of level 3 */
#define CALL_GATE_32 0xEC00u   /* the same, no parameters */
#define AVAILABLE_TSS 0x8900u

struct descriptor {
  uint32_t low;
  uint32_t high;
};

struct table_pointer {
  uint16_t limit;
  uint32_t base;
} __attribute__((packed));

struct task_state task_state;

static struct descriptor gdt[GDT_ENTRIES] = {
    {0, 0},
    {0x0000FFFF, 0x00CF9B00}, /* CODE0: flat */
    {0x0000FFFF, 0x00CF9300}, /* DATA0 */
    {0x0000FFFF, 0x00CFFB00}, /* CODE3 */
    {0x0000FFFF, 0x00CFF300}, /* DATA3 */
};
static struct descriptor idt[VECTORS];

static uint32_t asked;
static uint32_t given;
static uint32_t answered;
static uint32_t level;

static struct descriptor gate(void (*entry)(void), uint32_t type) {
  const uint32_t offset = (uint32_t)entry;
  return (struct descriptor){CODE0 << 16 | (offset & 0xFFFF), (offset & 0xFFFF0000) | type};
}

/* The kit's vectors stay; the tables are here because they need room for more. */
static void make_gates(void) {
  struct table_pointer kit;
  __asm__ volatile("sidtl %0" : "=m"(kit));
  memcpy(idt, (const void*)kit.base, kit.limit + 1);
  idt[SERVICE_VECTOR] = gate(interrupt_gate_entry, INTERRUPT_GATE);
  idt[LEAVE_VECTOR] = gate(leave_gate_entry, INTERRUPT_GATE);
  gdt[CALL_GATE / 8] = gate(call_gate_entry, CALL_GATE_32);

  const uint32_t base = (uint32_t)&task_state;
  task_state.ss0 = DATA0;
  task_state.rest[22] = sizeof(task_state) << 16; /* no I/O permission bitmap */
  gdt[TASK / 8].low = base << 16 | (sizeof(task_state) - 1);
  gdt[TASK / 8].high = (base & 0xFF000000) | (base >> 16 & 0xFF) | AVAILABLE_TSS;

  const struct table_pointer gdtr = {sizeof(gdt) - 1, (uint32_t)gdt};
  const struct table_pointer idtr = {sizeof(idt) - 1, (uint32_t)idt};
  __asm__ volatile("lgdtl %0" : : "m"(gdtr) : "memory"); /* CS to SS stay as they are */
  __asm__ volatile("lidtl %0" : : "m"(idtr) : "memory");
  __asm__ volatile("ltr %w0" : : "r"(TASK) : "memory");
}

/* ---- at level 0 ---- */

uint32_t serve(uint32_t value) {
  given += value;
  return ++asked;
}

/* ---- at level 3 ---- */

static uint32_t ask_by_interrupt(uint32_t value) {
  __asm__ volatile("int %1" : "+a"(value) : "i"(SERVICE_VECTOR) : "memory", "cc");
  return value;
}

static uint32_t ask_by_call(uint32_t value) {
  __asm__ volatile("lcall %1, $0" : "+a"(value) : "i"(CALL_GATE) : "memory", "cc");
  return value;
}

static void program(void) {
  uint32_t selector;
  __asm__ volatile("movl %%cs, %0" : "=r"(selector));
  level = selector & 3;
  for (uint32_t value = 0; value < CALLS; value++)
    answered += ask_by_interrupt(value) + ask_by_call(value);
  __asm__ volatile("int %0" : : "i"(LEAVE_VECTOR));
}

static uint32_t work(void) {
  asked = given = answered = level = 0;
  run_at_level_3(program);
  return level == 3 ? given + answered : level;
}

int main(void) {
  make_gates();
  return ladder("syscalls", work, EXPECTED, 1);
}
