/* The disk in every way there is to it, for `strata bench disk`: writes or reads `sectors` sectors
 * from sector 0 on. Options:
 *   way=pio    ATA registers, each word of the data by an instruction of its own
 *   way=rep    the same by REP OUTSW and REP INSW
 *   way=call   one call of port ABBA a sector
 *   way=list   one call a list of 127 transfers of a sector
 *   way=ring   the ring: up to 64 in flight, a doorbell a half of them, completion by interrupt
 *   way=exits  moves nothing: a write to port 80 (POST) a sector, for what an exit costs
 *   sectors=N  1000 without it
 *   seed=N     of the pattern, see sector_pattern.h
 *   read=1     reads and checks: the stamp of each sector, and one in 64 whole
 *   report=N   says "done S", S sectors finished, and "flushed S" each N sectors, after a flush
 * What is measured is between the marks (calls 17 and 18). The registers move 127 sectors a
 * command. */
#include <stdbool.h>

#include "sw/benchmarks/disk_ways/sector_pattern.h"
#include "sw/include/ata.h"
#include "sw/include/guest.h"
#include "sw/include/printf.h"
#include "sw/include/pv.h"

#define BATCH SECTOR_PATTERN_BUFFERS
#define HALF_RING (STRATA_PV_RING_ENTRIES / 2)

typedef uint32_t buffer_words[SECTOR_PATTERN_WORDS];

/* Moves `count` sectors, at most BATCH, from `first` on, which is at a multiple of BATCH: all of
 * buffers 0 to count - 1. */
typedef bool move_batch(uint32_t first, uint32_t count);

static buffer_words buffers[BATCH];
static bool reading;
static uint32_t seed;
static uint32_t latest_error;

static bool succeeded(uint32_t error) {
  if (error != 0) latest_error = error;
  return error == 0;
}

/* ---- the ways ---- */

static bool by_registers(uint32_t first, uint32_t count) {
  bool done = reading ? ata_read(first, count, buffers) : ata_write(first, count, buffers);
  return done || succeeded(ata_error());
}

static bool by_calls(uint32_t first, uint32_t count) {
  uint32_t number = reading ? STRATA_PV_CALL_DISK_READ : STRATA_PV_CALL_DISK_WRITE;
  for (uint32_t i = 0; i < count; i++) {
    const uint32_t arguments[4] = {first + i, 0, (uint32_t)buffers[i]};
    if (!succeeded(pv_call(number, arguments))) return false;
  }
  return true;
}

/* The loop that bare_kvm.cpp measures, too. */
static bool make_exits(uint32_t count) {
  __asm__ volatile("1: outb %%al, $0x80; dec %0; jnz 1b" : "+c"(count) : "a"(0) : "cc");
  return true;
}

static struct pv_transfer transfer_of(uint32_t first, uint32_t i) {
  return (struct pv_transfer){first + i, 1, (uint32_t)buffers[i],
                              reading ? STRATA_PV_READ : STRATA_PV_WRITE};
}

/* What does not change from list to list is in the page already. */
static void prepare_list(void) {
  for (uint32_t i = 0; i < BATCH; i++) {
    volatile struct pv_transfer* entry = &pv_shared_page()->list[i];
    *entry = transfer_of(0, i);
  }
}

static bool by_lists(uint32_t first, uint32_t count) {
  volatile struct pv_transfer* entry = pv_shared_page()->list;
#pragma GCC unroll 8
  for (uint32_t i = 0; i < count; i++) entry[i].lba = first + i;
  const uint32_t arguments[4] = {count};
  return succeeded(pv_call(STRATA_PV_CALL_LIST, arguments));
}

/* A half of the ring is posted while the other is under way. */
static bool by_ring(uint32_t first, uint32_t count) {
  bool ok = true;
  uint32_t base = pv_shared_page()->ring_head;
  uint32_t done = 0;
  for (uint32_t posted = 0; done < count;) {
    uint32_t until = posted + HALF_RING < count ? posted + HALF_RING : count;
    uint32_t waited_for = posted;
    bool more = posted < until;
    for (; posted < until; posted++) {
      const struct pv_transfer transfer = transfer_of(first, posted);
      pv_ring_post(&transfer);
    }
    if (more) pv_ring_start();
    if (!more) waited_for = count;
    for (; done < waited_for; done++) ok = succeeded(pv_ring_wait(base + done)) && ok;
  }
  return ok;
}

/* ---- what is moved ---- */

static void put_stamps(uint32_t first, uint32_t count) {
  uint32_t stamp = sector_stamp(first, seed);
#pragma GCC unroll 8
  for (uint32_t i = 0; i < count; i++, stamp += SECTOR_STAMP_STEP) put_stamp(buffers[i], stamp);
}

static bool check_whole(const uint32_t* words, uint32_t sector) {
  buffer_words expected;
  fill_sector(expected, sector, seed);
  for (uint32_t word = 0; word < SECTOR_PATTERN_WORDS; word++) {
    if (words[word] != expected[word]) return false;
  }
  return true;
}

static bool check(uint32_t first, uint32_t count) {
  uint32_t stamp = sector_stamp(first, seed);
  for (uint32_t i = 0; i < count; i++, stamp += SECTOR_STAMP_STEP) {
    bool right = has_stamp(buffers[i], stamp);
    if ((first + i) % 64 == 0) right = right && check_whole(buffers[i], first + i);
    if (right) continue;
    log_printf("disk_ways: sector %u is WRONG\n", first + i);
    return false;
  }
  return true;
}

static bool flush_calls(void) {
  const struct pv_transfer flush = {.direction = STRATA_PV_FLUSH};
  return succeeded(pv_list(&flush, 1));
}

static bool flush(bool registers) {
  if (!registers) return flush_calls();
  return ata_flush() || succeeded(ata_error());
}

static bool move_all(move_batch* move, uint32_t sectors, bool registers, uint32_t report) {
  uint32_t reported = 0;
  for (uint32_t first = 0; first < sectors; first += BATCH) {
    uint32_t count = sectors - first < BATCH ? sectors - first : BATCH;
    if (!reading) put_stamps(first, count);
    if (!move(first, count)) return false;
    if (reading && !check(first, count)) return false;
    uint32_t done = first + count;
    if (report == 0 || done - reported < report) continue;
    log_printf("done %u\n", done);
    if (!flush(registers)) return false;
    log_printf("flushed %u\n", done);
    prepare_list(); /* the flush was a list of its own */
    reported = done;
  }
  return true;
}

static move_batch* find_way(bool* registers) {
  bool by_words = option_is("way", "pio");
  *registers = by_words || option_is("way", "rep");
  if (*registers && !ata_init()) return 0;
  ata_move_by_words(by_words);
  if (*registers) return by_registers;
  if (option_is("way", "call")) return by_calls;
  if (option_is("way", "list")) return by_lists;
  if (option_is("way", "ring")) return by_ring;
  return 0;
}

int main(void) {
  static const uint32_t kNone[4];
  bool registers;
  uint32_t sectors = option("sectors", 1000);
  reading = option("read", 0) != 0;
  seed = option("seed", 1);
  if (!pv_present()) {
    log_printf("disk_ways: nobody answers at port ABBA\n");
    return 1;
  }
  bool exits = option_is("way", "exits");
  move_batch* move = find_way(&registers);
  if (move == 0 && !exits) {
    log_printf("disk_ways: way=pio, rep (with a disk), call, list or ring\n");
    return 1;
  }
  for (uint32_t i = 0; i < BATCH; i++) fill_buffer(buffers[i], i);
  prepare_list();
  pv_ring_init();

  pv_call(STRATA_PV_CALL_REGION_BEGIN, kNone);
  bool ok = exits ? make_exits(sectors) : move_all(move, sectors, registers, option("report", 0));
  pv_call(STRATA_PV_CALL_REGION_END, kNone);
  ok = ok && (reading || flush(registers));
  if (latest_error != 0) log_printf("disk_ways: error %x\n", latest_error);
  printf("disk_ways: %s\n", ok ? "ok" : "WRONG");
  return ok ? 0 : 1;
}
