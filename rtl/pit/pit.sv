// The 8254 timer as a Wishbone slave of one word: lanes 0 to 2 are the counters, lane 3 the control
// word (write only; reads all ones). All gates are high.
//
// Latency: an access sampled at edge n to one lane is acked after edge n; each further lane, lowest
// first, takes one edge more. A tick sampled at edge n shows on out0_o after edge n.
//
// Load and unload port: load_valid_i replaces the state at the clock's edge; between two accesses only.
// state_o is the state at the latest rising edge of unload_clk_i, which no other register sees: being asked
// changes nothing. A chip ties both low.
module pit
  import pit_state_pkg::*;
(
    input logic clk_i,
    input logic rst_ni,

    // Wishbone slave
    input  logic        wb_cyc_i,
    input  logic        wb_stb_i,
    input  logic        wb_we_i,
    input  logic [ 3:0] wb_sel_i,
    input  logic [31:0] wb_dat_i,
    output logic        wb_ack_o,
    output logic [31:0] wb_dat_o,

    // timer clock: high at the CPU clock edges its 1.193182 MHz ticks fall on; may be left out while
    // idle_o is high
    input logic pit_clk_i,

    // to the interrupt controllers
    output logic out0_o,

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

  assign access = wb_cyc_i && wb_stb_i && !wb_ack_o;
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

  for (genvar i = 0; i < 3; i++) begin : gen_counter
    assign write_control[i] = control && select == 2'(i) && !latch;
    assign write_count[i]   = write && lane == 2'(i);
    assign read_count[i]    = read && lane == 2'(i);
    assign latch_count[i]   = (latch && select == 2'(i)) || (read_back && data[i+1] && !data[5]);
    assign latch_status[i]  = read_back && data[i+1] && !data[4];

    pit_counter u_counter (
        .clk_i,
        .rst_ni,
        .tick_i         (pit_clk_i),
        .write_control_i(write_control[i]),
        .write_count_i  (write_count[i]),
        .read_i         (read_count[i]),
        .latch_count_i  (latch_count[i]),
        .latch_status_i (latch_status[i]),
        .data_i         (data),
        .read_data_o    (read_data[i]),
        .load_valid_i,
        .load_state_i   (load_state_i[i]),
        .unload_clk_i,
        .state_o        (state_o[i]),
        .out_o          (out[i]),
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
      wb_ack_o <= access && rest == '0;
      done_q   <= access && rest != '0 ? wb_sel_i & ~rest : '0;
      if (access) begin
        unique case (lane)
          2'd0:    wb_dat_o[7:0] <= read_data[0];
          2'd1:    wb_dat_o[15:8] <= read_data[1];
          2'd2:    wb_dat_o[23:16] <= read_data[2];
          default: wb_dat_o[31:24] <= '1;
        endcase
      end
    end
    if (load_valid_i) begin
      wb_ack_o <= 1'b0;
      done_q   <= '0;
    end
  end

  assign out0_o = out[0];
  assign idle_o = active == '0;
  assign steady_o = steady[0];

  logic unused;
  assign unused = ^{out[2:1], steady[2:1]};
endmodule
