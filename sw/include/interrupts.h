/* Exceptions and interrupt requests. The IDT has the 32 exceptions of the CPU and, from vector 32
 * on, the 16 request lines of the 8259 pair. An exception that no handler takes is a bug of the
 * guest's: it is reported, and the run ends with status STATUS_EXCEPTION + vector. */
#ifndef STRATA_SW_INTERRUPTS_H
#define STRATA_SW_INTERRUPTS_H

#include <stdbool.h>
#include <stdint.h>

#define IRQ_FIRST_VECTOR 32
#define IRQ_LINES 16
#define STATUS_EXCEPTION 64

/* What the stubs of interrupt_stubs.S push, lowest address first. */
struct interrupt_frame {
  uint32_t edi, esi, ebp, esp, ebx, edx, ecx, eax; /* PUSHAD */
  uint32_t vector, error_code;
  uint32_t eip, cs, eflags; /* by the CPU */
};

typedef void (*irq_handler)(void);

/* Loads the IDT; every request line is without a handler and masked. */
void interrupts_init(void);

/* Makes `handler` run on each request of `irq` (0..15) and unmasks the line. The handler runs with
 * interrupts disabled; the end-of-interrupt command is sent after it. */
void irq_install(unsigned irq, irq_handler handler);

/* True: what caused the exception has been mended, and the program goes on where it was, at the
 * instruction itself after a fault. */
typedef bool (*exception_handler)(const struct interrupt_frame* frame);

/* Asks `handler` first at each exception `vector` (0..31). */
void exception_install(unsigned vector, exception_handler handler);

#endif
