/* Memory and strings. The string instructions do the bulk, four bytes at a time. */
#include "sw/include/string.h"

#include <stdint.h>

void* memcpy(void* destination, const void* source, size_t size) {
  void* to = destination;
  size_t words = size / 4;
  size_t rest = size % 4;
  __asm__ volatile("cld; rep movsl" : "+D"(to), "+S"(source), "+c"(words) : : "memory", "cc");
  __asm__ volatile("rep movsb" : "+D"(to), "+S"(source), "+c"(rest) : : "memory", "cc");
  return destination;
}

void* memmove(void* destination, const void* source, size_t size) {
  if ((uintptr_t)destination - (uintptr_t)source >= size) return memcpy(destination, source, size);
  /* The destination starts inside the source: from the last byte down. */
  char* to = (char*)destination + size - 1;
  const char* from = (const char*)source + size - 1;
  __asm__ volatile("std; rep movsb; cld" : "+D"(to), "+S"(from), "+c"(size) : : "memory", "cc");
  return destination;
}

void* memset(void* destination, int value, size_t size) {
  void* to = destination;
  uint32_t pattern = (uint8_t)value * 0x01010101u;
  size_t words = size / 4;
  size_t rest = size % 4;
  __asm__ volatile("cld; rep stosl" : "+D"(to), "+c"(words) : "a"(pattern) : "memory", "cc");
  __asm__ volatile("rep stosb" : "+D"(to), "+c"(rest) : "a"(pattern) : "memory", "cc");
  return destination;
}

int memcmp(const void* left, const void* right, size_t size) {
  const uint8_t* a = left;
  const uint8_t* b = right;
  for (; size != 0; size--, a++, b++)
    if (*a != *b) return *a - *b;
  return 0;
}

size_t strlen(const char* text) {
  const char* end = text;
  while (*end != '\0') end++;
  return (size_t)(end - text);
}

char* strcpy(char* destination, const char* source) {
  char* to = destination;
  while ((*to++ = *source++) != '\0') {
  }
  return destination;
}

int strcmp(const char* left, const char* right) {
  return strncmp(left, right, SIZE_MAX);
}

int strncmp(const char* left, const char* right, size_t most) {
  for (; most != 0; most--, left++, right++)
    if (*left != *right || *left == '\0') return (uint8_t)*left - (uint8_t)*right;
  return 0;
}

char* strchr(const char* text, int character) {
  for (; *text != (char)character; text++)
    if (*text == '\0') return NULL;
  return (char*)text;
}
