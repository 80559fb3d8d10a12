// Signals of every width class Verilator traces differently, each visible as a port too, so that a test
// knows from the ports what the waves must show. All step with the seed and the enable input.
module wave_probe (
  input  logic         clk_i,
  input  logic         rst_ni,
  input  logic         enable_i,
  input  logic [31:0]  seed_i,
  // what the inner signals hold
  output logic         bit_o,
  output logic [4:0]   narrow_o,
  output logic [15:0]  half_o,
  output logic [31:0]  word_o,
  output logic [47:0]  long_o,
  output logic [63:0]  quad_o,
  output logic [99:0]  wide_o,
  output logic [11:0]  struct_tag_o,
  output logic         struct_valid_o,
  output logic [7:0]   array_o [8]
);
  typedef struct packed {
    logic        valid;
    logic [11:0] tag;
  } entry_t;

  localparam int unsigned ARRAY_LENGTH = 8;

  entry_t     entry_q;
  logic [7:0] bytes_q [ARRAY_LENGTH];

  wave_probe_counter u_counter (
    .clk_i,
    .rst_ni,
    .enable_i,
    .count_o(quad_o)
  );

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      bit_o    <= 1'b0;
      narrow_o <= '0;
      half_o   <= '0;
      word_o   <= 32'h8000_0001;
      long_o   <= '0;
      wide_o   <= '0;
      entry_q  <= '0;
      for (int unsigned i = 0; i < ARRAY_LENGTH; i++) bytes_q[i] <= '0;
    end else if (enable_i) begin
      bit_o    <= ~bit_o;
      narrow_o <= narrow_o + seed_i[4:0];
      half_o   <= {half_o[14:0], ~half_o[15]};
      word_o   <= {word_o[30:0], word_o[31] ^ word_o[21] ^ word_o[1] ^ word_o[0]} ^ seed_i;
      long_o   <= long_o + 48'(seed_i) * 48'h1_0001;
      wide_o   <= {wide_o[67:0], word_o};
      entry_q  <= '{valid: word_o[3], tag: word_o[11:0]};
      bytes_q[half_o[2:0]] <= word_o[7:0];
    end
  end

  assign struct_tag_o   = entry_q.tag;
  assign struct_valid_o = entry_q.valid;
  assign array_o        = bytes_q;
endmodule
