/* Page tables for the benchmarks of the ladder: the first 4 MiB are mapped to themselves, and
 * another 4 MiB are the benchmark's to map. */
#ifndef STRATA_SW_LADDER_PAGING_H
#define STRATA_SW_LADDER_PAGING_H

#include <stdint.h>

#define PAGE_BYTES 4096u
#define PAGE_WORDS (PAGE_BYTES / 4)
#define ENTRIES 1024u
#define REGION 0x40000000u /* of the benchmark */

/* SDM volume 3A, tables 4-5 and 4-6. */
#define PRESENT 1u
#define WRITABLE 2u

static uint32_t page_directory[ENTRIES] __attribute__((aligned(4096)));
static uint32_t first_table[ENTRIES] __attribute__((aligned(4096)));
static uint32_t region_table[ENTRIES] __attribute__((aligned(4096)));

/* A page of the region. */
static inline const volatile uint32_t* page_at(uint32_t page) {
  return (const volatile uint32_t*)(REGION + page * PAGE_BYTES);
}

static inline uint32_t entry_of(const uint32_t* frame) {
  return (uint32_t)frame | PRESENT | WRITABLE;
}

/* Makes the TLB forget all pages. */
static inline void load_page_directory(void) {
  __asm__ volatile("movl %0, %%cr3" : : "r"(page_directory) : "memory");
}

/* The region has no pages yet. */
static inline void start_paging(void) {
  for (uint32_t page = 0; page < ENTRIES; page++)
    first_table[page] = page * PAGE_BYTES | PRESENT | WRITABLE;
  page_directory[0] = entry_of(first_table);
  page_directory[REGION >> 22] = entry_of(region_table);
  load_page_directory();
  uint32_t cr0;
  __asm__ volatile("movl %%cr0, %0" : "=r"(cr0));
  __asm__ volatile("movl %0, %%cr0; jmp 1f; 1:" : : "r"(cr0 | 0x80000000u) : "memory");
}

#endif
