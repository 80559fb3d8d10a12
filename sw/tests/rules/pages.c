#include "sw/tests/rules/pages.h"

#include "sw/include/string.h"
#include "sw/tests/rules/machine.h"

#define PAGE_ALIGNED __attribute__((aligned(PAGE_BYTES)))
#define OPEN (PTE_P | PTE_W | PTE_U)

uint8_t frames[4][PAGE_BYTES] PAGE_ALIGNED;
uint32_t page_directory[1024] PAGE_ALIGNED;
uint32_t first_table[1024] PAGE_ALIGNED;
uint32_t test_table[1024] PAGE_ALIGNED;

void prepare_pages(void) {
  memset(page_directory, 0, sizeof(page_directory));
  memset(test_table, 0, sizeof(test_table));
  for (uint32_t n = 0; n < 1024; n++) first_table[n] = n * PAGE_BYTES | OPEN;
  page_directory[0] = (uint32_t)first_table | OPEN;
  page_directory[1] = (uint32_t)test_table | OPEN;
  for (uint32_t n = 0; n < 4; n++) {
    test_table[n] = FRAME(n) | OPEN;
    memset(frames[n], (int)(0x10 + n), PAGE_BYTES);
  }
}

void start_paging(uint32_t cr0, uint32_t cr4) {
  if (cpu_family >= 586)
    __asm__ volatile(".arch i586; movl %0, %%cr4; .arch i386" : : "r"(cr4) : "memory");
  __asm__ volatile("movl %0, %%cr3" : : "r"(page_directory) : "memory");
  __asm__ volatile("movl %0, %%cr0; jmp 1f; 1:" : : "r"(CR0_PG | CR0_PE | cr0) : "memory");
}
