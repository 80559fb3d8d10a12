/* Memory and strings. GCC may call the first four by itself. */
#ifndef STRATA_SW_STRING_H
#define STRATA_SW_STRING_H

#include <stddef.h>

void* memcpy(void* destination, const void* source, size_t size);
void* memmove(void* destination, const void* source, size_t size);
void* memset(void* destination, int value, size_t size);
int memcmp(const void* left, const void* right, size_t size);

size_t strlen(const char* text);
char* strcpy(char* destination, const char* source);
int strcmp(const char* left, const char* right);
int strncmp(const char* left, const char* right, size_t most);
char* strchr(const char* text, int character);

#endif
