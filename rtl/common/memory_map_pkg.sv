// The machine description for RTL: the same names and numbers as models/machine/memory_map.h, without the
// STRATA_ prefix; tests/style compares the two.
package memory_map_pkg;
  parameter int unsigned VGA_TEXT_BASE = 32'hB8000;
  parameter int unsigned VGA_TEXT_SIZE = 32'h8000;
  parameter int unsigned BOOT_SECTOR_BASE = 32'h7C00;
  parameter int unsigned ROM_LOW_END = 32'h100000;
  parameter int unsigned ROM_SIZE = 32'h10000;
  parameter int unsigned RESET_VECTOR = 32'hFFFFFFF0;

  parameter int unsigned PIC1_PORT = 32'h20;
  parameter int unsigned PIC1_PORTS = 2;
  parameter int unsigned PIC2_PORT = 32'hA0;
  parameter int unsigned PIC2_PORTS = 2;
  parameter int unsigned PIT_PORT = 32'h40;
  parameter int unsigned PIT_PORTS = 4;
  parameter int unsigned POST_PORT = 32'h80;
  parameter int unsigned POST_PORTS = 1;
  parameter int unsigned DEBUG_CONSOLE_PORT = 32'hE9;
  parameter int unsigned DEBUG_CONSOLE_PORTS = 1;
  parameter int unsigned EXIT_PORT = 32'hF4;
  parameter int unsigned EXIT_PORTS = 1;
  parameter int unsigned ATA_COMMAND_PORT = 32'h1F0;
  parameter int unsigned ATA_COMMAND_PORTS = 8;
  parameter int unsigned ATA_CONTROL_PORT = 32'h3F6;
  parameter int unsigned ATA_CONTROL_PORTS = 2;
  parameter int unsigned VGA_PORT = 32'h3C0;
  parameter int unsigned VGA_PORTS = 32;
  parameter int unsigned UART_PORT = 32'h3F8;
  parameter int unsigned UART_PORTS = 8;
  parameter int unsigned HYPERCALL_PORT = 32'hABBA;

  parameter int unsigned PIC_BLOCK_MASTER = 0;
  parameter int unsigned PIC_BLOCK_SLAVE = 4;
  parameter int unsigned ATA_BLOCK_COMMAND = 0;
  parameter int unsigned ATA_BLOCK_CONTROL = 10;
  parameter int unsigned VGA_BLOCK_TEXT = 0;
  parameter int unsigned VGA_BLOCK_PORTS = 32'h8000;
  parameter int unsigned DEBUG_BLOCK_POST = 0;
  parameter int unsigned DEBUG_BLOCK_CONSOLE = 5;
  parameter int unsigned DEBUG_BLOCK_EXIT = 8;

  parameter int unsigned IRQ_PIT = 0;
  parameter int unsigned IRQ_CASCADE = 2;
  parameter int unsigned IRQ_UART = 4;
  parameter int unsigned IRQ_ATA = 14;

  parameter int unsigned CPU_HZ = 25000000;
  parameter int unsigned PIT_HZ = 1193182;
  parameter int unsigned UART_HZ = 1843200;
  parameter int unsigned VGA_CHAR_CYCLES = 8;

  parameter int unsigned ATA_COMMAND_CYCLES = 400;
  parameter int unsigned ATA_SECTOR_CYCLES = 1000;
  parameter int unsigned ATA_FLUSH_CYCLES = 2000;
  parameter int unsigned ATA_RESET_CYCLES = 2000;
endpackage
