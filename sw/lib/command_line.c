/* The options on the command line: words `name`=`value` with blanks between. */
#include "sw/include/command_line.h"

#include <stddef.h>

#include "sw/include/guest.h"
#include "sw/include/string.h"

static const char* command_line = "";

void set_command_line(const char* text) {
  command_line = text;
}

static uint32_t decimal(const char* digits) {
  uint32_t value = 0;
  for (; *digits >= '0' && *digits <= '9'; digits++) value = value * 10 + (uint32_t)(*digits - '0');
  return value;
}

/* What stands behind `name`= on the command line; NULL if it is not there. */
static const char* find_option(const char* name) {
  size_t length = strlen(name);
  const char* word = command_line;
  while (word != NULL) {
    while (*word == ' ') word++;
    if (strncmp(word, name, length) == 0 && word[length] == '=') return word + length + 1;
    word = strchr(word, ' ');
  }
  return NULL;
}

uint32_t option(const char* name, uint32_t otherwise) {
  const char* value = find_option(name);
  return value == NULL ? otherwise : decimal(value);
}

bool option_is(const char* name, const char* word) {
  const char* value = find_option(name);
  size_t length = strlen(word);
  return value != NULL && strncmp(value, word, length) == 0 &&
         (value[length] == ' ' || value[length] == '\0');
}
