// Microsequencer: which micro-instruction runs, when it is complete, and which one comes next. A micro-instruction
// without an access takes one cycle. A repeated string instruction goes on with its next iteration at once, unless
// something may come in between: then it ends here, and execute starts it again.
module cpu_microsequencer
  import cpu_pkg::*;
  import cpu_protection_pkg::*;
  import cpu_microcode_types_pkg::*;
  import cpu_microcode_pkg::*;
(
    input logic clk_i,
    input logic rst_ni,
    input logic load_valid_i,  // of the load port

    cpu_registers_if.reader regs,
    cpu_events_if.reader    events,
    cpu_stage_if.reader     x,

    // the access of the micro-instruction
    input logic micro_valid_i,
    input logic micro_ready_i,
    input logic micro_done_i,

    cpu_microcode_if.microsequencer mc,
    cpu_sequencer_if.microsequencer seq
);

  logic       active_q;
  upc_t       upc_q;
  upc_t       return_q[UC_CALL_DEPTH];
  logic [1:0] depth_q;
  logic       waiting_q;  // the access of this step is under way
  uinst_t     u;
  logic       jump_taken;
  logic       completes;  // it is complete and has no fault

  assign u = active_q ? microcode(upc_q) : uinst_t'('0);
  assign mc.u = u;
  assign mc.active = active_q;
  assign mc.waiting = waiting_q;

  always_comb begin : progress
    mc.step_done = 1'b0;
    if (active_q)
      unique case (u.mem)
        MemNone, MemRoom: mc.step_done = 1'b1;
        MemProbe, MemProbeRead: mc.step_done = !regs.cr0[31] || micro_ready_i;
        MemWrite: mc.step_done = micro_ready_i;
        default: mc.step_done = micro_done_i && (waiting_q || (micro_valid_i && micro_ready_i));
      endcase
  end

  assign completes = active_q && mc.step_done && !mc.fault;
  assign mc.steps = active_q && mc.step_done && !(mc.fault && !waiting_q);

  always_comb begin : next
    seq.jump = 1'b0;
    seq.target = mc.temp[1];
    seq.mov_ss_shadow = 1'b0;
    jump_taken = 1'b0;
    mc.finish = 1'b0;
    if (completes) begin
      unique case (u.ctl)
        CtNext: ;
        CtJump, CtCall, CtReturn: jump_taken = 1'b1;
        CtJumpRealMode: jump_taken = !regs.cr0[0];
        CtJumpRealRules: jump_taken = regs.real_rules;
        CtJumpVm: jump_taken = regs.eflags[FL_VM];
        CtJumpNull: jump_taken = mc.temp[0][15:2] == 14'd0;
        CtJumpRplKept: jump_taken = mc.temp[0][1:0] >= regs.gpr[x.ctl.rreg][1:0];
        CtJumpAccessed: jump_taken = mc.temp[5][8];
        CtJumpNoError: jump_taken = !mc.has_error;
        CtJumpEqual: jump_taken = regs.eflags[FL_ZF];
        CtJumpNoOverflow: jump_taken = !regs.eflags[FL_OF];
        CtJumpSystem: jump_taken = !mc.temp[5][12];
        CtJumpTaskGate: jump_taken = mc.temp[5][11:8] == 4'h5;
        CtJumpTss: jump_taken = !mc.temp[5][10];
        CtJumpTss16: jump_taken = !regs.seg_attr[IDX_TR][3];
        CtJumpTaskNests: jump_taken = mc.task_kind == TaskNest;
        CtJumpTaskReturns: jump_taken = mc.task_kind == TaskReturn;
        CtJumpTaskJumps: jump_taken = mc.task_kind == TaskJump;
        CtJumpSameLevel: jump_taken = mc.level == regs.cpl;
        CtJumpNested: jump_taken = !regs.real_rules && regs.eflags[FL_NT];
        CtJumpToVm: jump_taken = x.ctl.op32 && mc.temp[2][FL_VM] && regs.cpl == 2'd0;
        CtJumpIoAllowed: jump_taken = !regs.cr0[0] || (!regs.eflags[FL_VM] && regs.cpl <= regs.eflags[13:12]);
        CtJumpZero: jump_taken = mc.sum == 32'd0;
        CtJumpNotZero: jump_taken = mc.sum != 32'd0;
        CtJumpOutside: jump_taken = mc.outside;
        CtJumpDenied: jump_taken = !visible(x.ctl.cond[1:0], mc.temp[5], mc.temp[0][1:0], regs.cpl);
        CtJumpRepZero:
        jump_taken = x.ctl.rep != RepNone &&
            (x.ctl.addr32 ? regs.gpr[REG_ECX] == 32'd0 : regs.gpr[REG_ECX][15:0] == 16'd0);
        CtDone: begin
          mc.finish = 1'b1;
          seq.mov_ss_shadow = (x.ctl.upc == UC_MOV_SEG || x.ctl.upc == UC_POP_SEG) &&
              x.ctl.cond[2:0] == SegSs;
        end
        CtDoneFlush: begin
          mc.finish = 1'b1;
          seq.jump = 1'b1;
          seq.target = x.next_eip;
        end
        CtDoneJump: begin
          mc.finish = 1'b1;
          seq.jump = 1'b1;
        end
        default: mc.finish = 1'b1;  // CtString
      endcase
    end
    seq.done = mc.finish;
  end

  // The next step, or the one behind.
  task automatic advance();
    waiting_q <= 1'b0;
    upc_q <= upc_q + upc_t'(1);
    if (jump_taken) begin
      upc_q <= u.ctl == CtReturn ? return_q[depth_q - 2'd1] : u.target;
      if (u.ctl == CtCall) begin
        return_q[depth_q] <= upc_q + upc_t'(1);
        depth_q <= depth_q + 2'd1;
      end
      if (u.ctl == CtReturn) depth_q <= depth_q - 2'd1;
    end
    if (mc.finish) begin
      if (seq.partial && events.streams) upc_q <= u.target;
      else active_q <= 1'b0;
    end
  endtask

  always_ff @(posedge clk_i) begin
    if (active_q) begin
      if (micro_valid_i && micro_ready_i) waiting_q <= 1'b1;
      if (mc.steps) advance();
    end
    if (mc.begins) begin
      active_q <= !mc.ends;
      waiting_q <= 1'b0;
      depth_q <= 2'd0;
      if (mc.raises) upc_q <= UC_DELIVER;
      else if (events.external) upc_q <= events.nmi ? UC_NMI : UC_INTERRUPT;
      else upc_q <= x.ctl.fault != FaultNone ? UC_EARLY_FAULT : x.ctl.upc;
    end
    if (!rst_ni || load_valid_i) begin
      active_q <= 1'b0;
      waiting_q <= 1'b0;
    end
  end

endmodule
