/* Page tables of a rule: the first 4 MiB mapped to themselves, for everybody; from TEST_PAGES on,
 * four test pages, each with an entry the rule writes. */
#ifndef STRATA_SW_PAGES_H
#define STRATA_SW_PAGES_H

#include <stdint.h>

#define PTE_P 0x001
#define PTE_W 0x002
#define PTE_U 0x004
#define PTE_A 0x020
#define PTE_D 0x040
#define PTE_PS 0x080
#define PTE_G 0x100

/* Error code of #PF (SDM vol. 3, 4.7). */
#define PF_PRESENT 1
#define PF_WRITE 2
#define PF_USER 4
#define PF_RESERVED 8

#define CR4_PSE 0x10
#define CR4_PGE 0x80

#define PAGE_BYTES 4096
#define TEST_PAGES 0x400000
#define TEST_PAGE(n) (TEST_PAGES + (n)*PAGE_BYTES)
#define LARGE_PAGE 0x800000 /* linear addresses of page directory entry 2 */

/* What the test pages stand for at first: page n holds bytes 10 + n. */
extern uint8_t frames[4][PAGE_BYTES];
#define FRAME(n) ((uint32_t)frames[n])

extern uint32_t page_directory[1024];
extern uint32_t first_table[1024];
extern uint32_t test_table[1024];

/* Builds the tables; test page n is frame n, for everybody and writable. */
void prepare_pages(void);

/* Loads CR3, CR4 (of a 586) and CR0 with PG, PE and `cr0`; the next run()'s event turns paging off.
 */
void start_paging(uint32_t cr0, uint32_t cr4);

#endif
