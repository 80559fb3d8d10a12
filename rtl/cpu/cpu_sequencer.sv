// Microcode sequencer: runs the microprograms of rtl/cpu/microcode for the instruction in execute, for
// faults and for interrupts. One micro-instruction at a time, each complete before the next; while it is
// active it owns the data port and the register file.
//
//   microsequencer -> operands -> accesses -> commit
//                 \-> checks -> delivery of exceptions and interrupts
//
// Privilege changes and task switches build what comes next in two spare entries of the segment
// registers, the new CS and the new SS; frames are pushed through the new SS, and only when nothing can
// fault any more the new entries replace CS and SS. This file is the wiring of its parts.
module cpu_sequencer
  import cpu_pkg::*;
(
    input logic clk_i,
    input logic rst_ni,

    // load port
    input logic load_valid_i,
    input logic load_shutdown_i,

    cpu_registers_if.reader regs,

    // from events and execute
    cpu_events_if.reader events,
    input logic          start_i,         // run the microcode of the instruction in execute
    input logic          raise_i,         // raise an exception, #PF with its error code, others with 0
    input logic [7:0]    raise_vector_i,
    cpu_stage_if.reader  x,
    input logic [31:0]   mem_i,           // the value of its memory operand

    // to everyone; each part writes its own
    cpu_sequencer_if seq,

    // to the data port
    cpu_data_if.requester micro,
    output logic          watch_o,        // an operand at CPL, as breakpoints watch
    input  logic [31:0]   page_error_i
);

  cpu_microcode_if mc ();

  cpu_microsequencer u_microsequencer (
      .clk_i,
      .rst_ni,
      .load_valid_i,
      .regs,
      .events,
      .x,
      .micro_ready_i(micro.ready),
      .micro_valid_i(micro.valid),
      .micro_done_i (micro.done),
      .mc,
      .seq
  );

  cpu_operands u_operands (
      .regs,
      .x,
      .mem_i,
      .mc
  );

  cpu_accesses u_accesses (
      .regs,
      .x,
      .mc,
      .micro,
      .watch_o
  );

  cpu_checks u_checks (
      .regs,
      .x,
      .page_error_i,
      .mc
  );

  cpu_commit u_commit (
      .clk_i,
      .rst_ni,
      .load_valid_i,
      .regs,
      .x,
      .mem_i  (mem_i[3:0]),
      .rdata_i(micro.rdata),
      .mc,
      .seq
  );

  cpu_delivery u_delivery (
      .clk_i,
      .rst_ni,
      .load_valid_i,
      .load_shutdown_i,
      .regs,
      .events,
      .start_i,
      .raise_i,
      .raise_vector_i,
      .imm_i       (x.imm[7:0]),
      .page_error_i,
      .mc,
      .seq
  );

endmodule
