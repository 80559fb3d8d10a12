/* A machine with everything under way at once: the timer interrupts all the time, sectors go to the
 * disk and back on interrupts, and the serial line sends. What it shows and leaves behind depends
 * on no timing, so two runs of it that took different turns have to end alike. */
#include "sw/include/ata.h"
#include "sw/include/cpu.h"
#include "sw/include/guest.h"
#include "sw/include/pit.h"
#include "sw/include/printf.h"
#include "sw/include/string.h"
#include "sw/include/uart.h"

#define TICK_HZ 4000
#define BAUD 115200
#define ROUNDS 6
#define SECTORS 2
#define WORDS (SECTORS * ATA_SECTOR_BYTES / 4)

static uint32_t written[WORDS];
static uint32_t read_back[WORDS];

/* With interrupts off, so that those that come meanwhile wait. */
static uint32_t mix(uint32_t seed) {
  disable_interrupts();
  for (unsigned n = 0; n < WORDS; n++) {
    seed = seed * 1664525u + 1013904223u;
    written[n] = seed ^ (seed >> 13) / 7;
  }
  enable_interrupts();
  return seed;
}

int main(void) {
  uint32_t seed = 1;

  if (!ata_init()) {
    printf("no disk; give the machine one with --disk\n");
    return 1;
  }
  uart_init(BAUD);
  pit_start(STRATA_PIT_HZ / TICK_HZ);
  for (unsigned round = 0; round < ROUNDS; round++) {
    seed = mix(seed);
    uart_put_string("round ");
    uart_put_char((char)('0' + round));
    if (!ata_write(4 + round * SECTORS, SECTORS, written)) return 2;
    uart_put_string(" written,");
    if (!ata_flush() || !ata_read(4 + round * SECTORS, SECTORS, read_back)) return 3;
    uart_put_string(" read\n");
    if (memcmp(written, read_back, sizeof written) != 0) return 4;
    printf("round %u: seed %08x\n", round, seed);
    pit_sleep_to_next_tick();
  }
  printf("busy: ok\n");
  return 0;
}
