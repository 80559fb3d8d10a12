/* Measures a function of its own in cycles of the CPU. Option: times=N (1000). */
#include "sw/include/cpu.h"
#include "sw/include/guest.h"
#include "sw/include/printf.h"

/* 1 + 2 + ... + n (work.S) */
uint32_t sum(uint32_t n);

int main(void) {
  uint32_t times = option("times", 1000);
  sum(times); /* once to warm the caches */
  uint64_t before = rdtsc();
  uint32_t result = sum(times);
  uint32_t cycles = (uint32_t)(rdtsc() - before);
  printf("sum: %u\n", result);
  log_printf("cycles: %u\n", cycles); /* not on the screen: they depend on the engine */
  return result == times * (times + 1) / 2 ? 0 : 1;
}
