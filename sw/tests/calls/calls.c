/* The calls of port ABBA that tell the platform something: a label, regions, waves off and on, the
 * counts; ends by a call with status 42. What the counts say is checked here, the rest outside. */
#include <stdbool.h>

#include "sw/include/cpu.h"
#include "sw/include/guest.h"
#include "sw/include/printf.h"
#include "sw/include/pv.h"

#define PASSES 3
#define STATUS 42

struct counts {
  uint64_t cycles;
  uint64_t instructions;
};

static uint32_t call(uint32_t number, uint32_t first, uint32_t second) {
  const uint32_t arguments[4] = {first, second};
  return pv_call(number, arguments);
}

static struct counts counts(void) {
  call(STRATA_PV_CALL_COUNTS, 0, 0);
  return (struct counts){(uint64_t)pv_result(1) << 32 | pv_result(0),
                         (uint64_t)pv_result(3) << 32 | pv_result(2)};
}

/* `rounds` times two instructions. */
static void work(uint32_t rounds) {
  __asm__ volatile("1: decl %0; jnz 1b" : "+r"(rounds) : : "cc");
}

/* Engines that do not count say 0. */
static bool counts_rise(void) {
  struct counts before = counts();
  work(1000);
  struct counts after = counts();
  bool counted = after.instructions - before.instructions >= 2000 && before.instructions != 0;
  bool none = before.instructions == 0 && after.instructions == 0;
  return after.cycles > before.cycles && (counted || none);
}

int main(void) {
  static const char kLabel[] = "half way";
  if (!pv_present()) return 2;
  if (!counts_rise()) return 3;
  for (uint32_t pass = 1; pass <= PASSES; pass++) {
    call(STRATA_PV_CALL_REGION_BEGIN, 0, 0);
    work(1000 * pass);
    call(STRATA_PV_CALL_REGION_END, 0, 0);
  }
  if (call(STRATA_PV_CALL_LABEL, (uint32_t)kLabel, sizeof kLabel - 1) != 0) return 4;
  call(STRATA_PV_CALL_WAVES_OFF, 0, 0);
  work(500);
  call(STRATA_PV_CALL_WAVES_ON, 0, 0);
  if (call(23, 0, 0) != STRATA_PV_ERROR_CALL) return 5;
  printf("calls: ok\n");
  disable_interrupts();
  call(STRATA_PV_CALL_EXIT, STATUS, 0);
  return 6;
}
