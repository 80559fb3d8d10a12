/* Page faults: pages that are not there are read, each gets a frame from the handler, and all are
 * taken away again. */
#include "sw/benchmarks/ladder/ladder.h"
#include "sw/benchmarks/ladder/paging.h"
#include "sw/include/interrupts.h"

#define PAGE_FAULT 14
#define PAGES 256u
#define FRAMES 16u

/* Page p shows frame p modulo FRAMES, whose words are numbered through all frames; its word p is
 * read. */
#define EXPECTED \
  (PAGES / FRAMES * PAGE_WORDS * (FRAMES / 2 * (FRAMES - 1)) + PAGES / 2 * (PAGES - 1))

static uint32_t frames[FRAMES][PAGE_WORDS] __attribute__((aligned(4096)));
static uint32_t faults;

static bool on_page_fault(const struct interrupt_frame* frame) {
  uint32_t linear;
  __asm__ volatile("movl %%cr2, %0" : "=r"(linear));
  const uint32_t page = (linear - REGION) / PAGE_BYTES;
  if (page >= PAGES || frame->error_code != 0) return false; /* not there, read, at level 0 */
  region_table[page] = entry_of(frames[page % FRAMES]);
  faults++;
  return true;
}

static uint32_t work(void) {
  uint32_t sum = 0;
  faults = 0;
  for (uint32_t page = 0; page < PAGES; page++) sum += page_at(page)[page];
  for (uint32_t page = 0; page < PAGES; page++) region_table[page] = 0;
  load_page_directory();
  return faults == PAGES ? sum : faults;
}

int main(void) {
  for (uint32_t word = 0; word < FRAMES * PAGE_WORDS; word++)
    frames[word / PAGE_WORDS][word % PAGE_WORDS] = word;
  exception_install(PAGE_FAULT, on_page_fault);
  start_paging();
  return ladder("faults", work, EXPECTED, 1);
}
