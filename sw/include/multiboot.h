/* The part of the Multiboot specification 0.6.96 the kit uses. */
#ifndef STRATA_SW_MULTIBOOT_H
#define STRATA_SW_MULTIBOOT_H

#define MULTIBOOT_HEADER_MAGIC 0x1BADB002
#define MULTIBOOT_HEADER_FLAGS 0 /* asks the loader for nothing */
#define MULTIBOOT_BOOTLOADER_MAGIC 0x2BADB002
#define MULTIBOOT_INFO_CMDLINE 4 /* bit of flags: `cmdline` is valid */

#ifndef __ASSEMBLER__
#include <stdint.h>

/* Section 3.3; fields after `cmdline` are not used. */
struct multiboot_info {
  uint32_t flags;
  uint32_t mem_lower;
  uint32_t mem_upper;
  uint32_t boot_device;
  uint32_t cmdline; /* physical address of a NUL-terminated string */
};
#endif

#endif
