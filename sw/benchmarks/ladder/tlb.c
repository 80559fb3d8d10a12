/* TLB pressure: 1024 pages, more than any TLB here holds, are read across in an order that has no
 * neighbours. They show 64 frames, which a cache may hold. */
#include "sw/benchmarks/ladder/ladder.h"
#include "sw/benchmarks/ladder/paging.h"

#define PAGES ENTRIES
#define FRAMES 64u
#define ROUNDS 16u
#define STRIDE 389u /* odd, so that each round goes through all pages */

/* Page p shows frame p modulo FRAMES, whose words are numbered through all frames; its word p is
 * read. */
#define EXPECTED \
  (ROUNDS * (PAGES / FRAMES * PAGE_WORDS * (FRAMES / 2 * (FRAMES - 1)) + PAGES / 2 * (PAGES - 1)))

static uint32_t frames[FRAMES][PAGE_WORDS] __attribute__((aligned(4096)));

static uint32_t work(void) {
  uint32_t sum = 0;
  uint32_t page = 0;
  for (uint32_t access = 0; access < ROUNDS * PAGES; access++) {
    sum += page_at(page)[page];
    page = (page + STRIDE) % PAGES;
  }
  return sum;
}

int main(void) {
  for (uint32_t word = 0; word < FRAMES * PAGE_WORDS; word++)
    frames[word / PAGE_WORDS][word % PAGE_WORDS] = word;
  for (uint32_t page = 0; page < PAGES; page++)
    region_table[page] = entry_of(frames[page % FRAMES]);
  start_paging();
  return ladder("tlb", work, EXPECTED, 1);
}
