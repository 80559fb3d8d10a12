/* The kit for a process of Linux in place of a guest: as much of it as benchmarks without devices
 * use. They are the same objects as in the guest, and this takes the place of start-up, console and
 * timer.
 *
 *   NAME.native ["option=value ..."]
 *
 * The console is standard output. Standard error has a line before main() and one after it, with
 * the seconds that main() took. The status is main()'s. */
#include <stddef.h>

#include "sw/include/command_line.h"
#include "sw/include/guest.h"
#include "sw/include/pit.h"
#include "sw/include/printf.h"
#include "sw/include/string.h"

int main(void);
_Noreturn void native_start(const uint32_t* stack);

/* ---- system calls (Linux, arch/x86/entry/syscalls/syscall_32.tbl) ---- */

#define SYS_WRITE 4
#define SYS_MPROTECT 125
#define SYS_EXIT_GROUP 252
#define SYS_CLOCK_GETTIME 265

#define STANDARD_OUTPUT 1
#define STANDARD_ERROR 2
#define CLOCK_MONOTONIC 1
#define READ_WRITE_EXECUTE 7
#define PAGE_BYTES 4096u

struct time {
  uint32_t seconds;
  uint32_t nanoseconds;
};

static int32_t system_call(uint32_t number, uint32_t first, uint32_t second, uint32_t third) {
  __asm__ volatile("int $0x80"
                   : "+a"(number)
                   : "b"(first), "c"(second), "d"(third)
                   : "memory", "cc");
  return (int32_t)number;
}

/* Since `begin`. */
static struct time time_since(struct time begin) {
  struct time now = {0, 0};
  system_call(SYS_CLOCK_GETTIME, CLOCK_MONOTONIC, (uint32_t)&now, 0);
  if (now.nanoseconds < begin.nanoseconds) {
    now.seconds--;
    now.nanoseconds += 1000000000;
  }
  return (struct time){now.seconds - begin.seconds, now.nanoseconds - begin.nanoseconds};
}

static void write_text(uint32_t file, const char* text, size_t length) {
  while (length != 0) {
    const int32_t written = system_call(SYS_WRITE, file, (uint32_t)text, length);
    if (written <= 0) return;
    text += written;
    length -= (size_t)written;
  }
}

_Noreturn void exit_guest(int status) {
  for (;;) system_call(SYS_EXIT_GROUP, (uint32_t)status, 0, 0);
}

/* ---- the console ---- */

struct line {
  char text[256];
  size_t length;
  int all;
};

static void put(char character, void* context) {
  struct line* line = context;
  if (line->length == sizeof(line->text)) {
    write_text(STANDARD_OUTPUT, line->text, line->length);
    line->length = 0;
  }
  line->text[line->length++] = character;
  line->all++;
}

static int print(const char* text, va_list arguments) {
  struct line line;
  line.length = 0;
  line.all = 0;
  format(put, &line, text, arguments);
  write_text(STANDARD_OUTPUT, line.text, line.length);
  return line.all;
}

int printf(const char* text, ...) {
  va_list arguments;
  va_start(arguments, text);
  const int count = print(text, arguments);
  va_end(arguments);
  return count;
}

int log_printf(const char* text, ...) {
  va_list arguments;
  va_start(arguments, text);
  const int count = print(text, arguments);
  va_end(arguments);
  return count;
}

/* ---- the timer: no ticks, but its clock ---- */

static struct time pit_begin;

void pit_start(uint32_t period) {
  (void)period;
  pit_begin = time_since((struct time){0, 0});
}

uint32_t pit_clocks(void) {
  const struct time time = time_since(pit_begin);
  const uint32_t microseconds = time.nanoseconds / 1000;
  /* Thousands of microseconds, so that the product fits. */
  return time.seconds * STRATA_PIT_HZ + microseconds / 1000 * (STRATA_PIT_HZ / 1000) +
         microseconds % 1000 * (STRATA_PIT_HZ / 1000) / 1000;
}

/* ---- start ---- */

extern char __bss_start[]; /* of the linker */
extern char _end[];

/* A guest's data can be executed, and one of the benchmarks does. Where the host forbids it, that
 * one is ended by a signal. */
static void let_data_be_executed(void) {
  const uint32_t begin = (uint32_t)__bss_start & ~(PAGE_BYTES - 1);
  system_call(SYS_MPROTECT, begin, (uint32_t)_end - begin, READ_WRITE_EXECUTE);
}

static void report(const char* text) {
  write_text(STANDARD_ERROR, text, strlen(text));
}

void native_start(const uint32_t* stack) {
  const uint32_t arguments = stack[0];
  char seconds[64];
  if (arguments > 1) set_command_line((const char*)stack[2]);
  let_data_be_executed();
  report("native: begin\n");
  const struct time begin = time_since((struct time){0, 0});
  const int status = main();
  const struct time taken = time_since(begin);
  snprintf(seconds, sizeof(seconds), "native: %u.%09u s\n", taken.seconds, taken.nanoseconds);
  report(seconds);
  exit_guest(status);
}
