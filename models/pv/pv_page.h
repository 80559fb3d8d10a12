/* The paravirtual interface, port ABBA: what guest, C++ core and RTL agree on. Numbers are those of
 * models/machine/machine.txt, which the RTL has as memory_map_pkg; this file says what they mean.
 * For C and C++.
 *
 * The page. A 32-bit read of the port gives the physical address of the shared page, all ones where
 * nobody answers. It is always STRATA_PV_PAGE, the last page of RAM below 640 KiB: it exists in
 * every machine, no device can lie over it, the loader's memory map offers it to no guest, and no
 * part of the machine has to be told where it is. It is RAM like any other. At power-on the
 * platform puts the magic, the version and the mask of calls into it (bit n: call n) and zeroes
 * elsewhere; the block behind the port neither reads nor checks them afterwards.
 *
 * The call. The guest fills in `argument`, sets `status` to STRATA_PV_PENDING, writes the number of
 * the call to the port and waits until `status` is something else: 0, or a STRATA_PV_ERROR_. Where
 * the block is hardware that takes its time; the software machines are done when the instruction
 * is. The port is four bytes, ABBA to ABBD: a write to the last one makes the call, with what was
 * written to the others last; a guest uses one 32-bit OUT. A call made while another is under way
 * is dropped. The ring is served beside them: a call is carried out between two of its descriptors,
 * and a doorbell that comes meanwhile is answered afterwards (several become one).
 *
 *   number  name          argument 0       1           2         3          result
 *   1       CHARACTER     character        attribute   row       column
 *   2       DISK_WRITE    LBA              -           address   -
 *   3       FRAME         address
 *   4       DISK_READ     LBA              -           address   -
 *   5       LIST          entries                                           0: entries done
 *   6       TEXT          address          bytes
 *   7       RING
 *   16      EXIT          status
 *   17, 18  REGION_BEGIN, REGION_END
 *   19, 20  WAVES_ON, WAVES_OFF
 *   21      LABEL         address          bytes
 *   22      COUNTS                             0, 1: cycles, 2, 3: instructions (low word first)
 *
 * Of character, attribute and exit status the low byte counts. CHARACTER writes one cell of text
 * memory, FRAME all 80 x 25 from 4000 bytes of the guest's, character and attribute in turn; both
 * from the beginning of text memory, whatever the start address of the CRTC. DISK_WRITE and
 * DISK_READ move one sector. TEXT goes to the debug console. The calls from 16 on are signals to
 * the platform and succeed whether or not anybody listens; instructions are 0 on engines that do
 * not count them.
 *
 * Transfers. An entry of the list or the ring is a struct pv_transfer: `direction` is
 * STRATA_PV_READ (disk to memory), STRATA_PV_WRITE, or STRATA_PV_FLUSH (what was written before is
 * on stable storage; the other words are not looked at). They are served in order, each read when
 * its turn comes, and LIST ends with the first that fails: its error is the call's. Result 0
 * says in any case how many were done; it and the others are written before `status`.
 *
 * Checks, in this order; the first that fails is the error, and then nothing is moved:
 *   CALL       the number is none of the above
 *   CELL       CHARACTER: row above 24 or column above 79
 *   LENGTH     TEXT, LABEL: 0 bytes or more than STRATA_PV_MOST_TEXT; LIST: 0 entries or more than
 *              STRATA_PV_LIST_ENTRIES
 *   DIRECTION  of a transfer: none of the three
 *   LENGTH     of a transfer: 0 sectors or more than STRATA_PV_MOST_SECTORS
 *   ADDRESS    of a transfer or frame: no multiple of 4; of any buffer: not wholly in RAM, which is
 *              what lies below A0000h or from 100000h to the end of RAM and is in no window of a
 *              device
 *   SECTOR     not wholly on the disk; there is none
 *   MEDIUM     the host cannot read or write a sector; those before it have been moved
 * Every word of the page and of an entry is read once and then checked: what a guest changes
 * meanwhile has no effect on the checks. A transfer may well go to the page itself.
 *
 * The ring. `ring_head` counts the descriptors that the guest has ever published and `ring_tail`
 * those that the block has finished, both modulo 2^32; descriptor n is ring[n % 64]. The guest
 * writes descriptors, then the head, then call 7, the doorbell. The block reads head, tail and
 * `ring_interrupt` once. Is there more between them than STRATA_PV_RING_ENTRIES, then `ring_status`
 * becomes STRATA_PV_ERROR_RING, and nothing else happens. Else it serves each descriptor: moves the
 * sectors, writes STRATA_PV_DONE + error over its `direction`, and then the new tail; a descriptor
 * that fails does not hold up the next. At the end `ring_status` becomes 0, and if there was a
 * descriptor and `ring_interrupt` was not 0, its interrupt line goes high. Call 7 leaves `status`
 * alone, so that other calls may be made while it goes on.
 *
 * The interrupt. The line stays high until the port is read (any read with its first byte, ABBA):
 * the handler reads the port and after that looks at the tail, so that what finishes later raises
 * the line again. */
#ifndef STRATA_PV_PV_PAGE_H
#define STRATA_PV_PV_PAGE_H

#include <stddef.h>
#include <stdint.h>

#include "models/machine/memory_map.h"

#define STRATA_PV_SECTOR_BYTES 512
#define STRATA_PV_FRAME_BYTES 4000 /* 25 rows of 80 cells */

/* One transfer between disk and memory. */
struct pv_transfer {
  uint32_t lba;
  uint32_t sectors;   /* of 512 bytes */
  uint32_t address;   /* physical, a multiple of 4 */
  uint32_t direction; /* in the ring afterwards STRATA_PV_DONE + error */
};

/* The shared page. */
struct pv_page {
  uint32_t magic;   /* STRATA_PV_MAGIC */
  uint32_t version; /* STRATA_PV_VERSION */
  uint32_t calls;   /* STRATA_PV_CALLS */
  uint32_t status;
  uint32_t argument[4];
  uint32_t result[4];
  uint32_t ring_head;      /* by the guest */
  uint32_t ring_tail;      /* by the block */
  uint32_t ring_interrupt; /* by the guest */
  uint32_t ring_status;    /* by the block */
  struct pv_transfer list[STRATA_PV_LIST_ENTRIES];
  uint32_t unused[244];
  struct pv_transfer ring[STRATA_PV_RING_ENTRIES];
};

#ifdef __cplusplus
#define STRATA_PV_ASSERT static_assert
#else
#define STRATA_PV_ASSERT _Static_assert
#endif
#define STRATA_PV_AT(member, word) \
  STRATA_PV_ASSERT(offsetof(struct pv_page, member) == 4 * (word), "machine.txt has " #word)

STRATA_PV_AT(magic, STRATA_PV_WORD_MAGIC);
STRATA_PV_AT(version, STRATA_PV_WORD_VERSION);
STRATA_PV_AT(calls, STRATA_PV_WORD_CALLS);
STRATA_PV_AT(status, STRATA_PV_WORD_STATUS);
STRATA_PV_AT(argument, STRATA_PV_WORD_ARGUMENT);
STRATA_PV_AT(result, STRATA_PV_WORD_RESULT);
STRATA_PV_AT(ring_head, STRATA_PV_WORD_RING_HEAD);
STRATA_PV_AT(ring_tail, STRATA_PV_WORD_RING_TAIL);
STRATA_PV_AT(ring_interrupt, STRATA_PV_WORD_RING_INTERRUPT);
STRATA_PV_AT(ring_status, STRATA_PV_WORD_RING_STATUS);
STRATA_PV_AT(list, STRATA_PV_WORD_LIST);
STRATA_PV_AT(ring, STRATA_PV_WORD_RING);
STRATA_PV_ASSERT(sizeof(struct pv_page) == STRATA_PV_PAGE_BYTES, "one page");

#undef STRATA_PV_AT
#undef STRATA_PV_ASSERT

#endif
