/* The kit tested from inside: printf, strings, memory, the scrolling screen and interrupt delivery.
 * Each expected value is what the C standard (or the screen's description) says. Status: the number
 * of failures. */
#include <stdbool.h>

#include "models/machine/memory_map.h"
#include "sw/include/guest.h"
#include "sw/include/interrupts.h"
#include "sw/include/pit.h"
#include "sw/include/printf.h"
#include "sw/include/string.h"
#include "sw/include/vga.h"

static int failures;

static void check(const char* what, bool holds) {
  if (holds) return;
  failures++;
  log_printf("FAILED: %s\n", what);
}

#define CHECK_FORMAT(expected, ...)                         \
  do {                                                      \
    char text[64];                                          \
    int length = snprintf(text, sizeof(text), __VA_ARGS__); \
    check(expected, strcmp(text, expected) == 0);           \
    check("its length", length == (int)strlen(expected));   \
  } while (0)

static void check_formats(void) {
  CHECK_FORMAT("plain", "plain");
  CHECK_FORMAT("100%", "%d%%", 100);
  CHECK_FORMAT("-2147483648", "%d", (int)0x80000000);
  CHECK_FORMAT("4294967295", "%u", 0xFFFFFFFFu);
  CHECK_FORMAT("0", "%x", 0u);
  CHECK_FORMAT("deadbeef DEADBEEF", "%x %X", 0xDEADBEEFu, 0xDEADBEEFu);
  CHECK_FORMAT("[   42][42   ][00042]", "[%5d][%-5d][%05d]", 42, 42, 42);
  CHECK_FORMAT("[-0042][  -42][-42  ]", "[%05d][%5d][%-5d]", -42, -42, -42);
  CHECK_FORMAT("[  ab][ab  ][abcdef]", "[%4s][%-4s][%4s]", "ab", "ab", "abcdef");
  CHECK_FORMAT("x=y", "%c=%c", 'x', 'y');

  char narrow[4];
  check("snprintf cuts off",
        snprintf(narrow, sizeof(narrow), "%d", 123456) == 6 && strcmp(narrow, "123") == 0);
}

static void check_strings(void) {
  check("strlen", strlen("") == 0 && strlen("four") == 4);
  check("strcmp", strcmp("a", "a") == 0 && strcmp("a", "b") < 0 && strcmp("ab", "a") > 0);
  check("strcmp is unsigned", strcmp("\x80", "\x7F") > 0);
  check("strncmp", strncmp("abc", "abd", 2) == 0 && strncmp("abc", "abd", 3) < 0);
  char copy[6] = "-----";
  check("strcpy", strcpy(copy, "four") == copy && memcmp(copy, "four\0", 6) == 0);
  const char* text = "find";
  check("strchr", strchr(text, 'n') == text + 2 && strchr(text, 'x') == NULL);
  check("strchr finds the end", strchr(text, '\0') == text + 4);
  check("memcmp", memcmp("abc", "abd", 2) == 0 && memcmp("abc", "abd", 3) < 0);
}

static void check_memory(void) {
  char buffer[17] = "0123456789abcdef";
  memmove(buffer + 3, buffer, 9);
  check("memmove up", strcmp(buffer, "012012345678cdef") == 0);
  memmove(buffer, buffer + 3, 9);
  check("memmove down", strcmp(buffer, "012345678678cdef") == 0);
  memset(buffer + 1, '-', 7);
  check("memset", strcmp(buffer, "0-------8678cdef") == 0);
  memcpy(buffer + 9, "ABCDE", 5);
  check("memcpy", strcmp(buffer, "0-------8ABCDEef") == 0);
}

static char screen_at(unsigned row, unsigned column) {
  const volatile uint16_t* cells = (const volatile uint16_t*)STRATA_VGA_TEXT_BASE;
  return (char)cells[row * VGA_COLUMNS + column];
}

/* 27 lines on 25 rows. The last '\n' leaves the cursor below the screen, which scrolls only when
 * the next character comes: lines 2 to 26 are left. */
static void check_scrolling(void) {
  vga_clear();
  for (char line = 0; line < 27; line++) {
    vga_put_char((char)('A' + line));
    vga_put_char('\n');
  }
  check("first row after scrolling", screen_at(0, 0) == 'A' + 2);
  check("last row after scrolling", screen_at(VGA_ROWS - 1, 0) == 'A' + 26);
  check("the rest is blank", screen_at(VGA_ROWS - 1, 1) == ' ');
  vga_clear();
}

static volatile unsigned handled;

static void count_interrupt(void) {
  handled++;
}

/* A vector called by INT goes the way of a request, without one (line 5 has no device). */
static void check_interrupts(void) {
  uint32_t before = 0x12345678;
  uint32_t after;
  irq_install(5, count_interrupt);
  __asm__ volatile("int %2" : "=a"(after) : "0"(before), "i"(IRQ_FIRST_VECTOR + 5) : "memory");
  check("handler called", handled == 1);
  check("registers kept", after == before);
}

static void check_time(void) {
  check("a second in clocks is one in cycles",
        pit_clocks_to_cycles(STRATA_PIT_HZ) == STRATA_CPU_HZ);
  check("half of it", pit_clocks_to_cycles(STRATA_PIT_HZ / 2) == STRATA_CPU_HZ / 2);
}

int main(void) {
  check("an option nobody gave", option("nobody", 7) == 7);
  check_formats();
  check_strings();
  check_memory();
  check_scrolling();
  check_interrupts();
  check_time();
  printf("kit: %d failures\n", failures);
  return failures;
}
