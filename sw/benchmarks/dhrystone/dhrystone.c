/* A synthetic integer benchmark of the project's own with the mix of operations of Dhrystone 2.1:
 * record assignment, pointers, calls with few arguments, comparison of 30-character strings that
 * begin alike, decisions over enumerations, small loops, one- and two-dimensional arrays, a
 * multiplication and a division. Its figure is comparable from engine to engine and, roughly, with
 * published ones: DMIPS are iterations a second over 1757, which a VAX 11/780 did.
 *
 * Names are copied a doubleword at a time (memcpy), as a compiler's built-in copy of a constant
 * would be; by_characters.c has the other way.
 *
 * Option: iterations=N. Time is the 8254's, which every engine has, and goes to the debug console;
 * at the default clock one of its ticks is 21 cycles. On KVM cycles are host time. */
#include "sw/benchmarks/dhrystone/dhrystone.h"

#include "sw/include/guest.h"
#include "sw/include/pit.h"
#include "sw/include/printf.h"
#include "sw/include/string.h"

#ifndef COPY_NAME
#define COPY_NAME(to, name) memcpy(to, name, NAME_BYTES)
#endif
#define DEFAULT_ITERATIONS 500
#define VAX_ITERATIONS 1757
/* DMIPS/MHz = iterations / cycles * 1,000,000 / 1757; in thousandths. */
#define THOUSANDTHS ((1000000000u + VAX_ITERATIONS / 2) / VAX_ITERATIONS)

#define FIRST_NAME "SHELF AND STOCK, FIRST ARTICLE"
#define SECOND_NAME "SHELF AND STOCK, OTHER ARTICLE"
#define THIRD_NAME "SHELF AND STOCK, THIRD ARTICLE"
_Static_assert(sizeof(FIRST_NAME) == NAME_BYTES && sizeof(SECOND_NAME) == NAME_BYTES &&
                   sizeof(THIRD_NAME) == NAME_BYTES,
               "names have thirty characters");

static struct article front;
static struct article back;
static char third[NAME_BYTES];

/* Where the loop's variables end; the same after each iteration. */
struct result {
  int32_t low, middle, high;
  enum shade shade;
};

static void set_up(void) {
  front.next = &back;
  front.shade = DARK;
  front.lining = WHITE;
  front.price = 40;
  COPY_NAME(front.name, FIRST_NAME);
  COPY_NAME(third, THIRD_NAME);
  shelf = &front;
}

static void iterate(struct result* result) {
  char name[NAME_BYTES];
  int32_t low = 2;
  int32_t middle = 0;
  int32_t high = 3;
  open_shop();
  COPY_NAME(name, SECOND_NAME);
  result->shade = LIGHT;
  counted = !comes_after(name, third);
  while (low < high) {
    middle = 5 * low - high;
    add(low, high, &middle);
    low += 1;
  }
  book(low, middle);
  restock(shelf);
  for (char letter = 'A'; letter <= 'B'; letter++) {
    if (result->shade == compare_letters(letter, 'C')) {
      result->shade = match(result->shade);
      COPY_NAME(name, FIRST_NAME);
      high = 1;
    }
  }
  high = high * low;
  low = high / middle;
  high = 7 * (high - middle) - low;
  raise(&low);
  result->low = low;
  result->middle = middle;
  result->high = high;
}

/* What the statements above come to, worked out by hand: low and high are 3 after the loop and
 * middle 2 + 3 + 2 = 7, so high is 7 * (9 - 7) - 1 = 13 in the end and low 1 + 9 - stock (5). */
static bool right(const struct result* result, uint32_t iterations) {
  return result->low == 5 && result->middle == 7 && result->high == 13 && result->shade == LIGHT &&
         counted && mark == 'A' && stock == 5 && prices[8] == 7 && prices[9] == 7 &&
         prices[38] == 8 && sales[8][8] == 8 && sales[8][9] == 8 && sales[28][8] == 7 &&
         sales[8][7] == (int32_t)iterations && front.price == 17 && front.shade == DARK &&
         back.price == 18 && back.shade == DARK && back.lining == BLACK && back.next == &back &&
         strcmp(back.name, FIRST_NAME) == 0;
}

/* left * right / divisor, whose quotient has to fit. */
static uint32_t multiply_divide(uint32_t left, uint32_t right, uint32_t divisor) {
  uint32_t high;
  __asm__("mull %3\n\tdivl %4"
          : "=&a"(left), "=&d"(high)
          : "0"(left), "r"(right), "r"(divisor)
          : "cc");
  return left;
}

int main(void) {
  uint32_t iterations = option("iterations", DEFAULT_ITERATIONS);
  struct result result = {0, 0, 0, WHITE};
  printf("dhrystone: %u iterations\n", iterations);
  if (iterations == 0) {
    printf("iterations=0 measures nothing\n");
    return 1;
  }
  set_up();
  pit_start(PIT_LONGEST_PERIOD);
  uint32_t before = pit_clocks();
  for (uint32_t n = 0; n < iterations; n++) iterate(&result);
  uint32_t cycles = pit_clocks_to_cycles(pit_clocks() - before);
  if (cycles < iterations) cycles = iterations; /* a host faster than the clock is not measured */
  uint32_t dmips = multiply_divide(iterations, THOUSANDTHS, cycles);
  log_printf("dhrystone: %u iterations, %u cycles, %u.%03u DMIPS/MHz\n", iterations, cycles,
             dmips / 1000, dmips % 1000);
  bool ok = right(&result, iterations);
  printf(ok ? "dhrystone: ok\n" : "dhrystone: WRONG\n");
  return ok ? 0 : 1;
}
