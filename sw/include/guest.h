/* What a program gets from the kit's start-up: main is called with a clear screen, interrupts
 * enabled and every request line masked; what it returns is the status the run ends with. */
#ifndef STRATA_SW_GUEST_H
#define STRATA_SW_GUEST_H

#include <stdint.h>

/* The value of `name`=value (decimal) on the multiboot command line, or `otherwise`. */
uint32_t option(const char* name, uint32_t otherwise);

/* Ends the run with `status` (port F4); 0 is success. */
_Noreturn void exit_guest(int status);

#endif
