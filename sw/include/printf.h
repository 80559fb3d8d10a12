/* Formatted text. Conversions: %d %i %u %x %X %s %c %%, each with an optional '-', '0' and width.
 */
#ifndef STRATA_SW_PRINTF_H
#define STRATA_SW_PRINTF_H

#include <stdarg.h>
#include <stddef.h>

typedef void (*put_char_function)(char character, void* context);

/* Gives each character of the result to `put`. */
void format(put_char_function put, void* context, const char* text, va_list arguments);

/* To the screen and, as a record, to the debug console. What it says must not depend on the engine,
 * or the final screens of two engines differ. */
int printf(const char* text, ...) __attribute__((format(printf, 1, 2)));

/* To the debug console only: the place for figures of time. */
int log_printf(const char* text, ...) __attribute__((format(printf, 1, 2)));

/* To a string of at most `size` bytes, NUL included; returns the length the whole result has. */
int snprintf(char* string, size_t size, const char* text, ...)
    __attribute__((format(printf, 3, 4)));

#endif
