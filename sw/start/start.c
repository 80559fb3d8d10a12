/* From the multiboot entry to main and from there to the exit port. */
#include <stddef.h>

#include "models/machine/memory_map.h"
#include "sw/include/cpu.h"
#include "sw/include/guest.h"
#include "sw/include/interrupts.h"
#include "sw/include/io.h"
#include "sw/include/multiboot.h"
#include "sw/include/post_codes.h"
#include "sw/include/string.h"
#include "sw/include/vga.h"

int main(void);
_Noreturn void start(uint32_t magic, const struct multiboot_info* info);

static const char* command_line = "";

void start(uint32_t magic, const struct multiboot_info* info) {
  if (magic == MULTIBOOT_BOOTLOADER_MAGIC && (info->flags & MULTIBOOT_INFO_CMDLINE) != 0)
    command_line = (const char*)info->cmdline;
  interrupts_init();
  vga_clear();
  enable_interrupts();
  outb(STRATA_POST_PORT, POST_MAIN);
  int status = main();
  outb(STRATA_POST_PORT, POST_EXIT);
  exit_guest(status);
}

void exit_guest(int status) {
  disable_interrupts();
  outb(STRATA_EXIT_PORT, (uint8_t)status);
  for (;;) __asm__ volatile("hlt");
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
