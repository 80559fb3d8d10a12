/* The 8259A pair: the slave's output is line 2 of the master. Command words as in the 8259A data
 * sheet: ICW1 to ICW4 initialise, OCW1 masks, OCW2 ends an interrupt, OCW3 chooses what a read
 * returns. */
#include "sw/include/pic.h"

#include "models/machine/memory_map.h"
#include "sw/include/io.h"

#define MASTER_COMMAND STRATA_PIC1_PORT
#define MASTER_DATA (STRATA_PIC1_PORT + 1)
#define SLAVE_COMMAND STRATA_PIC2_PORT
#define SLAVE_DATA (STRATA_PIC2_PORT + 1)
#define LINES_EACH 8

#define ICW1_INITIALISE 0x10
#define ICW1_NEEDS_ICW4 0x01
#define ICW4_8086_MODE 0x01
#define OCW2_NONSPECIFIC_EOI 0x20
#define OCW3_READ_REQUESTS 0x0A
#define OCW3_READ_IN_SERVICE 0x0B

#define CASCADE_BIT (1 << STRATA_IRQ_CASCADE)

static uint16_t masked; /* both mask registers, the master's in the low byte */

static void write_masks(void) {
  outb(MASTER_DATA, (uint8_t)masked);
  outb(SLAVE_DATA, (uint8_t)(masked >> 8));
}

void pic_init(uint8_t first_vector) {
  outb(MASTER_COMMAND, ICW1_INITIALISE | ICW1_NEEDS_ICW4);
  outb(SLAVE_COMMAND, ICW1_INITIALISE | ICW1_NEEDS_ICW4);
  outb(MASTER_DATA, first_vector); /* ICW2 */
  outb(SLAVE_DATA, (uint8_t)(first_vector + LINES_EACH));
  outb(MASTER_DATA, CASCADE_BIT);       /* ICW3 of a master: lines with a slave */
  outb(SLAVE_DATA, STRATA_IRQ_CASCADE); /* ICW3 of a slave: the line it is on */
  outb(MASTER_DATA, ICW4_8086_MODE);
  outb(SLAVE_DATA, ICW4_8086_MODE);
  masked = (uint16_t)~CASCADE_BIT;
  write_masks();
}

void pic_unmask(unsigned irq) {
  masked &= (uint16_t) ~(1u << irq);
  write_masks();
}

void pic_mask(unsigned irq) {
  masked |= (uint16_t)(1u << irq);
  write_masks();
}

void pic_end_of_interrupt(unsigned irq) {
  if (irq >= LINES_EACH) outb(SLAVE_COMMAND, OCW2_NONSPECIFIC_EOI);
  outb(MASTER_COMMAND, OCW2_NONSPECIFIC_EOI);
}

/* Reads the bit of `irq` in the register that OCW3 `which` selects. */
static bool read_bit(unsigned irq, uint8_t which) {
  uint16_t command = irq < LINES_EACH ? MASTER_COMMAND : SLAVE_COMMAND;
  outb(command, which);
  return (inb(command) >> (irq % LINES_EACH) & 1) != 0;
}

bool pic_requested(unsigned irq) {
  return read_bit(irq, OCW3_READ_REQUESTS);
}

/* A request that goes away before the CPU's acknowledge leaves the controller without a line to
 * name: it answers with its lowest priority, line 7, and sets no bit in service (8259A data sheet,
 * "interrupt sequence"). The master has seen a true request from a slave whose line 7 is spurious.
 */
bool pic_spurious(unsigned irq) {
  if (irq % LINES_EACH != LINES_EACH - 1 || read_bit(irq, OCW3_READ_IN_SERVICE)) return false;
  if (irq >= LINES_EACH) outb(MASTER_COMMAND, OCW2_NONSPECIFIC_EOI);
  return true;
}
