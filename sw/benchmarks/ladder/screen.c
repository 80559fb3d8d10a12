/* The screen: text memory drawn cell by cell, again and again. Whether its stores are trapped or
 * the memory is mapped is the machine's choice (--vga-memory). */
#include "models/machine/memory_map.h"
#include "sw/benchmarks/ladder/ladder.h"
#include "sw/include/vga.h"

#define FRAMES 10
#define CELLS (VGA_ROWS * VGA_COLUMNS) /* 31 * 64 + 16 */
#define CHARACTERS 64                  /* from the blank on */
#define BLANK (VGA_NORMAL << 8 | ' ')

/* Of 0 to CHARACTERS - 1. */
#define SUM_OF_CHARACTERS (CHARACTERS / 2 * (CHARACTERS - 1))
/* Cell n of a frame shows its n-th character; the last frame begins with number FRAMES - 1 = 9. */
#define LAST_FRAME (CELLS * BLANK + 31 * SUM_OF_CHARACTERS + (9 + 24) * 8)
/* And of each frame before it, and of itself, the cell of its own number. */
#define ONE_OF_EACH (FRAMES * BLANK + FRAMES * (FRAMES - 1))

static volatile uint16_t* const cells = (volatile uint16_t*)STRATA_VGA_TEXT_BASE;

static uint32_t work(void) {
  uint32_t sum = 0;
  for (unsigned frame = 0; frame < FRAMES; frame++) {
    for (unsigned cell = 0; cell < CELLS; cell++)
      cells[cell] = (uint16_t)(BLANK + ((frame + cell) & (CHARACTERS - 1)));
    sum += cells[frame];
  }
  for (unsigned cell = 0; cell < CELLS; cell++) sum += cells[cell];
  return sum;
}

int main(void) {
  return ladder("screen", work, LAST_FRAME + ONE_OF_EACH, 1);
}
