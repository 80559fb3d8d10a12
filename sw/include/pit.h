/* Channel 0 of the 8254 as a periodic timer on its interrupt line. */
#ifndef STRATA_SW_PIT_H
#define STRATA_SW_PIT_H

#include <stdint.h>

#include "models/machine/memory_map.h"

#define PIT_LONGEST_PERIOD 65536

/* Starts a tick every `period` PIT clocks (2..65536; a clock is 1/STRATA_PIT_HZ s). */
void pit_start(uint32_t period);

/* Ticks since pit_start; changed by the interrupt handler, so the value may be watched in memory.
 */
extern volatile uint32_t pit_ticks;

/* Halts until the next tick; interrupts are on afterwards. */
void pit_sleep_to_next_tick(void);

/* PIT clocks since pit_start, modulo 2^32. */
uint32_t pit_clocks(void);

/* PIT clocks as cycles of the CPU clock at its default rate, STRATA_CPU_HZ, modulo 2^32. */
uint32_t pit_clocks_to_cycles(uint32_t clocks);

#endif
