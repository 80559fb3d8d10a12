/* The keyboard behind an 8042, by interrupts. */
#ifndef STRATA_SW_KEYBOARD_H
#define STRATA_SW_KEYBOARD_H

#include <stdint.h>

/* Keys without a character. */
#define KEY_NONE 0
#define KEY_UP 0x80
#define KEY_DOWN 0x81
#define KEY_LEFT 0x82
#define KEY_RIGHT 0x83
#define KEY_F1 0x90 /* F1 to F10 */

/* Tests controller and keyboard, and takes IRQ 1 from then on. 0, or which step failed. */
int keyboard_init(void);

/* The next key that went down: its character on a US keyboard, with Shift and Ctrl, or one of those
 * above. Sleeps until there is one. */
uint8_t keyboard_get(void);

/* Of the keyboard: bit 0 Scroll Lock, 1 Num Lock, 2 Caps Lock. 0 if it has taken them. */
int keyboard_set_leds(uint8_t leds);

#endif
