/* The CMOS clock tested from inside: it counts on at midnight of a new year, the alarm of that
 * second comes, and periodic interrupts agree with the 8254. Option `year`: what it shows at
 * power-on. Status: the number of failures. */
#include "sw/include/rtc.h"

#include "models/machine/memory_map.h"
#include "sw/include/cpu.h"
#include "sw/include/guest.h"
#include "sw/include/pit.h"
#include "sw/include/printf.h"

#define RATE 6 /* 1024 Hz */
#define PERIODS 20
#define FIRST_MEMORY_BYTE 0x40 /* of those that no BIOS uses */
#define LAST_MEMORY_BYTE 0x4F

static int failures;

static void check(const char* what, int holds) {
  if (holds) return;
  failures++;
  printf("FAILED: %s\n", what);
}

static void sleep_until(volatile uint32_t* count, uint32_t wanted) {
  for (;;) {
    disable_interrupts();
    if (*count >= wanted) break;
    sleep_until_interrupt();
  }
  enable_interrupts();
}

static void check_memory(void) {
  for (uint8_t at = FIRST_MEMORY_BYTE; at <= LAST_MEMORY_BYTE; at++) rtc_write(at, at ^ 0xA5);
  int kept = 1;
  for (uint8_t at = FIRST_MEMORY_BYTE; at <= LAST_MEMORY_BYTE; at++) {
    kept &= rtc_read(at) == (at ^ 0xA5);
  }
  check("memory keeps what is written", kept);
  check("the battery is good", rtc_read(RTC_D) == 0x80);
  check("640 KiB below 1 MiB", rtc_read(0x15) == (640 & 0xFF) && rtc_read(0x16) == 640 >> 8);
}

static void check_new_year(void) {
  const struct rtc_time eve = {2027, 12, 31, 23, 59, 59};
  const struct rtc_time midnight = {2028, 1, 1, 0, 0, 0};
  rtc_set(&eve);
  rtc_set_alarm(&midnight);
  rtc_interrupts(RTC_ALARM | RTC_UPDATE, RATE);
  sleep_until(&rtc_updates, 1);
  struct rtc_time now = rtc_now();
  printf("rtc: %u-%u-%u %u:%u:%u\n", now.year, now.month, now.day, now.hour, now.minute,
         now.second);
  check("the year is another one", now.year % 100 == midnight.year % 100 && now.month == 1 &&
                                       now.day == 1 && now.hour == 0 && now.minute == 0);
  check("the alarm has come", rtc_alarms == 1);
  rtc_interrupts(0, RATE);
}

/* Each period is 1 / 1024 s, as so many clocks of the 8254. */
static void check_periods(void) {
  pit_start(PIT_LONGEST_PERIOD);
  rtc_interrupts(RTC_PERIODIC, RATE);
  sleep_until(&rtc_periods, 1);
  uint32_t before = pit_clocks();
  uint32_t first = rtc_periods;
  sleep_until(&rtc_periods, first + PERIODS);
  uint32_t clocks = pit_clocks() - before;
  uint32_t expected = PERIODS * STRATA_PIT_HZ / 1024;
  rtc_interrupts(0, RATE);
  log_printf("rtc: %u periods in %u clocks, of %u\n", PERIODS, clocks, expected);
  check("periods agree with the 8254", clocks + 600 > expected && clocks < expected + 600);
}

int main(void) {
  struct rtc_time start = rtc_now();
  check("it begins with the year that was set", start.year == option("year", 2026));
  check_memory();
  check_new_year();
  check_periods();
  printf("rtc: %d failures\n", failures);
  return failures;
}
