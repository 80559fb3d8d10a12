/* An integer benchmark of the project's own, in the spirit of Dhrystone: loops and arrays, table
 * look-ups and shifts, compares and swaps, multiplications, strings and calls. Every result is
 * checked in every iteration. Option: iterations=N. The time is the 8254's and goes to the debug
 * console. */
#include <stdbool.h>

#include "sw/benchmarks/integer/workload.h"
#include "sw/include/guest.h"
#include "sw/include/pit.h"
#include "sw/include/printf.h"
#include "sw/include/string.h"

#define DEFAULT_ITERATIONS 2
#define KEPT __attribute__((noinline))

static uint32_t random_state;

static void random_restart(void) {
  random_state = WORKLOAD_SEED;
}

static uint32_t random_next(void) {
  random_state = random_state * WORKLOAD_LCG_A + WORKLOAD_LCG_C;
  return random_state >> 16;
}

static uint8_t composite[SIEVE_LIMIT];

KEPT static uint32_t run_sieve(void) {
  uint32_t count = 0;
  memset(composite, 0, sizeof(composite));
  for (uint32_t number = 2; number < SIEVE_LIMIT; number++) {
    if (composite[number] != 0) continue;
    count++;
    for (uint32_t multiple = number + number; multiple < SIEVE_LIMIT; multiple += number)
      composite[multiple] = 1;
  }
  return count;
}

static uint32_t crc_table[256];

static void make_crc_table(void) {
  for (uint32_t byte = 0; byte < 256; byte++) {
    uint32_t crc = byte;
    for (unsigned bit = 0; bit < 8; bit++) crc = crc >> 1 ^ ((crc & 1) != 0 ? 0xEDB88320u : 0);
    crc_table[byte] = crc;
  }
}

static uint32_t crc32(const uint8_t* bytes, size_t count) {
  uint32_t crc = ~0u;
  while (count-- != 0) crc = crc >> 8 ^ crc_table[(crc ^ *bytes++) & 0xFF];
  return ~crc;
}

static uint8_t crc_bytes[CRC_BYTES];

KEPT static uint32_t run_crc(void) {
  random_restart();
  for (unsigned i = 0; i < CRC_BYTES; i++) crc_bytes[i] = (uint8_t)random_next();
  return crc32(crc_bytes, CRC_BYTES);
}

static uint32_t numbers[SORT_COUNT];

/* Shell's method with the gaps 1, 4, 13, 40, ... (Knuth, volume 3, 5.2.1). */
static void shell_sort(uint32_t* items, unsigned count) {
  unsigned gap = 1;
  while (gap < count / 3) gap = 3 * gap + 1;
  for (; gap != 0; gap /= 3) {
    for (unsigned i = gap; i < count; i++) {
      uint32_t item = items[i];
      unsigned place = i;
      for (; place >= gap && items[place - gap] > item; place -= gap)
        items[place] = items[place - gap];
      items[place] = item;
    }
  }
}

KEPT static uint32_t run_sort(void) {
  uint32_t sum = 0;
  random_restart();
  for (unsigned i = 0; i < SORT_COUNT; i++) numbers[i] = random_next();
  shell_sort(numbers, SORT_COUNT);
  for (unsigned i = 0; i < SORT_COUNT; i++) sum += (i + 1) * numbers[i];
  return sum;
}

static int32_t left[MATRIX_SIZE][MATRIX_SIZE];
static int32_t right[MATRIX_SIZE][MATRIX_SIZE];

static void fill_matrix(int32_t matrix[MATRIX_SIZE][MATRIX_SIZE]) {
  for (unsigned row = 0; row < MATRIX_SIZE; row++)
    for (unsigned column = 0; column < MATRIX_SIZE; column++)
      matrix[row][column] = (int32_t)(random_next() & 0xFF) - 128;
}

KEPT static uint32_t run_matrix(void) {
  uint32_t sum = 0;
  random_restart();
  fill_matrix(left);
  fill_matrix(right);
  for (unsigned row = 0; row < MATRIX_SIZE; row++)
    for (unsigned column = 0; column < MATRIX_SIZE; column++) {
      int32_t product = 0;
      for (unsigned k = 0; k < MATRIX_SIZE; k++) product += left[row][k] * right[k][column];
      sum += (row * MATRIX_SIZE + column + 1) * (uint32_t)product;
    }
  return sum;
}

static char text[STRING_NUMBERS * 5];

static void reverse(char* first, size_t length) {
  for (char* last = first + length - 1; first < last; first++, last--) {
    char kept = *first;
    *first = *last;
    *last = kept;
  }
}

static uint32_t words_with(const char* string, char character) {
  uint32_t words = 0;
  bool counted = false;
  for (; *string != '\0'; string++) {
    if (*string == ' ') counted = false;
    if (*string == character && !counted) {
      counted = true;
      words++;
    }
  }
  return words;
}

KEPT static uint32_t run_string(void) {
  size_t length = 0;
  for (unsigned i = 0; i < STRING_NUMBERS; i++)
    length += (size_t)snprintf(text + length, sizeof(text) - length, i == 0 ? "%u" : " %u",
                               i * STRING_STEP);
  reverse(text, strlen(text));
  return crc32((const uint8_t*)text, length) + (words_with(text, '7') << 16);
}

struct part {
  const char* name;
  uint32_t (*run)(void);
  uint32_t expected;
  uint32_t found;
  uint32_t wrong;
};

static struct part parts[] = {
    {"sieve", run_sieve, SIEVE_RESULT, 0, 0},    {"crc-32", run_crc, CRC_RESULT, 0, 0},
    {"shell sort", run_sort, SORT_RESULT, 0, 0}, {"matrix", run_matrix, MATRIX_RESULT, 0, 0},
    {"string", run_string, STRING_RESULT, 0, 0},
};
#define PARTS (sizeof(parts) / sizeof(parts[0]))

static void run_all(uint32_t iterations) {
  make_crc_table();
  for (uint32_t iteration = 0; iteration < iterations; iteration++)
    for (unsigned i = 0; i < PARTS; i++) {
      parts[i].found = parts[i].run();
      if (parts[i].found != parts[i].expected) parts[i].wrong++;
    }
}

static bool report(void) {
  uint32_t checksum = 0;
  bool right = true;
  for (unsigned i = 0; i < PARTS; i++) {
    const struct part* part = &parts[i];
    if (part->wrong != 0) right = false;
    checksum = (checksum << 5 | checksum >> 27) ^ part->found;
    printf("%-10s %08x, expected %08x: %s\n", part->name, part->found, part->expected,
           part->wrong == 0 ? "ok" : "WRONG");
  }
  printf("checksum   %08x\n", checksum);
  return right;
}

int main(void) {
  uint32_t iterations = option("iterations", DEFAULT_ITERATIONS);
  printf("integer: %u iterations\n", iterations);
  if (iterations == 0) {
    printf("iterations=0 measures nothing\n");
    return 1;
  }
  pit_start(PIT_LONGEST_PERIOD);
  uint32_t before = pit_clocks();
  run_all(iterations);
  uint32_t clocks = pit_clocks() - before;
  bool right = report();
  uint32_t cycles = pit_clocks_to_cycles(clocks);
  log_printf("%u PIT clocks, %u cycles, %u cycles per iteration\n", clocks, cycles,
             cycles / iterations);
  printf(right ? "integer: ok\n" : "integer: WRONG\n");
  return right ? 0 : 1;
}
