/* The screen in every way there is to it, for `strata bench vga`: draws whole frames of 80 x 25
 * cells, each different from the one before. Options:
 *   way=memory  each cell a store to text memory (with --vga-memory trap each store traps)
 *   way=call    each cell a call of port ABBA
 *   way=frame   each frame a call
 *   frames=N    1 without it
 * What is measured is between the marks (calls 17 and 18); then the screen is compared with what
 * was meant. */
#include <stdbool.h>

#include "models/machine/memory_map.h"
#include "sw/include/guest.h"
#include "sw/include/printf.h"
#include "sw/include/pv.h"
#include "sw/include/screen.h"

#define CELLS (VGA_ROWS * VGA_COLUMNS)

static uint16_t frame[CELLS] __attribute__((aligned(4)));

/* Each cell differs from its neighbours and from itself in the frame before. */
static uint16_t cell_of(uint32_t cell, uint32_t number) {
  uint32_t mixed = cell * 7 + number;
  return (uint16_t)((mixed % 128) << 8 | (33 + mixed % 94));
}

static void draw_cells(const struct screen_driver* screen, uint32_t number) {
  uint32_t cell = 0;
  for (unsigned row = 0; row < VGA_ROWS; row++) {
    for (unsigned column = 0; column < VGA_COLUMNS; column++, cell++) {
      uint16_t shown = cell_of(cell, number);
      screen->put_cell(row, column, (uint8_t)shown, (uint8_t)(shown >> 8));
    }
  }
}

static void draw_frame(uint32_t number) {
  for (uint32_t cell = 0; cell < CELLS; cell++) frame[cell] = cell_of(cell, number);
  vga_pv.put_frame(frame);
}

static bool shows(uint32_t number) {
  const volatile uint16_t* cells = (const volatile uint16_t*)STRATA_VGA_TEXT_BASE;
  for (uint32_t cell = 0; cell < CELLS; cell++) {
    if (cells[cell] != cell_of(cell, number)) return false;
  }
  return true;
}

int main(void) {
  static const uint32_t kNone[4];
  uint32_t frames = option("frames", 1);
  bool by_frames = option_is("way", "frame");
  const struct screen_driver* screen = option_is("way", "call") ? &vga_pv : &vga_pio;
  if (!pv_present() || frames == 0) {
    log_printf("screen_ways: nobody answers at port ABBA, or frames=0\n");
    return 1;
  }
  pv_call(STRATA_PV_CALL_REGION_BEGIN, kNone);
  for (uint32_t number = 0; number < frames; number++) {
    if (by_frames)
      draw_frame(number);
    else
      draw_cells(screen, number);
  }
  pv_call(STRATA_PV_CALL_REGION_END, kNone);
  bool ok = shows(frames - 1);
  log_printf("screen_ways: %s\n", ok ? "ok" : "WRONG");
  return ok ? 0 : 1;
}
