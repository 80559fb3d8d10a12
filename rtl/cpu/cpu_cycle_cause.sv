// What each cycle went to, for whoever counts. A cycle belongs to what is in execute. Where nothing is, it belongs to
// the bubble there, and that to what made it: the stage that let nothing go on when it arose, or the instruction that
// sent fetch elsewhere. So a bubble is followed from where it arises, by its cause, as instructions are. Every cycle has
// exactly one cause, so counts of all causes add up to the cycles. Costs one test a cycle while nobody counts. A
// cycle's cause is there behind its edge.
module cpu_cycle_cause
  import cpu_pkg::*;
(
    input logic clk_i,
    input logic rst_ni,

    input logic count_i,  // somebody does

    cpu_registers_if.reader regs,
    cpu_events_if.reader events,
    cpu_redirect_if.reader redirect,
    cpu_memory_status_if.reader status,

    // from the stages, the oldest first
    cpu_sequencer_if.reader seq,
    cpu_stage_if.reader     x,
    cpu_execute_if.reader   ex,
    cpu_data_if.watcher     store,
    cpu_stage_if.reader     m,
    cpu_decode_if.watcher   decoded,
    input logic [7:0]       awaited_i,  // registers the instruction in the address stage waits for
    input logic             starved_i,  // decode lacks a byte
    cpu_fetch_if.watcher    fetch,

    output logic [3:0] cause_o  // cycle_cause_e of the cycle that ends with this edge
);

  // Of the bubble in execute, in the memory stage and between decode and the address stage, where there is one. Written
  // below only, the oldest first, and read by nobody else.
  cycle_cause_e x_bubble_q;
  cycle_cause_e m_bubble_q;
  cycle_cause_e d_bubble_q;

  // What an access waits for that is not done; CycleMemory if for nothing that is known here.
  function automatic cycle_cause_e of_access();
    return status.walking ? CycleTlbMiss
        : status.store_waits ? (status.store_room ? CycleDataMiss : CycleStoreBuffer)
        : !status.reading ? CycleMemory
        : status.read_blocked ? CycleBus
        : status.uncached ? CycleUncached
        : CycleDataMiss;
  endfunction

  // An instruction that is not done waits with its store, divides, or has microcode or a fault, which begin with the
  // next cycle.
  function automatic cycle_cause_e of_execute(cycle_cause_e access);
    return seq.active ? (access == CycleMemory ? CycleMicrocode : access)
        : events.at_boundary ? CycleMicrocode
        : redirect.boot ? CycleFetch
        : !x.valid ? (regs.halted ? CycleHalted : x_bubble_q)
        : ex.done ? CycleExecute
        : store.valid ? access
        : x.ctl.op == OpDivAcc && !ex.fault ? CycleMultiCycle
        : CycleMicrocode;
  endfunction

  // Why the instruction in the address stage waits.
  function automatic cycle_cause_e of_address();
    return (m.valid && m.ctl.op == OpMicrocode) || (x.valid && x.ctl.op == OpMicrocode) ? CycleMicrocode
        : (awaited_i & ((m.valid && m.ctl.mem_rd ? m.ctl.wmask : 8'd0) |
                        (x.valid && x.ctl.mem_rd ? x.ctl.wmask : 8'd0))) != 8'd0 ? CycleLoadUse
        : CycleAddress;
  endfunction

  // Why decode lets nothing go on.
  function automatic cycle_cause_e of_decode();
    return !starved_i ? CycleDecode
        : fetch.valid && !status.code_usable ? CycleTlbMiss
        : status.code_blocked ? CycleBus
        : (fetch.valid && !fetch.hit) || status.code_miss ? CycleCodeMiss
        : CycleFetch;
  endfunction

  function automatic cycle_cause_e of_redirect();
    return redirect.boot ? CycleFetch : seq.done ? CycleMicrocode : CycleMisprediction;
  endfunction

  always_ff @(posedge clk_i) begin
    cycle_cause_e access;
    if (count_i) begin
      access = of_access();
      cause_o <= of_execute(access);
      x_bubble_q = m.valid ? access : m_bubble_q;
      m_bubble_q = decoded.valid ? of_address() : d_bubble_q;
      d_bubble_q = of_decode();
      if (redirect.valid) begin
        d_bubble_q = of_redirect();
        m_bubble_q = d_bubble_q;
        x_bubble_q = d_bubble_q;
      end
    end
    if (!rst_ni) begin
      cause_o <= CycleFetch;
      x_bubble_q = CycleFetch;
      m_bubble_q = CycleFetch;
      d_bubble_q = CycleFetch;
    end
  end

endmodule
