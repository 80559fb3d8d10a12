// One counter of the 8254 timer (Intel data sheet 231164).
//
// A low gate stops modes 0, 2, 3 and 4, and takes OUT of modes 2 and 3 high at once. When it rises, modes 1, 2, 3
// and 5 load the count at the next tick, which starts modes 1 and 5 ("gate pin operations").
//
// Time: a tick sampled at an edge changes count and OUT after it. Where a write falls on the same edge
// the write wins; latches take the count and OUT from before the edge. Power-on: not counting, OUT high.
module pit_counter
  import pit_state_pkg::*;
#(
    parameter bit GateAtReset = 1'b1
) (
    input logic clk_i,
    input logic rst_ni,

    // the timer's clock: one CPU clock long a tick
    input logic tick_i,

    // register accesses at this edge
    input  logic       write_control_i,  // data_i[5:0]: RW, mode, BCD
    input  logic       write_count_i,
    input  logic       read_i,
    input  logic       latch_count_i,
    input  logic       latch_status_i,
    input  logic [7:0] data_i,
    input  logic       write_gate_i,     // gate_i
    input  logic       gate_i,
    output logic [7:0] read_data_o,

    // load and unload port (pit.sv)
    input  logic               load_valid_i,
    input  pit_counter_state_t load_state_i,
    input  logic               unload_clk_i,
    output pit_counter_state_t state_o,

    output logic out_o,
    output logic gate_o,
    output logic active_o,  // ticks matter
    output logic steady_o   // no tick changes out_o before the next write
);

  localparam logic [1:0] RW_LOW = 2'd1;
  localparam logic [1:0] RW_HIGH = 2'd2;
  localparam logic [1:0] RW_BOTH = 2'd3;

  // Programming
  logic [1:0] rw_q;
  logic [2:0] mode_bits_q;  // as written
  logic       bcd_q;
  logic [2:0] mode;
  assign mode = mode_bits_q[1] ? {1'b0, mode_bits_q[1:0]} : mode_bits_q;

  // Counting
  logic [15:0] count_q;    // counting element
  logic [15:0] initial_q;  // count register
  logic        out_q;
  logic        counting_q;
  logic        armed_q;    // modes 0 and 4: zero has not been reached since the load
  logic        pending_q;  // a count waits to be loaded
  logic        null_q;     // null count of the status byte
  logic        odd_q;      // mode 3: the count loaded last was odd
  logic        gate_q;
  logic        triggered_q;  // the gate has risen since the latest tick

  // Byte sequence and latches
  logic [ 7:0] low_byte_q;
  logic        write_high_q;
  logic        read_high_q;
  logic        count_latched_q;
  logic        status_latched_q;
  logic [15:0] latched_count_q;
  logic [ 7:0] latched_status_q;

  function automatic logic [15:0] minus_one(logic [15:0] count, logic bcd);
    logic [15:0] next;
    next = count - 16'd1;
    if (bcd) begin
      // A digit that was 0 and all below it 0 became F: make it 9.
      if (count[3:0] == '0) next[3:0] = 4'd9;
      if (count[7:0] == '0) next[7:4] = 4'd9;
      if (count[11:0] == '0) next[11:8] = 4'd9;
      if (count == '0) next[15:12] = 4'd9;
    end
    return next;
  endfunction

  logic counts;
  logic strobes;  // modes 4 and 5: OUT is low for a tick
  assign counts  = counting_q && (gate_q || mode == 3'd1 || mode == 3'd5);
  assign strobes = !out_q && (mode == 3'd4 || mode == 3'd5);

  // In modes 2 and 3 a count written while counting waits for the reload.
  logic load_at_tick;
  always_comb begin
    unique case (mode)
      3'd0, 3'd4: load_at_tick = pending_q;
      3'd2, 3'd3: load_at_tick = triggered_q ? pending_q || counting_q : pending_q && !counting_q;
      default:    load_at_tick = triggered_q && (pending_q || counting_q);
    endcase
  end

  logic expires;  // mode 2 and 3: this tick ends the period or half of it
  assign expires = mode == 3'd2 ? count_q == 16'd1 :
                   odd_q && out_q ? count_q == 16'd0 : count_q == 16'd2;

  logic load;
  assign load = load_at_tick || (counts && (mode == 3'd2 || mode == 3'd3) && expires);

  logic runs_out;  // modes 0, 1, 4 and 5: this tick takes the count to zero
  assign runs_out = !load && counts && armed_q && count_q == 16'd1;

  always_ff @(posedge clk_i) begin
    if (tick_i) begin
      triggered_q <= 1'b0;
      if (load) begin
        count_q    <= {initial_q[15:1], initial_q[0] && mode != 3'd3};
        odd_q      <= initial_q[0];
        counting_q <= 1'b1;
        armed_q    <= 1'b1;
        pending_q  <= 1'b0;
        null_q     <= 1'b0;
      end else if (counts) begin
        count_q <= minus_one(count_q, bcd_q);
        if (mode == 3'd3) count_q <= minus_one(minus_one(count_q, bcd_q), bcd_q);
      end

      unique case (mode)
        3'd0, 3'd1: begin
          if (load && mode == 3'd1) out_q <= 1'b0;
          if (runs_out) begin
            out_q   <= 1'b1;
            armed_q <= 1'b0;
          end
        end
        3'd2: if (load_at_tick || counts) out_q <= load_at_tick || expires || count_q != 16'd2;
        3'd3: begin
          if (load_at_tick) out_q <= 1'b1;
          else if (counts && expires) out_q <= !out_q;
        end
        default: begin
          out_q <= !runs_out;
          if (runs_out) armed_q <= 1'b0;
        end
      endcase
    end

    if (write_count_i) begin
      if (rw_q == RW_BOTH) write_high_q <= !write_high_q;
      if (rw_q == RW_BOTH && !write_high_q) begin
        low_byte_q <= data_i;
      end else begin
        unique case (rw_q)
          RW_LOW:  initial_q <= {8'd0, data_i};
          RW_HIGH: initial_q <= {data_i, 8'd0};
          default: initial_q <= {data_i, low_byte_q};
        endcase
        pending_q <= 1'b1;
        null_q    <= 1'b1;
      end
      if (mode == 3'd0) begin
        // Writing a count stops the old one and takes OUT low at once.
        out_q      <= 1'b0;
        counting_q <= 1'b0;
        if (rw_q == RW_BOTH && !write_high_q) pending_q <= 1'b0;
      end
    end

    if (write_gate_i) begin
      gate_q <= gate_i;
      if (gate_i && !gate_q && mode != 3'd0 && mode != 3'd4) triggered_q <= 1'b1;
      if (!gate_i && (mode == 3'd2 || mode == 3'd3)) out_q <= 1'b1;
    end

    if (read_i) begin
      if (status_latched_q) begin
        status_latched_q <= 1'b0;
      end else begin
        if (rw_q == RW_BOTH) read_high_q <= !read_high_q;
        if (rw_q != RW_BOTH || read_high_q) count_latched_q <= 1'b0;
      end
    end

    if (latch_count_i && !count_latched_q) begin
      count_latched_q <= 1'b1;
      latched_count_q <= count_q;
    end
    if (latch_status_i && !status_latched_q) begin
      status_latched_q <= 1'b1;
      latched_status_q <= {out_q, null_q, rw_q, mode_bits_q, bcd_q};
    end

    if (write_control_i) begin
      {rw_q, mode_bits_q, bcd_q} <= data_i[5:0];

      out_q            <= data_i[3:1] != 3'd0;
      counting_q       <= 1'b0;
      armed_q          <= 1'b0;
      pending_q        <= 1'b0;
      triggered_q      <= 1'b0;
      null_q           <= 1'b1;
      write_high_q     <= 1'b0;
      read_high_q      <= 1'b0;
      count_latched_q  <= 1'b0;
      status_latched_q <= 1'b0;
    end

    if (load_valid_i) begin
      rw_q             <= load_state_i.rw[1:0];
      mode_bits_q      <= load_state_i.mode_bits[2:0];
      bcd_q            <= load_state_i.bcd[0];
      count_q          <= load_state_i.count[15:0];
      initial_q        <= load_state_i.initial_count[15:0];
      out_q            <= load_state_i.out[0];
      counting_q       <= load_state_i.counting[0];
      armed_q          <= load_state_i.armed[0];
      pending_q        <= load_state_i.pending[0];
      null_q           <= load_state_i.null_count[0];
      odd_q            <= load_state_i.odd[0];
      gate_q           <= load_state_i.gate[0];
      triggered_q      <= load_state_i.triggered[0];
      low_byte_q       <= load_state_i.low_byte[7:0];
      write_high_q     <= load_state_i.write_high[0];
      read_high_q      <= load_state_i.read_high[0];
      count_latched_q  <= load_state_i.count_latched[0];
      status_latched_q <= load_state_i.status_latched[0];
      latched_count_q  <= load_state_i.latched_count[15:0];
      latched_status_q <= load_state_i.latched_status[7:0];
    end

    if (!rst_ni) begin
      rw_q             <= RW_BOTH;
      mode_bits_q      <= 3'd3;
      bcd_q            <= 1'b0;
      count_q          <= '0;
      initial_q        <= '0;
      out_q            <= 1'b1;
      counting_q       <= 1'b0;
      armed_q          <= 1'b0;
      pending_q        <= 1'b0;
      null_q           <= 1'b1;
      odd_q            <= 1'b0;
      gate_q           <= GateAtReset;
      triggered_q      <= 1'b0;
      low_byte_q       <= '0;
      write_high_q     <= 1'b0;
      read_high_q      <= 1'b0;
      count_latched_q  <= 1'b0;
      status_latched_q <= 1'b0;
    end
  end

  always_ff @(posedge unload_clk_i) begin
    state_o.rw             <= 32'(rw_q);
    state_o.mode_bits      <= 32'(mode_bits_q);
    state_o.bcd            <= 32'(bcd_q);
    state_o.count          <= 32'(count_q);
    state_o.initial_count  <= 32'(initial_q);
    state_o.out            <= 32'(out_q);
    state_o.counting       <= 32'(counting_q);
    state_o.armed          <= 32'(armed_q);
    state_o.pending        <= 32'(pending_q);
    state_o.null_count     <= 32'(null_q);
    state_o.odd            <= 32'(odd_q);
    state_o.gate           <= 32'(gate_q);
    state_o.triggered      <= 32'(triggered_q);
    state_o.low_byte       <= 32'(low_byte_q);
    state_o.write_high     <= 32'(write_high_q);
    state_o.read_high      <= 32'(read_high_q);
    state_o.count_latched  <= 32'(count_latched_q);
    state_o.status_latched <= 32'(status_latched_q);
    state_o.latched_count  <= count_latched_q ? 32'(latched_count_q) : '0;
    state_o.latched_status <= status_latched_q ? 32'(latched_status_q) : '0;
  end

  logic [15:0] shown;
  logic        high;
  assign shown = count_latched_q ? latched_count_q : count_q;
  assign high  = rw_q == RW_HIGH || (rw_q == RW_BOTH && read_high_q);
  assign read_data_o = status_latched_q ? latched_status_q : high ? shown[15:8] : shown[7:0];

  assign out_o    = out_q;
  assign gate_o   = gate_q;
  assign active_o = counts || load_at_tick || triggered_q || strobes;

  // Modes 0, 1, 4 and 5 count on behind the end of the count, and OUT stays.
  logic moves;
  assign moves    = armed_q || mode == 3'd2 || mode == 3'd3;
  assign steady_o = !load_at_tick && !triggered_q && !strobes && !(counts && moves);

  logic unused;
  assign unused = ^{data_i[7:6], load_state_i};
endmodule
