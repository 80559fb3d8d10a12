/* The disk by either way: writes sectors, flushes, reads them back and compares, by calls of port
 * ABBA where somebody answers there, by the ATA registers where not. Option pv=0 asks nobody;
 * sectors=N (1..256) and lba=N are as those of the demo `disk`, and so is what is written. By calls
 * the sectors are then read once more in each way there is: one a call, a list, the ring. */
#include <stdbool.h>

#include "sw/demos/disk_pattern.h"
#include "sw/include/disk.h"
#include "sw/include/guest.h"
#include "sw/include/printf.h"
#include "sw/include/pv.h"
#include "sw/include/string.h"

#define DEFAULT_SECTORS 16
#define DEFAULT_LBA 8
#define MOST_SECTORS 256
#define WORDS_PER_SECTOR (DISK_SECTOR_BYTES / 4)

static uint32_t written[MOST_SECTORS * WORDS_PER_SECTOR];
static uint32_t read_back[MOST_SECTORS * WORDS_PER_SECTOR];

/* Of what was done to read `sectors` sectors back. */
static bool check(const char* what, bool done, uint32_t sectors, uint32_t error) {
  bool equal = done;
  for (uint32_t i = 0; equal && i < sectors * WORDS_PER_SECTOR; i++)
    equal = written[i] == read_back[i];
  if (!done)
    printf("%s: FAILED, error %u\n", what, error);
  else
    printf("%s: %s\n", what, equal ? "ok" : "WRONG");
  memset(read_back, 0, sectors * DISK_SECTOR_BYTES);
  return equal;
}

static struct pv_transfer read_of(uint32_t lba, uint32_t sector) {
  uint32_t address = (uint32_t)&read_back[sector * WORDS_PER_SECTOR];
  return (struct pv_transfer){lba + sector, 1, address, STRATA_PV_READ};
}

static bool one_a_call(uint32_t lba, uint32_t sectors) {
  uint32_t error = 0;
  for (uint32_t i = 0; error == 0 && i < sectors; i++) {
    const struct pv_transfer sector = read_of(lba, i);
    const uint32_t arguments[4] = {sector.lba, 0, sector.address};
    error = pv_call(STRATA_PV_CALL_DISK_READ, arguments);
  }
  return check("one sector a call", error == 0, sectors, error);
}

static bool lists(uint32_t lba, uint32_t sectors) {
  static struct pv_transfer entries[STRATA_PV_LIST_ENTRIES];
  uint32_t error = 0;
  for (uint32_t first = 0; error == 0 && first < sectors;) {
    unsigned count = 0;
    while (count < STRATA_PV_LIST_ENTRIES && first < sectors)
      entries[count++] = read_of(lba, first++);
    error = pv_list(entries, count);
  }
  return check("lists", error == 0, sectors, error);
}

/* As many in flight as fit; each that is done makes room for the next. */
static bool ring(uint32_t lba, uint32_t sectors) {
  uint32_t error = 0;
  uint32_t posted = 0;
  pv_ring_init();
  for (uint32_t done = 0; error == 0 && done < sectors; done++) {
    bool more = false;
    for (; posted < sectors && posted - done < STRATA_PV_RING_ENTRIES; posted++, more = true) {
      const struct pv_transfer sector = read_of(lba, posted);
      pv_ring_post(&sector);
    }
    if (more) pv_ring_start();
    error = pv_ring_wait(done);
  }
  return check("ring", error == 0 && pv_ring_interrupts() != 0, sectors, error);
}

int main(void) {
  uint32_t lba = option("lba", DEFAULT_LBA);
  uint32_t sectors = option("sectors", DEFAULT_SECTORS);
  const struct disk_driver* disk = option("pv", 1) != 0 ? find_disk_driver() : &disk_pio;

  printf("disk_pv: by %s\n", disk->name);
  if (sectors == 0 || sectors > MOST_SECTORS) {
    printf("sectors=%u is not in 1..%u\n", sectors, MOST_SECTORS);
    return 1;
  }
  if (!disk->init()) {
    printf("no disk; give the machine one with --disk\n");
    return 1;
  }
  fill_pattern(written, lba, sectors);
  bool done =
      disk->write(lba, sectors, written) && disk->flush() && disk->read(lba, sectors, read_back);
  bool ok = check("write, flush, read", done, sectors, disk->error());
  if (ok && disk == &disk_pv)
    ok = one_a_call(lba, sectors) && lists(lba, sectors) && ring(lba, sectors);
  printf(ok ? "disk_pv: ok\n" : "disk_pv: WRONG\n");
  return ok ? 0 : 1;
}
