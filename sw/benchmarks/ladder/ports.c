/* Ports: the mask register of the first 8259A, written and read back. */
#include "sw/benchmarks/ladder/ladder.h"
#include "sw/include/cpu.h"
#include "sw/include/io.h"

#define MASK_PORT 0x21
#define ROUNDS 5000

static uint32_t work(void) {
  uint32_t sum = 0;
  for (uint32_t round = 0; round < ROUNDS; round++) {
    outb(MASK_PORT, (uint8_t)round);
    sum += inb(MASK_PORT);
  }
  return sum;
}

int main(void) {
  uint32_t expected = 0;
  for (uint32_t round = 0; round < ROUNDS; round++) expected += (uint8_t)round;
  disable_interrupts();
  return ladder("ports", work, expected, 1);
}
