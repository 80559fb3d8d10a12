/* What the benchmark of the disk has in each sector, so that guest and host can make it and check
 * it. For C and C++.
 *
 * Three words of a sector, the first, one in the middle and the last, say which sector it is and
 * which pass wrote it (`seed`); the others only where it has been in the guest's row of buffers, so
 * that a guest in a hurry writes three words a sector. A sector that is old, torn, in the wrong
 * place or from the wrong buffer differs. */
#ifndef STRATA_SW_SECTOR_PATTERN_H
#define STRATA_SW_SECTOR_PATTERN_H

#include <stdint.h>

#define SECTOR_PATTERN_WORDS 128   /* of a sector */
#define SECTOR_PATTERN_BUFFERS 127 /* sector s is in buffer s modulo this */
#define SECTOR_PATTERN_MIDDLE 63

/* From sector to sector it grows by this: a guest need not multiply. */
#define SECTOR_STAMP_STEP 2654435761u

static inline uint32_t sector_stamp(uint32_t sector, uint32_t seed) {
  return sector * SECTOR_STAMP_STEP + seed * 2246822519u;
}

/* The words that say which sector it is. */
static inline void put_stamp(uint32_t* words, uint32_t stamp) {
  words[0] = stamp;
  words[SECTOR_PATTERN_MIDDLE] = ~stamp;
  words[SECTOR_PATTERN_WORDS - 1] = stamp + 0x9E3779B9u;
}

static inline int has_stamp(const uint32_t* words, uint32_t stamp) {
  return words[0] == stamp && words[SECTOR_PATTERN_MIDDLE] == ~stamp &&
         words[SECTOR_PATTERN_WORDS - 1] == stamp + 0x9E3779B9u;
}

/* All words, those of the stamp among them, as buffer `buffer` has them for good. */
static inline void fill_buffer(uint32_t* words, uint32_t buffer) {
  for (uint32_t word = 0; word < SECTOR_PATTERN_WORDS; word++)
    words[word] = (buffer << 8 | word) * 2246822519u;
}

static inline void fill_sector(uint32_t* words, uint32_t sector, uint32_t seed) {
  fill_buffer(words, sector % SECTOR_PATTERN_BUFFERS);
  put_stamp(words, sector_stamp(sector, seed));
}

#endif
