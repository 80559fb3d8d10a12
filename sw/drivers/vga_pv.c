/* The screen by calls of port ABBA: one a character, or one a frame. */
#include "sw/include/pv.h"
#include "sw/include/screen.h"

static void put_cell(unsigned row, unsigned column, uint8_t character, uint8_t attribute) {
  const uint32_t arguments[4] = {character, attribute, row, column};
  pv_call(STRATA_PV_CALL_CHARACTER, arguments);
}

static void put_frame(const uint16_t cells[VGA_ROWS * VGA_COLUMNS]) {
  const uint32_t arguments[4] = {(uint32_t)cells};
  pv_call(STRATA_PV_CALL_FRAME, arguments);
}

const struct screen_driver vga_pv = {"pv", put_cell, put_frame};

const struct screen_driver* find_screen_driver(void) {
  return pv_present() ? &vga_pv : &vga_pio;
}
