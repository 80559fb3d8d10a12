/* What the benchmarks of the ladder have in common: a piece of work that is done `iterations` times
 * (option), and whose result is known from elsewhere. */
#ifndef STRATA_SW_LADDER_H
#define STRATA_SW_LADDER_H

#include <stdint.h>

#include "sw/include/guest.h"
#include "sw/include/printf.h"

/* Does it, says what came out, and gives the status of the run. */
static inline int ladder(const char* name, uint32_t (*work)(void), uint32_t expected,
                         uint32_t iterations) {
  uint32_t wrong = 0;
  uint32_t found = 0;
  iterations = option("iterations", iterations);
  for (uint32_t iteration = 0; iteration < iterations; iteration++) {
    found = work();
    if (found != expected) wrong++;
  }
  printf("%s: %u iterations, %08x, expected %08x: %s\n", name, iterations, found, expected,
         wrong == 0 && iterations != 0 ? "ok" : "WRONG");
  return wrong == 0 && iterations != 0 ? 0 : 1;
}

#endif
