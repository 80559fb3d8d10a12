/* The screen by either way: a frame at once and a text character by character, by calls of port
 * ABBA where somebody answers there, by text memory where not. Option pv=0 asks nobody. What is on
 * the screen at the end is the same, and is compared with what was meant. */
#include <stdbool.h>

#include "models/machine/memory_map.h"
#include "sw/include/guest.h"
#include "sw/include/printf.h"
#include "sw/include/pv.h"
#include "sw/include/screen.h"

#define TEXT_ROW 20

static uint16_t frame[VGA_ROWS * VGA_COLUMNS] __attribute__((aligned(4)));

static uint16_t cell(uint8_t character, uint8_t attribute) {
  return (uint16_t)(attribute << 8 | character);
}

/* Each cell differs from its neighbours in character and colours. */
static void paint(void) {
  for (unsigned row = 0; row < VGA_ROWS; row++) {
    for (unsigned column = 0; column < VGA_COLUMNS; column++) {
      uint8_t attribute = VGA_ATTRIBUTE((row + column) % 15 + 1, row % 8);
      frame[row * VGA_COLUMNS + column] = cell((uint8_t)('A' + (3 * row + column) % 26), attribute);
    }
  }
}

static void write_text(const struct screen_driver* screen, const char* text) {
  unsigned column = 0;
  for (; *text != '\0'; text++, column++) {
    frame[TEXT_ROW * VGA_COLUMNS + column] = cell((uint8_t)*text, VGA_NORMAL);
    screen->put_cell(TEXT_ROW, column, (uint8_t)*text, VGA_NORMAL);
  }
}

static bool shown(void) {
  const volatile uint16_t* cells = (const volatile uint16_t*)STRATA_VGA_TEXT_BASE;
  for (unsigned i = 0; i < VGA_ROWS * VGA_COLUMNS; i++) {
    if (cells[i] != frame[i]) return false;
  }
  return true;
}

/* To the console, which the calls have, too. */
static void say(bool pv, const char* text, uint32_t bytes) {
  const uint32_t arguments[4] = {(uint32_t)text, bytes};
  if (pv) pv_call(STRATA_PV_CALL_TEXT, arguments);
}

int main(void) {
  static const char kGreeting[] = "by port ABBA\n";
  const struct screen_driver* screen = option("pv", 1) != 0 ? find_screen_driver() : &vga_pio;
  paint();
  screen->put_frame(frame);
  write_text(screen, "vga_pv: ok");
  bool ok = shown();
  say(screen == &vga_pv, kGreeting, sizeof kGreeting - 1);
  log_printf("vga_pv: %s, %s\n", screen->name, ok ? "ok" : "WRONG");
  return ok ? 0 : 1;
}
