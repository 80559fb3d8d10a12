// date: the system's time in UTC, as 2026-01-01 00:00:00. klibc has no such program. Built with the
// kernel's own header for programs without a library (tools/include/nolibc).

/// Days since 1970-01-01 to year, month and day; every 400 years have 146097 days, counted from a
/// March.
static void civil(int days, int* year, int* month, int* day) {
  days += 719468;
  const int era = days / 146097;
  const int in_era = days % 146097;
  const int years = (in_era - in_era / 1460 + in_era / 36524 - in_era / 146096) / 365;
  const int in_year = in_era - (365 * years + years / 4 - years / 100);
  const int from_march = (5 * in_year + 2) / 153;
  *day = in_year - (153 * from_march + 2) / 5 + 1;
  *month = from_march < 10 ? from_march + 3 : from_march - 9;
  *year = years + era * 400 + (*month <= 2);
}

static char* put(char* out, int value, int digits) {
  for (int i = digits - 1; i >= 0; --i) {
    out[i] = (char)('0' + value % 10);
    value /= 10;
  }
  return out + digits;
}

int main(void) {
  struct timeval now;
  if (gettimeofday(&now, NULL) != 0) return 1;
  const int seconds = (int)(now.tv_sec % 86400);
  int year, month, day;
  civil((int)(now.tv_sec / 86400), &year, &month, &day);
  char text[20];
  char* out = put(text, year, 4);
  *out++ = '-';
  out = put(out, month, 2);
  *out++ = '-';
  out = put(out, day, 2);
  *out++ = ' ';
  out = put(out, seconds / 3600, 2);
  *out++ = ':';
  out = put(out, seconds / 60 % 60, 2);
  *out++ = ':';
  out = put(out, seconds % 60, 2);
  *out++ = '\n';
  return write(1, text, (size_t)(out - text)) == out - text ? 0 : 1;
}
