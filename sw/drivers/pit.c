/* Channel 0 of the 8254 in mode 2, the rate generator: it counts down from the period, and each
 * time it would reach 0 it starts over and raises its interrupt line. */
#include "sw/include/pit.h"

#include "models/machine/memory_map.h"
#include "sw/include/cpu.h"
#include "sw/include/interrupts.h"
#include "sw/include/io.h"
#include "sw/include/pic.h"

#define PIT_CHANNEL_0 STRATA_PIT_PORT
#define PIT_CONTROL (STRATA_PIT_PORT + 3)

/* Control word: channel 0, then how the 16-bit count is accessed, mode, binary. */
#define CONTROL_LATCH 0x00 /* holds the count for the next two reads */
#define CONTROL_LOW_THEN_HIGH 0x30
#define CONTROL_RATE_GENERATOR 0x04 /* mode 2 */

volatile uint32_t pit_ticks;
static uint32_t period;

static void tick(void) {
  pit_ticks++;
}

void pit_start(uint32_t new_period) {
  disable_interrupts();
  period = new_period;
  outb(PIT_CONTROL, CONTROL_LOW_THEN_HIGH | CONTROL_RATE_GENERATOR);
  outb(PIT_CHANNEL_0, (uint8_t)period); /* a count of 0 stands for 65536 */
  outb(PIT_CHANNEL_0, (uint8_t)(period >> 8));
  pit_ticks = 0;
  irq_install(STRATA_IRQ_PIT, tick);
  enable_interrupts();
}

/* Clocks since the latest tick. */
static uint32_t clocks_in_period(void) {
  outb(PIT_CONTROL, CONTROL_LATCH);
  uint32_t count = inb(PIT_CHANNEL_0);
  count |= (uint32_t)inb(PIT_CHANNEL_0) << 8;
  if (count == 0) count = PIT_LONGEST_PERIOD;
  return period - count;
}

void pit_sleep_to_next_tick(void) {
  uint32_t seen = pit_ticks;
  for (;;) {
    disable_interrupts();
    if (pit_ticks != seen) break;
    sleep_until_interrupt();
  }
  enable_interrupts();
}

uint32_t pit_clocks(void) {
  disable_interrupts();
  uint32_t ticks = pit_ticks;
  uint32_t clocks = clocks_in_period();
  /* The count may have started over since interrupts were disabled; its tick is then still
   * requested, and the count is read once more because it is not known on which side of the tick it
   * was. */
  if (pic_requested(STRATA_IRQ_PIT)) {
    ticks++;
    clocks = clocks_in_period();
  }
  enable_interrupts();
  return ticks * period + clocks;
}
