/* The paravirtual interface: one page shared with whoever answers at port ABBA. The page belongs to
 * the guest except between the write to the port and the end of what it began. */
#include "sw/include/pv.h"

#include "models/machine/memory_map.h"
#include "sw/include/cpu.h"
#include "sw/include/interrupts.h"
#include "sw/include/io.h"

static volatile struct pv_page* page;
static uint32_t interrupts;

bool pv_present(void) {
  uint32_t address = inl(STRATA_PV_PORT);
  if (address == UINT32_MAX) return false; /* nobody answers */
  page = (volatile struct pv_page*)address;
  return page->magic == STRATA_PV_MAGIC && page->version == STRATA_PV_VERSION;
}

volatile struct pv_page* pv_shared_page(void) {
  return page;
}

uint32_t pv_call(uint32_t number, const uint32_t arguments[4]) {
  for (unsigned i = 0; i < 4; i++) page->argument[i] = arguments[i];
  page->status = STRATA_PV_PENDING;
  outl(STRATA_PV_PORT, number);
  uint32_t status;
  do status = page->status;
  while (status == STRATA_PV_PENDING);
  return status;
}

uint32_t pv_result(unsigned index) {
  return page->result[index];
}

static void copy_transfer(volatile struct pv_transfer* to, const struct pv_transfer* from) {
  to->lba = from->lba;
  to->sectors = from->sectors;
  to->address = from->address;
  to->direction = from->direction;
}

uint32_t pv_list(const struct pv_transfer* transfers, unsigned count) {
  const uint32_t arguments[4] = {count};
  for (unsigned i = 0; i < count; i++) copy_transfer(&page->list[i], &transfers[i]);
  return pv_call(STRATA_PV_CALL_LIST, arguments);
}

/* Reading the port withdraws the request; whoever waits then looks at the tail. */
static void handle_interrupt(void) {
  inl(STRATA_PV_PORT);
  interrupts++;
}

void pv_ring_init(void) {
  page->ring_head = page->ring_tail = 0;
  page->ring_interrupt = 1;
  interrupts = 0;
  inl(STRATA_PV_PORT); /* a request that nobody has handled */
  irq_install(STRATA_IRQ_PV, handle_interrupt);
}

uint32_t pv_ring_post(const struct pv_transfer* transfer) {
  uint32_t number = page->ring_head;
  copy_transfer(&page->ring[number % STRATA_PV_RING_ENTRIES], transfer);
  page->ring_head = number + 1;
  return number;
}

void pv_ring_start(void) {
  outl(STRATA_PV_PORT, STRATA_PV_CALL_RING);
}

uint32_t pv_ring_wait(uint32_t number) {
  for (;;) {
    disable_interrupts();
    if ((int32_t)(page->ring_tail - number) > 0) break;
    sleep_until_interrupt();
  }
  enable_interrupts();
  return page->ring[number % STRATA_PV_RING_ENTRIES].direction & ~STRATA_PV_DONE;
}

uint32_t pv_ring_interrupts(void) {
  return interrupts;
}
