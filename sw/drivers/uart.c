/* Sending on the 16550, by polling. */
#include "sw/include/uart.h"

#include "models/machine/memory_map.h"
#include "sw/include/io.h"

#define UART_DATA STRATA_UART_PORT /* transmitter holding; divisor low when DLAB is set */
#define UART_INTERRUPT_ENABLE (STRATA_UART_PORT + 1) /* divisor high when DLAB is set */
#define UART_FIFO_CONTROL (STRATA_UART_PORT + 2)
#define UART_LINE_CONTROL (STRATA_UART_PORT + 3)
#define UART_LINE_STATUS (STRATA_UART_PORT + 5)

#define FIFO_ENABLE_AND_CLEAR 0x07
#define LINE_8_BITS 0x03
#define LINE_DIVISOR_ACCESS 0x80 /* DLAB */
#define STATUS_HOLDING_EMPTY 0x20

#define CLOCKS_PER_BIT 16

void uart_init(uint32_t baud) {
  uint32_t divisor = STRATA_UART_HZ / (CLOCKS_PER_BIT * baud);
  outb(UART_INTERRUPT_ENABLE, 0);
  outb(UART_LINE_CONTROL, LINE_DIVISOR_ACCESS);
  outb(UART_DATA, (uint8_t)divisor);
  outb(UART_INTERRUPT_ENABLE, (uint8_t)(divisor >> 8));
  outb(UART_LINE_CONTROL, LINE_8_BITS);
  outb(UART_FIFO_CONTROL, FIFO_ENABLE_AND_CLEAR);
}

void uart_put_char(char character) {
  while ((inb(UART_LINE_STATUS) & STATUS_HOLDING_EMPTY) == 0) {
  }
  outb(UART_DATA, (uint8_t)character);
}

void uart_put_string(const char* text) {
  while (*text != '\0') uart_put_char(*text++);
}
