// The 8254 timer with the system control ports of a PC beside it, as a Wishbone slave of two words. Word 0: lanes 0 to 2
// are the counters, lane 3 the control word (write only; reads all ones). Word 1: lane 1 is port 61 (IBM PC/AT
// Technical Reference, "port B"): bit 0 is the gate of counter 2, bit 4 changes with each refresh of the memory, bit 5
// is OUT of counter 2. Bit 1, which lets OUT to a speaker, and bits 2 and 3, which mask checks of memory and cards, are
// kept; there is no speaker and nothing fails, so bits 6 and 7 are 0. The gates of counters 0 and 1 are high. Lane 2 is
// port 92 (IBM PS/2 Hardware Interface Technical Reference, "system control port A"): bit 1 opens A20, bit 0 asks for a
// reset of the machine, which clears it; the others read 0.
//
// Latency: an access sampled at edge n to one lane is acked after edge n; each further lane, lowest
// first, takes one edge more. A tick sampled at edge n shows on out0_o after edge n.
//
// Load and unload port: load_valid_i replaces the state at the clock's edge; between two accesses only.
// state_o is the state at the latest rising edge of unload_clk_i, which no other register sees: being asked
// changes nothing. A chip ties both low.
module pit
  import pit_state_pkg::*;
  import memory_map_pkg::*;
(
    input logic clk_i,
    input logic rst_ni,

    // Wishbone slave
    input  logic        wb_cyc_i,
    input  logic        wb_stb_i,
    input  logic        wb_we_i,
    input  logic [ 2:2] wb_adr_i,
    input  logic [ 3:0] wb_sel_i,
    input  logic [31:0] wb_dat_i,
    output logic        wb_ack_o,
    output logic [31:0] wb_dat_o,

    // timer clock: high at the CPU clock edges its 1.193182 MHz ticks fall on; may be left out while
    // idle_o is high
    input logic pit_clk_i,
    // from the memory's refresh: changes each time
    input logic refresh_i,

    // to the interrupt controllers
    output logic out0_o,

    // to the board
    output logic a20_o,    // A20 is open
    output logic reset_o,  // a reset of the machine is asked for

    // load and unload port
    input  logic       load_valid_i,
    input  pit_state_t load_state_i,
    input  logic       unload_clk_i,
    output pit_state_t state_o,

    // to the clock control: no counter runs; no tick changes out0_o before the next access
    output logic idle_o,
    output logic steady_o
);

  localparam logic [1:0] CONTROL = 2'd3;
  localparam logic [1:0] READ_BACK = 2'd3;

  // Lane by lane: done_q marks those this access has finished.
  logic [3:0] done_q;
  logic [3:0] todo;
  logic [3:0] rest;
  logic       access;
  logic [1:0] lane;
  logic [7:0] data;

  logic       access_b;  // to ports 61 and 92
  logic       access_any;

  assign access_any = wb_cyc_i && wb_stb_i && !wb_ack_o;
  assign access     = access_any && !wb_adr_i[2];
  assign access_b   = access_any && wb_adr_i[2];
  assign todo   = wb_sel_i & ~done_q;
  assign rest   = todo & (todo - 4'd1);  // all but the lowest

  always_comb begin
    unique casez (todo)
      4'b???1: {lane, data} = {2'd0, wb_dat_i[7:0]};
      4'b??10: {lane, data} = {2'd1, wb_dat_i[15:8]};
      4'b?100: {lane, data} = {2'd2, wb_dat_i[23:16]};
      default: {lane, data} = {2'd3, wb_dat_i[31:24]};
    endcase
  end

  logic read;
  logic write;
  logic control;
  assign read    = access && !wb_we_i && todo != '0;
  assign write   = access && wb_we_i && todo != '0;
  assign control = write && lane == CONTROL;

  // Control word (data sheet, figures 7, 9 and 10): counter select 3 is the read-back command, RW 0 the
  // counter latch command.
  logic [1:0] select;
  logic       read_back;
  logic       latch;
  assign select    = data[7:6];
  assign read_back = control && select == READ_BACK;
  assign latch     = control && select != READ_BACK && data[5:4] == 2'd0;

  logic [2:0]      write_control;
  logic [2:0]      write_count;
  logic [2:0]      read_count;
  logic [2:0]      latch_count;
  logic [2:0]      latch_status;
  logic [2:0]      out;
  logic [2:0]      active;
  logic [2:0]      steady;
  logic [2:0][7:0] read_data;

  // Ports 61 and 92
  logic       write_b;
  logic       write_a;
  logic [2:0] gate;
  logic [3:1] port_b_q;
  logic [1:0] port_a_q;
  // As state_o has them
  pit_counter_state_t [2:0] counter_state;
  logic [31:0]              port_b_state;
  logic [31:0]              port_a_state;
  assign write_b = access_b && wb_we_i && wb_sel_i[1];
  assign write_a = access_b && wb_we_i && wb_sel_i[2];

  for (genvar i = 0; i < 3; i++) begin : gen_counter
    assign write_control[i] = control && select == 2'(i) && !latch;
    assign write_count[i]   = write && lane == 2'(i);
    assign read_count[i]    = read && lane == 2'(i);
    assign latch_count[i]   = (latch && select == 2'(i)) || (read_back && data[i+1] && !data[5]);
    assign latch_status[i]  = read_back && data[i+1] && !data[4];

    pit_counter #(
        .GateAtReset(i != 2)
    ) u_counter (
        .clk_i,
        .rst_ni,
        .tick_i         (pit_clk_i),
        .write_control_i(write_control[i]),
        .write_count_i  (write_count[i]),
        .read_i         (read_count[i]),
        .latch_count_i  (latch_count[i]),
        .latch_status_i (latch_status[i]),
        .data_i         (data),
        .write_gate_i   (write_b && i == 2),
        .gate_i         (wb_dat_i[8]),
        .read_data_o    (read_data[i]),
        .load_valid_i,
        .load_state_i   (load_state_i.counter[i]),
        .unload_clk_i,
        .state_o        (counter_state[i]),
        .out_o          (out[i]),
        .gate_o         (gate[i]),
        .active_o       (active[i]),
        .steady_o       (steady[i])
    );
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      wb_ack_o <= 1'b0;
      wb_dat_o <= '1;
      done_q   <= '0;
    end else begin
      wb_ack_o <= access_b || (access && rest == '0);
      done_q   <= access && rest != '0 ? wb_sel_i & ~rest : '0;
      if (access) begin
        unique case (lane)
          2'd0:    wb_dat_o[7:0] <= read_data[0];
          2'd1:    wb_dat_o[15:8] <= read_data[1];
          2'd2:    wb_dat_o[23:16] <= read_data[2];
          default: wb_dat_o[31:24] <= '1;
        endcase
      end
      if (access_b) begin
        wb_dat_o <= {8'hFF, 6'd0, port_a_q, 2'b00, out[2], refresh_i, port_b_q, gate[2], 8'hFF};
      end
    end
    if (write_b) port_b_q <= wb_dat_i[11:9];
    if (write_a) port_a_q <= wb_dat_i[17:16];
    if (load_valid_i) begin
      wb_ack_o <= 1'b0;
      done_q   <= '0;
      port_b_q <= load_state_i.port_b[3:1];
      port_a_q <= load_state_i.port_a[1:0];
    end
    if (!rst_ni) begin
      port_b_q <= '0;
      port_a_q <= 2'(SYSTEM_A_AT_RESET);
    end
  end

  always_ff @(posedge unload_clk_i) begin
    port_b_state <= {28'd0, port_b_q, 1'b0};
    port_a_state <= {30'd0, port_a_q};
  end
  assign state_o = '{port_a: port_a_state, port_b: port_b_state, counter: counter_state};

  assign out0_o = out[0];
  assign a20_o = port_a_q[1];
  assign reset_o = port_a_q[0];
  assign idle_o = active == '0;
  assign steady_o = steady[0];

  logic unused;
  assign unused = ^{out[1], gate[1:0], steady[2:1], load_state_i};
endmodule
