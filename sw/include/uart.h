/* Sending on the 16550. */
#ifndef STRATA_SW_UART_H
#define STRATA_SW_UART_H

#include <stdint.h>

/* 8 data bits, no parity, one stop bit, at `baud` (a divisor of 115200). */
void uart_init(uint32_t baud);

/* Waits until the transmitter takes the character. */
void uart_put_char(char character);
void uart_put_string(const char* text);

#endif
