/* The parameter block of the boot ROM: how the loader tells the ROM what to start. The loader
 * copies the ROM image (bootrom.bin, 64 KiB), writes the block at BOOT_PARAMETERS_OFFSET of it, and
 * maps the result to end at 1 MiB and at 4 GiB. All fields are 32-bit little-endian; as assembled
 * the block has the magic and BOOT_MODE_NONE, with which the ROM reports "no guest" and ends the
 * run. The entry points' conditions are those of the Multiboot specification 0.6.96, section 3.2,
 * of Linux's 32-bit boot protocol (Documentation/arch/x86/boot.rst), and of a PC's boot sector.
 * Integer macros only where assembly includes it. */
#ifndef STRATA_SW_BOOT_PARAMETERS_H
#define STRATA_SW_BOOT_PARAMETERS_H

#define BOOT_PARAMETERS_OFFSET 0xFF00 /* from the ROM's first byte */
#define BOOT_PARAMETERS_SIZE 16

#define BOOT_PARAMETERS_MAGIC 0x42363853 /* "S86B" */

/* Offsets of the fields in the block. */
#define BOOT_PARAMETERS_FIELD_MAGIC 0
#define BOOT_PARAMETERS_FIELD_MODE 4
#define BOOT_PARAMETERS_FIELD_ENTRY 8        /* multiboot, Linux: physical entry address */
#define BOOT_PARAMETERS_FIELD_INFORMATION 12 /* the same: physical address for EBX or ESI */

#define BOOT_MODE_NONE 0
#define BOOT_MODE_MULTIBOOT 1   /* flat 32-bit protected mode, EAX = 2BADB002, jump to entry */
#define BOOT_MODE_BOOT_SECTOR 2 /* real mode, DL = 80, SS:SP = 0:7C00, jump to 0:7C00 */
#define BOOT_MODE_LINUX 3       /* flat 32-bit protected mode, CS = 10, DS = 18, jump to entry */

/* Exit statuses (port F4) of the ROM itself. */
#define BOOT_STATUS_NO_GUEST 0xFD     /* bad magic or mode */
#define BOOT_STATUS_NO_INTERRUPT 0xFE /* a boot sector ran into an interrupt nobody handles */

#ifndef __ASSEMBLER__
#include <stdint.h>

struct boot_parameters {
  uint32_t magic;
  uint32_t mode;
  uint32_t entry;
  uint32_t information;
};
#endif

#endif
