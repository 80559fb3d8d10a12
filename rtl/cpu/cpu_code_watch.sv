// Code watch: notices a store into code that the CPU has fetched already, so that it is fetched again before
// the next instruction (SDM vol. 3, 11.6). Compares physical addresses, since the same byte may be known by
// other linear ones; page walks that set bits count as stores.
//
// What was fetched without a jump between is remembered as its last eight lines of 16 bytes. More can never be
// waiting to be executed: 32 bytes in the queue and 15 each in the prefixes decode has taken, behind decode,
// in the memory stage and in execute (where a string instruction may come again) lie in seven lines at most.
// Lines executed before may be among the eight; a store there costs a fetch for nothing.
// Stores of other masters come in when they are acknowledged to them. They may overtake what is being executed:
// one instruction more may be the old one, as software that changes another processor's code has to expect
// (SDM vol. 3, 8.1.3).
module cpu_code_watch
  import cpu_pkg::*;
(
    input logic clk_i,
    input logic rst_ni,

    // from the pipeline control
    input logic forget_i,         // what was fetched before this cycle is not executed any more

    // from the paging unit
    input logic         fetch_i,        // a burst is requested
    input logic [31:4]  fetch_line_i,
    input logic         store_i,        // a store is taken
    input logic [31:0]  store_addr_i,
    input size_e        store_size_i,
    input logic         store_split_i,  // its second part is in another page
    input logic [31:12] store_high_i,   // that page

    // from the bus: a store of another master, within a word
    input logic        snoop_i,
    input logic [31:4] snoop_line_i,

    output logic hit_o  // it changes code that was fetched
);

  localparam int unsigned Lines = 8;

  logic [27:0]      line_q[Lines];  // line addresses
  logic [Lines-1:0] valid_q;
  logic [2:0]       next_q;
  logic             snoop_q;
  logic [27:0]      snoop_line_q;

  always_comb begin : compare
    logic        crosses;  // into the next line
    logic [27:0] high;
    hit_o = 1'b0;
    crosses = 1'b0;
    high = '0;
    if (store_i) begin
      crosses = {1'b0, store_addr_i[3:0]} + {2'b0, size_bytes(store_size_i)} > 5'd16;
      high = store_split_i ? {store_high_i, 8'd0} : store_addr_i[31:4] + {27'b0, crosses};
      for (int n = 0; n < int'(Lines); n++)
        if (valid_q[n] && (line_q[n] == store_addr_i[31:4] || line_q[n] == high)) hit_o = 1'b1;
    end
    if (snoop_q)
      for (int n = 0; n < int'(Lines); n++) if (valid_q[n] && line_q[n] == snoop_line_q) hit_o = 1'b1;
  end

  always_ff @(posedge clk_i) begin
    snoop_q <= snoop_i;
    snoop_line_q <= snoop_line_i;
    if (forget_i) valid_q <= '0;
    if (fetch_i) begin
      line_q[next_q] <= fetch_line_i;
      valid_q[next_q] <= 1'b1;
      next_q <= next_q + 3'd1;
    end
    if (!rst_ni) begin
      snoop_q <= 1'b0;
      valid_q <= '0;
      next_q <= '0;
    end
  end

endmodule
