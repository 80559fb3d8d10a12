/* Interrupts: the timer's, one every 100 clocks of the 8254, while the program counts. */
#include "sw/benchmarks/ladder/ladder.h"
#include "sw/include/pit.h"

#define PERIOD 100
#define TICKS 100

static volatile uint32_t counted;

/* How many ticks there were when the loop saw the last one: none was lost. */
static uint32_t work(void) {
  const uint32_t first = pit_ticks;
  uint32_t seen = 0;
  while (seen != TICKS) {
    counted++;
    if (pit_ticks != first + seen) seen++;
  }
  return pit_ticks - first;
}

int main(void) {
  pit_start(PERIOD);
  return ladder("timer", work, TICKS, 1);
}
