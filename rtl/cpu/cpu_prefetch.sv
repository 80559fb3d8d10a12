// Prefetch unit: a queue of two lines of code (32 bytes), each word in its place by linear address, and a window of
// the next 12 bytes for decode. A redirect empties the queue and asks for the new address at once; words of a request
// that was under way are dropped as they arrive.
// Addresses are linear; the paging unit behind this translates each request, which is within one line, and lets it wait
// whose page is not in its TLB; the instruction cache answers. Stores into what is in the queue are noticed by
// cpu_code_watch.
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
    // from the instruction cache
    input  logic        f_hit_i,     // with ready: the whole line,
    input  logic [31:0] f_line_i[4],
    input  logic        f_beat_i,    // else word by word
    input  logic        f_last_i,
    input  logic [31:0] f_data_i
);

  localparam logic [5:0] LINE_BYTES = 6'd16;

  logic [31:0] queue_q[8];
  logic [ 4:0] read_q;       // byte position of decode
  logic [ 5:0] available_q;
  logic [31:2] next_q;       // word address of the next word wanted
  logic        busy_q;       // words of a request are on their way
  logic        drop_q;       // which are not wanted any more
  logic [ 1:0] skip_q;       // bytes to skip in the first word after a redirect
  logic        wrapped_q;    // the words have passed the end of their line

  assign available_o = available_q;
  // Ask when a whole line fits behind what is there; a redirect asks for its target at once.
  assign f_valid_o = redirect_i || ((!busy_q || drop_q) && available_q <= LINE_BYTES);
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

  // A word of a request: the next one, unless it is not wanted.
  task automatic take_word();
    if (!drop_q && !wrapped_q) begin
      available_q <= available_q - {2'b0, consume_i} + 6'd4 - {4'b0, skip_q};
      skip_q <= 2'd0;
      next_q <= next_q + 30'd1;
      wrapped_q <= next_q[3:2] == 2'd3;
    end
    if (f_last_i) begin
      busy_q <= 1'b0;
      drop_q <= 1'b0;
    end
  endtask

  // The rest of a line from the byte asked for.
  task automatic take_line();
    available_q <= (redirect_i ? 6'd0 : available_q - {2'b0, consume_i}) + LINE_BYTES - {2'b0, f_linear_o[3:0]};
    skip_q <= 2'd0;
    next_q <= {f_linear_o[31:4] + 28'd1, 2'd0};
  endtask

  task automatic redirect();
    next_q <= redirect_linear_i[31:2];
    skip_q <= redirect_linear_i[1:0];
    read_q <= redirect_linear_i[4:0];
    available_q <= 6'd0;
    drop_q <= busy_q && !(f_beat_i && f_last_i);
  endtask

  // A memory, as those of the caches (cpu_tags). What is before the byte asked for is consumed already.
  always_ff @(posedge clk_i) begin : words
    if (f_beat_i && !drop_q && !wrapped_q) queue_q[next_q[4:2]] = f_data_i;
    if (f_valid_o && f_ready_i && f_hit_i)
      for (int n = 0; n < 4; n++) queue_q[{f_linear_o[4], 2'(n)}] = f_line_i[n];
  end

  always_ff @(posedge clk_i) begin : control
    read_q <= read_q + {1'b0, consume_i};
    available_q <= available_q - {2'b0, consume_i};
    if (f_beat_i) take_word();
    if (redirect_i) redirect();
    if (f_valid_o && f_ready_i) begin
      if (f_hit_i) begin
        take_line();
      end else begin
        busy_q <= 1'b1;
        drop_q <= 1'b0;
        wrapped_q <= 1'b0;
      end
    end
    if (!rst_ni || load_valid_i) begin
      busy_q <= 1'b0;
      drop_q <= 1'b0;
      wrapped_q <= 1'b0;
      available_q <= 6'd0;
      read_q <= 5'd0;
      skip_q <= 2'd0;
    end
  end

endmodule
