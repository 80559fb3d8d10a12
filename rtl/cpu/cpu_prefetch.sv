// Prefetch unit: a queue of eight words (32 bytes) filled by four-word bursts, and a window of the next 12
// bytes for decode. A redirect empties the queue and starts at the new address; words of a burst that was
// under way are dropped as they arrive.
// Addresses are linear; the paging unit between here and the bus unit translates each burst, which is
// within one page, and lets a request wait whose page is not in its TLB. An instruction cache goes to the
// same place. Stores into what is in the queue are noticed by cpu_code_watch.
module cpu_prefetch (
    input logic clk_i,
    input logic rst_ni,
    input logic load_valid_i,  // of the load port: another place

    // from fetch, which it is part of
    input logic        redirect_i,
    input logic [31:0] redirect_linear_i,

    // to decode
    output logic [63:0] window_lo_o,  // bytes 0 to 7 after the read pointer
    output logic [63:0] window_hi_o,  // bytes 4 to 11
    output logic [ 5:0] available_o,  // valid bytes in the queue
    input  logic [ 3:0] consume_i,    // bytes taken in this cycle

    // to the paging unit
    output logic        f_valid_o,
    output logic [31:0] f_linear_o,  // next byte wanted
    input  logic        f_ready_i,
    // from the bus unit
    input  logic        f_beat_i,
    input  logic        f_last_i,
    input  logic [31:0] f_data_i
);

  logic [31:0] queue_q[8];
  logic [ 4:0] read_q;       // byte position of decode
  logic [ 2:0] write_q;      // word position of the next arrival
  logic [ 5:0] available_q;
  logic [31:2] next_q;       // word address of the next word wanted
  logic        busy_q;       // a burst is under way
  logic        drop_q;       // its remaining words are not wanted
  logic [ 1:0] skip_q;       // bytes to skip in the first word after a redirect
  logic        wrapped_q;    // the burst has passed the end of its line

  assign available_o = available_q;
  // Ask when a whole line fits behind what is there; a redirect asks for its target at once.
  assign f_valid_o = !busy_q && (redirect_i || available_q <= 6'd13);
  assign f_linear_o = redirect_i ? redirect_linear_i : {next_q, skip_q};

  always_comb begin : window
    logic [2:0] word;
    logic [5:0] shift;
    word = read_q[4:2];
    shift = {1'b0, read_q[1:0], 3'b000};
    window_lo_o = {queue_q[word+3'd1], queue_q[word]} >> shift;
    window_hi_o = {queue_q[word+3'd2], queue_q[word+3'd1]} >> shift;
    if (read_q[1:0] != 2'd0) begin
      window_lo_o |= {32'b0, queue_q[word+3'd2]} << (7'd64 - {1'b0, shift});
      window_hi_o |= {32'b0, queue_q[word+3'd3]} << (7'd64 - {1'b0, shift});
    end
  end

  always_ff @(posedge clk_i) begin
    logic [5:0] arrived;
    arrived = 6'd0;
    if (f_beat_i) begin
      if (!drop_q && !wrapped_q) begin
        queue_q[write_q] <= f_data_i;
        write_q <= write_q + 3'd1;
        arrived = 6'd4 - {4'b0, skip_q};
        skip_q <= 2'd0;
        next_q <= next_q + 30'd1;
        wrapped_q <= next_q[3:2] == 2'd3;
      end
      if (f_last_i) begin
        busy_q <= 1'b0;
        drop_q <= 1'b0;
      end
    end else if (f_valid_o && f_ready_i) begin
      busy_q <= 1'b1;
      wrapped_q <= 1'b0;
    end
    read_q <= read_q + {1'b0, consume_i};
    available_q <= available_q + arrived - {2'b0, consume_i};

    if (redirect_i) begin
      next_q <= redirect_linear_i[31:2];
      skip_q <= redirect_linear_i[1:0];
      read_q <= {3'd0, redirect_linear_i[1:0]};
      write_q <= 3'd0;
      available_q <= 6'd0;
      drop_q <= busy_q && !(f_beat_i && f_last_i);
    end
    if (!rst_ni || load_valid_i) begin
      busy_q <= 1'b0;
      drop_q <= 1'b0;
      wrapped_q <= 1'b0;
      available_q <= 6'd0;
      read_q <= 5'd0;
      write_q <= 3'd0;
      skip_q <= 2'd0;
    end
  end

endmodule
