/* The paravirtual interface, port ABBA, for a guest that knows; models/pv/pv_page.h says what each
 * call does. Nothing here waits for an interrupt but pv_ring_wait(). */
#ifndef STRATA_SW_PV_H
#define STRATA_SW_PV_H

#include <stdbool.h>
#include <stdint.h>

#include "models/pv/pv_page.h"

/* Whether there is one, of a version this file knows: the port tells of a page with the magic. To
 * be asked before anything else here. */
bool pv_present(void);

/* Makes the call and waits until it is done; 0 or its STRATA_PV_ERROR_. Not of the ring. */
uint32_t pv_call(uint32_t number, const uint32_t arguments[4]);

/* Word `index` (0..3) of what the latest call has given. */
uint32_t pv_result(unsigned index);

/* The shared page itself, for who fills it in without copies. */
volatile struct pv_page* pv_shared_page(void);

/* A list of up to STRATA_PV_LIST_ENTRIES transfers in one call; 0 or the error of the first that
 * failed, whose number is then pv_result(0). */
uint32_t pv_list(const struct pv_transfer* transfers, unsigned count);

/* The ring. Up to STRATA_PV_RING_ENTRIES transfers are under way between pv_ring_post() and
 * pv_ring_wait(); the block learns of them by pv_ring_start(). */
void pv_ring_init(void);
/* Puts a transfer on the ring and gives its number. */
uint32_t pv_ring_post(const struct pv_transfer* transfer);
void pv_ring_start(void);
/* Sleeps until transfer `number`, of the latest STRATA_PV_RING_ENTRIES, is done; 0 or its error. */
uint32_t pv_ring_wait(uint32_t number);
/* Interrupts since pv_ring_init(). */
uint32_t pv_ring_interrupts(void);

#endif
