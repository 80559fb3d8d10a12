// The state of the interrupt controllers on the load and unload ports: the fields of
// models/pic/pic_state.h in the same order, a 32-bit word each, the first one in the lowest word.
package pic_state_pkg;

  // SystemVerilog puts the first field highest, so the structs read from the last word to the first.
  typedef struct packed {
    logic [31:0] poll;
    logic [31:0] read_isr;
    logic [31:0] special_mask;
    logic [31:0] fully_nested;
    logic [31:0] rotate_auto_eoi;
    logic [31:0] auto_eoi;
    logic [31:0] icw4_follows;
    logic [31:0] cascaded;
    logic [31:0] level_triggered;
    logic [31:0] expected;
    logic [31:0] lowest;
    logic [31:0] base;
    logic [31:0] imr;
    logic [31:0] isr;
    logic [31:0] irr;
    logic [31:0] lines;
  } pic_chip_state_t;

  typedef struct packed {
    pic_chip_state_t slave;
    pic_chip_state_t master;
    logic [31:0]     intr;
  } pic_state_t;

endpackage
