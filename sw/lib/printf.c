/* Formatted text to the screen and the debug console. */
#include "sw/include/printf.h"

#include <stdint.h>

#include "models/machine/memory_map.h"
#include "sw/include/io.h"
#include "sw/include/vga.h"

static void put_console(char character, void* count) {
  outb(STRATA_DEBUG_CONSOLE_PORT, (uint8_t)character);
  ++*(int*)count;
}

static void put_screen_and_console(char character, void* count) {
  vga_put_char(character);
  put_console(character, count);
}

int printf(const char* text, ...) {
  va_list arguments;
  int count = 0;
  va_start(arguments, text);
  format(put_screen_and_console, &count, text, arguments);
  va_end(arguments);
  vga_show_cursor();
  return count;
}

int log_printf(const char* text, ...) {
  va_list arguments;
  int count = 0;
  va_start(arguments, text);
  format(put_console, &count, text, arguments);
  va_end(arguments);
  return count;
}
