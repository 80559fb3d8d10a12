// Multiplication and division: products in one cycle, quotients through the divider two bits a cycle. Combinational but
// for the divider, which starts over when its instruction goes away.
module cpu_multiply_divide
  import cpu_pkg::*;
  import cpu_alu_pkg::*;
(
    input logic clk_i,
    input logic rst_ni,

    cpu_registers_if.reader regs,

    // from the integer unit
    input logic         valid_i,  // it is an instruction that multiplies or divides
    cpu_stage_if.reader x,
    input logic [31:0]  a_i,      // what the accumulator is multiplied with or divided by, or the first factor
    input logic [31:0]  b_i,      // the second factor

    // to the integer unit
    output logic [31:0] low_o,    // the product; or the quotient, of bytes with the remainder above it
    output logic [31:0] high_o,   // its upper half in the operand size; or the remainder
    output logic [31:0] flags_o,  // of the product
    output logic        waits_o,  // for the divider
    output logic        error_o   // divided by zero, or the quotient does not fit
);

  logic        div_start;
  logic [31:0] div_high;
  logic [31:0] div_low;
  logic [31:0] div_by;
  logic [ 5:0] div_bits;
  logic        div_busy;
  logic        div_done;
  logic [31:0] div_quotient;
  logic [31:0] div_remainder;

  cpu_divider u_divider (
      .clk_i,
      .rst_ni,
      .start_i    (div_start),
      .abort_i    (!valid_i),
      .high_i     (div_high),
      .low_i      (div_low),
      .divisor_i  (div_by),
      .bits_i     (div_bits),
      .busy_o     (div_busy),
      .done_o     (div_done),
      .quotient_o (div_quotient),
      .remainder_o(div_remainder)
  );

  always_comb begin : multiply_divide
    logic [31:0] factor;
    logic        is_signed;
    logic [31:0] sign_a;
    logic [31:0] sign_b;
    logic [63:0] product;
    logic [63:0] dividend;
    logic [31:0] quotient;
    logic [31:0] remainder;
    logic        negative;
    logic        overflow;

    low_o = '0;
    high_o = '0;
    flags_o = '0;
    waits_o = 1'b0;
    error_o = 1'b0;
    div_start = 1'b0;
    div_high = '0;
    div_low = '0;
    div_by = '0;
    div_bits = '0;
    factor = '0;
    is_signed = 1'b0;
    sign_a = '0;
    sign_b = '0;
    product = '0;
    dividend = '0;
    quotient = '0;
    remainder = '0;
    negative = 1'b0;
    overflow = 1'b0;
    if (valid_i) begin
      if (x.ctl.op != OpDivAcc) begin  // MUL and IMUL
        factor = x.ctl.op == OpImul ? b_i : regs.gpr[REG_EAX] & size_mask(x.ctl.size);
        is_signed = x.ctl.op == OpImul || x.ctl.alu[0];
        sign_a = is_signed ? sign_extend(a_i, x.ctl.size) : a_i;
        sign_b = is_signed ? sign_extend(factor, x.ctl.size) : factor;
        product = {{32{is_signed && sign_a[31]}}, sign_a} * {{32{is_signed && sign_b[31]}}, sign_b};
        low_o = product[31:0];
        high_o = x.ctl.size == SizeW ? {16'b0, product[31:16]} : product[63:32];
        sign_a = product[31:0] & size_mask(x.ctl.size);
        flags_o = result_flags(sign_a, x.ctl.size);
        if (is_signed) sign_a = sign_extend(sign_a, x.ctl.size);
        overflow = product != {{32{is_signed && sign_a[31]}}, sign_a};
        flags_o[FL_CF] = overflow;
        flags_o[FL_OF] = overflow;
      end else begin  // DIV and IDIV: magnitudes through the divider
        unique case (x.ctl.size)
          SizeB: begin
            dividend = x.ctl.alu[0] ? {{48{regs.gpr[REG_EAX][15]}}, regs.gpr[REG_EAX][15:0]}
                                    : {48'b0, regs.gpr[REG_EAX][15:0]};
            div_bits = 6'd8;
          end
          SizeW: begin
            dividend = {{32{x.ctl.alu[0] && regs.gpr[REG_EDX][15]}}, regs.gpr[REG_EDX][15:0],
                        regs.gpr[REG_EAX][15:0]};
            div_bits = 6'd16;
          end
          default: begin
            dividend = {regs.gpr[REG_EDX], regs.gpr[REG_EAX]};
            div_bits = 6'd32;
          end
        endcase
        negative = x.ctl.alu[0] && dividend[63];
        sign_b = x.ctl.alu[0] ? sign_extend(a_i, x.ctl.size) : a_i;
        div_by = x.ctl.alu[0] && sign_b[31] ? -sign_b : sign_b;
        if (negative) dividend = -dividend;
        unique case (x.ctl.size)
          SizeB: begin
            div_high = dividend[39:8];
            div_low = {dividend[7:0], 24'b0};
          end
          SizeW: begin
            div_high = dividend[47:16];
            div_low = {dividend[15:0], 16'b0};
          end
          default: begin
            div_high = dividend[63:32];
            div_low = dividend[31:0];
          end
        endcase
        if (div_high >= div_by) begin  // includes division by zero
          error_o = 1'b1;
        end else if (!div_done) begin
          waits_o = 1'b1;
          div_start = !div_busy;
        end else begin
          sign_a = x.ctl.alu[0] ? sign_extend(a_i, x.ctl.size) : 32'd0;
          quotient = div_quotient & size_mask(x.ctl.size);
          overflow = negative ^ sign_a[31];  // the quotient is negative
          // -2^(n-1) is the one magnitude with its top bit set that still fits.
          if (x.ctl.alu[0] && sign_of(quotient, x.ctl.size) &&
              !(overflow && (quotient & (size_mask(x.ctl.size) >> 1)) == 32'd0)) begin
            error_o = 1'b1;
          end
          if (overflow) quotient = -quotient & size_mask(x.ctl.size);
          remainder = (negative ? -div_remainder : div_remainder) & size_mask(x.ctl.size);
          low_o = x.ctl.size == SizeB ? {16'b0, remainder[7:0], quotient[7:0]} : quotient;
          high_o = remainder;
        end
      end
    end
  end

endmodule
