// A module below the top, so that the waves have a scope of their own for it. Most steps change
// only one half of the count, as a comparison in 32-bit pieces must notice.
module wave_probe_counter (
  input  logic        clk_i,
  input  logic        rst_ni,
  input  logic        enable_i,
  output logic [63:0] count_o
);
  always_ff @(posedge clk_i) begin
    if (!rst_ni) count_o <= '0;
    else if (enable_i) count_o <= count_o + (count_o[33] ^ count_o[0] ? 64'h3 : 64'h1_0000_0000);
  end
endmodule
