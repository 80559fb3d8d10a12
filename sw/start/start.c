/* From the multiboot entry to main and from there to the exit port. */
#include "models/machine/memory_map.h"
#include "sw/include/command_line.h"
#include "sw/include/cpu.h"
#include "sw/include/guest.h"
#include "sw/include/interrupts.h"
#include "sw/include/io.h"
#include "sw/include/multiboot.h"
#include "sw/include/post_codes.h"
#include "sw/include/vga.h"

int main(void);
_Noreturn void start(uint32_t magic, const struct multiboot_info* info);

void start(uint32_t magic, const struct multiboot_info* info) {
  if (magic == MULTIBOOT_BOOTLOADER_MAGIC && (info->flags & MULTIBOOT_INFO_CMDLINE) != 0)
    set_command_line((const char*)info->cmdline);
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
