// Events: what is taken between two instructions, and between iterations of repeated string instructions. Priority:
// the trap of the instruction before, NMI, external interrupt, breakpoint on the next one (SDM vol. 3, table 6-2). A
// trap comes before anything else has happened, so nothing can hold it up. A drain request stops at the same place
// and takes nothing. What is noticed at an edge is taken in the cycle behind it, if the boundary is there.
module cpu_events
  import cpu_pkg::*;
(
    input logic clk_i,
    input logic rst_ni,
    input logic load_valid_i,  // of the load port

    // pins and requests
    input logic intr_i,
    input logic drain_i,

    // from debugging and NMI
    input logic armed_i,     // a breakpoint is enabled, or TF is set
    input logic nmi_due_i,
    input logic code_due_i,  // the next instruction meets a breakpoint

    cpu_registers_if.reader regs,
    cpu_redirect_if.reader  redirect,
    cpu_sequencer_if.reader seq,

    // from the stages, the oldest last
    input logic          starved_i,     // decode waits for a byte
    cpu_decode_if.reader decoded,
    cpu_stage_if.reader  m,
    input logic          m_issued_i,    // its load has been taken
    cpu_stage_if.reader  x,
    input logic          x_reads_i,     // it has read memory
    input logic          retire_i,
    input logic          reports_i,     // something that has retired is still to be reported
    input logic          store_hit_i,   // a store changes code that was fetched

    // from the memory side
    cpu_data_if.watcher data,
    cpu_fetch_if.events fetch,
    cpu_bus_if.watcher  bus,
    cpu_memory_status_if.reader status,
    input logic         wb_cyc_i,

    cpu_events_if.events events,

    // to the clock control, and to who asked for the drain
    output logic drained_o,
    output logic idle_o
);

  logic intr_q;
  logic drain_q;
  logic held_q;          // a drain request stopped here: one instruction at a time until the next has retired
  logic fetch_walked_q;  // interrupts wait until the instruction fetched retires
  logic intr_due;
  logic taken;
  logic quiet;

  assign intr_due = intr_q && regs.eflags[FL_IF] && regs.shadow == 2'd0;
  assign events.due = (drain_q || regs.trap || nmi_due_i || code_due_i || intr_due) && !seq.shutdown &&
      !redirect.boot && !fetch.walking && !fetch_walked_q;
  // An instruction whose load is under way goes first: reading a device twice is not reading it once. So
  // does one whose page walk has begun: accessed bits are set by instructions that are executed.
  assign events.at_boundary = events.due && !seq.active && !data.committed && !(m.valid && m_issued_i) && !x_reads_i;

  assign taken = events.at_boundary && !drain_q;
  assign events.trap = taken && (regs.trap || (code_due_i && !nmi_due_i && !intr_due));
  assign events.external = taken && !events.trap;
  assign events.nmi = events.external && nmi_due_i;

  // With breakpoints, single step or alignment checks in force the memory stage waits for execute: what that
  // changes is known before the next instruction reads. So it does for who holds the CPU at every boundary.
  assign events.careful = armed_i || regs.align_armed || held_q;
  assign events.streams = !events.due && !events.careful && !redirect.stale && !store_hit_i;
  assign events.hold = regs.halted || seq.shutdown || redirect.boot;

  // A page is walked for a fetch only when nothing but that fetch can happen next.
  assign fetch.needed = starved_i && !decoded.valid && !m.valid && !x.valid && !seq.active && !redirect.valid &&
      !events.due && !redirect.boot;

  assign quiet = !reports_i && !wb_cyc_i && !bus.fetch_valid && status.quiet;

  always_ff @(posedge clk_i) begin
    intr_q <= intr_i;
    drain_q <= drain_i;
    held_q <= (drain_q || (held_q && !retire_i)) && !load_valid_i;
    if (fetch.walking) fetch_walked_q <= 1'b1;
    else if (retire_i || load_valid_i) fetch_walked_q <= 1'b0;
    drained_o <= drain_q && events.at_boundary && !retire_i && quiet && !load_valid_i;
    idle_o <= (seq.shutdown || (regs.halted && !((intr_q || intr_i) && regs.eflags[FL_IF]) && !seq.active &&
               !events.due)) && quiet && !load_valid_i;
    if (!rst_ni) begin
      intr_q <= 1'b0;
      held_q <= 1'b0;
      fetch_walked_q <= 1'b0;
    end
  end

endmodule
