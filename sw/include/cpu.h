/* The interrupt flag, HLT and the time stamp counter. */
#ifndef STRATA_SW_CPU_H
#define STRATA_SW_CPU_H

#include <stdint.h>

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

/* CPU cycles since reset (SDM volume 2, RDTSC); on KVM the host's counter. --cpu 586 has it, on a
 * 386 or 486 it is an invalid opcode. Neither the compiler nor the CPU moves anything across it:
 * what is between two of them is in their difference. */
static inline uint64_t rdtsc(void) {
  uint64_t cycles;
  __asm__ volatile(".byte 0x0F, 0x31" /* RDTSC: the assembler is told of the 386's only */
                   : "=A"(cycles)
                   :
                   : "memory");
  return cycles;
}

#endif
