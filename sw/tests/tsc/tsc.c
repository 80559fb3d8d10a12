/* rdtsc() tested from inside: it rises, and between two points of time it agrees with the 8254,
 * which counts another clock of the same machine. Status: the number of failures. */
#include "sw/include/cpu.h"
#include "sw/include/pit.h"
#include "sw/include/printf.h"

/* Reading the 8254 takes some time and gives whole clocks of its own. */
#define TOLERANCE 1000
#define LOOP 5000

static int failures;

static void check(const char* what, int holds) {
  if (holds) return;
  failures++;
  log_printf("FAILED: %s\n", what);
}

int main(void) {
  uint64_t first = rdtsc();
  uint64_t second = rdtsc();
  check("a later one is more", second > first);
  check("it counts from reset", first > 0 && first >> 32 == 0);

  pit_start(PIT_LONGEST_PERIOD);
  uint32_t clocks = pit_clocks();
  uint64_t before = rdtsc();
  uint32_t count = LOOP;
  __asm__ volatile("1: decl %0; jnz 1b" : "+r"(count) : : "cc");
  uint32_t cycles = (uint32_t)(rdtsc() - before);
  uint32_t expected = pit_clocks_to_cycles(pit_clocks() - clocks);
  log_printf("tsc: %u cycles, by the 8254 %u\n", cycles, expected);
  check("it is at least an instruction a cycle", cycles >= 2 * LOOP);
  check("it agrees with the 8254",
        cycles <= expected + TOLERANCE && expected <= cycles + TOLERANCE);
  printf("tsc: %d failures\n", failures);
  return failures;
}
