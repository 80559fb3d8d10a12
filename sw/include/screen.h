/* The text screen by either way, as the disk (sw/include/disk.h). */
#ifndef STRATA_SW_SCREEN_H
#define STRATA_SW_SCREEN_H

#include <stdint.h>

#include "sw/include/vga.h"

struct screen_driver {
  const char* name;
  void (*put_cell)(unsigned row, unsigned column, uint8_t character, uint8_t attribute);
  /* All cells at once, row by row, character in the low byte; `cells` is at a multiple of 4. */
  void (*put_frame)(const uint16_t cells[VGA_ROWS * VGA_COLUMNS]);
};

/* Text memory, cell by cell (sw/include/vga.h). */
extern const struct screen_driver vga_pio;
/* Calls of port ABBA (sw/include/pv.h). */
extern const struct screen_driver vga_pv;

/* vga_pv where somebody answers at port ABBA, else vga_pio. */
const struct screen_driver* find_screen_driver(void);

#endif
