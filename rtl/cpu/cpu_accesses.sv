// Accesses of micro-instructions: what is written, the segment the address is in and the checks of it, and the request
// to the data port. Combinational; the request stays until it has been taken.
module cpu_accesses
  import cpu_pkg::*;
  import cpu_microcode_types_pkg::*;
(
    cpu_registers_if.reader   regs,
    cpu_stage_if.reader       x,
    cpu_microcode_if.accesses mc,
    cpu_data_if.requester     micro,
    output logic              watch_o  // an operand at CPL, as breakpoints watch
);

  uinst_t u;

  assign u = mc.u;
  assign micro.lookup = micro.valid;
  assign micro.rmw = 1'b0;
  assign mc.page_fault = micro.valid && micro.fault;

  always_comb begin : access
    logic [31:0] data;
    logic [ 3:0] seg;
    logic        linear;
    logic        big;
    logic        quad_low;
    logic [31:0] offset;

    micro.valid = 1'b0;
    micro.write = 1'b0;
    watch_o = 1'b0;
    micro.probe = 1'b0;
    micro.user = 1'b0;
    micro.space = 2'd0;
    micro.linear = '0;
    micro.size = SizeD;
    micro.wdata = '0;
    mc.frame_fault = 1'b0;
    mc.frame_vector = VEC_GP;
    mc.frame_error = '0;
    if (mc.active && u.mem != MemNone) begin
      unique case (u.data)
        UsEax, UsEcx, UsEdx, UsEbx, UsEsp, UsEbp, UsEsi, UsEdi: data = regs.gpr[3'(u.data - UsEax)];
        UsNextEip: data = x.next_eip;
        UsEip: data = regs.eip;
        UsFlags: begin
          data = regs.eflags;
          data[FL_RF] = mc.pushed_rf;
        end
        UsError: data = mc.event_error;
        UsCs: data = {16'b0, regs.selector[IDX_CS][15:0]};
        UsSelector: data = {16'b0, regs.selector[mc.index][15:0]};
        UsAccessByte: data = {24'b0, mc.temp[5][15:9], 1'b1};
        UsRaised: data = {16'b0, mc.temp[0][15:2], regs.gpr[x.ctl.rreg][1:0]};
        UsFreeByte: data = {24'b0, mc.temp[5][15:10], 1'b0, mc.temp[5][8]};
        UsTaskFlags: begin
          data = regs.eflags;
          data[FL_RF] = mc.pushed_rf;
          if (mc.task_kind == TaskReturn) data[FL_NT] = 1'b0;
        end
        UsBusyByte: data = {24'b0, mc.temp[5][15:10], 1'b1, mc.temp[5][8]};
        UsTableLimit: data = x.ctl.rreg[0] ? regs.idt_limit : regs.gdt_limit;
        UsTableBase: begin  // 24 bits with a 16-bit operand mc.size
          data = x.ctl.rreg[0] ? regs.idt_base : regs.gdt_base;
          if (!x.ctl.op32) data[31:24] = 8'd0;
        end
        default: data = mc.temp[4'(u.data - UsT0)];
      endcase
      micro.size = mc.size;
      unique case (mc.size)
        SizeB:   micro.wdata = {24'b0, data[7:0]};
        SizeW:   micro.wdata = {16'b0, data[15:0]};
        default: micro.wdata = data;
      endcase
      linear = u.seg == MsLinear;
      unique case (u.seg)
        MsOperand: seg = {1'b0, x.ctl.seg};
        MsEs:      seg = IDX_ES;
        MsFrame:   seg = mc.frame_new ? IDX_NEW_SS : IDX_SS;
        default:   seg = IDX_SS;
      endcase
      // Items of one operand go round in the address mc.size; a quadword is one item.
      big = linear || u.quad ||
          (u.seg == MsStack || u.seg == MsFrame ? regs.seg_attr[seg][14] : x.ctl.addr32);
      quad_low = u.quad && u.b == UbZero;
      offset = u.at_a ? mc.first : mc.sum;
      if (!big) offset = {16'b0, offset[15:0]};
      unique case (u.mem)
        MemRead, MemWrite, MemProbe, MemProbeRead, MemRoom: begin
          micro.linear = linear ? offset : offset + regs.seg_base[seg];
          micro.write = u.mem == MemWrite || u.mem == MemProbe || u.mem == MemRoom;
          micro.probe = u.mem == MemProbe || u.mem == MemProbeRead || u.mem == MemRoom;
          watch_o = !linear && seg != IDX_NEW_SS && !micro.probe;
          micro.user = !linear && (u.seg == MsFrame ? mc.level == 2'd3 : regs.cpl == 2'd3);
          if (!linear && segment_violation(regs.seg_attr[seg], regs.seg_limit[seg], offset,
                                           quad_low ? 4'd8 : {1'b0, size_bytes(mc.size)},
                                           micro.write, regs.cr0[0])) begin
            mc.frame_fault = 1'b1;
            if (seg == IDX_SS || seg == IDX_NEW_SS) mc.frame_vector = VEC_SS;
            if (seg == IDX_NEW_SS) mc.frame_error = {16'b0, regs.selector[seg][15:2], 2'b00};
          end else if (regs.align_checked && micro.user && seg != IDX_NEW_SS && u.mem != MemRoom &&
                       (misaligned(micro.linear[1:0], mc.size) || (quad_low && micro.linear[2]))) begin
            mc.frame_fault = 1'b1;
            mc.frame_vector = VEC_AC;
          end
        end
        MemIn, MemOut: begin
          watch_o = 1'b1;
          micro.linear = {16'b0, mc.sum[15:0]};
          micro.space = 2'd1;
          micro.write = u.mem == MemOut;
        end
        default: micro.space = 2'd2;
      endcase
      micro.valid = !mc.waiting && !mc.frame_fault && (!micro.probe || (regs.cr0[31] && u.mem != MemRoom));
    end
  end

endmodule
