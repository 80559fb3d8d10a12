/* The MC146818 of an AT: port 70 takes the index of a byte, bit 7 masks the NMI; port 71 is the
 * byte. Once a second the clock counts on; UIP of register A says 244 us before that time bytes are
 * about to change. Reading register C ends an interrupt request, and without that there is no
 * other. */
#include "sw/include/rtc.h"

#include "models/machine/memory_map.h"
#include "sw/include/cpu.h"
#include "sw/include/interrupts.h"
#include "sw/include/io.h"

#define RTC_INDEX STRATA_RTC_PORT
#define RTC_DATA (STRATA_RTC_PORT + 1)

#define SECOND 0x00
#define SECOND_ALARM 0x01
#define MINUTE 0x02
#define MINUTE_ALARM 0x03
#define HOUR 0x04
#define HOUR_ALARM 0x05
#define DAY 0x07
#define MONTH 0x08
#define YEAR 0x09
#define CENTURY 0x32

#define A_UPDATE_IN_PROGRESS 0x80
#define A_DIVIDER_RUNS 0x20
#define KINDS (RTC_PERIODIC | RTC_ALARM | RTC_UPDATE)

volatile uint32_t rtc_periods, rtc_alarms, rtc_updates;

uint8_t rtc_read(uint8_t index) {
  outb(RTC_INDEX, index);
  return inb(RTC_DATA);
}

void rtc_write(uint8_t index, uint8_t value) {
  outb(RTC_INDEX, index);
  outb(RTC_DATA, value);
}

static uint8_t from_bcd(uint8_t bcd) {
  return (uint8_t)((bcd >> 4) * 10 + (bcd & 15));
}

static uint8_t to_bcd(unsigned n) {
  return (uint8_t)(n / 10 << 4 | n % 10);
}

struct rtc_time rtc_now(void) {
  /* There are 244 us from UIP being 0 to the next change. */
  while (rtc_read(RTC_A) & A_UPDATE_IN_PROGRESS) {
  }
  return (struct rtc_time){
      .year = (uint16_t)(from_bcd(rtc_read(CENTURY)) * 100 + from_bcd(rtc_read(YEAR))),
      .month = from_bcd(rtc_read(MONTH)),
      .day = from_bcd(rtc_read(DAY)),
      .hour = from_bcd(rtc_read(HOUR)),
      .minute = from_bcd(rtc_read(MINUTE)),
      .second = from_bcd(rtc_read(SECOND))};
}

void rtc_set(const struct rtc_time* time) {
  uint8_t b = rtc_read(RTC_B);
  rtc_write(RTC_B, b | RTC_SET); /* no update comes between */
  rtc_write(CENTURY, to_bcd(time->year / 100));
  rtc_write(YEAR, to_bcd(time->year % 100));
  rtc_write(MONTH, to_bcd(time->month));
  rtc_write(DAY, to_bcd(time->day));
  rtc_write(HOUR, to_bcd(time->hour));
  rtc_write(MINUTE, to_bcd(time->minute));
  rtc_write(SECOND, to_bcd(time->second));
  rtc_write(RTC_B, b);
}

void rtc_set_alarm(const struct rtc_time* time) {
  rtc_write(HOUR_ALARM, to_bcd(time->hour));
  rtc_write(MINUTE_ALARM, to_bcd(time->minute));
  rtc_write(SECOND_ALARM, to_bcd(time->second));
}

static void interrupt(void) {
  uint8_t flags = rtc_read(RTC_C);
  if (flags & RTC_PERIODIC) rtc_periods++;
  if (flags & RTC_ALARM) rtc_alarms++;
  if (flags & RTC_UPDATE) rtc_updates++;
}

void rtc_interrupts(uint8_t kinds, uint8_t rate) {
  disable_interrupts();
  rtc_write(RTC_A, (uint8_t)(A_DIVIDER_RUNS | rate));
  rtc_write(RTC_B, (uint8_t)((rtc_read(RTC_B) & ~KINDS) | kinds));
  rtc_read(RTC_C); /* flags of before */
  rtc_periods = rtc_alarms = rtc_updates = 0;
  irq_install(STRATA_IRQ_RTC, interrupt);
  enable_interrupts();
}
