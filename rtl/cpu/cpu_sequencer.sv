// Microcode sequencer: runs the microprograms of rtl/cpu/microcode for the instruction in execute, for
// faults and for interrupts. One micro-instruction at a time, each complete before the next; while it is
// active it owns the data port and the register file.
//
// Privilege changes and task switches build what comes next in two spare entries of the segment
// registers, the new CS and the new SS; frames are pushed through the new SS, and only when nothing can
// fault any more the new entries replace CS and SS.
module cpu_sequencer
  import cpu_pkg::*;
  import cpu_alu_pkg::*;
  import cpu_protection_pkg::*;
  import cpu_identity_pkg::*;
  import cpu_microcode_types_pkg::*;
  import cpu_microcode_pkg::*;
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

    // to everyone
    cpu_sequencer_if.sequencer seq,

    // to the data port
    cpu_data_if.requester micro,
    output logic          watch_o,        // an operand at CPL, as breakpoints watch
    input  logic [31:0]   page_error_i
);

  // What is being delivered, for double faults (SDM vol. 3, table 6-5).
  typedef enum logic [2:0] {
    DeliverNone, DeliverBenign, DeliverContributory, DeliverPageFault, DeliverDouble
  } deliver_e;

  // What switches tasks.
  typedef enum logic [1:0] {
    TaskJump, TaskNest, TaskReturn
  } task_e;

  localparam int unsigned CallDepth = 4;

  logic        active_q;
  upc_t        upc_q;
  upc_t        return_q[CallDepth];
  logic [ 1:0] depth_q;
  logic        waiting_q;      // the access of this step is under way
  logic        shutdown_q;
  logic [31:0] temp_q[16];
  logic [ 1:0] level_q;        // the privilege level the sequence works at
  logic [ 3:0] index_q;        // the segment register it works on
  logic        frame_new_q;    // frames go through the new SS
  logic        big_stack_q;    // the stack pointer is ESP
  logic        invalid_tss_q;  // errors of selectors are #TS
  logic        wide_q;         // 32-bit gate or task state segment
  logic        gate_clears_if_q;
  task_e       task_q;
  deliver_e    deliver_q;
  logic [ 1:0] kind_q;
  logic        rf_loaded_q;
  logic        trap_q;         // the event delivered is a trap
  logic        delivered_q;    // INT n has been delivered
  logic [ 7:0] start_vector;
  logic        pushed_rf;
  logic [ 7:0] vector_q;
  logic [31:0] error_q;
  logic        has_error_q;
  logic        external_q;     // EXT bit of error codes

  uinst_t      u;
  logic [ 1:0] cpl;
  logic        real_rules;     // segments as in real mode: real or virtual-8086 mode
  logic [31:0] sum;
  size_e       size;
  logic [31:0] bytes;
  logic        page_fault;     // the access is not allowed by the page tables
  logic        frame_fault;    // the access violates its segment
  logic [ 7:0] frame_vector;
  logic [31:0] frame_error;
  logic        outside;        // selector T0 is outside its table
  logic        check_fault;
  logic [ 7:0] check_vector;
  logic [31:0] check_error;
  logic        fault;
  logic        step_done;
  logic        jump_taken;
  logic        finish;
  alu_result_t r;

  // After a shutdown the sequencer stays active for ever, so that no stage of the pipeline moves any more.
  assign seq.active = active_q || shutdown_q;
  assign seq.waits = waiting_q;
  assign seq.no_trap = delivered_q;
  assign seq.task_trap = finish && u.special == SpTaskTrap && temp_q[6][0];
  assign seq.int1 = finish && u.special == SpInt1;
  assign seq.gd_fault = active_q && check_fault && u.special == SpCheckGd;
  assign seq.gd_clear = finish && kind_q == 2'd1 && vector_q == VEC_DB;
  assign seq.nmi_unblock = active_q && step_done && u.special == SpUnblockNmi;
  assign seq.shutdown = shutdown_q;
  assign seq.kind = kind_q;
  assign seq.rf_loaded = rf_loaded_q;
  // RF as events save it: set by faults, clear by INT n and task switches, kept by interrupts (SDM vol. 3,
  // 17.3.1.1).
  assign pushed_rf = kind_q == 2'd2 || trap_q ? regs.eflags[FL_RF] : kind_q == 2'd1 && deliver_q != DeliverDouble;
  assign seq.event_vector = vector_q;
  assign seq.event_error = error_q;
  assign start_vector = events.trap ? VEC_DB : raise_vector_i;
  assign micro.lookup = micro.valid;
  assign micro.rmw = 1'b0;
  assign cpl = regs.seg_attr[IDX_SS][6:5];
  assign real_rules = !regs.cr0[0] || regs.eflags[FL_VM];

  function automatic logic contributory(logic [7:0] vector);
    return vector == VEC_DE || (vector >= VEC_TS && vector <= VEC_GP);
  endfunction

  function automatic logic pushes_error(logic [7:0] vector);
    return vector == VEC_DF || (vector >= VEC_TS && vector <= VEC_PF) || vector == VEC_AC;
  endfunction

  function automatic logic [31:0] merge16(logic [31:0] old, logic [31:0] value, logic wide);
    return wide ? value : {old[31:16], value[15:0]};
  endfunction

  cpu_checks u_checks (
      .active_i      (active_q),
      .special_i     (u.special),
      .selector_i    (temp_q[0]),
      .offset_i      (temp_q[1]),
      .low_i         (temp_q[4]),
      .high_i        (temp_q[5]),
      .work_i        (temp_q[14]),
      .level_i       (level_q),
      .index_i       (index_q),
      .invalid_tss_i (invalid_tss_q),
      .software_i    (!external_q),
      .vector_i      (vector_q),
      .size_i        (x.ctl.size),
      .ctl_i         (x.ctl),
      .cs_limit_i    (regs.seg_limit[IDX_CS]),
      .new_cs_limit_i(regs.seg_limit[IDX_NEW_CS]),
      .ldt_limit_i   (regs.seg_limit[IDX_LDTR]),
      .ldt_attr_i    (regs.seg_attr[IDX_LDTR]),
      .tr_selector_i (regs.selector[IDX_TR]),
      .tr_limit_i    (regs.seg_limit[IDX_TR]),
      .tr_attr_i     (regs.seg_attr[IDX_TR]),
      .gdt_limit_i   (regs.gdt_limit),
      .idt_limit_i   (regs.idt_limit),
      .cpl_i         (cpl),
      .has_486_i     (regs.has_486),
      .cr_data_i     (regs.gpr[x.ctl.rm]),
      .dr_detect_i   (regs.dr[7][13]),
      .vm_trap_i     (regs.eflags[FL_VM] && regs.cr0[0] && regs.eflags[13:12] != 2'd3),
      .real_rules_i  (real_rules),
      .stack_i       (big_stack_q ? regs.gpr[REG_ESP] : {16'b0, regs.gpr[REG_ESP][15:0]}),
      .page_error_i  (page_error_i),
      .outside_o     (outside),
      .fault_o       (check_fault),
      .vector_o      (check_vector),
      .error_o       (check_error)
  );

  // ---- the sum and the access
  always_comb begin : access
    logic [31:0] a;
    logic [31:0] b;
    logic [31:0] data;
    logic [ 3:0] seg;
    logic        linear;
    logic        big;
    logic        quad_low;
    logic [31:0] offset;

    u = uinst_t'('0);
    size = SizeD;
    bytes = '0;
    sum = '0;
    micro.valid = 1'b0;
    micro.write = 1'b0;
    watch_o = 1'b0;
    micro.probe = 1'b0;
    micro.user = 1'b0;
    micro.space = 2'd0;
    micro.linear = '0;
    micro.size = SizeD;
    micro.wdata = '0;
    frame_fault = 1'b0;
    frame_vector = VEC_GP;
    frame_error = '0;
    if (active_q) begin
      u = microcode(upc_q);
      unique case (u.size)
        UzOperand: size = x.ctl.op32 ? SizeD : SizeW;
        UzElement: size = x.ctl.size;
        UzGate:    size = wide_q ? SizeD : SizeW;
        UzTss:     size = regs.seg_attr[IDX_TR][3] ? SizeD : SizeW;
        UzByte:    size = SizeB;
        UzWord:    size = SizeW;
        default:   size = SizeD;
      endcase
      bytes = {29'b0, size_bytes(size)};

      unique case (u.a)
        UsZero: a = '0;
        UsEax, UsEcx, UsEdx, UsEbx, UsEsp, UsEbp, UsEsi, UsEdi: a = regs.gpr[3'(u.a - UsEax)];
        UsRm: a = x.ctl.rm_mem ? mem_i : regs.gpr[x.ctl.rm];
        UsReg: a = regs.gpr[x.ctl.rreg];
        UsMem: a = mem_i;
        UsImm: a = x.imm;
        UsImm2: a = {16'b0, x.imm2};
        UsLevel: a = {27'b0, x.imm2[4:0]};
        UsStackPointer: a = merge16(regs.gpr[REG_ESP], temp_q[3], big_stack_q);
        UsCpuid: a = cpuid(regs.family, regs.gpr[REG_EAX], u.target[2:0]);
        UsEa: a = x.offset;
        UsNextEip: a = x.next_eip;
        UsEip: a = regs.eip;
        UsSelector: a = regs.selector[index_q];
        UsConst: a = {22'b0, u.target};
        UsVectorReal: a = regs.idt_base + {22'b0, vector_q, 2'b00};
        UsVectorGate: a = regs.idt_base + {21'b0, vector_q, 3'b000};
        UsDescriptor:
        a = (temp_q[0][2] ? regs.seg_base[IDX_LDTR] : regs.gdt_base) + {16'b0, temp_q[0][15:3], 3'b000};
        UsStackSlot:  // of level_q in the TSS
        a = regs.seg_attr[IDX_TR][3] ? {27'b0, level_q, 3'd4} : {28'b0, level_q, 2'd2};
        UsTssBase: a = descriptor_base(temp_q[4], temp_q[5]);
        UsOldFirst: a = regs.seg_attr[IDX_TR][3] ? 32'h20 : 32'h0E;
        UsOldLast: a = regs.seg_attr[IDX_TR][3] ? 32'h5F : 32'h29;
        UsParameters: a = temp_q[5][11] ? {25'b0, temp_q[5][4:0], 2'b00} : {26'b0, temp_q[5][4:0], 1'b0};
        UsFrameBytes: a = wide_q ? {20'b0, u.target, 2'b00} : {21'b0, u.target, 1'b0};
        UsRights: a = temp_q[5] & 32'h00F0_FF00;
        UsLimit: a = descriptor_limit(temp_q[4], temp_q[5]);
        UsDr: a = regs.dr[{x.ctl.cond[2], x.ctl.cond[1] || x.ctl.cond[2], x.ctl.cond[0]}];  // DR4, DR5 are DR6, DR7
        UsCr:
        unique case (x.ctl.cond[2:0])
          3'd0: a = regs.cr0;
          3'd2: a = regs.cr2;
          3'd4: a = regs.cr4;
          default: a = regs.cr3;
        endcase
        default: a = temp_q[4'(u.a - UsT0)];
      endcase
      unique case (u.b)
        UbZero:         b = '0;
        UbBytes:        b = bytes;
        UbMinusBytes:   b = -bytes;
        UbOperandBytes: b = x.ctl.op32 ? 32'd4 : 32'd2;
        UbTwo:          b = 32'd2;
        UbFour:         b = 32'd4;
        UbImm:          b = x.imm;
        UbMinusOne:     b = 32'hFFFF_FFFF;
        UbMinusImm:     b = -x.imm;
        UbConst:        b = {22'b0, u.target};
        UbTrBase:       b = regs.seg_base[IDX_TR];
        UbTssLast:      b = temp_q[5][11] ? 32'h67 : 32'h2B;
        UbPortByte:     b = {19'b0, temp_q[15][15:3]};
        default:        b = temp_q[11];
      endcase
      sum = a + b;

      if (u.mem != MemNone) begin
        unique case (u.data)
          UsEax, UsEcx, UsEdx, UsEbx, UsEsp, UsEbp, UsEsi, UsEdi: data = regs.gpr[3'(u.data - UsEax)];
          UsNextEip: data = x.next_eip;
          UsEip: data = regs.eip;
          UsFlags: begin
            data = regs.eflags;
            data[FL_RF] = pushed_rf;
          end
          UsError: data = error_q;
          UsCs: data = {16'b0, regs.selector[IDX_CS][15:0]};
          UsSelector: data = {16'b0, regs.selector[index_q][15:0]};
          UsAccessByte: data = {24'b0, temp_q[5][15:9], 1'b1};
          UsRaised: data = {16'b0, temp_q[0][15:2], regs.gpr[x.ctl.rreg][1:0]};
          UsFreeByte: data = {24'b0, temp_q[5][15:10], 1'b0, temp_q[5][8]};
          UsTaskFlags: begin
            data = regs.eflags;
            data[FL_RF] = pushed_rf;
            if (task_q == TaskReturn) data[FL_NT] = 1'b0;
          end
          UsBusyByte: data = {24'b0, temp_q[5][15:10], 1'b1, temp_q[5][8]};
          UsTableLimit: data = x.ctl.rreg[0] ? regs.idt_limit : regs.gdt_limit;
          UsTableBase: begin  // 24 bits with a 16-bit operand size
            data = x.ctl.rreg[0] ? regs.idt_base : regs.gdt_base;
            if (!x.ctl.op32) data[31:24] = 8'd0;
          end
          default: data = temp_q[4'(u.data - UsT0)];
        endcase
        micro.size = size;
        unique case (size)
          SizeB:   micro.wdata = {24'b0, data[7:0]};
          SizeW:   micro.wdata = {16'b0, data[15:0]};
          default: micro.wdata = data;
        endcase
        linear = u.seg == MsLinear;
        unique case (u.seg)
          MsOperand: seg = {1'b0, x.ctl.seg};
          MsEs:      seg = IDX_ES;
          MsFrame:   seg = frame_new_q ? IDX_NEW_SS : IDX_SS;
          default:   seg = IDX_SS;
        endcase
        // Items of one operand go round in the address size; a quadword is one item.
        big = linear || u.quad ||
            (u.seg == MsStack || u.seg == MsFrame ? regs.seg_attr[seg][14] : x.ctl.addr32);
        quad_low = u.quad && u.b == UbZero;
        offset = u.at_a ? a : sum;
        if (!big) offset = {16'b0, offset[15:0]};
        unique case (u.mem)
          MemRead, MemWrite, MemProbe, MemProbeRead, MemRoom: begin
            micro.linear = linear ? offset : offset + regs.seg_base[seg];
            micro.write = u.mem == MemWrite || u.mem == MemProbe || u.mem == MemRoom;
            micro.probe = u.mem == MemProbe || u.mem == MemProbeRead || u.mem == MemRoom;
            watch_o = !linear && seg != IDX_NEW_SS && !micro.probe;
            micro.user = !linear && (u.seg == MsFrame ? level_q == 2'd3 : cpl == 2'd3);
            if (!linear && segment_violation(regs.seg_attr[seg], regs.seg_limit[seg], offset,
                                             quad_low ? 4'd8 : {1'b0, size_bytes(size)},
                                             micro.write, regs.cr0[0])) begin
              frame_fault = 1'b1;
              if (seg == IDX_SS || seg == IDX_NEW_SS) frame_vector = VEC_SS;
              if (seg == IDX_NEW_SS) frame_error = {16'b0, regs.selector[seg][15:2], 2'b00};
            end else if (regs.align_checked && micro.user && seg != IDX_NEW_SS && u.mem != MemRoom &&
                         (misaligned(micro.linear[1:0], size) || (quad_low && micro.linear[2]))) begin
              frame_fault = 1'b1;
              frame_vector = VEC_AC;
            end
          end
          MemIn, MemOut: begin
            watch_o = 1'b1;
            micro.linear = {16'b0, sum[15:0]};
            micro.space = 2'd1;
            micro.write = u.mem == MemOut;
          end
          default: micro.space = 2'd2;
        endcase
        micro.valid = !waiting_q && !frame_fault && (!micro.probe || (regs.cr0[31] && u.mem != MemRoom));
      end
    end
  end

  // Not in the block above: whether an access is taken depends on its address.
  always_comb begin : progress
    step_done = 1'b0;
    if (active_q)
      unique case (u.mem)
        MemNone, MemRoom: step_done = 1'b1;
        MemProbe, MemProbeRead: step_done = !regs.cr0[31] || micro.ready;
        MemWrite: step_done = micro.ready;
        default: step_done = waiting_q && micro.done;
      endcase
  end

  // A micro-instruction makes an access or a check, not both.
  assign fault = frame_fault || check_fault || page_fault;
  assign page_fault = micro.valid && micro.fault;

  // ---- what becomes real when the step is done
  always_comb begin : commit
    logic [31:0] flags_new;  // what the processor adds to the 386's
    logic [31:0] mask;
    flags_new = regs.has_486 ? FLAGS_486 : 32'd0;
    mask = '0;
    seq.w_valid = 1'b0;
    seq.w_reg = x.ctl.rreg;
    seq.w_size = x.ctl.op32 ? SizeD : SizeW;
    seq.w_data = sum;
    seq.esp_valid = 1'b0;
    seq.esp_data = '0;
    seq.eip_valid = 1'b0;
    seq.flags_valid = 1'b0;
    seq.flags = '0;
    seq.seg_valid = 1'b0;
    seq.seg = index_q;
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
    if (active_q && step_done && !fault) begin
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
          seq.esp_data = sum;
        end
        UdStack: begin
          seq.esp_valid = 1'b1;
          seq.esp_data = merge16(regs.gpr[REG_ESP], sum, big_stack_q);
        end
        default: ;
      endcase
      if (u.rdst == UrAcc) begin
        seq.w_valid = 1'b1;
        seq.w_reg = REG_EAX;
        seq.w_size = x.ctl.size;
        seq.w_data = micro.rdata;
      end else if (u.rdst == UrGpr) begin
        seq.w_valid = 1'b1;
        seq.w_reg = u.target[2:0];
        seq.w_size = SizeD;
        seq.w_data = size == SizeD ? micro.rdata : {16'hFFFF, micro.rdata[15:0]};
      end else if (u.rdst == UrSelector) begin
        seq.seg_valid = 1'b1;
        seq.seg = u.target[3:0];
        seq.seg_selector = micro.rdata;
        seq.seg_attr = 32'h1_0000;
      end
      unique case (u.special)
        SpSegmentReal, SpCsReal: begin
          seq.seg_valid = 1'b1;
          seq.seg_part = SegSelectorBase;
          if (u.special == SpCsReal) seq.seg = IDX_CS;
          seq.seg_selector = {16'b0, temp_q[0][15:0]};
          seq.seg_base = {12'b0, temp_q[0][15:0], 4'b0};
        end
        SpSegmentVm: begin
          seq.seg_valid = 1'b1;
          seq.seg_selector = {16'b0, temp_q[0][15:0]};
          seq.seg_base = {12'b0, temp_q[0][15:0], 4'b0};
          seq.seg_limit = 32'h0000_FFFF;
          seq.seg_attr = 32'hF3;
        end
        SpSegmentNull: begin
          seq.seg_valid = 1'b1;
          seq.seg_selector = {16'b0, temp_q[0][15:0]};
          seq.seg_attr = 32'h1_0000;
        end
        SpSegmentRaw: begin
          seq.seg_valid = 1'b1;
          seq.seg_selector = regs.selector[index_q];
          seq.seg_attr = {15'b0, 1'b1, 9'b0, level_q, 5'b0};
        end
        SpSegmentOuter:
        if (emptied(regs.seg_attr[index_q], cpl)) begin
          seq.seg_valid = 1'b1;
          seq.seg_attr = 32'h1_0000;
        end
        SpSegmentLoad, SpNewCs: begin
          seq.seg_valid = 1'b1;
          seq.seg_selector = {16'b0, temp_q[0][15:0]};
          if (u.special == SpNewCs) begin
            seq.seg = IDX_NEW_CS;
            seq.seg_selector[1:0] = level_q;  // RPL becomes CPL
          end
          seq.seg_base = descriptor_base(temp_q[4], temp_q[5]);
          seq.seg_limit = descriptor_limit(temp_q[4], temp_q[5]);
          seq.seg_attr = descriptor_attributes(temp_q[5]);
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
          seq.table_limit = temp_q[0];
          seq.table_base = x.ctl.op32 ? temp_q[1] : {8'b0, temp_q[1][23:0]};
        end
        SpMovCr: begin
          seq.cr_valid = 1'b1;
          seq.cr_data = regs.gpr[x.ctl.rm];
        end
        SpLmsw: begin  // PE can be set but not cleared
          seq.cr_valid = 1'b1;
          seq.cr = 3'd0;
          seq.cr_data = {regs.cr0[31:4], (x.ctl.rm_mem ? mem_i[3:0] : regs.gpr[x.ctl.rm][3:0]) |
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
          seq.cr_data = temp_q[14];
        end
        SpTaskState: begin
          seq.task_switch = 1'b1;
          seq.eip_valid = 1'b1;
          seq.flags_valid = 1'b1;
          seq.flags = (temp_q[2] & (FLAGS_KEPT | flags_new)) | 32'h2;
          if (task_q == TaskNest) seq.flags[FL_NT] = 1'b1;
        end
        SpMovDr: seq.dr_valid = 1'b1;
        SpHalt: seq.halt = 1'b1;
        SpFlushPage: seq.flush_page = 1'b1;
        SpFlagsIret: begin
          seq.flags_valid = 1'b1;
          mask = x.ctl.op32 ? FLAGS_IRET | flags_new : FLAGS_POPF;
          seq.flags = (regs.eflags & ~mask) | (temp_q[2] & mask);
          // IOPL at level 0 only, IF where I/O is allowed; virtual-8086 mode got here with IOPL 3.
          if (cpl != 2'd0) seq.flags[13:12] = regs.eflags[13:12];
          if (cpl > regs.eflags[13:12]) seq.flags[FL_IF] = regs.eflags[FL_IF];
        end
        SpFlagsWhole: begin  // a new task, or virtual-8086 mode
          seq.flags_valid = 1'b1;
          seq.flags = (temp_q[2] & (FLAGS_KEPT | flags_new)) | 32'h2;
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
                  (u.special == SpCompareAcc ? regs.gpr[REG_EAX] : temp_q[0]) & size_mask(size),
                  (u.special == SpCompareAcc ? temp_q[0] : temp_q[1]) & size_mask(size), 1'b0, size);
          seq.flags_valid = 1'b1;
          seq.flags = (regs.eflags & ~FLAGS_STATUS) | r.flags;
        end
        SpCompareTwo: begin
          seq.flags_valid = 1'b1;
          seq.flags = regs.eflags;
          seq.flags[FL_ZF] = {regs.gpr[REG_EDX], regs.gpr[REG_EAX]} == {temp_q[1], temp_q[0]};
        end
        default: ;
      endcase
    end
  end

  // ---- what comes next
  always_comb begin : next
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
    seq.jump = 1'b0;
    seq.target = temp_q[1];
    seq.mov_ss_shadow = 1'b0;
    jump_taken = 1'b0;
    finish = 1'b0;
    delta = '0;
    count = '0;
    repeats = 1'b0;
    if (active_q && step_done && !fault) begin
      unique case (u.ctl)
        CtNext: ;
        CtJump, CtCall, CtReturn: jump_taken = 1'b1;
        CtJumpRealMode: jump_taken = !regs.cr0[0];
        CtJumpRealRules: jump_taken = real_rules;
        CtJumpVm: jump_taken = regs.eflags[FL_VM];
        CtJumpNull: jump_taken = temp_q[0][15:2] == 14'd0;
        CtJumpRplKept: jump_taken = temp_q[0][1:0] >= regs.gpr[x.ctl.rreg][1:0];
        CtJumpAccessed: jump_taken = temp_q[5][8];
        CtJumpNoError: jump_taken = !has_error_q;
        CtJumpEqual: jump_taken = regs.eflags[FL_ZF];
        CtJumpNoOverflow: jump_taken = !regs.eflags[FL_OF];
        CtJumpSystem: jump_taken = !temp_q[5][12];
        CtJumpTaskGate: jump_taken = temp_q[5][11:8] == 4'h5;
        CtJumpTss: jump_taken = !temp_q[5][10];
        CtJumpTss16: jump_taken = !regs.seg_attr[IDX_TR][3];
        CtJumpTaskNests: jump_taken = task_q == TaskNest;
        CtJumpTaskReturns: jump_taken = task_q == TaskReturn;
        CtJumpTaskJumps: jump_taken = task_q == TaskJump;
        CtJumpSameLevel: jump_taken = level_q == cpl;
        CtJumpNested: jump_taken = !real_rules && regs.eflags[FL_NT];
        CtJumpToVm: jump_taken = x.ctl.op32 && temp_q[2][FL_VM] && cpl == 2'd0;
        CtJumpIoAllowed: jump_taken = !regs.cr0[0] || (!regs.eflags[FL_VM] && cpl <= regs.eflags[13:12]);
        CtJumpZero: jump_taken = sum == 32'd0;
        CtJumpNotZero: jump_taken = sum != 32'd0;
        CtJumpOutside: jump_taken = outside;
        CtJumpDenied: jump_taken = !visible(x.ctl.cond[1:0], temp_q[5], temp_q[0][1:0], cpl);
        CtJumpRepZero:
        jump_taken = x.ctl.rep != RepNone &&
            (x.ctl.addr32 ? regs.gpr[REG_ECX] == 32'd0 : regs.gpr[REG_ECX][15:0] == 16'd0);
        CtDone: begin
          finish = 1'b1;
          seq.mov_ss_shadow = (x.ctl.upc == UC_MOV_SEG || x.ctl.upc == UC_POP_SEG) &&
              x.ctl.cond[2:0] == SegSs;
        end
        CtDoneFlush: begin
          finish = 1'b1;
          seq.jump = 1'b1;
          seq.target = x.next_eip;
        end
        CtDoneJump: begin
          finish = 1'b1;
          seq.jump = 1'b1;
        end
        default: begin  // CtString
          finish = 1'b1;
          delta = regs.eflags[FL_DF] ? -bytes : bytes;
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
      endcase
    end
    seq.done = finish;
  end

  // Starts the delivery of an exception, or ends in shutdown (SDM vol. 3, 6.15).
  task automatic raise(logic [7:0] vector, logic [31:0] error);
    logic [7:0] actual;
    actual = vector;
    if (deliver_q == DeliverContributory && contributory(vector)) actual = VEC_DF;
    if (deliver_q == DeliverPageFault && (contributory(vector) || vector == VEC_PF)) actual = VEC_DF;
    if (deliver_q == DeliverDouble) begin
      shutdown_q <= 1'b1;
      active_q <= 1'b0;
    end else begin
      active_q <= 1'b1;
      upc_q <= UC_DELIVER;
    end
    begin_sequence();
    vector_q <= actual;
    error_q <= actual == VEC_DF ? 32'd0 : error;
    if (deliver_q != DeliverNone && external_q && actual != VEC_PF && actual != VEC_DF) error_q[0] <= 1'b1;
    has_error_q <= pushes_error(actual);
    deliver_q <= actual == VEC_DF ? DeliverDouble : actual == VEC_PF ? DeliverPageFault
                 : contributory(actual) ? DeliverContributory : DeliverBenign;
    external_q <= 1'b1;
    kind_q <= 2'd1;
    temp_q[7] <= regs.eip;
  endtask

  task automatic begin_sequence();
    waiting_q <= 1'b0;
    depth_q <= 2'd0;
    big_stack_q <= regs.seg_attr[IDX_SS][14];
    level_q <= cpl;
    frame_new_q <= 1'b0;
    invalid_tss_q <= 1'b0;
    trap_q <= events.trap && !active_q;
    delivered_q <= 1'b0;
  endtask

  // What a step leaves behind in the sequencer.
  task automatic finish_step();
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
    if (u.dst >= UdT0) temp_q[4'(u.dst - UdT0)] <= sum;
    if (u.rdst >= UrT0) temp_q[4'(u.rdst - UrT0)] <= micro.rdata;
    unique case (u.special)
      SpVectorSoftware: begin
        delivered_q <= 1'b1;
        vector_q <= x.imm[7:0];
        deliver_q <= DeliverBenign;
      end
      SpVectorNmi: begin
        vector_q <= VEC_NMI;
        deliver_q <= DeliverBenign;
      end
      SpVectorExternal: begin
        vector_q <= temp_q[0][7:0];
        deliver_q <= DeliverBenign;
      end
      SpGate: begin  // T5:T4 is a gate: T0 selector, T1 offset
        temp_q[0] <= {16'b0, temp_q[4][31:16]};
        temp_q[1] <= temp_q[5][11] ? {temp_q[5][31:16], temp_q[4][15:0]} : {16'b0, temp_q[4][15:0]};
        wide_q <= temp_q[5][11];
        gate_clears_if_q <= !temp_q[5][8];
      end
      SpReal16: begin
        temp_q[0] <= {16'b0, temp_q[2][31:16]};
        temp_q[1] <= {16'b0, temp_q[2][15:0]};
        wide_q <= 1'b0;
        gate_clears_if_q <= 1'b1;
      end
      SpIndexOperand: index_q <= {1'b0, x.ctl.cond[2:0]};
      SpIndex: index_q <= u.target[3:0];
      SpLevelCode: if (!is_conforming_code(temp_q[5])) level_q <= temp_q[5][14:13];
      SpLevelSelector: level_q <= temp_q[0][1:0];
      SpLevelTask: level_q <= regs.eflags[FL_VM] ? 2'd3 : regs.selector[IDX_CS][1:0];
      SpStackSize: big_stack_q <= regs.seg_attr[IDX_SS][14];
      SpTaskJump: task_q <= TaskJump;
      SpTaskNest: task_q <= TaskNest;
      SpTaskReturn: task_q <= TaskReturn;
      SpNewFrame: frame_new_q <= 1'b1;
      SpInvalidIsTss: invalid_tss_q <= 1'b1;
      SpWideOperand: wide_q <= x.ctl.op32;
      SpTakeSs: big_stack_q <= regs.seg_attr[IDX_NEW_SS][14];
      SpShiftIoBits: temp_q[14] <= temp_q[14] >> temp_q[15][2:0];
      default: ;
    endcase
    if (finish) begin
      active_q <= 1'b0;
      deliver_q <= DeliverNone;
    end
  endtask

  always_ff @(posedge clk_i) begin
    if (!seq.active) begin
      if (events.trap || raise_i) begin
        raise(start_vector, start_vector == VEC_PF ? page_error_i : 32'd0);
      end else if (events.external || start_i) begin
        active_q <= 1'b1;
        begin_sequence();
        rf_loaded_q <= 1'b0;
        upc_q <= events.external ? (events.nmi ? UC_NMI : UC_INTERRUPT) : x.ctl.fault != FaultNone ? UC_EARLY_FAULT : x.ctl.upc;
        kind_q <= events.external ? 2'd2 : 2'd0;
        external_q <= events.external;
        has_error_q <= 1'b0;
      end
    end else if (active_q) begin
      if (micro.valid && micro.ready) waiting_q <= 1'b1;
      if (step_done && ((u.special == SpFlagsIret && x.ctl.op32) || u.special == SpFlagsWhole ||
                        u.special == SpFlagsHandler || u.special == SpTaskState))
        rf_loaded_q <= 1'b1;
      if (fault && !waiting_q)
        raise(page_fault ? VEC_PF : frame_fault ? frame_vector : check_vector,
              page_fault ? page_error_i : frame_fault ? frame_error : check_error);
      else if (step_done) finish_step();
    end
    if (!rst_ni || load_valid_i) begin
      active_q <= 1'b0;
      waiting_q <= 1'b0;
      shutdown_q <= rst_ni && load_shutdown_i;
      deliver_q <= DeliverNone;
      kind_q <= 2'd0;
      rf_loaded_q <= 1'b0;
    end
  end

endmodule
