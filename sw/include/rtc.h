/* The CMOS clock and its memory. */
#ifndef STRATA_SW_RTC_H
#define STRATA_SW_RTC_H

#include <stdint.h>

/* Registers, beside the bytes of time and memory. */
#define RTC_A 0x0A
#define RTC_B 0x0B
#define RTC_C 0x0C
#define RTC_D 0x0D

/* Bits of register B, and in C the flags of those that are interrupts. */
#define RTC_SET 0x80
#define RTC_PERIODIC 0x40
#define RTC_ALARM 0x20
#define RTC_UPDATE 0x10
#define RTC_24_HOURS 0x02

struct rtc_time {
  uint16_t year; /* with the century that the memory has beside the clock */
  uint8_t month, day, hour, minute, second;
};

uint8_t rtc_read(uint8_t index);
void rtc_write(uint8_t index, uint8_t value);

/* Of a clock of 24 hours in BCD, as it is at power-on. */
struct rtc_time rtc_now(void);
void rtc_set(const struct rtc_time* time);

/* The hour, minute and second of the alarm. */
void rtc_set_alarm(const struct rtc_time* time);

/* Interrupts of `kinds`, of RTC_PERIODIC, RTC_ALARM and RTC_UPDATE; none ends them. The periodic
 * ones come 32768 >> (rate - 1) times a second, `rate` from 3 to 15. */
void rtc_interrupts(uint8_t kinds, uint8_t rate);

/* How often each kind has come since; changed by the interrupt handler. */
extern volatile uint32_t rtc_periods, rtc_alarms, rtc_updates;

#endif
