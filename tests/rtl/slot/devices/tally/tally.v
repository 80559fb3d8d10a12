// A core that acts where its acknowledge is sampled, as many do: each write adds to its sum, each read counts.
module tally (
    input  wire        clk_i,
    input  wire        rst_ni,
    input  wire        wb_cyc_i,
    input  wire        wb_stb_i,
    input  wire        wb_we_i,
    input  wire [ 3:0] wb_sel_i,
    input  wire [31:0] wb_dat_i,
    output reg         wb_ack_o,
    output wire [31:0] wb_dat_o,
    output wire        idle_o
);
  reg [15:0] sum_q;
  reg [15:0] reads_q;

  wire transfer = wb_cyc_i && wb_stb_i && wb_ack_o;

  assign wb_dat_o = {reads_q, sum_q};
  assign idle_o = !wb_ack_o;

  always @(posedge clk_i)
    if (!rst_ni) begin
      wb_ack_o <= 0;
      sum_q <= 0;
      reads_q <= 0;
    end else begin
      wb_ack_o <= wb_cyc_i && wb_stb_i && !wb_ack_o;
      if (transfer && !wb_we_i) reads_q <= reads_q + 16'd1;
      if (transfer && wb_we_i && wb_sel_i[0]) sum_q <= sum_q + {8'd0, wb_dat_i[7:0]};
    end
endmodule
