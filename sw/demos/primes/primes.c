/* Eratosthenes' sieve up to limit=N (default 20000), checked twice: the count against the known
 * values of pi(N), the last primes by trial division. */
#include <stdbool.h>

#include "sw/include/guest.h"
#include "sw/include/printf.h"
#include "sw/include/string.h"

#define DEFAULT_LIMIT 20000
#define LEAST_LIMIT 100
#define MOST_LIMIT 100000
#define SHOWN 20
#define SHOWN_PER_LINE 10

/* OEIS A000720. */
static const struct {
  uint32_t limit, primes;
} known[] = {{100, 25}, {1000, 168}, {10000, 1229}, {20000, 2262}, {100000, 9592}};

static uint8_t composite[MOST_LIMIT + 1];

static uint32_t sieve(uint32_t limit) {
  uint32_t count = 0;
  memset(composite, 0, limit + 1);
  for (uint32_t number = 2; number <= limit; number++) {
    if (composite[number] != 0) continue;
    count++;
    if (number > limit / number) continue;
    for (uint32_t multiple = number * number; multiple <= limit; multiple += number)
      composite[multiple] = 1;
  }
  return count;
}

static bool is_prime(uint32_t number) {
  for (uint32_t divisor = 2; divisor * divisor <= number; divisor++)
    if (number % divisor == 0) return false;
  return number >= 2;
}

/* Prints the last SHOWN primes; false if one of them is none, or one between them was missed. */
static bool show_last(uint32_t limit) {
  uint32_t first = limit + 1;
  for (unsigned shown = 0; shown < SHOWN;)
    if (composite[--first] == 0) shown++;
  bool right = true;
  for (uint32_t number = first, shown = 0; number <= limit; number++) {
    bool prime = composite[number] == 0;
    if (prime != is_prime(number)) right = false;
    if (prime) printf("%7u%s", number, ++shown % SHOWN_PER_LINE == 0 ? "\n" : "");
  }
  return right;
}

int main(void) {
  uint32_t limit = option("limit", DEFAULT_LIMIT);
  if (limit < LEAST_LIMIT || limit > MOST_LIMIT) {
    printf("primes: limit=%u is not in %u..%u\n", limit, LEAST_LIMIT, MOST_LIMIT);
    return 1;
  }
  uint32_t count = sieve(limit);
  printf("primes up to %u: %u; the last %u:\n", limit, count, SHOWN);
  bool right = show_last(limit);
  for (unsigned i = 0; i < sizeof(known) / sizeof(known[0]); i++)
    if (known[i].limit == limit && known[i].primes != count) right = false;
  printf(right ? "primes: ok\n" : "primes: WRONG\n");
  return right ? 0 : 1;
}
