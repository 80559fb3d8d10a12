// Retirement: says in each cycle whether something becomes real, and reports it at the retirement port two edges
// later, with what EIP and EFLAGS are by then.
module cpu_retirement
  import cpu_pkg::*;
(
    input logic clk_i,
    input logic rst_ni,

    cpu_registers_if.reader regs,
    cpu_events_if.reader    events,
    cpu_redirect_if.reader  redirect,

    // from execute and the sequencer
    cpu_stage_if.reader     x,
    cpu_execute_if.reader   ex,
    cpu_sequencer_if.reader seq,

    // from the memory stage and the bus unit: an instruction moves to execute; another master has stored
    input logic move_i,
    input logic snoop_i,

    // to the pipeline
    output logic        retire_o,   // something becomes real in this cycle
    output logic        reports_o,  // it did in the latest, and will be reported
    output logic [31:0] linear_o,   // of the next instruction

    // retirement port (cpu.sv)
    output logic        retire_valid_o,
    output logic [ 1:0] retire_kind_o,
    output logic        retire_partial_o,
    output logic [ 7:0] retire_vector_o,
    output logic [31:0] retire_error_o,
    output logic [ 3:0] retire_length_o,
    output logic [31:0] retire_eip_o,
    output logic [31:0] retire_linear_o,
    output logic [31:0] retire_next_eip_o,
    output logic [31:0] retire_eflags_o,
    output logic        retire_nmi_o,
    output logic [ 7:0] retire_snoops_o
);

  logic        r_valid_q;
  logic [ 1:0] r_kind_q;
  logic        r_partial_q;
  logic        nmi_q;           // an NMI is being delivered
  logic        r_nmi_q;
  logic        nmi_retired_q;
  logic [ 7:0] r_vector_q;
  logic [31:0] r_error_q;
  logic [ 3:0] r_length_q;
  logic [31:0] r_eip_q;
  logic [31:0] r_linear_q;
  logic [31:0] eip_q;           // EIP before a task switch replaces it
  logic [ 7:0] snoops_q;        // stores of other masters so far,
  logic [ 7:0] x_snoops_q  /* verilator public_flat_rd */;  // before the instruction in execute, or the iteration, has read
  logic [ 7:0] r_snoops_q;
  logic [31:0] linear_q;        // of EIP, from before a far transfer replaces the CS base

  assign retire_o = ex.done || seq.done;
  assign reports_o = r_valid_q;
  assign linear_o = linear_q;
  // A delivery that ends in shutdown never retires.
  assign retire_nmi_o = seq.shutdown ? nmi_q : nmi_retired_q;

  always_ff @(posedge clk_i) begin : retirement
    r_valid_q <= retire_o && rst_ni;
    if (events.nmi) nmi_q <= 1'b1;
    else if (retire_o || !rst_ni) nmi_q <= 1'b0;
    snoops_q <= snoops_q + {7'b0, snoop_i};
    if (move_i || seq.partial) x_snoops_q <= snoops_q;
    if (retire_o) begin
      r_snoops_q <= seq.done && seq.kind != 2'd0 ? snoops_q : x_snoops_q;
      r_nmi_q <= nmi_q;
      r_kind_q <= seq.done ? seq.kind : 2'd0;
      r_partial_q <= seq.partial;
      r_vector_q <= seq.event_vector;
      r_error_q <= seq.event_error;
      r_length_q <= 4'(x.next_eip - eip_q);
      r_eip_q <= eip_q;
      r_linear_q <= linear_q;
    end
    if (redirect.valid) begin
      eip_q <= redirect.eip;
      linear_q <= redirect.linear;
    end else if (retire_o && !seq.partial) begin
      eip_q <= ex.next_eip;
      linear_q <= ex.next_eip + regs.seg_base[IDX_CS];
    end
    retire_valid_o <= r_valid_q && rst_ni;
    if (r_valid_q) begin
      retire_kind_o <= r_kind_q;
      retire_partial_o <= r_partial_q;
      nmi_retired_q <= r_nmi_q;
      retire_vector_o <= r_vector_q;
      retire_error_o <= r_error_q;
      retire_length_o <= r_length_q;
      retire_eip_o <= r_eip_q;
      retire_linear_o <= r_linear_q;
      retire_next_eip_o <= regs.eip;
      retire_eflags_o <= regs.eflags;
      retire_snoops_o <= r_snoops_q;
    end
    if (!rst_ni) snoops_q <= '0;
  end

endmodule
