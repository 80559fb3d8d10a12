/* The 8259A pair. */
#ifndef STRATA_SW_PIC_H
#define STRATA_SW_PIC_H

#include <stdbool.h>
#include <stdint.h>

/* Initialises both controllers with all lines masked, except the cascade. Line `n` interrupts with
 * vector `first_vector` + n; `first_vector` is a multiple of 8. */
void pic_init(uint8_t first_vector);

void pic_unmask(unsigned irq);
void pic_mask(unsigned irq);

/* Tells the pair that the request of `irq` has been handled. */
void pic_end_of_interrupt(unsigned irq);

/* Whether `irq` is waiting to be handled (the interrupt request register). */
bool pic_requested(unsigned irq);

/* Whether an interrupt that came as line 7 or 15 is a spurious one: it then has no bit in service.
 */
bool pic_spurious(unsigned irq);

#endif
