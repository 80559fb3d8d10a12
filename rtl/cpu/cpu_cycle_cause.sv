// What each cycle went to, for whoever counts: the stage the oldest instruction is in, or what that stage waits
// for. Every cycle has exactly one cause, so counts of all causes add up to the cycles. Costs one test a cycle
// while nobody counts.
module cpu_cycle_cause
  import cpu_pkg::*;
(
    input logic clk_i,
    input logic rst_ni,

    input logic count_i,       // somebody does

    // from the pipeline control
    input logic halted_i,
    input logic walking_i,     // a page table walk is under way
    input logic seq_active_i,  // microcode runs
    input logic seq_waits_i,   // its access has been taken and is not finished
    input logic seq_asks_i,    // its access has not been taken yet
    input logic x_valid_i,     // an instruction is in execute
    input logic x_asks_i,      // its store has not been taken yet
    input logic m_valid_i,     // an instruction is in the memory stage
    input logic m_waits_i,     // its load has been taken and is not finished
    input logic m_asks_i,      // its load has not been taken yet
    input logic a_valid_i,     // an instruction is in the address stage
    input logic d_valid_i,     // there are bytes to decode

    output cycle_cause_e cause_o  // of the cycle that ends with this edge
);

  always_ff @(posedge clk_i) begin
    if (count_i) begin
      if (walking_i) cause_o <= CycleTlbMiss;
      else if (seq_active_i) cause_o <= seq_waits_i ? CycleMemory : seq_asks_i ? CycleBus : CycleMicrocode;
      else if (x_valid_i) cause_o <= x_asks_i ? CycleBus : CycleExecute;
      else if (m_valid_i) cause_o <= m_asks_i && !m_waits_i ? CycleBus : CycleMemory;
      else if (halted_i) cause_o <= CycleHalted;
      else if (a_valid_i) cause_o <= CycleAddress;
      else if (d_valid_i) cause_o <= CycleDecode;
      else cause_o <= CycleFetch;
    end
    if (!rst_ni) cause_o <= CycleFetch;
  end

endmodule
