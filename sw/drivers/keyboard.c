/* The 8042 of an AT: port 64 is status and command, port 60 data from and to the keyboard and what
 * goes with a command. Nothing is written before bit 1 of the status is 0, nothing read before bit
 * 0 is 1. The keyboard sends scan codes of set 2, of which the controller makes set 1: a code when
 * a key goes down, the same with bit 7 when it goes up, E0 in front of the keys that an AT did not
 * have. */
#include "sw/include/keyboard.h"

#include "models/machine/memory_map.h"
#include "sw/include/cpu.h"
#include "sw/include/interrupts.h"
#include "sw/include/io.h"
#include "sw/include/string.h"

#define DATA STRATA_KEYBOARD_PORT
#define CONTROL STRATA_KEYBOARD_COMMAND_PORT

#define OUTPUT_FULL 0x01
#define INPUT_FULL 0x02
#define FROM_MOUSE 0x20

#define WRITE_COMMAND_BYTE 0x60
#define TEST_CONTROLLER 0xAA
#define TEST_LINES 0xAB
#define DISABLE_LINE 0xAD
#define COMMAND_BYTE 0x65 /* IRQ 1, no mouse, translation */

#define SET_LEDS 0xED
#define ENABLE 0xF4
#define RESET 0xFF
#define ACKNOWLEDGE 0xFA
#define TEST_PASSED 0xAA

#define TRIES 10000000

#define RELEASED 0x80
#define EXTENDED 0xE0
#define CTRL 0x1D
#define LEFT_SHIFT 0x2A
#define RIGHT_SHIFT 0x36
#define CAPS_LOCK 0x3A
#define FIRST_FUNCTION 0x3B
#define LAST_FUNCTION 0x44

/* By code of set 1. */
static const char plain[] =
    "\0\033"
    "1234567890-=\b\tqwertyuiop[]\n\0asdfghjkl;'`\0\\zxcvbnm,./\0*\0 ";
static const char shifted[] =
    "\0\033"
    "!@#$%^&*()_+\b\tQWERTYUIOP{}\n\0ASDFGHJKL:\"~\0|ZXCVBNM<>?\0*\0 ";

#define WAITING 64
static volatile uint8_t waiting[WAITING];
static volatile unsigned first, count;
static int shift, ctrl, caps, extended;

static int wait_for(uint8_t mask, uint8_t wanted) {
  for (unsigned i = 0; i < TRIES; i++)
    if ((inb(CONTROL) & mask) == wanted) return 1;
  return 0;
}

static void put(uint16_t port, uint8_t value) {
  wait_for(INPUT_FULL, 0);
  outb(port, value);
}

/* 0x100: nothing came. */
static unsigned get(void) {
  return wait_for(OUTPUT_FULL, OUTPUT_FULL) ? inb(DATA) : 0x100;
}

static uint8_t character_of(uint8_t code) {
  if (extended) {
    switch (code) {
      case 0x48: return KEY_UP;
      case 0x50: return KEY_DOWN;
      case 0x4B: return KEY_LEFT;
      case 0x4D: return KEY_RIGHT;
      case 0x1C: return '\n';
      case 0x35: return '/';
      default: return KEY_NONE;
    }
  }
  if (code >= FIRST_FUNCTION && code <= LAST_FUNCTION)
    return (uint8_t)(KEY_F1 + code - FIRST_FUNCTION);
  if (code >= sizeof plain - 1) return KEY_NONE;
  char character = plain[code];
  int letter = character >= 'a' && character <= 'z';
  if (ctrl && letter) return (uint8_t)(character & 0x1F);
  return (uint8_t)(shift != (caps && letter) ? shifted[code] : character);
}

static void on_code(uint8_t code) {
  int down = !(code & RELEASED);
  uint8_t key = code & (uint8_t)~RELEASED;
  if (code == EXTENDED) {
    extended = 1;
    return;
  }
  if (key == CTRL) {
    ctrl = down;
  } else if (!extended && (key == LEFT_SHIFT || key == RIGHT_SHIFT)) {
    shift = down;
  } else if (down && key == CAPS_LOCK) {
    caps = !caps;
  } else if (down && character_of(key) != KEY_NONE && count < WAITING) {
    waiting[(first + count++) % WAITING] = character_of(key);
  }
  extended = 0;
}

static void interrupt(void) {
  uint8_t status = inb(CONTROL);
  if (!(status & OUTPUT_FULL)) return;
  uint8_t code = inb(DATA);
  if (!(status & FROM_MOUSE)) on_code(code);
}

static int ask(uint8_t command, uint8_t answer) {
  put(DATA, command);
  return get() == answer;
}

int keyboard_init(void) {
  put(CONTROL, DISABLE_LINE);
  while (inb(CONTROL) & OUTPUT_FULL) inb(DATA);
  put(CONTROL, TEST_CONTROLLER);
  if (get() != 0x55) return 1;
  put(CONTROL, TEST_LINES);
  if (get() != 0x00) return 2;
  put(CONTROL, WRITE_COMMAND_BYTE);
  put(DATA, COMMAND_BYTE & ~1);
  if (!ask(RESET, ACKNOWLEDGE) || get() != TEST_PASSED) return 3;
  if (!ask(ENABLE, ACKNOWLEDGE)) return 4;
  put(CONTROL, WRITE_COMMAND_BYTE);
  put(DATA, COMMAND_BYTE);
  irq_install(STRATA_IRQ_KEYBOARD, interrupt);
  return 0;
}

int keyboard_set_leds(uint8_t leds) {
  disable_interrupts();
  int taken = ask(SET_LEDS, ACKNOWLEDGE) && ask(leds, ACKNOWLEDGE);
  enable_interrupts();
  return taken ? 0 : 1;
}

uint8_t keyboard_get(void) {
  for (;;) {
    disable_interrupts();
    if (count != 0) break;
    sleep_until_interrupt();
  }
  uint8_t key = waiting[first];
  first = (first + 1) % WAITING;
  count--;
  enable_interrupts();
  return key;
}
