/* Page tables and little else: address spaces are created, filled on demand by page faults,
 * switched by CR3, two pages of each exchange their frames, one is unmapped and comes back empty,
 * and all are destroyed, for their frames to become others' tables and data. Each space has to find
 * what it wrote and nobody else's, and the accessed and dirty bits have to say what was done.
 *
 * Options rounds=N (4), spaces=N (8), pages=N (16) of each space, turns=N (4) through all spaces a
 * round; flush=cr3 reloads CR3 where INVLPG does, which a 386 lacks. */
#include "sw/include/guest.h"
#include "sw/include/interrupts.h"
#include "sw/include/printf.h"
#include "sw/include/string.h"

#define PAGE_BYTES 4096u
#define ENTRIES 1024u
#define WORDS_PER_PAGE (PAGE_BYTES / 4)
#define FRAMES 400u
#define MOST_SPACES 16u
#define MOST_PAGES 20u
#define SPACE_BASE 0x40000000u /* where each space has its pages */
#define PAGE_FAULT 14u

/* SDM volume 3A, tables 4-5 and 4-6. */
#define PRESENT 0x001u
#define WRITABLE 0x002u
#define ACCESSED 0x020u
#define DIRTY 0x040u
#define FLAGS 0xFFFu

struct space {
  uint32_t* directory;
  uint32_t* table;
};

static uint32_t frames[FRAMES][WORDS_PER_PAGE] __attribute__((aligned(4096)));
static uint32_t* free_frames[FRAMES];
static unsigned free_count;

static uint32_t kernel_directory[ENTRIES] __attribute__((aligned(4096)));
static uint32_t kernel_table[ENTRIES] __attribute__((aligned(4096))); /* in every space */

static struct space spaces[MOST_SPACES];
static struct space* current;
static unsigned pages;
static bool invlpg;
static unsigned faults;
static unsigned wrong;

static void check(bool right, const char* what, unsigned space, unsigned page) {
  if (right) return;
  if (wrong++ == 0) printf("%s: space %u, page %u\n", what, space, page);
}

/* ---- frames ---- */

static uint32_t* take_frame(void) {
  if (free_count == 0) {
    printf("address_spaces: no frame left\n");
    exit_guest(1);
  }
  uint32_t* frame = free_frames[--free_count];
  memset(frame, 0, PAGE_BYTES);
  return frame;
}

static void free_frame(uint32_t* frame) {
  free_frames[free_count++] = frame;
}

/* The kernel's own memory is mapped to itself. */
static uint32_t* frame_of(uint32_t entry) {
  return (uint32_t*)(entry & ~FLAGS);
}

/* ---- the processor ---- */

static void load_directory(const uint32_t* directory) {
  __asm__ volatile("movl %0, %%cr3" : : "r"(directory) : "memory");
}

static void turn_paging_on(void) {
  uint32_t cr0;
  __asm__ volatile("movl %%cr0, %0" : "=r"(cr0));
  __asm__ volatile("movl %0, %%cr0; jmp 1f; 1:" : : "r"(cr0 | 0x80000000u) : "memory");
}

static void invalidate(const void* linear) {
  if (invlpg) {
    /* INVLPG (%eax): the assembler is told of the 386's instructions only. */
    __asm__ volatile(".byte 0x0F, 0x01, 0x38" : : "a"(linear) : "memory");
  } else {
    load_directory(current->directory);
  }
}

/* ---- address spaces ---- */

static volatile uint32_t* page_at(unsigned page) {
  return (volatile uint32_t*)(SPACE_BASE + page * PAGE_BYTES);
}

static void create(struct space* space) {
  space->directory = take_frame();
  space->table = take_frame();
  space->directory[0] = (uint32_t)kernel_table | PRESENT | WRITABLE;
  space->directory[SPACE_BASE >> 22] = (uint32_t)space->table | PRESENT | WRITABLE;
}

static void switch_to(struct space* space) {
  current = space;
  load_directory(space->directory);
}

static void destroy(struct space* space) {
  current = NULL;
  load_directory(kernel_directory);
  for (unsigned page = 0; page < pages; page++)
    if ((space->table[page] & PRESENT) != 0) free_frame(frame_of(space->table[page]));
  free_frame(space->table);
  free_frame(space->directory);
}

/* A page that is touched first gets a frame of zeros. */
static bool on_page_fault(const struct interrupt_frame* frame) {
  uint32_t linear;
  __asm__ volatile("movl %%cr2, %0" : "=r"(linear));
  uint32_t page = (linear - SPACE_BASE) / PAGE_BYTES;
  if (current == NULL || page >= pages || (frame->error_code & PRESENT) != 0) return false;
  current->table[page] = (uint32_t)take_frame() | PRESENT | WRITABLE;
  faults++;
  return true;
}

static uint32_t value_of(unsigned space, unsigned page, unsigned turn) {
  return (space << 24) | (page << 16) | (turn + 1);
}

/* Each but the last page is written, the last is only read. */
static void use(unsigned space, unsigned turn) {
  switch_to(&spaces[space]);
  for (unsigned page = 0; page + 1 < pages; page++) {
    uint32_t before = turn == 0 ? 0 : value_of(space, page, turn - 1);
    check(page_at(page)[page] == before, "lost", space, page);
    page_at(page)[page] = value_of(space, page, turn);
  }
  check(page_at(pages - 1)[0] == 0, "not empty", space, pages - 1);
}

static void check_used_bits(unsigned space) {
  const uint32_t* table = spaces[space].table;
  for (unsigned page = 0; page < pages; page++) {
    uint32_t expected = page + 1 < pages ? ACCESSED | DIRTY : ACCESSED;
    check((table[page] & (ACCESSED | DIRTY)) == expected, "accessed, dirty", space, page);
  }
  check((spaces[space].directory[SPACE_BASE >> 22] & ACCESSED) != 0, "directory", space, 0);
}

/* Pages 0 and 1 exchange their frames, page 2 is unmapped. */
static void change(unsigned space, unsigned last_turn) {
  switch_to(&spaces[space]);
  uint32_t* table = current->table;
  uint32_t first = table[0];
  table[0] = table[1];
  table[1] = first;
  invalidate((void*)page_at(0));
  invalidate((void*)page_at(1));
  check(page_at(0)[1] == value_of(space, 1, last_turn), "exchange", space, 0);
  check(page_at(1)[0] == value_of(space, 0, last_turn), "exchange", space, 1);
  free_frame(frame_of(table[2]));
  table[2] = 0;
  invalidate((void*)page_at(2));
  check(page_at(2)[2] == 0, "unmapped", space, 2);
}

static void run_round(unsigned count, unsigned turns) {
  for (unsigned space = 0; space < count; space++) create(&spaces[space]);
  for (unsigned turn = 0; turn < turns; turn++)
    for (unsigned space = 0; space < count; space++) use(space, turn);
  for (unsigned space = 0; space < count; space++) {
    check_used_bits(space);
    change(space, turns - 1);
  }
  for (unsigned space = 0; space < count; space++) destroy(&spaces[space]);
}

int main(void) {
  unsigned rounds = option("rounds", 4);
  unsigned count = option("spaces", 8);
  unsigned turns = option("turns", 4);
  pages = option("pages", 16);
  invlpg = !option_is("flush", "cr3");
  if (count == 0 || count > MOST_SPACES || pages < 4 || pages > MOST_PAGES || turns == 0) {
    printf("address_spaces: spaces is not in 1..%u, pages not in 4..%u, or turns is 0\n",
           MOST_SPACES, MOST_PAGES);
    return 1;
  }
  for (unsigned frame = 0; frame < FRAMES; frame++) free_frame(frames[frame]);
  for (unsigned page = 0; page < ENTRIES; page++)
    kernel_table[page] = page * PAGE_BYTES | PRESENT | WRITABLE;
  kernel_directory[0] = (uint32_t)kernel_table | PRESENT | WRITABLE;
  exception_install(PAGE_FAULT, on_page_fault);
  load_directory(kernel_directory);
  turn_paging_on();

  for (unsigned round = 0; round < rounds; round++) run_round(count, turns);

  check(faults == rounds * count * (pages + 1), "page faults", 0, 0);
  check(free_count == FRAMES, "frames", 0, 0);
  printf("%u address spaces, %u page faults\n", rounds * count, faults);
  printf(wrong == 0 ? "address_spaces: ok\n" : "address_spaces: WRONG\n");
  return wrong == 0 ? 0 : 1;
}
