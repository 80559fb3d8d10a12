/* The screen by its text memory. */
#include "sw/include/screen.h"

static void put_frame(const uint16_t cells[VGA_ROWS * VGA_COLUMNS]) {
  for (unsigned row = 0; row < VGA_ROWS; row++) {
    for (unsigned column = 0; column < VGA_COLUMNS; column++, cells++)
      vga_put_cell(row, column, (uint8_t)*cells, (uint8_t)(*cells >> 8));
  }
}

const struct screen_driver vga_pio = {"pio", vga_put_cell, put_frame};
