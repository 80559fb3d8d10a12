// The state of the UART on the load and unload ports: the fields of models/uart/uart_state.h in the same
// order, in 32-bit words, the first one in the lowest word.
package uart_state_pkg;

  // SystemVerilog puts the first field highest, so the struct reads from the last word to the first.
  typedef struct packed {
    logic [63:0]      timeout_left;
    logic [63:0]      rx_left;
    logic [31:0]      rx_byte;
    logic [31:0]      rx_held;
    logic [15:0][7:0] rx_fifo;
    logic [31:0]      rx_fill;
    logic [31:0]      timeout_pending;
    logic [31:0]      deltas;
    logic [31:0]      overrun;
    logic [31:0]      trigger;
    logic [31:0]      shifted;
    logic [31:0]      looped;
    logic [63:0]      character_left;
    logic [15:0][7:0] fifo;
    logic [31:0]      fill;
    logic [31:0]      thre_pending;
    logic [31:0]      fifo_on;
    logic [31:0]      divisor;
    logic [31:0]      scr;
    logic [31:0]      mcr;
    logic [31:0]      lcr;
    logic [31:0]      ier;
  } uart_state_t;

endpackage
