// A core as strangers write them: Verilog, no address, no interrupt, nothing that says when it is idle, an
// answer after three clocks, and a width that Verilator warns of. Writes count how often the lamp was switched.
module lamp (
    input  wire        clk_i,
    input  wire        rst_ni,
    input  wire        wb_cyc_i,
    input  wire        wb_stb_i,
    input  wire        wb_we_i,
    input  wire [ 3:0] wb_sel_i,
    input  wire [31:0] wb_dat_i,
    output reg         wb_ack_o,
    output reg  [31:0] wb_dat_o
);
  reg [1:0] wait_q;
  reg [7:0] on_q;
  reg [7:0] switched_q;

  always @(posedge clk_i)
    if (!rst_ni) begin
      wb_ack_o <= 0;
      wait_q <= 0;
      on_q <= 0;
      switched_q <= 0;
    end else begin
      wb_ack_o <= 0;
      if (wb_cyc_i && wb_stb_i && !wb_ack_o) begin
        wait_q <= wait_q + 1;
        if (wait_q == 2) begin
          wait_q <= 0;
          wb_ack_o <= 1;
          wb_dat_o <= {16'd0, switched_q, on_q};
          if (wb_we_i && wb_sel_i[0]) begin
            on_q <= wb_dat_i;
            if (wb_dat_i[7:0] != on_q) switched_q <= switched_q + 1;
          end
        end
      end
    end
endmodule
