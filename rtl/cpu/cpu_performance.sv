// What happened in each cycle that people count: hits and misses of what is remembered, branches and mispredictions by
// kind. A bit an event (performance_e), of the cycle that ends with this edge, there behind it. Costs one test a cycle
// while nobody counts.
module cpu_performance
  import cpu_pkg::*;
(
    input logic clk_i,

    input logic count_i,  // somebody does

    cpu_registers_if.reader     regs,
    cpu_memory_status_if.reader status,
    cpu_data_if.watcher         data,
    cpu_fetch_if.watcher        fetch,
    cpu_execute_if.reader       ex,
    // from the predictor
    input logic                 target_lookup_i,
    input logic                 target_found_i,

    output logic [PERFORMANCE_EVENTS-1:0] happened_o
);

  // Near branches by kind, and behind them those that were mispredicted.
  function automatic logic [2*BRANCH_KINDS-1:0] branches_done();
    logic [BRANCH_KINDS-1:0] kind;
    kind = '0;
    if (ex.done && ex.near_branch) kind[ex.kind] = 1'b1;
    return {ex.mispredicted ? kind : '0, kind};
  endfunction

  always_ff @(posedge clk_i)
    if (count_i) begin
      happened_o <= '0;
      happened_o[HappenedCodeHit] <= fetch.valid && fetch.ready && fetch.hit;
      happened_o[HappenedCodeMiss] <= fetch.valid && fetch.ready && !fetch.hit;
      happened_o[HappenedReadHit] <= status.read_hit;
      happened_o[HappenedReadMiss] <= status.read_miss;
      happened_o[HappenedWriteHit] <= status.write_hit;
      happened_o[HappenedWriteMiss] <= status.write_miss;
      happened_o[HappenedFill] <= status.fill;
      happened_o[HappenedUncachedRead] <= status.uncached_read;
      happened_o[HappenedMerge] <= status.merge;
      happened_o[HappenedForward] <= status.forward;
      if (target_lookup_i) happened_o[target_found_i ? HappenedTargetHit : HappenedTargetMiss] <= 1'b1;
      happened_o[HappenedBranch+:2*BRANCH_KINDS] <= branches_done();
      // A request that a walk was made for is no hit.
      if (regs.cr0[31]) begin
        happened_o[HappenedDataTlbHit] <= data.valid && data.ready && data.space == 2'd0 && !data.committed;
        happened_o[HappenedSideTlbHit] <= status.beside;
        happened_o[HappenedDataTlbMiss] <= status.walks_data;
        happened_o[HappenedCodeTlbHit] <= fetch.valid && fetch.ready;
        happened_o[HappenedCodeTlbMiss] <= status.walks_code;
      end
    end

endmodule
