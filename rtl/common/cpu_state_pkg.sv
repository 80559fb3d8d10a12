// Architectural state as the CPU's load/unload port carries it: the fields of models/isa/cpu_state.h in
// the same order, every one widened to 32-bit words, first field in the lowest word.
package cpu_state_pkg;

  parameter int unsigned CPU_STATE_WORDS = 66;

  typedef struct packed {
    logic [31:0] attributes;
    logic [31:0] limit;
    logic [31:0] base;
    logic [31:0] selector;
  } segment_state_t;

  typedef struct packed {
    logic [31:0] limit;
    logic [31:0] base;
  } table_state_t;

  // SystemVerilog puts the first field highest, so the struct reads from the last word to the first.
  typedef struct packed {
    logic [63:0]          tsc;
    logic [31:0]          shutdown;
    logic [31:0]          nmi_pending;
    logic [31:0]          nmi_blocked;
    logic [31:0]          pending_exception;
    logic [31:0]          halted;
    logic [31:0]          shadow;
    logic [7:0][31:0]     dr;
    logic [31:0]          cr4;
    logic [31:0]          cr3;
    logic [31:0]          cr2;
    logic [31:0]          cr0;
    table_state_t         idtr;
    table_state_t         gdtr;
    segment_state_t       tr;
    segment_state_t       ldtr;
    segment_state_t [5:0] seg;
    logic [31:0]          eflags;
    logic [31:0]          eip;
    logic [7:0][31:0]     gpr;
  } cpu_state_t;

endpackage
