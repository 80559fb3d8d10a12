// What a micro-instruction makes real when it is complete and has no fault: in the architectural registers, and in
// the registers a sequence works with (temporaries, level, segment register, stack). Both change at the end of its
// last cycle.
module cpu_commit
  import cpu_pkg::*;
  import cpu_alu_pkg::*;
  import cpu_protection_pkg::*;
  import cpu_microcode_types_pkg::*;
(
    input logic clk_i,
    input logic rst_ni,
    input logic load_valid_i,  // of the load port

    cpu_registers_if.reader regs,
    cpu_stage_if.reader     x,
    input logic [ 3:0]      mem_i,    // the low bits of the instruction's memory operand, for LMSW
    input logic [31:0]      rdata_i,  // what the micro-instruction has read

    cpu_microcode_if.commit mc,
    cpu_sequencer_if.commit seq
);

  logic        frame_new_q;
  logic        big_stack_q;
  logic        invalid_tss_q;
  logic        wide_q;
  logic        gate_clears_if_q;
  task_kind_e  task_q;
  logic        rf_loaded_q;
  logic        completes;  // it is complete and has no fault
  uinst_t      u;
  alu_result_t r;

  assign u = mc.u;
  assign mc.frame_new = frame_new_q;
  assign mc.big_stack = big_stack_q;
  assign mc.invalid_tss = invalid_tss_q;
  assign mc.wide = wide_q;
  assign mc.task_kind = task_q;
  assign completes = mc.active && mc.step_done && !mc.fault;
  assign seq.rf_loaded = rf_loaded_q;
  assign seq.nmi_unblock = mc.active && mc.step_done && u.special == SpUnblockNmi;

  always_comb begin : commit
    logic [31:0] flags_new;  // what the processor adds to the 386's
    logic [31:0] mask;
    flags_new = regs.has_486 ? FLAGS_486 : 32'd0;
    mask = '0;
    seq.w_valid = 1'b0;
    seq.w_reg = x.ctl.rreg;
    seq.w_size = x.ctl.op32 ? SizeD : SizeW;
    seq.w_data = mc.sum;
    seq.esp_valid = 1'b0;
    seq.esp_data = '0;
    seq.eip_valid = 1'b0;
    seq.flags_valid = 1'b0;
    seq.flags = '0;
    seq.seg_valid = 1'b0;
    seq.seg = mc.index;
    seq.seg_part = SegWhole;
    seq.seg_selector = '0;
    seq.seg_base = '0;
    seq.seg_limit = '0;
    seq.seg_attr = '0;
    seq.table_valid = 1'b0;
    seq.table_idt = x.ctl.rreg[0];
    seq.table_base = '0;
    seq.table_limit = '0;
    seq.cr_valid = 1'b0;
    seq.cr = x.ctl.cond[2:0];
    seq.cr_data = '0;
    seq.halt = 1'b0;
    seq.dr_valid = 1'b0;
    seq.flush_page = 1'b0;
    seq.task_switch = 1'b0;
    r = '0;
    if (completes) begin
      unique case (u.dst)
        UdReg: seq.w_valid = 1'b1;
        UdGpr: begin
          seq.w_valid = 1'b1;
          seq.w_reg = u.target[2:0];
        end
        UdRm: begin
          seq.w_valid = 1'b1;
          seq.w_reg = x.ctl.rm;
          seq.w_size = SizeD;
        end
        UdEsp: begin
          seq.esp_valid = 1'b1;
          seq.esp_data = mc.sum;
        end
        UdStack: begin
          seq.esp_valid = 1'b1;
          seq.esp_data = merge16(regs.gpr[REG_ESP], mc.sum, big_stack_q);
        end
        default: ;
      endcase
      if (u.rdst == UrAcc) begin
        seq.w_valid = 1'b1;
        seq.w_reg = REG_EAX;
        seq.w_size = x.ctl.size;
        seq.w_data = rdata_i;
      end else if (u.rdst == UrGpr) begin
        seq.w_valid = 1'b1;
        seq.w_reg = u.target[2:0];
        seq.w_size = SizeD;
        seq.w_data = mc.size == SizeD ? rdata_i : {16'hFFFF, rdata_i[15:0]};
      end else if (u.rdst == UrSelector) begin
        seq.seg_valid = 1'b1;
        seq.seg = u.target[3:0];
        seq.seg_selector = rdata_i;
        seq.seg_attr = 32'h1_0000;
      end
      unique case (u.special)
        SpSegmentReal, SpCsReal: begin
          seq.seg_valid = 1'b1;
          seq.seg_part = SegSelectorBase;
          if (u.special == SpCsReal) seq.seg = IDX_CS;
          seq.seg_selector = {16'b0, mc.temp[0][15:0]};
          seq.seg_base = {12'b0, mc.temp[0][15:0], 4'b0};
        end
        SpSegmentVm: begin
          seq.seg_valid = 1'b1;
          seq.seg_selector = {16'b0, mc.temp[0][15:0]};
          seq.seg_base = {12'b0, mc.temp[0][15:0], 4'b0};
          seq.seg_limit = 32'h0000_FFFF;
          seq.seg_attr = 32'hF3;
        end
        SpSegmentNull: begin
          seq.seg_valid = 1'b1;
          seq.seg_selector = {16'b0, mc.temp[0][15:0]};
          seq.seg_attr = 32'h1_0000;
        end
        SpSegmentRaw: begin
          seq.seg_valid = 1'b1;
          seq.seg_selector = regs.selector[mc.index];
          seq.seg_attr = {15'b0, 1'b1, 9'b0, mc.level, 5'b0};
        end
        SpSegmentOuter:
        if (emptied(regs.seg_attr[mc.index], regs.cpl)) begin
          seq.seg_valid = 1'b1;
          seq.seg_attr = 32'h1_0000;
        end
        SpSegmentLoad, SpNewCs: begin
          seq.seg_valid = 1'b1;
          seq.seg_selector = {16'b0, mc.temp[0][15:0]};
          if (u.special == SpNewCs) begin
            seq.seg = IDX_NEW_CS;
            seq.seg_selector[1:0] = mc.level;  // RPL becomes CPL
          end
          seq.seg_base = descriptor_base(mc.temp[4], mc.temp[5]);
          seq.seg_limit = descriptor_limit(mc.temp[4], mc.temp[5]);
          seq.seg_attr = descriptor_attributes(mc.temp[5]);
          if (seq.seg == IDX_TR) seq.seg_attr[1] = 1'b1;  // busy
        end
        SpTakeCs, SpTakeSs: begin
          seq.seg_valid = 1'b1;
          seq.seg = u.special == SpTakeCs ? IDX_CS : IDX_SS;
          seq.seg_selector = regs.selector[u.special == SpTakeCs ? IDX_NEW_CS : IDX_NEW_SS];
          seq.seg_base = regs.seg_base[u.special == SpTakeCs ? IDX_NEW_CS : IDX_NEW_SS];
          seq.seg_limit = regs.seg_limit[u.special == SpTakeCs ? IDX_NEW_CS : IDX_NEW_SS];
          seq.seg_attr = regs.seg_attr[u.special == SpTakeCs ? IDX_NEW_CS : IDX_NEW_SS];
        end
        SpLoadTable: begin
          seq.table_valid = 1'b1;
          seq.table_limit = mc.temp[0];
          seq.table_base = x.ctl.op32 ? mc.temp[1] : {8'b0, mc.temp[1][23:0]};
        end
        SpMovCr: begin
          seq.cr_valid = 1'b1;
          seq.cr_data = regs.gpr[x.ctl.rm];
        end
        SpLmsw: begin  // PE can be set but not cleared
          seq.cr_valid = 1'b1;
          seq.cr = 3'd0;
          seq.cr_data = {regs.cr0[31:4], (x.ctl.rm_mem ? mem_i : regs.gpr[x.ctl.rm][3:0]) |
                       {3'b0, regs.cr0[0]}};
        end
        SpClts: begin
          seq.cr_valid = 1'b1;
          seq.cr = 3'd0;
          seq.cr_data = {regs.cr0[31:4], 1'b0, regs.cr0[2:0]};
        end
        SpLoadCr3:
        if (regs.cr0[31]) begin
          seq.cr_valid = 1'b1;
          seq.cr = 3'd3;
          seq.cr_data = mc.temp[14];
        end
        SpTaskState: begin
          seq.task_switch = 1'b1;
          seq.eip_valid = 1'b1;
          seq.flags_valid = 1'b1;
          seq.flags = (mc.temp[2] & (FLAGS_KEPT | flags_new)) | 32'h2;
          if (task_q == TaskNest) seq.flags[FL_NT] = 1'b1;
        end
        SpMovDr: seq.dr_valid = 1'b1;
        SpHalt: seq.halt = 1'b1;
        SpFlushPage: seq.flush_page = 1'b1;
        SpFlagsIret: begin
          seq.flags_valid = 1'b1;
          mask = x.ctl.op32 ? FLAGS_IRET | flags_new : FLAGS_POPF;
          seq.flags = (regs.eflags & ~mask) | (mc.temp[2] & mask);
          // IOPL at level 0 only, IF where I/O is allowed; virtual-8086 mode got here with IOPL 3.
          if (regs.cpl != 2'd0) seq.flags[13:12] = regs.eflags[13:12];
          if (regs.cpl > regs.eflags[13:12]) seq.flags[FL_IF] = regs.eflags[FL_IF];
        end
        SpFlagsWhole: begin  // a new task, or virtual-8086 mode
          seq.flags_valid = 1'b1;
          seq.flags = (mc.temp[2] & (FLAGS_KEPT | flags_new)) | 32'h2;
        end
        SpFlagsHandler: begin
          seq.flags_valid = 1'b1;
          // TF and RF, in protected mode NT and VM, in real mode AC; IF for interrupt gates
          seq.flags = regs.eflags & (regs.cr0[0] ? 32'hFFFC_BEFF : 32'hFFFA_FEFF);
          if (gate_clears_if_q) seq.flags[FL_IF] = 1'b0;
        end
        SpSetZf: begin
          seq.flags_valid = 1'b1;
          seq.flags = regs.eflags | (32'd1 << FL_ZF);
        end
        SpClearZf: begin
          seq.flags_valid = 1'b1;
          seq.flags = regs.eflags & ~(32'd1 << FL_ZF);
        end
        SpCompareAcc, SpCompareTemps: begin
          r = alu(AluSub,
                  (u.special == SpCompareAcc ? regs.gpr[REG_EAX] : mc.temp[0]) & size_mask(mc.size),
                  (u.special == SpCompareAcc ? mc.temp[0] : mc.temp[1]) & size_mask(mc.size), 1'b0, mc.size);
          seq.flags_valid = 1'b1;
          seq.flags = (regs.eflags & ~FLAGS_STATUS) | r.flags;
        end
        SpCompareTwo: begin
          seq.flags_valid = 1'b1;
          seq.flags = regs.eflags;
          seq.flags[FL_ZF] = {regs.gpr[REG_EDX], regs.gpr[REG_EAX]} == {mc.temp[1], mc.temp[0]};
        end
        default: ;
      endcase
    end
  end

  always_comb begin : strings
    logic [31:0] delta;
    logic [31:0] count;
    logic        repeats;

    seq.esi_valid = 1'b0;
    seq.esi_data = '0;
    seq.edi_valid = 1'b0;
    seq.edi_data = '0;
    seq.ecx_valid = 1'b0;
    seq.ecx_data = '0;
    seq.partial = 1'b0;
    delta = '0;
    count = '0;
    repeats = 1'b0;
    if (completes && u.ctl == CtString) begin
      delta = regs.eflags[FL_DF] ? -mc.bytes : mc.bytes;
      count = regs.gpr[REG_ECX] - 32'd1;
      seq.esi_valid = u.str_si;
      seq.esi_data = merge16(regs.gpr[REG_ESI], regs.gpr[REG_ESI] + delta, x.ctl.addr32);
      seq.edi_valid = u.str_di;
      seq.edi_data = merge16(regs.gpr[REG_EDI], regs.gpr[REG_EDI] + delta, x.ctl.addr32);
      seq.ecx_valid = x.ctl.rep != RepNone;
      seq.ecx_data = merge16(regs.gpr[REG_ECX], count, x.ctl.addr32);
      repeats = x.ctl.rep != RepNone && (x.ctl.addr32 ? count != 32'd0 : count[15:0] != 16'd0);
      if (u.str_zf && r.flags[FL_ZF] != (x.ctl.rep == RepE)) repeats = 1'b0;
      seq.partial = repeats;
    end
  end

  // What a step leaves behind in the registers a sequence works with; the temporaries in place, as registers are
  // (cpu_registers): no other process reads at the edge one that is written.
  task automatic leave();
    unique case (u.special)
      SpGate: begin  // T5:T4 is a gate: T0 selector, T1 offset
        mc.temp[0] = {16'b0, mc.temp[4][31:16]};
        mc.temp[1] = mc.temp[5][11] ? {mc.temp[5][31:16], mc.temp[4][15:0]} : {16'b0, mc.temp[4][15:0]};
        wide_q <= mc.temp[5][11];
        gate_clears_if_q <= !mc.temp[5][8];
      end
      SpReal16: begin
        mc.temp[0] = {16'b0, mc.temp[2][31:16]};
        mc.temp[1] = {16'b0, mc.temp[2][15:0]};
        wide_q <= 1'b0;
        gate_clears_if_q <= 1'b1;
      end
      SpIndexOperand: mc.index <= {1'b0, x.ctl.cond[2:0]};
      SpIndex: mc.index <= u.target[3:0];
      SpLevelCode: if (!is_conforming_code(mc.temp[5])) mc.level <= mc.temp[5][14:13];
      SpLevelSelector: mc.level <= mc.temp[0][1:0];
      SpLevelTask: mc.level <= regs.eflags[FL_VM] ? 2'd3 : regs.selector[IDX_CS][1:0];
      SpStackSize: big_stack_q <= regs.seg_attr[IDX_SS][14];
      SpTaskJump: task_q <= TaskJump;
      SpTaskNest: task_q <= TaskNest;
      SpTaskReturn: task_q <= TaskReturn;
      SpNewFrame: frame_new_q <= 1'b1;
      SpInvalidIsTss: invalid_tss_q <= 1'b1;
      SpWideOperand: wide_q <= x.ctl.op32;
      SpTakeSs: big_stack_q <= regs.seg_attr[IDX_NEW_SS][14];
      SpShiftIoBits: mc.temp[14] = mc.temp[14] >> mc.temp[15][2:0];
      default: ;
    endcase
    if (u.dst >= UdT0) mc.temp[4'(u.dst - UdT0)] = mc.sum;
    if (u.rdst >= UrT0) mc.temp[4'(u.rdst - UrT0)] = rdata_i;
  endtask

  always_ff @(posedge clk_i) begin
    if (mc.active && mc.step_done &&
        ((u.special == SpFlagsIret && x.ctl.op32) || u.special == SpFlagsWhole || u.special == SpFlagsHandler ||
         u.special == SpTaskState))
      rf_loaded_q <= 1'b1;
    if (mc.steps) leave();
    if (mc.begins) begin
      big_stack_q <= regs.seg_attr[IDX_SS][14];
      mc.level <= regs.cpl;
      frame_new_q <= 1'b0;
      invalid_tss_q <= 1'b0;
      if (mc.raises) mc.temp[7] = regs.eip;
      else rf_loaded_q <= 1'b0;
    end
    if (!rst_ni || load_valid_i) rf_loaded_q <= 1'b0;
  end

endmodule
