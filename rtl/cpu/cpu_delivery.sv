// Delivery of exceptions and interrupts: what is being delivered, and what becomes of a fault (SDM vol. 3, 6.15): the
// vector and error code of its delivery, a double fault, or shutdown. Starts every sequence, at the edge behind the
// cycle that asks for it.
module cpu_delivery
  import cpu_pkg::*;
  import cpu_microcode_types_pkg::*;
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
    input logic [7:0]    imm_i,           // of the instruction in execute
    input logic [31:0]   page_error_i,

    cpu_microcode_if.delivery mc,
    cpu_sequencer_if.delivery seq
);

  // What is being delivered, for double faults (SDM vol. 3, table 6-5).
  typedef enum logic [2:0] {
    DeliverNone, DeliverBenign, DeliverContributory, DeliverPageFault, DeliverDouble
  } deliver_e;

  deliver_e    deliver_q;
  logic [ 1:0] kind_q;
  logic        trap_q;       // the event delivered is a trap
  logic        delivered_q;  // INT n has been delivered
  logic        has_error_q;
  logic        external_q;
  logic        shutdown_q;
  logic [ 7:0] vector;       // raised
  logic [31:0] error;

  // After a shutdown the sequencer stays active for ever, so that no stage of the pipeline moves any more.
  assign seq.active = mc.active || shutdown_q;
  assign seq.shutdown = shutdown_q;
  assign seq.kind = kind_q;
  assign seq.event_vector = mc.event_vector;
  assign seq.event_error = mc.event_error;
  assign seq.no_trap = delivered_q;
  assign seq.task_trap = mc.finish && mc.u.special == SpTaskTrap && mc.temp[6][0];
  assign seq.int1 = mc.finish && mc.u.special == SpInt1;
  assign seq.gd_fault = mc.active && mc.check_fault && mc.u.special == SpCheckGd;
  assign seq.gd_clear = mc.finish && kind_q == 2'd1 && mc.event_vector == VEC_DB;

  assign mc.has_error = has_error_q;
  assign mc.external = external_q;
  // RF as events save it: set by faults, clear by INT n and task switches, kept by interrupts (SDM vol. 3,
  // 17.3.1.1).
  assign mc.pushed_rf = kind_q == 2'd2 || trap_q ? regs.eflags[FL_RF] : kind_q == 2'd1 && deliver_q != DeliverDouble;

  // A micro-instruction makes an access or a check, not both.
  assign mc.fault = mc.frame_fault || mc.check_fault || mc.page_fault;
  assign mc.raises = mc.active ? mc.fault && !mc.waiting : !shutdown_q && (events.trap || raise_i);
  assign mc.begins = mc.raises || (!seq.active && (events.external || start_i));
  assign mc.ends = mc.raises && deliver_q == DeliverDouble;

  function automatic logic contributory(logic [7:0] number);
    return number == VEC_DE || (number >= VEC_TS && number <= VEC_GP);
  endfunction

  function automatic logic pushes_error(logic [7:0] number);
    return number == VEC_DF || (number >= VEC_TS && number <= VEC_PF) || number == VEC_AC;
  endfunction

  always_comb begin : raised
    vector = mc.check_vector;
    error = mc.check_error;
    if (!mc.active) begin
      vector = events.trap ? VEC_DB : raise_vector_i;
      error = vector == VEC_PF ? page_error_i : 32'd0;
    end else if (mc.page_fault) begin
      vector = VEC_PF;
      error = page_error_i;
    end else if (mc.frame_fault) begin
      vector = mc.frame_vector;
      error = mc.frame_error;
    end
  end

  // Starts the delivery of an exception, or ends in shutdown.
  task automatic raise();
    logic [7:0] actual;
    actual = vector;
    if (deliver_q == DeliverContributory && contributory(vector)) actual = VEC_DF;
    if (deliver_q == DeliverPageFault && (contributory(vector) || vector == VEC_PF)) actual = VEC_DF;
    if (mc.ends) shutdown_q <= 1'b1;
    mc.event_vector <= actual;
    mc.event_error <= actual == VEC_DF ? 32'd0 : error;
    if (deliver_q != DeliverNone && external_q && actual != VEC_PF && actual != VEC_DF) mc.event_error[0] <= 1'b1;
    has_error_q <= pushes_error(actual);
    deliver_q <= actual == VEC_DF ? DeliverDouble : actual == VEC_PF ? DeliverPageFault
                 : contributory(actual) ? DeliverContributory : DeliverBenign;
    external_q <= 1'b1;
    kind_q <= 2'd1;
  endtask

  always_ff @(posedge clk_i) begin
    if (mc.steps) begin
      unique case (mc.u.special)
        SpVectorSoftware: begin
          delivered_q <= 1'b1;
          mc.event_vector <= imm_i;
          deliver_q <= DeliverBenign;
        end
        SpVectorNmi: begin
          mc.event_vector <= VEC_NMI;
          deliver_q <= DeliverBenign;
        end
        SpVectorExternal: begin
          mc.event_vector <= mc.temp[0][7:0];
          deliver_q <= DeliverBenign;
        end
        default: ;
      endcase
      if (mc.finish) deliver_q <= DeliverNone;
    end
    if (mc.begins) begin
      trap_q <= events.trap && !mc.active;
      delivered_q <= 1'b0;
      if (mc.raises) begin
        raise();
      end else begin
        kind_q <= events.external ? 2'd2 : 2'd0;
        external_q <= events.external;
        has_error_q <= 1'b0;
      end
    end
    if (!rst_ni || load_valid_i) begin
      shutdown_q <= rst_ni && load_shutdown_i;
      deliver_q <= DeliverNone;
      kind_q <= 2'd0;
    end
  end

endmodule
