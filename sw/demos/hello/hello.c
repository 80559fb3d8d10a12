/* What the screen can show: the 16 colours, the 8 backgrounds and all 256 characters. Says hello on
 * the debug console and on the serial line too. */
#include "sw/include/printf.h"
#include "sw/include/uart.h"
#include "sw/include/vga.h"

#define FULL_BLOCK 0xDB
#define CHARACTERS_ROW 14
#define CHARACTERS_PER_ROW 32
#define SERIAL_BAUD 115200

static const char* const colour_names[16] = {
    "black",     "blue",          "green",     "cyan",       "red",         "magenta",
    "brown",     "light grey",    "dark grey", "light blue", "light green", "light cyan",
    "light red", "light magenta", "yellow",    "white",
};

static void put_text(unsigned row, unsigned column, const char* text, uint8_t attribute) {
  while (*text != '\0') vga_put_cell(row, column++, (uint8_t)*text++, attribute);
}

/* Two columns of eight: a bar in the colour, its name, and for the first eight the colour behind
 * text. */
static void show_colours(unsigned first_row) {
  for (unsigned colour = 0; colour < 16; colour++) {
    unsigned row = first_row + colour % 8;
    unsigned column = colour < 8 ? 2 : 46;
    for (unsigned block = 0; block < 8; block++)
      vga_put_cell(row, column + block, FULL_BLOCK, VGA_ATTRIBUTE(colour, VGA_BLACK));
    put_text(row, column + 10, colour_names[colour], VGA_NORMAL);
    if (colour < 8) put_text(row, column + 22, " background ", VGA_ATTRIBUTE(VGA_WHITE, colour));
  }
}

static void show_characters(unsigned first_row) {
  for (unsigned character = 0; character < 256; character++)
    vga_put_cell(first_row + character / CHARACTERS_PER_ROW,
                 8 + 2 * (character % CHARACTERS_PER_ROW), (uint8_t)character, VGA_NORMAL);
}

int main(void) {
  uart_init(SERIAL_BAUD);
  uart_put_string("Hello from strata86 on the serial line.\r\n");
  vga_set_attribute(VGA_ATTRIBUTE(VGA_YELLOW, VGA_BLUE));
  printf("Hello from strata86: 16 colours, 8 backgrounds, 256 characters.\n");
  vga_set_attribute(VGA_NORMAL);
  vga_move_cursor(2, 0);
  printf("Colours:\n");
  show_colours(4);
  vga_move_cursor(CHARACTERS_ROW - 1, 0);
  printf("Characters:\n");
  show_characters(CHARACTERS_ROW);
  vga_move_cursor(23, 0);
  printf("The cursor is behind this text: ");
  log_printf("\n");
  return 0;
}
