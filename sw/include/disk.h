/* The disk by either way: a driver that does not know that its machine may be virtual, and one that
 * does. The kit has both; which one is there to be used says the machine at run time. */
#ifndef STRATA_SW_DISK_H
#define STRATA_SW_DISK_H

#include <stdbool.h>
#include <stdint.h>

#define DISK_SECTOR_BYTES 512

struct disk_driver {
  const char* name;
  bool (*init)(void); /* false: the machine has no disk, or not this way to it */
  /* Any number of sectors but 0; `data` is at a multiple of 4. False: error() says why. */
  bool (*read)(uint32_t lba, uint32_t sectors, void* data);
  bool (*write)(uint32_t lba, uint32_t sectors, const void* data);
  bool (*flush)(void);
  uint32_t (*error)(void); /* of the latest failure, as the way has it */
};

/* ATA registers, a word after the other (sw/include/ata.h). */
extern const struct disk_driver disk_pio;
/* Whole buffers by calls of port ABBA (sw/include/pv.h). */
extern const struct disk_driver disk_pv;

/* disk_pv where somebody answers at port ABBA, else disk_pio. */
const struct disk_driver* find_disk_driver(void);

#endif
