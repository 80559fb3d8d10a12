// The state of the timer on the load and unload ports: the fields of models/pit/pit_state.h in the same
// order, a 32-bit word each, the first one in the lowest word.
package pit_state_pkg;

  // SystemVerilog puts the first field highest, so the struct reads from the last word to the first.
  typedef struct packed {
    logic [31:0] latched_status;
    logic [31:0] latched_count;
    logic [31:0] status_latched;
    logic [31:0] count_latched;
    logic [31:0] read_high;
    logic [31:0] write_high;
    logic [31:0] low_byte;
    logic [31:0] triggered;
    logic [31:0] gate;
    logic [31:0] odd;
    logic [31:0] null_count;
    logic [31:0] pending;
    logic [31:0] armed;
    logic [31:0] counting;
    logic [31:0] out;
    logic [31:0] initial_count;
    logic [31:0] count;
    logic [31:0] bcd;
    logic [31:0] mode_bits;
    logic [31:0] rw;
  } pit_counter_state_t;

  typedef struct packed {
    logic [31:0]              port_a;
    logic [31:0]              port_b;
    pit_counter_state_t [2:0] counter;
  } pit_state_t;

endpackage
