/* The disk by calls of port ABBA: a list of one entry moves up to 256 sectors. */
#include "sw/include/disk.h"
#include "sw/include/pv.h"

static uint32_t latest_error;

static bool transfer(uint32_t lba, uint32_t sectors, uint32_t address, uint32_t direction) {
  const struct pv_transfer entry = {lba, sectors, address, direction};
  uint32_t error = pv_list(&entry, 1);
  if (error != 0) latest_error = error;
  return error == 0;
}

static bool transfer_all(uint32_t lba, uint32_t sectors, uint32_t address, uint32_t direction) {
  while (sectors != 0) {
    uint32_t now = sectors < STRATA_PV_MOST_SECTORS ? sectors : STRATA_PV_MOST_SECTORS;
    if (!transfer(lba, now, address, direction)) return false;
    lba += now;
    sectors -= now;
    address += now * DISK_SECTOR_BYTES;
  }
  return true;
}

/* A flush succeeds without a disk, too; only a sector tells. */
static bool init(void) {
  static uint32_t sector[DISK_SECTOR_BYTES / 4];
  return pv_present() && transfer(0, 1, (uint32_t)sector, STRATA_PV_READ);
}

static bool read(uint32_t lba, uint32_t sectors, void* data) {
  return transfer_all(lba, sectors, (uint32_t)data, STRATA_PV_READ);
}

static bool write(uint32_t lba, uint32_t sectors, const void* data) {
  return transfer_all(lba, sectors, (uint32_t)data, STRATA_PV_WRITE);
}

static bool flush(void) {
  return transfer(0, 0, 0, STRATA_PV_FLUSH);
}

static uint32_t error(void) {
  return latest_error;
}

const struct disk_driver disk_pv = {"pv", init, read, write, flush, error};

const struct disk_driver* find_disk_driver(void) {
  return pv_present() ? &disk_pv : &disk_pio;
}
