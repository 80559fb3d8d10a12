// Execute stage: an instruction stays here until it retires. What is simple goes through the integer unit in one
// cycle; what is not is run by the microcode sequencer; faults that were found earlier, or are found here, are raised
// there too.
//
// An instruction starts when it may execute (it has its operands and no fault) and may commit (nothing comes before
// it). The integer unit executes and commits in the same cycle, so both are needed at once.
module cpu_execute
  import cpu_pkg::*;
(
    input logic clk_i,
    input logic rst_ni,
    input logic load_valid_i,  // of the load port: what is here is the old state's

    cpu_registers_if.reader regs,
    cpu_events_if.reader    events,
    cpu_redirect_if.reader  redirect,

    // from the memory stage
    input logic         move_i,        // its instruction comes
    cpu_stage_if.reader m,
    input logic         misaligned_i,
    input logic         page_fault_i,
    input logic [31:0]  rdata_i,       // what it has read
    output logic        free_o,        // takes an instruction in this cycle

    // the instruction here
    cpu_stage_if        x,             // written here, read by the integer unit too
    output logic [31:0] mem_o,         // its memory operand
    output logic        reads_o,       // it has read memory: it is executed before anything else happens

    // to retirement
    cpu_execute_if.unit ex,

    // to the sequencer
    cpu_sequencer_if.reader seq,
    output logic            start_o,         // run the microcode of the instruction
    output logic            raise_o,         // raise its fault
    output logic [ 7:0]     raise_vector_o,

    // to the data port
    cpu_data_if.requester store,
    output logic          locked_o  // between the first and the last access of a locked instruction
);

  logic valid_q;
  logic violation_q;
  logic misaligned_q;
  logic page_fault_q;
  logic faults;       // before execute
  logic may_execute;
  logic may_commit;
  logic leaves;

  assign x.valid = valid_q;
  assign x.violation = violation_q;
  assign reads_o = valid_q && x.ctl.mem_rd && !violation_q;
  assign leaves = ex.done || (seq.done && !seq.partial);
  assign free_o = (!valid_q && !seq.active && !events.at_boundary) || leaves;

  assign faults = violation_q || misaligned_q || page_fault_q;
  assign may_execute = valid_q && !faults;
  assign may_commit = !events.at_boundary && !redirect.boot && !seq.active;
  assign start_o = may_execute && may_commit && x.ctl.op == OpMicrocode;

  assign raise_o = valid_q && may_commit && (faults || ex.fault || (store.valid && store.fault));
  // LEAVE outside its stack: SDM vol. 2, LEAVE.
  assign raise_vector_o = ex.fault ? ex.fault_vector : misaligned_q ? VEC_AC : page_fault_q || store.valid ? VEC_PF
                          : x.ctl.seg == SegSs && !(x.ctl.op == OpLeave && regs.real_rules) ? VEC_SS
                          : VEC_GP;

  // What comes in between - an interrupt, or the fault the instruction raises - is not part of it.
  assign locked_o = may_execute && x.ctl.lock && !events.at_boundary && !(seq.active && seq.kind != 2'd0);

  cpu_integer_unit u_integer (
      .clk_i,
      .rst_ni,
      .regs,
      .valid_i(may_execute && may_commit && x.ctl.op != OpMicrocode),
      .x,
      .mem_i  (mem_o),
      .ex,
      .store
  );

  always_ff @(posedge clk_i) begin
    if (leaves) valid_q <= 1'b0;
    if (move_i) begin
      valid_q <= 1'b1;
      x.ctl <= m.ctl;
      x.next_eip <= m.next_eip;
      x.guess <= m.guess;
      x.imm <= m.imm;
      x.imm2 <= m.imm2;
      x.offset <= m.offset;
      x.linear <= m.linear;
      violation_q <= m.violation;
      mem_o <= rdata_i;
      misaligned_q <= misaligned_i;
      page_fault_q <= page_fault_i;
    end
    if (redirect.valid || load_valid_i || !rst_ni) valid_q <= 1'b0;
  end

endmodule
