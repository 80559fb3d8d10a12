/* The disk, by the PIO protocols of ATA/ATAPI-6. The device owns the task file while BSY is set;
 * DRQ asks for, or offers, one sector through the data register.
 *
 * Data in (IDENTIFY and READ): one interrupt before each sector.
 * Data out (WRITE): no interrupt before the first sector, one after each.
 * No data (FLUSH CACHE): one interrupt at the end. */
#include "sw/include/ata.h"

#include "models/machine/memory_map.h"
#include "sw/include/cpu.h"
#include "sw/include/interrupts.h"
#include "sw/include/io.h"
#include "sw/include/string.h"

#define ATA_DATA STRATA_ATA_COMMAND_PORT
#define ATA_ERROR (STRATA_ATA_COMMAND_PORT + 1)
#define ATA_SECTOR_COUNT (STRATA_ATA_COMMAND_PORT + 2)
#define ATA_LBA_LOW (STRATA_ATA_COMMAND_PORT + 3)
#define ATA_LBA_MID (STRATA_ATA_COMMAND_PORT + 4)
#define ATA_LBA_HIGH (STRATA_ATA_COMMAND_PORT + 5)
#define ATA_DEVICE (STRATA_ATA_COMMAND_PORT + 6)
#define ATA_COMMAND (STRATA_ATA_COMMAND_PORT + 7)
#define ATA_STATUS ATA_COMMAND /* reading it withdraws the interrupt request */
#define ATA_DEVICE_CONTROL STRATA_ATA_CONTROL_PORT
#define ATA_ALTERNATE_STATUS STRATA_ATA_CONTROL_PORT /* reading it does not */

#define STATUS_BSY 0x80 /* busy: nothing else is valid */
#define STATUS_DF 0x20  /* device fault */
#define STATUS_DRQ 0x08 /* data request */
#define STATUS_ERR 0x01 /* the error register says why */

#define CONTROL_SRST 0x04 /* software reset; clear, interrupts are enabled (nIEN = 0) */

#define DEVICE_LBA 0xE0 /* device 0, LBA; bits 3:0 are LBA bits 27:24 */

#define COMMAND_READ_SECTORS 0x20
#define COMMAND_WRITE_SECTORS 0x30
#define COMMAND_FLUSH_CACHE 0xE7
#define COMMAND_IDENTIFY_DEVICE 0xEC

#define WORDS_PER_SECTOR (ATA_SECTOR_BYTES / 2)

/* Words of the IDENTIFY DEVICE data (table 20). */
#define IDENTIFY_SERIAL 10  /* 10 words */
#define IDENTIFY_MODEL 27   /* 20 words */
#define IDENTIFY_SECTORS 60 /* 2 words */

static volatile uint32_t pending; /* interrupts not yet waited for */
static volatile uint8_t status;   /* as of the latest of them */
static uint32_t interrupts;
static uint8_t error;

static bool by_words;

static void handle_interrupt(void) {
  status = inb(ATA_STATUS);
  pending++;
}

/* Sleeps until the device has interrupted once more. */
static void wait_for_interrupt(void) {
  for (;;) {
    disable_interrupts();
    if (pending != 0) break;
    sleep_until_interrupt();
  }
  pending--;
  interrupts++;
  enable_interrupts();
}

/* BSY is valid 400 ns after a register write; a read of the alternate status takes at least 100 ns.
 */
static void wait_400_ns(void) {
  for (unsigned reads = 0; reads < 4; reads++) inb(ATA_ALTERNATE_STATUS);
}

static uint8_t wait_while_busy(void) {
  uint8_t now;
  wait_400_ns();
  do now = inb(ATA_ALTERNATE_STATUS);
  while ((now & STATUS_BSY) != 0);
  return now;
}

static bool succeeded(uint8_t with_status) {
  if ((with_status & (STATUS_ERR | STATUS_DF)) == 0) return true;
  error = inb(ATA_ERROR);
  return false;
}

static void command(uint8_t code, uint32_t lba, unsigned sectors) {
  wait_while_busy();
  disable_interrupts();
  pending = 0;
  outb(ATA_SECTOR_COUNT, (uint8_t)sectors);
  outb(ATA_LBA_LOW, (uint8_t)lba);
  outb(ATA_LBA_MID, (uint8_t)(lba >> 8));
  outb(ATA_LBA_HIGH, (uint8_t)(lba >> 16));
  outb(ATA_DEVICE, (uint8_t)(DEVICE_LBA | (lba >> 24 & 0x0F)));
  outb(ATA_COMMAND, code);
  enable_interrupts();
}

/* What an ATA device leaves in its registers after a reset (ATA/ATAPI-6, 9.12); a packet device has
 * other values, and where there is no device the bus reads all ones or zeros. */
static bool has_ata_signature(void) {
  return inb(ATA_SECTOR_COUNT) == 1 && inb(ATA_LBA_LOW) == 1 && inb(ATA_LBA_MID) == 0 &&
         inb(ATA_LBA_HIGH) == 0;
}

bool ata_init(void) {
  outb(ATA_DEVICE, DEVICE_LBA); /* whoever ran before may have left device 1 selected */
  outb(ATA_DEVICE_CONTROL, CONTROL_SRST);
  for (unsigned pulse = 0; pulse < 13; pulse++) wait_400_ns(); /* SRST for at least 5 us */
  outb(ATA_DEVICE_CONTROL, 0);
  if (inb(ATA_ALTERNATE_STATUS) == 0xFF) return false; /* BSY would never end */
  wait_while_busy();
  interrupts = 0;
  irq_install(STRATA_IRQ_ATA, handle_interrupt);
  return has_ata_signature();
}

static void sector_in(uint16_t* words) {
  if (!by_words) return insw(ATA_DATA, words, WORDS_PER_SECTOR);
  for (unsigned word = 0; word < WORDS_PER_SECTOR; word++) words[word] = inw(ATA_DATA);
}

static void sector_out(const uint16_t* words) {
  if (!by_words) return outsw(ATA_DATA, words, WORDS_PER_SECTOR);
  for (unsigned word = 0; word < WORDS_PER_SECTOR; word++) outw(ATA_DATA, words[word]);
}

void ata_move_by_words(bool whether) {
  by_words = whether;
}

static bool transfer_in(unsigned sectors, void* data) {
  uint16_t* words = data;
  for (; sectors != 0; sectors--, words += WORDS_PER_SECTOR) {
    wait_for_interrupt();
    if (!succeeded(status)) return false;
    sector_in(words);
  }
  return true;
}

bool ata_identify(struct ata_identity* identity) {
  uint16_t words[WORDS_PER_SECTOR];
  command(COMMAND_IDENTIFY_DEVICE, 0, 0);
  if (!transfer_in(1, words)) return false;
  /* Strings have their characters in the order high byte, low byte. */
  for (unsigned word = 0; word < 20; word++) {
    identity->model[2 * word] = (char)(words[IDENTIFY_MODEL + word] >> 8);
    identity->model[2 * word + 1] = (char)words[IDENTIFY_MODEL + word];
  }
  for (unsigned word = 0; word < 10; word++) {
    identity->serial[2 * word] = (char)(words[IDENTIFY_SERIAL + word] >> 8);
    identity->serial[2 * word + 1] = (char)words[IDENTIFY_SERIAL + word];
  }
  /* ... and are filled up with blanks. */
  identity->model[40] = identity->serial[20] = '\0';
  for (char* end = identity->model + 39; end >= identity->model && *end == ' '; end--) *end = '\0';
  for (char* end = identity->serial + 19; end >= identity->serial && *end == ' '; end--)
    *end = '\0';
  identity->sectors = words[IDENTIFY_SECTORS] | (uint32_t)words[IDENTIFY_SECTORS + 1] << 16;
  return true;
}

bool ata_read(uint32_t lba, unsigned sectors, void* data) {
  command(COMMAND_READ_SECTORS, lba, sectors);
  return transfer_in(sectors, data);
}

bool ata_write(uint32_t lba, unsigned sectors, const void* data) {
  const uint16_t* words = data;
  command(COMMAND_WRITE_SECTORS, lba, sectors);
  uint8_t now = wait_while_busy(); /* only the first sector is asked for without an interrupt */
  for (; sectors != 0; sectors--, words += WORDS_PER_SECTOR) {
    if (!succeeded(now)) return false;
    sector_out(words);
    wait_for_interrupt();
    now = status;
  }
  return succeeded(now);
}

bool ata_flush(void) {
  command(COMMAND_FLUSH_CACHE, 0, 0);
  wait_for_interrupt();
  return succeeded(status);
}

uint8_t ata_error(void) {
  return error;
}

uint32_t ata_interrupts(void) {
  return interrupts;
}
