/* Calls: Takeuchi's function, whose work is nothing but calling itself. */
#include "sw/benchmarks/ladder/ladder.h"

#define EXPECTED 7 /* tak(18, 12, 6): Gabriel, Performance and Evaluation of Lisp Systems, 3.1 */

static __attribute__((noinline)) int tak(int x, int y, int z) {
  if (y >= x) return z;
  return tak(tak(x - 1, y, z), tak(y - 1, z, x), tak(z - 1, x, y));
}

static uint32_t work(void) {
  return (uint32_t)tak(18, 12, 6);
}

int main(void) {
  return ladder("recursion", work, EXPECTED, 1);
}
