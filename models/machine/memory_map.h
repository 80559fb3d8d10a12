/* The one machine description (charter, rule 1): addresses, ports, interrupt lines, clock rates and
 * device latencies. Integer macros only, because guest programs in C and assembly include it too.
 * rtl/common/memory_map_pkg.sv says the same in SystemVerilog; tests/style compares the two. */
#ifndef STRATA_PLATFORM_MEMORY_MAP_H
#define STRATA_PLATFORM_MEMORY_MAP_H

/* Physical memory. RAM starts at 0; the VGA text window is cut out of it. */
#define STRATA_VGA_TEXT_BASE 0xB8000
#define STRATA_VGA_TEXT_SIZE 0x8000
#define STRATA_BOOT_SECTOR_BASE 0x7C00
/* The boot ROM (or --bios) is mapped to end at 1 MiB and at 4 GiB; without --bios it is 64 KiB. */
#define STRATA_ROM_LOW_END 0x100000
#define STRATA_ROM_SIZE 0x10000
#define STRATA_RESET_VECTOR 0xFFFFFFF0

/* I/O ports: base and number of byte ports. */
#define STRATA_PIC1_PORT 0x20
#define STRATA_PIC1_PORTS 2
#define STRATA_PIC2_PORT 0xA0
#define STRATA_PIC2_PORTS 2
#define STRATA_PIT_PORT 0x40
#define STRATA_PIT_PORTS 4
#define STRATA_POST_PORT 0x80
#define STRATA_POST_PORTS 1
#define STRATA_DEBUG_CONSOLE_PORT 0xE9
#define STRATA_DEBUG_CONSOLE_PORTS 1
#define STRATA_EXIT_PORT 0xF4
#define STRATA_EXIT_PORTS 1
#define STRATA_ATA_COMMAND_PORT 0x1F0
#define STRATA_ATA_COMMAND_PORTS 8
#define STRATA_ATA_CONTROL_PORT 0x3F6
#define STRATA_ATA_CONTROL_PORTS 2
#define STRATA_VGA_PORT 0x3C0
#define STRATA_VGA_PORTS 32
#define STRATA_UART_PORT 0x3F8
#define STRATA_UART_PORTS 8
#define STRATA_HYPERCALL_PORT 0xABBA

/* Where a device with more than one window sees each of them in its own block of offsets. */
#define STRATA_PIC_BLOCK_MASTER 0
#define STRATA_PIC_BLOCK_SLAVE 4
#define STRATA_ATA_BLOCK_COMMAND 0
#define STRATA_ATA_BLOCK_CONTROL 10 /* keeps 3F6 in byte lane 2, as on the bus */
#define STRATA_VGA_BLOCK_TEXT 0
#define STRATA_VGA_BLOCK_PORTS 0x8000
#define STRATA_DEBUG_BLOCK_POST 0
#define STRATA_DEBUG_BLOCK_CONSOLE 5 /* byte lane 1, as port E9 on the bus */
#define STRATA_DEBUG_BLOCK_EXIT 8

/* Interrupt request lines of the 8259 pair. */
#define STRATA_IRQ_PIT 0
#define STRATA_IRQ_CASCADE 2
#define STRATA_IRQ_UART 4
#define STRATA_IRQ_ATA 14

/* Clocks, in Hz. The CPU clock is --clock-mhz; this is its default. */
#define STRATA_CPU_HZ 25000000
#define STRATA_PIT_HZ 1193182
#define STRATA_UART_HZ 1843200
/* CPU cycles a VGA character clock (8 pixels at 25 MHz). */
#define STRATA_VGA_CHAR_CYCLES 8

/* Device latencies in CPU cycles. */
#define STRATA_ATA_COMMAND_CYCLES 400 /* BSY after a command is written */
#define STRATA_ATA_SECTOR_CYCLES 1000 /* BSY before each further sector's DRQ */
#define STRATA_ATA_FLUSH_CYCLES 2000  /* BSY of FLUSH CACHE */
#define STRATA_ATA_RESET_CYCLES 2000  /* BSY after software reset */

#endif
