// Code watch: notices a store into code that the CPU has fetched already, so that it is fetched again before
// the next instruction (SDM vol. 3, 11.6). Compares physical addresses, since the same byte may be known by
// other linear ones; page walks that set bits count as stores.
//
// What was fetched without a redirect between is remembered as its last sixteen lines of 16 bytes. More can never be
// waiting to be executed: an instruction in execute (where a string instruction may come again), in the memory stage,
// behind decode or partly taken by decode lies in two lines, and each may be a branch behind which one line more had
// been fetched when decode went elsewhere; with the two lines in the queue and the one asked for that makes fifteen.
// Lines executed before may be among them; a store there costs a fetch for nothing.
// Stores of other masters come in when they are acknowledged to them. They may overtake what is being executed:
// one instruction more may be the old one, as software that changes another processor's code has to expect
// (SDM vol. 3, 8.1.3).
module cpu_code_watch (
    input logic clk_i,
    input logic rst_ni,

    // from the pipeline control
    input logic forget_i,         // what was fetched before this cycle is not executed any more

    // from the paging unit
    input logic         fetch_i,           // a line is taken
    input logic [31:4]  fetch_line_i,
    input logic         store_i,           // a store is taken
    input logic [31:4]  store_line_i,
    input logic [31:4]  store_end_line_i,  // of its last byte

    // a store of another master, within a word
    input logic        snoop_i,
    input logic [31:4] snoop_line_i,

    output logic hit_o  // it changes code that was fetched
);

  localparam int unsigned Lines = 16;

  logic [27:0]      line_q[Lines];  // line addresses
  logic [Lines-1:0] valid_q;
  logic [3:0]       next_q;
  logic [Lines-1:0] remembers;

  // What is fetched in the cycle of a redirect is the new code.
  assign remembers = forget_i ? '0 : valid_q;

  always_comb begin : compare
    hit_o = 1'b0;
    if (store_i) begin
      for (int n = 0; n < int'(Lines); n++)
        if (remembers[n] && (line_q[n] == store_line_i || line_q[n] == store_end_line_i)) hit_o = 1'b1;
      if (fetch_i && (fetch_line_i == store_line_i || fetch_line_i == store_end_line_i)) hit_o = 1'b1;
    end
    if (snoop_i) begin
      for (int n = 0; n < int'(Lines); n++) if (remembers[n] && line_q[n] == snoop_line_i) hit_o = 1'b1;
      if (fetch_i && fetch_line_i == snoop_line_i) hit_o = 1'b1;
    end
  end

  always_ff @(posedge clk_i) begin
    if (forget_i) valid_q <= '0;
    if (fetch_i) begin
      line_q[next_q] <= fetch_line_i;
      valid_q[next_q] <= 1'b1;
      next_q <= next_q + 4'd1;
    end
    if (!rst_ni) begin
      valid_q <= '0;
      next_q <= '0;
    end
  end

endmodule
