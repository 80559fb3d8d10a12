// The state of the clock on the load and unload ports: the fields of models/rtc/rtc_state.h in the same
// order, in 32-bit words, the first one in the lowest word.
package rtc_state_pkg;

  // SystemVerilog puts the first field highest, so the struct reads from the last word to the first.
  typedef struct packed {
    logic [127:0][7:0] bytes;
    logic [31:0]       flags;
    logic [31:0]       b;
    logic [31:0]       a;
    logic [31:0]       divider;
    logic [31:0]       nmi_off;
    logic [31:0]       index;
  } rtc_state_t;

endpackage
