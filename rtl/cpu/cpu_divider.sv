// Divider: unsigned restoring division, one quotient bit a cycle. Signs are the execute stage's business.
module cpu_divider (
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

  always_ff @(posedge clk_i) begin
    logic [32:0] shifted;
    done_q <= 1'b0;
    if (start_i) begin
      remainder_q <= high_i;
      quotient_q <= low_i;
      divisor_q <= divisor_i;
      left_q <= bits_i;
      busy_q <= 1'b1;
    end else if (busy_q) begin
      shifted = {remainder_q, quotient_q[31]};
      if (shifted >= {1'b0, divisor_q}) begin
        remainder_q <= 32'(shifted - {1'b0, divisor_q});
        quotient_q <= {quotient_q[30:0], 1'b1};
      end else begin
        remainder_q <= shifted[31:0];
        quotient_q <= {quotient_q[30:0], 1'b0};
      end
      left_q <= left_q - 6'd1;
      if (left_q == 6'd1) begin
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
