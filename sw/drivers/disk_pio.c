/* The disk by the registers of the ATA controller. */
#include "sw/include/ata.h"
#include "sw/include/disk.h"

static uint32_t at_most(uint32_t sectors) {
  return sectors < ATA_MOST_SECTORS ? sectors : ATA_MOST_SECTORS;
}

static bool read(uint32_t lba, uint32_t sectors, void* data) {
  uint8_t* to = data;
  while (sectors != 0) {
    uint32_t now = at_most(sectors);
    if (!ata_read(lba, now, to)) return false;
    lba += now;
    sectors -= now;
    to += now * ATA_SECTOR_BYTES;
  }
  return true;
}

static bool write(uint32_t lba, uint32_t sectors, const void* data) {
  const uint8_t* from = data;
  while (sectors != 0) {
    uint32_t now = at_most(sectors);
    if (!ata_write(lba, now, from)) return false;
    lba += now;
    sectors -= now;
    from += now * ATA_SECTOR_BYTES;
  }
  return true;
}

static uint32_t error(void) {
  return ata_error();
}

const struct disk_driver disk_pio = {"pio", ata_init, read, write, ata_flush, error};
