/* The VGA text screen. A cell is 16 bits in the text memory: character in the low byte, attribute
 * in the high one. The cursor is the CRTC's, which counts cells from the start of the text memory.
 */
#include "sw/include/vga.h"

#include "models/machine/memory_map.h"
#include "sw/include/io.h"
#include "sw/include/string.h"

#define VGA_CRTC_INDEX (STRATA_VGA_PORT + 0x14) /* 3D4 */
#define VGA_CRTC_DATA (STRATA_VGA_PORT + 0x15)  /* 3D5 */
#define CRTC_START_HIGH 0x0C
#define CRTC_START_LOW 0x0D
#define CRTC_CURSOR_HIGH 0x0E
#define CRTC_CURSOR_LOW 0x0F

#define CELLS (VGA_ROWS * VGA_COLUMNS)

static volatile uint16_t* const cells = (volatile uint16_t*)STRATA_VGA_TEXT_BASE;
static unsigned cursor; /* cell of the next character */
static uint8_t attribute = VGA_NORMAL;

static uint16_t cell(uint8_t character, uint8_t with) {
  return (uint16_t)(with << 8 | character);
}

static void crtc_write(uint8_t index, uint8_t value) {
  outb(VGA_CRTC_INDEX, index);
  outb(VGA_CRTC_DATA, value);
}

/* Fills `count` cells (an even number, from an even cell), two in a write. */
static void fill(unsigned first, unsigned count, uint16_t with) {
  volatile uint16_t* to = cells + first;
  uint32_t pair = (uint32_t)with << 16 | with;
  count /= 2;
  __asm__ volatile("cld; rep stosl" : "+D"(to), "+c"(count) : "a"(pair) : "memory", "cc");
}

void vga_clear(void) {
  attribute = VGA_NORMAL;
  fill(0, CELLS, cell(' ', attribute));
  crtc_write(CRTC_START_HIGH, 0);
  crtc_write(CRTC_START_LOW, 0);
  vga_move_cursor(0, 0);
}

void vga_put_cell(unsigned row, unsigned column, uint8_t character, uint8_t with) {
  cells[row * VGA_COLUMNS + column] = cell(character, with);
}

static void scroll(void) {
  memmove((void*)cells, (const void*)(cells + VGA_COLUMNS), (CELLS - VGA_COLUMNS) * 2);
  fill(CELLS - VGA_COLUMNS, VGA_COLUMNS, cell(' ', attribute));
  cursor -= VGA_COLUMNS;
}

void vga_put_char(char character) {
  if (cursor >= CELLS) scroll();
  if (character == '\n')
    cursor += VGA_COLUMNS - cursor % VGA_COLUMNS;
  else
    cells[cursor++] = cell((uint8_t)character, attribute);
}

void vga_show_cursor(void) {
  crtc_write(CRTC_CURSOR_HIGH, (uint8_t)(cursor >> 8));
  crtc_write(CRTC_CURSOR_LOW, (uint8_t)cursor);
}

void vga_set_attribute(uint8_t with) {
  attribute = with;
}

void vga_move_cursor(unsigned row, unsigned column) {
  cursor = row * VGA_COLUMNS + column;
  vga_show_cursor();
}
