/* Code that changes itself: a function of two instructions gets another constant before each call.
 */
#include "sw/benchmarks/ladder/ladder.h"

#define CALLS 2000
#define EXPECTED (CALLS / 2 * (CALLS - 1)) /* 0 + 1 + ... + CALLS - 1 */

#define MOV_EAX_IMM32 0xB8
#define RET 0xC3

static uint8_t code[6];

static uint32_t work(void) {
  uint32_t (*constant)(void) = (uint32_t(*)(void))code;
  volatile uint8_t* bytes = code;
  uint32_t sum = 0;
  bytes[0] = MOV_EAX_IMM32;
  bytes[5] = RET;
  for (uint32_t call = 0; call < CALLS; call++) {
    for (unsigned i = 0; i < 4; i++) bytes[1 + i] = (uint8_t)(call >> (8 * i));
    sum += constant();
  }
  return sum;
}

int main(void) {
  return ladder("modify", work, EXPECTED, 1);
}
