/* The disk: device 0 of the ATA channel at 1F0, PIO transfers with 28-bit LBA, on interrupts. */
#ifndef STRATA_SW_ATA_H
#define STRATA_SW_ATA_H

#include <stdbool.h>
#include <stdint.h>

#define ATA_SECTOR_BYTES 512
#define ATA_MOST_SECTORS 255 /* in one call */

struct ata_identity {
  char model[41];
  char serial[21];
  uint32_t sectors;
};

/* Resets the channel and installs the interrupt handler; false if there is no device. */
bool ata_init(void);

/* All return false if the device ended the command with ERR or DF; ata_error() then says why. */
bool ata_identify(struct ata_identity* identity);
bool ata_read(uint32_t lba, unsigned sectors, void* data);
bool ata_write(uint32_t lba, unsigned sectors, const void* data);
bool ata_flush(void);

/* Whether the words of a sector are moved one instruction each (OUT, IN) instead of all by one (REP
 * OUTSW, REP INSW), as they are else. */
void ata_move_by_words(bool by_words);

/* The error register as of the latest failure. */
uint8_t ata_error(void);

/* Interrupts the commands since ata_init have waited for. */
uint32_t ata_interrupts(void);

#endif
