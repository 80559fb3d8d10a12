/* The interrupt flag and HLT. */
#ifndef STRATA_SW_CPU_H
#define STRATA_SW_CPU_H

static inline void disable_interrupts(void) {
  __asm__ volatile("cli" : : : "memory");
}

static inline void enable_interrupts(void) {
  __asm__ volatile("sti" : : : "memory");
}

/* Sleeps until an interrupt has been handled. Call it with interrupts disabled, after a test that
 * said "not yet": STI takes effect only after the instruction that follows it, so no interrupt can
 * slip in between the test and HLT and be slept through (SDM volume 2, STI). Returns with them
 * enabled. */
static inline void sleep_until_interrupt(void) {
  __asm__ volatile("sti; hlt" : : : "memory");
}

#endif
