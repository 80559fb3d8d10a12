/* The 16-bit benchmark a hundred times as long, to be timed: a boot sector takes no options. */
#define ROUNDS 2000
#include "sw/benchmarks/ladder/real16.S"
