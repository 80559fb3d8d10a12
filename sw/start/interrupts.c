/* The IDT and what its stubs lead to. */
#include "sw/include/interrupts.h"

#include <stddef.h>

#include "sw/include/guest.h"
#include "sw/include/pic.h"
#include "sw/include/printf.h"

#define VECTORS (IRQ_FIRST_VECTOR + IRQ_LINES)
#define CODE_SELECTOR 0x08
#define PRESENT_INTERRUPT_GATE 0x8E00 /* 32-bit, ring 0: clears IF on entry */

/* SDM volume 3A, figure 6-2. */
struct gate {
  uint16_t offset_low;
  uint16_t selector;
  uint16_t type;
  uint16_t offset_high;
};

struct table_pointer {
  uint16_t limit;
  uint32_t base;
} __attribute__((packed));

extern const uint32_t interrupt_stub_addresses[VECTORS];
void interrupt_dispatch(const struct interrupt_frame* frame);

static struct gate idt[VECTORS];
static irq_handler handlers[IRQ_LINES];
static exception_handler exception_handlers[IRQ_FIRST_VECTOR];

void interrupts_init(void) {
  for (unsigned vector = 0; vector < VECTORS; vector++) {
    uint32_t address = interrupt_stub_addresses[vector];
    idt[vector].offset_low = (uint16_t)address;
    idt[vector].selector = CODE_SELECTOR;
    idt[vector].type = PRESENT_INTERRUPT_GATE;
    idt[vector].offset_high = (uint16_t)(address >> 16);
  }
  struct table_pointer pointer = {sizeof(idt) - 1, (uint32_t)idt};
  __asm__ volatile("lidtl %0" : : "m"(pointer) : "memory");
  pic_init(IRQ_FIRST_VECTOR);
}

void irq_install(unsigned irq, irq_handler handler) {
  handlers[irq] = handler;
  pic_unmask(irq);
}

void exception_install(unsigned vector, exception_handler handler) {
  exception_handlers[vector] = handler;
}

static void handle_irq(unsigned irq) {
  if (pic_spurious(irq)) return;
  if (handlers[irq] != NULL) handlers[irq]();
  pic_end_of_interrupt(irq);
}

void interrupt_dispatch(const struct interrupt_frame* frame) {
  if (frame->vector >= IRQ_FIRST_VECTOR) {
    handle_irq(frame->vector - IRQ_FIRST_VECTOR);
    return;
  }
  exception_handler handler = exception_handlers[frame->vector];
  if (handler != NULL && handler(frame)) return;
  printf("exception %u, error code %x, at %x:%08x, eflags %08x\n", frame->vector, frame->error_code,
         frame->cs & 0xFFFF, frame->eip, frame->eflags);
  exit_guest(STATUS_EXCEPTION + (int)frame->vector);
}
