// The registers of the ATA controller on the load and unload ports: the fields of AtaRegisters in
// models/ata/ata_state.h in the same order, a 32-bit word each, the first one in the lowest word.
package ata_state_pkg;

  // SystemVerilog puts the first field highest, so the struct reads from the last word to the first.
  typedef struct packed {
    logic [31:0] word;
    logic [31:0] interrupts_off;
    logic [31:0] interrupt_pending;
    logic [31:0] medium_failed;
    logic [31:0] error_flag;
    logic [31:0] command;
    logic [31:0] features;
    logic [31:0] device;
    logic [31:0] lba_high;
    logic [31:0] lba_mid;
    logic [31:0] lba_low;
    logic [31:0] count;
    logic [31:0] error;
    logic [31:0] busy_left;
    logic [31:0] outcome;
    logic [31:0] phase;
  } ata_state_t;

endpackage
