/* Flags: numbers of 704 bits added by ADC, and bits counted through the carry. */
#include "sw/benchmarks/ladder/ladder.h"

#define WORDS 22
#define FIBONACCI 1000     /* has 694 bits */
#define FOLDED 0x1028d1dau /* its 32-bit words, exclusive or */
#define NUMBERS 1024
#define ONES (NUMBERS / 2 * 10) /* in the numbers below 2^10 */

struct big {
  uint32_t word[WORDS];
};

/* to += from */
static void add(struct big* to, const struct big* from) {
  uint32_t index = 0;
  uint32_t left = WORDS;
  uint32_t word;
  __asm__ volatile(
      "clc\n"
      "1: movl (%[from],%[index],4), %[word]\n"
      "adcl %[word], (%[to],%[index],4)\n"
      "leal 1(%[index]), %[index]\n"
      "decl %[left]\n" /* keeps the carry */
      "jnz 1b"
      : [index] "+r"(index), [left] "+r"(left), [word] "=&r"(word)
      : [to] "r"(to->word), [from] "r"(from->word)
      : "memory", "cc");
}

static uint32_t fibonacci(void) {
  struct big a = {{0}};
  struct big b = {{1}};
  for (unsigned n = 0; n < FIBONACCI; n += 2) { /* a is the n-th, b the one behind it */
    add(&a, &b);
    add(&b, &a);
  }
  uint32_t folded = 0;
  for (unsigned i = 0; i < WORDS; i++) folded ^= a.word[i];
  return folded;
}

static uint32_t ones(void) {
  uint32_t count = 0;
  for (uint32_t number = 0; number < NUMBERS; number++) {
    uint32_t bits = number;
    __asm__ volatile(
        "1: shrl $1, %[bits]\n"
        "adcl $0, %[count]\n"
        "testl %[bits], %[bits]\n"
        "jnz 1b"
        : [bits] "+r"(bits), [count] "+r"(count)
        :
        : "cc");
  }
  return count;
}

static uint32_t work(void) {
  return fibonacci() + ones();
}

int main(void) {
  return ladder("flags", work, FOLDED + ONES, 1);
}
