/* rdtsc() tested from inside: it rises, and between two points of time it agrees with the 8254,
 * which counts another clock of the same machine. Status: the number of failures. */
#include "models/machine/memory_map.h"
#include "sw/include/cpu.h"
#include "sw/include/io.h"
#include "sw/include/pit.h"
#include "sw/include/printf.h"

/* Reading the 8254 takes some time and gives whole clocks of its own. */
#define TOLERANCE 1000
#define LOOP 5000

#define COUNTER_2 (STRATA_PIT_PORT + 2)
#define CONTROL (STRATA_PIT_PORT + 3)
#define COUNTER_2_MODE_0 0xB0 /* low byte, then high byte */
#define GATE_2 0x01
#define SPEAKER 0x02
#define OUT_2 0x20
#define MILLISECOND (STRATA_PIT_HZ / 1000)

static int failures;

static void check(const char* what, int holds) {
  if (holds) return;
  failures++;
  log_printf("FAILED: %s\n", what);
}

/* As kernels measure it: counter 2 with its gate high, and port 61 says when it has run out. */
static void check_by_counter_2(void) {
  outb(STRATA_SYSTEM_B_PORT, (uint8_t)((inb(STRATA_SYSTEM_B_PORT) & ~SPEAKER) | GATE_2));
  outb(CONTROL, COUNTER_2_MODE_0);
  outb(COUNTER_2, (uint8_t)MILLISECOND);
  outb(COUNTER_2, (uint8_t)(MILLISECOND >> 8));
  uint64_t before = rdtsc();
  while (!(inb(STRATA_SYSTEM_B_PORT) & OUT_2)) {
  }
  uint32_t cycles = (uint32_t)(rdtsc() - before);
  uint32_t expected = pit_clocks_to_cycles(MILLISECOND);
  log_printf("tsc: %u cycles in a millisecond of counter 2, of %u\n", cycles, expected);
  check("it agrees with counter 2",
        cycles <= expected + TOLERANCE && expected <= cycles + TOLERANCE);
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
  check_by_counter_2();
  printf("tsc: %d failures\n", failures);
  return failures;
}
