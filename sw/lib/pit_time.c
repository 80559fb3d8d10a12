/* PIT clocks as time. */
#include "sw/include/pit.h"

uint32_t pit_clocks_to_cycles(uint32_t clocks) {
  /* clocks * CPU_HZ / PIT_HZ with the 64-bit product MUL gives and DIV takes; what exceeds 32 bits
   * of the quotient is cut off beforehand, or DIV would fault. */
  uint32_t whole = clocks / STRATA_PIT_HZ * STRATA_CPU_HZ;
  uint32_t rest = clocks % STRATA_PIT_HZ;
  uint32_t high;
  __asm__("mull %3\n\tdivl %4"
          : "=&a"(rest), "=&d"(high)
          : "0"(rest), "r"(STRATA_CPU_HZ), "r"(STRATA_PIT_HZ)
          : "cc");
  return whole + rest;
}
