// Memory stage: reads the memory operand of an instruction, if it has one to read, and hands both to execute. An
// instruction without one is in here for one cycle, a load until its answer is there.
//
// A load waits until everything older is done, so it never passes a store or a fault, and is never made twice. Two
// conditions make it wait: it may not execute (somebody else has the data port), or it may not commit (something
// older could still make it undone). So far there is no difference to who waits.
module cpu_memory_stage
  import cpu_pkg::*;
(
    input logic clk_i,
    input logic rst_ni,
    input logic load_valid_i,  // of the load port: what is here is the old state's

    cpu_registers_if.reader regs,
    cpu_events_if.reader    events,
    cpu_redirect_if.reader  redirect,
    input logic             retire_i,
    input logic             snoop_i,   // another master has stored, perhaps into code that was fetched

    // from the address stage
    cpu_stage_if.reader a,
    output logic        ready_o,        // takes its instruction in this cycle

    // to the data port
    cpu_data_if.requester load,
    input logic           older_asks_i,  // an older instruction does
    output logic          locked_o,      // between the first and the last access of a locked instruction

    // to execute
    cpu_stage_if.stage  m,
    cpu_stage_if.reader x,
    input logic         x_free_i,      // takes an instruction in this cycle
    output logic        move_o,        // m goes there
    output logic        misaligned_o,  // with move: #AC instead of its load
    output logic        page_fault_o,  // with move: #PF

    // to debugging and events
    output logic loads_o,    // there is something to read
    output logic issued_o    // its load has been taken
);

  logic valid_q;
  logic violation_q;
  logic issued_q;
  logic wants;        // its load is not on the way yet
  logic may_execute;  // it can be asked for
  logic may_commit;   // and stays done: everything older is
  logic alone;        // enough so for `careful`
  logic complete;

  assign m.valid = valid_q;
  assign m.violation = violation_q;
  assign ready_o = !valid_q || move_o;
  assign issued_o = issued_q;

  assign misaligned_o = regs.align_checked && (m.ctl.mem_rd || m.ctl.mem_wr) && !m.violation &&
      misaligned(m.linear[1:0], m.ctl.msize);
  assign loads_o = m.ctl.mem_rd && !m.violation && !misaligned_o;
  assign wants = valid_q && loads_o && !issued_q;
  assign alone = !events.careful || !x.valid;
  assign may_execute = wants && !older_asks_i;
  assign may_commit = x_free_i && !redirect.valid && (!events.due || load.committed) && alone &&
      !((redirect.stale || snoop_i) && retire_i);
  assign complete = valid_q && (!loads_o || (load.done && (issued_q || (load.valid && load.ready))) || page_fault_o);
  assign page_fault_o = load.valid && load.fault;
  assign move_o = complete && x_free_i && alone;
  assign locked_o = valid_q && m.ctl.lock && (load.valid || issued_q);

  assign load.lookup = wants;
  assign load.valid = may_execute && may_commit;
  assign load.write = 1'b0;
  assign load.rmw = m.ctl.mem_wr;
  assign load.probe = 1'b0;
  assign load.user = regs.user;
  assign load.space = 2'd0;
  assign load.linear = m.linear;
  assign load.size = m.ctl.msize;
  assign load.wdata = '0;

  always_ff @(posedge clk_i) begin
    if (load.valid && load.ready) issued_q <= 1'b1;
    if (move_o) valid_q <= 1'b0;
    if (a.valid) begin
      valid_q <= 1'b1;
      issued_q <= 1'b0;
      m.ctl <= a.ctl;
      m.next_eip <= a.next_eip;
      m.guess <= a.guess;
      m.imm <= a.imm;
      m.imm2 <= a.imm2;
      m.offset <= a.offset;
      m.linear <= a.linear;
      violation_q <= a.violation;
    end
    if (redirect.valid || load_valid_i || !rst_ni) valid_q <= 1'b0;
    if (!rst_ni) issued_q <= 1'b0;
  end

endmodule
