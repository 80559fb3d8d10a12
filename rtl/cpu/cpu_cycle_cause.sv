// What each cycle went to, for whoever counts: the stage the oldest instruction is in, or what that stage waits
// for. Every cycle has exactly one cause, so counts of all causes add up to the cycles. Costs one test a cycle
// while nobody counts. A cycle's cause is there behind its edge.
module cpu_cycle_cause
  import cpu_pkg::*;
(
    input logic clk_i,
    input logic rst_ni,

    input logic count_i,  // somebody does

    cpu_registers_if.reader regs,
    cpu_memory_status_if.reader status,

    // from the stages, the oldest first
    cpu_sequencer_if.reader seq,
    cpu_data_if.watcher     micro,
    cpu_stage_if.reader     x,
    cpu_execute_if.reader   ex,
    cpu_data_if.watcher     store,
    cpu_stage_if.reader     m,
    cpu_data_if.watcher     load,
    input logic             m_issued_i,  // its load has been taken
    cpu_decode_if.reader    decoded,
    input logic [5:0]       available_i, // bytes to decode

    output logic [3:0] cause_o  // cycle_cause_e of the cycle that ends with this edge
);

  logic count_q;
  logic seq_asks;  // its access has not been taken yet
  logic x_asks;    // its store
  logic m_asks;    // its load

  assign seq_asks = micro.valid && !micro.ready;
  assign x_asks = store.valid && !store.ready;
  assign m_asks = load.lookup && !load.ready;

  always_ff @(posedge clk_i) begin
    count_q <= count_i;
    if (count_q) begin
      if (status.walking) cause_o <= CycleTlbMiss;
      else if (status.store_waits) cause_o <= CycleStoreBuffer;
      else if (status.data_miss) cause_o <= CycleDataMiss;
      else if (status.uncached) cause_o <= CycleUncached;
      else if (seq.active) cause_o <= seq_asks ? CycleBus : CycleMicrocode;
      else if (x.valid) cause_o <= x_asks ? CycleBus : ex.done ? CycleExecute : CycleMultiCycle;
      else if (m.valid) cause_o <= m_asks && !m_issued_i ? CycleBus : CycleMemory;
      else if (regs.halted) cause_o <= CycleHalted;
      else if (decoded.valid) cause_o <= CycleAddress;
      else if (available_i != 6'd0) cause_o <= CycleDecode;
      else cause_o <= status.code_miss ? CycleCodeMiss : CycleFetch;
    end
    if (!rst_ni) cause_o <= CycleFetch;
  end

endmodule
