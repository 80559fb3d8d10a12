/* Code whose passes are known: what --interval and --region are tested with. `work` runs as many
 * times as the option passes=N says (5), with 100, 200, ... rounds of two instructions; `recurse`
 * calls itself, so the outermost call is one pass of eleven calls. */
#include "sw/include/cpu.h"
#include "sw/include/guest.h"
#include "sw/include/printf.h"

#define ROUNDS 100

/* In passes.S */
void work(uint32_t rounds);
uint32_t recurse(uint32_t depth);

int main(void) {
  uint32_t passes = option("passes", 5);
  uint32_t depths = 0;
  disable_interrupts();
  for (uint32_t pass = 1; pass <= passes; pass++) {
    work(pass * ROUNDS);
    depths += recurse(10);
  }
  printf("passes: %u\n", depths);
  return depths == passes * 10 ? 0 : 1;
}
