/* Stores sectors on the disk and proves that they are there: identify, write, flush, read back into
 * another buffer, compare checksums. Options: sectors=N (1..128) and lba=N. The image can be
 * checked from outside (sw/demos/disk_pattern.h). */
#include <stdbool.h>

#include "sw/demos/disk_pattern.h"
#include "sw/include/ata.h"
#include "sw/include/guest.h"
#include "sw/include/printf.h"
#include "sw/include/string.h"

#define DEFAULT_SECTORS 16
#define DEFAULT_LBA 8
#define MOST_SECTORS 128
#define WORDS_PER_SECTOR (ATA_SECTOR_BYTES / 4)

static uint32_t written[MOST_SECTORS * WORDS_PER_SECTOR];
static uint32_t read_back[MOST_SECTORS * WORDS_PER_SECTOR];

/* Depends on the value and on the place of every word. */
static uint32_t checksum(const uint32_t* words, unsigned count) {
  uint32_t sum = 0;
  while (count-- != 0) sum = (sum << 1 | sum >> 31) + *words++;
  return sum;
}

static bool step(const char* what, bool done) {
  if (done)
    printf("%s: done\n", what);
  else
    printf("%s: FAILED, error register %02x\n", what, ata_error());
  return done;
}

static bool store(uint32_t lba, unsigned sectors) {
  fill_pattern(written, lba, sectors);
  memset(read_back, 0, sectors * ATA_SECTOR_BYTES);
  printf("writing sectors %u to %u\n", lba, lba + sectors - 1);
  return step("WRITE SECTORS", ata_write(lba, sectors, written)) &&
         step("FLUSH CACHE", ata_flush()) &&
         step("READ SECTORS", ata_read(lba, sectors, read_back));
}

int main(void) {
  uint32_t lba = option("lba", DEFAULT_LBA);
  uint32_t sectors = option("sectors", DEFAULT_SECTORS);
  struct ata_identity identity;

  printf("disk: ATA PIO on interrupts\n");
  if (sectors == 0 || sectors > MOST_SECTORS) {
    printf("sectors=%u is not in 1..%u\n", sectors, MOST_SECTORS);
    return 1;
  }
  if (!ata_init()) {
    printf("no disk; give the machine one with --disk\n");
    return 1;
  }
  if (!step("IDENTIFY DEVICE", ata_identify(&identity))) return 1;
  printf("model \"%s\", %u sectors\n", identity.model, identity.sectors);
  if (lba >= identity.sectors || sectors > identity.sectors - lba) {
    printf("the disk is too small: sectors %u to %u are needed\n", lba, lba + sectors - 1);
    return 1;
  }
  if (!store(lba, sectors)) return 1;

  uint32_t expected = checksum(written, sectors * WORDS_PER_SECTOR);
  uint32_t found = checksum(read_back, sectors * WORDS_PER_SECTOR);
  printf("checksum written %08x, read %08x\n", expected, found);
  printf("%u interrupts\n", ata_interrupts());
  printf(expected == found ? "disk: ok\n" : "disk: WRONG\n");
  return expected == found ? 0 : 1;
}
