/* What the demos of the disk write, so that an image can be checked from outside: word w of sector
 * s is (s << 16 | w) * 2654435761 modulo 2^32. */
#ifndef STRATA_SW_DISK_PATTERN_H
#define STRATA_SW_DISK_PATTERN_H

#include <stdint.h>

#define DISK_PATTERN_WORDS 128 /* of a sector */

static inline void fill_pattern(uint32_t* words, uint32_t lba, uint32_t sectors) {
  for (uint32_t sector = 0; sector < sectors; sector++)
    for (uint32_t word = 0; word < DISK_PATTERN_WORDS; word++)
      words[sector * DISK_PATTERN_WORDS + word] = ((lba + sector) << 16 | word) * 2654435761u;
}

#endif
