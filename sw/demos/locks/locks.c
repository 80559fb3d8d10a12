/* What the kernels of its time do all day: sections that interrupts must not enter, by CLI and STI
 * and by saved flags (PUSHF, CLI, POPF), beside a timer that interrupts. Under a monitor without
 * help of the hardware each is a trap, and POPF not even that: `strata run --sensitive` and
 * `--patch` show it. Options: rounds=N (10000) and hz=N (1000). */
#include "sw/include/cpu.h"
#include "sw/include/guest.h"
#include "sw/include/pit.h"
#include "sw/include/printf.h"

#define DEFAULT_ROUNDS 10000
#define DEFAULT_HZ 1000
#define LEAST_HZ 19
#define MOST_HZ 10000
#define ACCOUNTS 16
#define WEALTH 1000

static volatile uint32_t accounts[ACCOUNTS];

static uint32_t save_and_disable(void) {
  uint32_t flags;
  __asm__ volatile("pushfl; popl %0; cli" : "=r"(flags) : : "memory");
  return flags;
}

static void restore(uint32_t flags) {
  __asm__ volatile("pushl %0; popfl" : : "r"(flags) : "memory", "cc");
}

/* One account has less and another more: between the two nobody may look. */
static void __attribute__((noinline)) move_by_switch(uint32_t from, uint32_t to) {
  disable_interrupts();
  accounts[from]--;
  accounts[to]++;
  enable_interrupts();
}

static void __attribute__((noinline)) move_by_flags(uint32_t from, uint32_t to) {
  uint32_t flags = save_and_disable();
  accounts[from]--;
  accounts[to]++;
  restore(flags);
}

static uint32_t wealth(void) {
  uint32_t sum = 0;
  for (unsigned i = 0; i < ACCOUNTS; i++) sum += accounts[i];
  return sum;
}

int main(void) {
  uint32_t rounds = option("rounds", DEFAULT_ROUNDS);
  uint32_t hz = option("hz", DEFAULT_HZ);

  if (hz < LEAST_HZ || hz > MOST_HZ) {
    printf("locks: hz=%u is not in %u..%u\n", hz, LEAST_HZ, MOST_HZ);
    return 1;
  }
  for (unsigned i = 0; i < ACCOUNTS; i++) accounts[i] = WEALTH;
  pit_start(STRATA_PIT_HZ / hz);
  for (uint32_t round = 0; round < rounds; round++) {
    uint32_t from = round % ACCOUNTS;
    uint32_t to = (round * 7 + 3) % ACCOUNTS;
    if (round % 2 == 0)
      move_by_switch(from, to);
    else
      move_by_flags(from, to);
  }
  log_printf("locks: %u interrupts came meanwhile\n", pit_ticks);
  for (unsigned i = 0; i < ACCOUNTS; i++) printf("account %2u: %u\n", i, accounts[i]);
  int ok = wealth() == ACCOUNTS * WEALTH;
  printf("locks: %u rounds, %s\n", rounds, ok ? "ok" : "FAILED");
  return ok ? 0 : 1;
}
