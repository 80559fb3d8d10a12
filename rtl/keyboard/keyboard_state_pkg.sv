// The state of keyboard and controller on the load and unload ports: the fields of
// models/keyboard/keyboard_state.h in the same order, in 32-bit words, the first one in the lowest word.
package keyboard_state_pkg;

  // SystemVerilog puts the first field highest, so the struct reads from the last word to the first.
  typedef struct packed {
    logic [31:0][7:0]  memory;
    logic [15:0][31:0] keys;
    logic [3:0][7:0]   answers;
    logic [31:0]       step;
    logic [31:0]       key_count;
    logic [31:0]       answer_count;
    logic [31:0]       repeat_left;
    logic [31:0]       repeated;
    logic [31:0]       test_left;
    logic [31:0]       last;
    logic [31:0]       scanning;
    logic [31:0]       scan_set;
    logic [31:0]       rate;
    logic [31:0]       leds;
    logic [31:0]       argument;
    logic [31:0]       receive_left;
    logic [31:0]       send_left;
    logic [31:0]       to_mouse;
    logic [31:0]       sent;
    logic [31:0]       breaking;
    logic [31:0]       output_port;
    logic [31:0]       parameter_of;
    logic [31:0]       in_buffer;
    logic [31:0]       out_buffer;
    logic [31:0]       status;
  } keyboard_state_t;

endpackage
