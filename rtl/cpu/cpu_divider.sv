// Divider: unsigned restoring division, two quotient bits a cycle; leading zeros of the dividend, which are zeros of
// the quotient, are skipped. Signs are the execute stage's business.
module cpu_divider
  import cpu_alu_pkg::*;
(
    input logic clk_i,
    input logic rst_ni,

    // from execute
    input logic        start_i,
    input logic        abort_i,
    input logic [31:0] high_i,     // upper half of the dividend, less than the divisor
    input logic [31:0] low_i,      // lower half, left-aligned
    input logic [31:0] divisor_i,
    input logic [ 5:0] bits_i,     // quotient bits wanted: 8, 16 or 32

    // to execute
    output logic        busy_o,
    output logic        done_o,    // one cycle
    output logic [31:0] quotient_o,
    output logic [31:0] remainder_o
);

  logic [31:0] remainder_q;
  logic [31:0] quotient_q;
  logic [31:0] divisor_q;
  logic [ 5:0] left_q;
  logic        busy_q;
  logic        done_q;

  assign busy_o = busy_q;
  assign done_o = done_q;
  assign quotient_o = quotient_q;
  assign remainder_o = remainder_q;

  // Remainder and quotient one bit further.
  function automatic logic [63:0] step(logic [63:0] pair, logic [31:0] divisor);
    logic [32:0] shifted;
    logic [31:0] difference;
    shifted = pair[63:31];
    difference = 32'(shifted - {1'b0, divisor});
    return shifted >= {1'b0, divisor} ? {difference, pair[30:0], 1'b1} : {shifted[31:0], pair[30:0], 1'b0};
  endfunction

  // Bits that need no step, an even number, but for the last two.
  function automatic logic [5:0] zeros(logic [31:0] high, logic [31:0] low, logic [5:0] bits);
    logic [5:0] count;
    count = high != 32'd0 ? 6'd0 : low == 32'd0 ? bits : {1'b0, 5'd31 - highest_bit(low)};
    if (count > bits - 6'd2) count = bits - 6'd2;
    return {count[5:1], 1'b0};
  endfunction

  // Written in place: read by nobody else at the edge.
  always_ff @(posedge clk_i) begin
    logic [5:0] skipped;
    done_q <= 1'b0;
    if (start_i) begin
      skipped = zeros(high_i, low_i, bits_i);
      remainder_q = high_i;
      quotient_q = low_i << skipped;
      divisor_q = divisor_i;
      left_q = bits_i - skipped;
      busy_q <= 1'b1;
    end else if (busy_q) begin
      {remainder_q, quotient_q} = step(step({remainder_q, quotient_q}, divisor_q), divisor_q);
      left_q = left_q - 6'd2;
      if (left_q == 6'd0) begin
        busy_q <= 1'b0;
        done_q <= 1'b1;
      end
    end
    if (abort_i || !rst_ni) begin
      busy_q <= 1'b0;
      done_q <= 1'b0;
    end
  end

endmodule
