// What a build with assertions checks beside them, as Verilator does it: a `unique case` that nothing or more
// than one matches, and the value of a register that has not been reset.
module values (
    input  logic        clk_i,
    input  logic        rst_ni,    // resets nothing
    input  logic [ 1:0] choice_i,
    input  logic        twice_i,
    output logic [ 3:0] chosen_o,
    output logic [31:0] first_o
);

  logic [31:0] value_q;
  logic [ 1:0] second;

  assign second = twice_i ? 2'd0 : 2'd1;
  assign first_o = value_q;

  always_ff @(posedge clk_i) begin
    if (rst_ni && twice_i) value_q <= 32'd0;
    unique case (choice_i)
      2'd0: chosen_o <= 4'd1;
      second: chosen_o <= 4'd2;
      2'd2: chosen_o <= 4'd4;
    endcase
  end

endmodule
