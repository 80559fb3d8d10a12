// The state of the block behind port ABBA on the load and unload ports: the fields of PvState in
// models/pv/pv_state.h in the same order, a 32-bit word each, the first one in the lowest word.
package pv_state_pkg;

  // SystemVerilog puts the first field highest, so the struct reads from the last word to the first.
  typedef struct packed {
    logic [31:0] unused;  // 0; more than 64 bits are an array of words for Verilator, as every state is
    logic [31:0] irq;
    logic [31:0] number;
  } pv_state_t;

endpackage
