/* One sector written by the ATA registers and then by a call of port ABBA, each under a label, so
 * that waves and figures show one beside the other. Options lba=N (8) and sectors=N (1): so many
 * each way. */
#include "sw/demos/disk_pattern.h"
#include "sw/include/disk.h"
#include "sw/include/guest.h"
#include "sw/include/printf.h"
#include "sw/include/pv.h"
#include "sw/include/string.h"

#define DEFAULT_LBA 8
#define MOST_SECTORS 256
#define WORDS_PER_SECTOR (DISK_SECTOR_BYTES / 4)

static uint32_t data[MOST_SECTORS * WORDS_PER_SECTOR];

static void label(const char* text) {
  const uint32_t arguments[4] = {(uint32_t)text, strlen(text)};
  pv_call(STRATA_PV_CALL_LABEL, arguments);
}

static bool write_by_registers(uint32_t lba, uint32_t sectors) {
  bool written = true;
  for (uint32_t i = 0; written && i < sectors; i++)
    written = disk_pio.write(lba + i, 1, &data[i * WORDS_PER_SECTOR]);
  return written;
}

static bool write_by_calls(uint32_t lba, uint32_t sectors) {
  bool written = true;
  for (uint32_t i = 0; written && i < sectors; i++) {
    const uint32_t arguments[4] = {lba + i, 0, (uint32_t)&data[i * WORDS_PER_SECTOR]};
    written = pv_call(STRATA_PV_CALL_DISK_WRITE, arguments) == 0;
  }
  return written;
}

int main(void) {
  uint32_t lba = option("lba", DEFAULT_LBA);
  uint32_t sectors = option("sectors", 1);

  if (!pv_present() || sectors == 0 || sectors > MOST_SECTORS || !disk_pio.init()) {
    printf("two_ways: no disk, nobody at port ABBA, or sectors is not in 1..%u\n", MOST_SECTORS);
    return 1;
  }
  fill_pattern(data, lba, sectors);
  label("by registers");
  bool ok = write_by_registers(lba, sectors);
  label("by a call");
  ok = write_by_calls(lba + sectors, sectors) && ok;
  label("done");
  printf("two_ways: %s\n", ok ? "ok" : "FAILED");
  return ok ? 0 : 1;
}
