/* Formatted text, 32-bit integers only (no 64-bit division on a 386 without a library). */
#include <stdbool.h>
#include <stdint.h>

#include "sw/include/printf.h"
#include "sw/include/string.h"

struct sink {
  put_char_function put;
  void* context;
};

struct conversion {
  bool left;
  bool zeros;
  unsigned width;
};

static void put_times(const struct sink* sink, char character, unsigned times) {
  while (times-- != 0) sink->put(character, sink->context);
}

/* Writes `sign` and `body`, filled up to the width. Zeros go between the two, blanks outside. */
static void put_field(const struct sink* sink, const struct conversion* conversion,
                      const char* sign, const char* body, size_t length) {
  size_t used = strlen(sign) + length;
  unsigned fill = used < conversion->width ? conversion->width - (unsigned)used : 0;
  bool zeros = conversion->zeros && !conversion->left;
  if (!conversion->left && !zeros) put_times(sink, ' ', fill);
  while (*sign != '\0') sink->put(*sign++, sink->context);
  if (zeros) put_times(sink, '0', fill);
  while (length-- != 0) sink->put(*body++, sink->context);
  if (conversion->left) put_times(sink, ' ', fill);
}

static void put_number(const struct sink* sink, const struct conversion* conversion,
                       const char* sign, uint32_t value, unsigned base, const char* digits) {
  char buffer[10]; /* 4294967295 */
  char* first = buffer + sizeof(buffer);
  do {
    *--first = digits[value % base];
    value /= base;
  } while (value != 0);
  put_field(sink, conversion, sign, first, (size_t)(buffer + sizeof(buffer) - first));
}

static const char* parse_conversion(const char* text, struct conversion* conversion) {
  *conversion = (struct conversion){false, false, 0};
  for (; *text == '-' || *text == '0'; text++) {
    if (*text == '-') conversion->left = true;
    if (*text == '0') conversion->zeros = true;
  }
  for (; *text >= '0' && *text <= '9'; text++)
    conversion->width = conversion->width * 10 + (unsigned)(*text - '0');
  return text;
}

static void put_string(const struct sink* sink, struct conversion conversion, const char* string) {
  conversion.zeros = false;
  put_field(sink, &conversion, "", string, strlen(string));
}

void format(put_char_function put, void* context, const char* text, va_list arguments) {
  const struct sink sink = {put, context};
  for (; *text != '\0'; text++) {
    if (*text != '%') {
      put(*text, context);
      continue;
    }
    struct conversion conversion;
    text = parse_conversion(text + 1, &conversion);
    switch (*text) {
      case 'd':
      case 'i': {
        int value = va_arg(arguments, int);
        uint32_t magnitude = value < 0 ? 0u - (uint32_t)value : (uint32_t)value;
        put_number(&sink, &conversion, value < 0 ? "-" : "", magnitude, 10, "0123456789");
        break;
      }
      case 'u':
        put_number(&sink, &conversion, "", va_arg(arguments, unsigned), 10, "0123456789");
        break;
      case 'x':
        put_number(&sink, &conversion, "", va_arg(arguments, unsigned), 16, "0123456789abcdef");
        break;
      case 'X':
        put_number(&sink, &conversion, "", va_arg(arguments, unsigned), 16, "0123456789ABCDEF");
        break;
      case 's': put_string(&sink, conversion, va_arg(arguments, const char*)); break;
      case 'c': put((char)va_arg(arguments, int), context); break;
      case '\0': return;
      default: put(*text, context); break; /* %% */
    }
  }
}

struct string_sink {
  char* next;
  char* end;
  int length;
};

static void put_in_string(char character, void* context) {
  struct string_sink* string = context;
  string->length++;
  if (string->next < string->end) *string->next++ = character;
}

int snprintf(char* string, size_t size, const char* text, ...) {
  va_list arguments;
  struct string_sink sink = {string, size == 0 ? string : string + size - 1, 0};
  va_start(arguments, text);
  format(put_in_string, &sink, text, arguments);
  va_end(arguments);
  if (size != 0) *sink.next = '\0';
  return sink.length;
}
