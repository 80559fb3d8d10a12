/* Shows what is typed, as a terminal does, and says it on the debug console, with the function
 * keys. A line `exit` ends it. Caps Lock's lamp is lit at first, to see that the keyboard takes
 * that. Status 1: there is no keyboard. */
#include "sw/include/cpu.h"
#include "sw/include/keyboard.h"
#include "sw/include/printf.h"
#include "sw/include/string.h"
#include "sw/include/vga.h"

#define LONGEST 78
#define CAPS_LOCK_LED 4

static char line[LONGEST + 1];

static void show(char character) {
  vga_put_char(character);
  vga_show_cursor();
}

/* A line without its end. */
static void read_line(void) {
  unsigned length = 0;
  for (;;) {
    uint8_t key = keyboard_get();
    if (key == '\n') break;
    if (key == '\b' && length > 0) {
      length--;
      vga_move_cursor(24, 2 + length);
      show(' ');
      vga_move_cursor(24, 2 + length);
      vga_show_cursor();
    } else if (key >= ' ' && key < 0x7F && length < LONGEST - 2) {
      line[length++] = (char)key;
      show((char)key);
    } else if (key >= KEY_F1 && key < KEY_F1 + 10) {
      log_printf("key: F%u\n", key - KEY_F1 + 1u);
    }
  }
  line[length] = '\0';
  show('\n');
}

int main(void) {
  int failed = keyboard_init();
  if (failed == 0 && keyboard_set_leds(CAPS_LOCK_LED) != 0) failed = 5;
  if (failed != 0) {
    printf("no keyboard: step %d\n", failed);
    return 1;
  }
  vga_move_cursor(24, 0);
  printf("typewriter\n");
  do {
    printf("> ");
    vga_show_cursor();
    read_line();
    log_printf("typed: %s\n", line);
  } while (strcmp(line, "exit") != 0);
  return 0;
}
