/* PIT ticks against a known loop: first as many runs of the loop as fit between two ticks, then HLT
 * between ticks. How many runs fit is the engine's affair, so the figures go to the debug console
 * only. Options: hz=N (19..10000) and ticks=N. */
#include "sw/include/guest.h"
#include "sw/include/pit.h"
#include "sw/include/printf.h"

#define DEFAULT_HZ 1000
#define LEAST_HZ 19
#define MOST_HZ 10000
#define DEFAULT_TICKS 10
#define INSTRUCTIONS_PER_LOOP 3

/* Runs the loop of three instructions until the next tick; returns how often it ran. */
static uint32_t loops_to_next_tick(void) {
  uint32_t loops = 0;
  uint32_t seen = pit_ticks;
  __asm__ volatile(
      "1: incl %0\n\t"
      "cmpl %2, %1\n\t"
      "je 1b"
      : "+r"(loops)
      : "m"(pit_ticks), "r"(seen)
      : "cc", "memory");
  return loops;
}

int main(void) {
  uint32_t hz = option("hz", DEFAULT_HZ);
  uint32_t ticks = option("ticks", DEFAULT_TICKS);
  uint32_t loops = 0;

  if (hz < LEAST_HZ || hz > MOST_HZ || ticks == 0) {
    printf("clock: hz=%u is not in %u..%u, or ticks=%u is 0\n", hz, LEAST_HZ, MOST_HZ, ticks);
    return 1;
  }
  printf("clock: %u ticks of the 8254 at %u Hz\n", ticks, hz);
  pit_start(STRATA_PIT_HZ / hz);
  pit_sleep_to_next_tick();
  for (uint32_t tick = 0; tick < ticks; tick++) {
    uint32_t now = loops_to_next_tick();
    loops += now;
    log_printf("tick %2u: %u loops\n", tick + 1, now);
  }
  printf("counted %u ticks with a loop running\n", ticks);
  log_printf("%u loops per tick, %u instructions per tick\n", loops / ticks,
             loops / ticks * INSTRUCTIONS_PER_LOOP);

  for (uint32_t tick = 0; tick < ticks; tick++) pit_sleep_to_next_tick();
  printf("slept through %u more with HLT\n", ticks);
  log_printf("%u PIT clocks in all\n", pit_clocks());
  /* On host time a tick may come late and the next one right behind it, with no loop between the
   * two; on average the loop must have run. */
  int ran = loops > ticks;
  printf(ran ? "clock: ok\n" : "clock: WRONG, no loop ran between the ticks\n");
  return ran ? 0 : 1;
}
