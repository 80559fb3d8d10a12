/* What a program gets from the kit's start-up: main is called with a clear screen, interrupts
 * enabled and every request line masked; what it returns is the status the run ends with. */
#ifndef STRATA_SW_GUEST_H
#define STRATA_SW_GUEST_H

#include <stdbool.h>
#include <stdint.h>

/* The value of `name`=value (decimal) on the multiboot command line, or `otherwise`. */
uint32_t option(const char* name, uint32_t otherwise);

/* Whether `name`=`word` is on it. */
bool option_is(const char* name, const char* word);

/* Ends the run with `status` (port F4); 0 is success. */
_Noreturn void exit_guest(int status);

#endif
