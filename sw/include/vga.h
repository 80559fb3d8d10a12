/* The VGA text screen: 80 x 25 cells of character and attribute, and the cursor. */
#ifndef STRATA_SW_VGA_H
#define STRATA_SW_VGA_H

#include <stdint.h>

#define VGA_COLUMNS 80
#define VGA_ROWS 25

enum vga_colour {
  VGA_BLACK,
  VGA_BLUE,
  VGA_GREEN,
  VGA_CYAN,
  VGA_RED,
  VGA_MAGENTA,
  VGA_BROWN,
  VGA_LIGHT_GREY,
  VGA_DARK_GREY,
  VGA_LIGHT_BLUE,
  VGA_LIGHT_GREEN,
  VGA_LIGHT_CYAN,
  VGA_LIGHT_RED,
  VGA_LIGHT_MAGENTA,
  VGA_YELLOW,
  VGA_WHITE,
};

/* An attribute byte: foreground of 16 colours, background of the first 8 (bit 7 is blinking). */
#define VGA_ATTRIBUTE(foreground, background) ((uint8_t)((background) << 4 | (foreground)))
#define VGA_NORMAL VGA_ATTRIBUTE(VGA_LIGHT_GREY, VGA_BLACK)

/* Empties the screen; the cursor and the next character are at its top left. */
void vga_clear(void);

/* Sets one cell without moving the cursor. */
void vga_put_cell(unsigned row, unsigned column, uint8_t character, uint8_t attribute);

/* Writes a character at the cursor, as a terminal does: '\n' ends the line, the last line scrolls.
 * Does not tell the CRTC; call vga_show_cursor after the last one. */
void vga_put_char(char character);
void vga_show_cursor(void);

void vga_set_attribute(uint8_t attribute);
void vga_move_cursor(unsigned row, unsigned column);

#endif
