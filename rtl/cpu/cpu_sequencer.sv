// Microcode sequencer: runs the sequences of microcode/*.uc for the instruction in execute, for faults
// and for external interrupts. One micro-instruction at a time, each complete before the next; while it
// is active it owns the data port and the register file.
// Assumes CPL 0. Left out, raising #UD by the checks below: call gates, task switches, returns to an outer
// level or to virtual-8086 mode.
module cpu_sequencer
  import cpu_pkg::*;
  import cpu_alu_pkg::*;
  import cpu_microcode_types_pkg::*;
  import cpu_microcode_pkg::*;
(
    input logic clk_i,
    input logic rst_ni,

    // from the pipeline control
    input  logic       start_i,         // run the microcode of the instruction in execute
    input  logic       interrupt_i,     // take an external interrupt
    input  logic       raise_i,         // raise an exception, #PF with its error code, others with 0
    input  logic [7:0] raise_vector_i,
    output logic       active_o,

    // from the memory stage: the instruction in execute
    input ctl_t        ctl_i,
    input logic [31:0] next_eip_i,
    input logic [31:0] imm_i,
    input logic [15:0] imm2_i,
    input logic [31:0] offset_i,
    input logic [31:0] mem_i,

    // from the architectural registers
    input logic [31:0] gpr_i[8],
    input logic [31:0] eip_i,
    input logic [31:0] eflags_i,
    input logic [31:0] selector_i[8],
    input logic [31:0] seg_base_i[8],
    input logic [31:0] seg_limit_i[8],
    input logic [31:0] seg_attr_i[8],
    input logic [31:0] ldt_base_i,
    input logic [31:0] ldt_limit_i,
    input logic [31:0] ldt_attr_i,
    input logic [31:0] gdt_base_i,
    input logic [31:0] gdt_limit_i,
    input logic [31:0] idt_base_i,
    input logic [31:0] idt_limit_i,
    input logic [31:0] cr0_i,
    input logic [31:0] cr2_i,
    input logic [31:0] cr3_i,

    // to the architectural registers
    output logic        w_valid_o,
    output logic [ 2:0] w_reg_o,
    output size_e       w_size_o,
    output logic [31:0] w_data_o,
    output logic        esp_valid_o,
    output logic [31:0] esp_data_o,
    output logic        esi_valid_o,
    output logic [31:0] esi_data_o,
    output logic        edi_valid_o,
    output logic [31:0] edi_data_o,
    output logic        ecx_valid_o,
    output logic [31:0] ecx_data_o,
    output logic        flags_valid_o,
    output logic [31:0] flags_o,
    output logic        seg_valid_o,
    output logic [ 2:0] seg_o,
    output logic        seg_real_o,     // keep limit and attributes
    output logic [31:0] seg_selector_o,
    output logic [31:0] seg_base_o,
    output logic [31:0] seg_limit_o,
    output logic [31:0] seg_attr_o,
    output logic        table_valid_o,
    output logic        table_idt_o,
    output logic [31:0] table_base_o,
    output logic [31:0] table_limit_o,
    output logic        cr_valid_o,
    output logic [ 2:0] cr_o,
    output logic [31:0] cr_data_o,
    output logic        halt_o,

    // to the paging unit
    output logic        d_valid_o,
    output logic        d_write_o,
    output logic        d_probe_o,       // the checks of a write, without the write
    output logic        d_user_o,        // at CPL 3
    output logic [ 1:0] d_space_o,
    output logic [31:0] d_addr_o,
    output size_e       d_size_o,
    output logic [31:0] d_wdata_o,
    input  logic        d_ready_i,
    input  logic        d_fault_i,
    input  logic [31:0] page_error_i,
    input  logic        d_done_i,
    input  logic [31:0] d_rdata_i,

    // to retirement
    output logic        done_o,          // the instruction, exception or interrupt is complete
    output logic        partial_o,       // with done: a string instruction with iterations left
    output logic        jump_o,          // with done: fetch again, from target
    output logic [31:0] target_o,
    output logic        mov_ss_shadow_o, // with done: SS was loaded by MOV or POP
    output logic [ 1:0] kind_o,          // 0 instruction, 1 exception, 2 interrupt
    output logic [ 7:0] vector_o,
    output logic [31:0] error_o,
    output logic        shutdown_o
);

  // What is being delivered, for double faults (SDM vol. 3, table 6-5).
  typedef enum logic [2:0] {
    DeliverNone, DeliverBenign, DeliverContributory, DeliverPageFault, DeliverDouble
  } deliver_e;

  logic        active_q;
  upc_t        upc_q;
  upc_t        return_q;
  logic        waiting_q;      // the access of this step is under way
  logic        shutdown_q;
  logic [31:0] temp_q[8];
  logic        gate32_q;
  logic        gate_clears_if_q;
  deliver_e    deliver_q;
  logic [ 1:0] kind_q;
  logic [ 7:0] vector_q;
  logic [31:0] error_q;
  logic        has_error_q;
  logic        external_q;     // EXT bit of error codes

  uinst_t      u;
  logic        step_done;
  logic        check_fault;
  logic [ 7:0] check_vector;
  logic [31:0] check_error;
  logic [31:0] sum;
  logic        jump_taken;
  logic        finish;

  assign active_o = active_q;
  assign shutdown_o = shutdown_q;
  assign kind_o = kind_q;
  assign vector_o = vector_q;
  assign error_o = error_q;

  function automatic logic contributory(logic [7:0] vector);
    return vector == VEC_DE || (vector >= 8'd10 && vector <= VEC_GP);
  endfunction

  function automatic logic pushes_error(logic [7:0] vector);
    return vector == VEC_DF || (vector >= 8'd10 && vector <= 8'd14);
  endfunction

  function automatic logic [31:0] merge16(logic [31:0] old, logic [31:0] value, logic wide);
    return wide ? value : {old[31:16], value[15:0]};
  endfunction

  // Limit and attributes of the descriptor in T5:T4, in CpuState's form.
  function automatic logic [31:0] descriptor_limit(logic [31:0] low, logic [31:0] high);
    return high[23] ? {high[19:16], low[15:0], 12'hFFF} : {12'b0, high[19:16], low[15:0]};
  endfunction

  always_comb begin : step
    logic [31:0] a;
    logic [31:0] b;
    logic [31:0] data;
    logic [31:0] bytes;
    size_e       size;
    seg_e        seg;
    logic [31:0] offset;
    logic        wide;
    logic        pe;
    logic [31:0] selector;
    logic [31:0] sel_error;    // selector as an error code
    logic        ldt;
    logic [31:0] table_limit;
    logic [31:0] low;
    logic [31:0] high;
    logic [ 1:0] dpl;
    logic [31:0] delta;
    logic [31:0] count;
    logic        repeats;
    alu_result_t r;

    u = uinst_t'('0);
    w_valid_o = 1'b0;
    w_reg_o = ctl_i.rreg;
    w_size_o = ctl_i.op32 ? SizeD : SizeW;
    w_data_o = '0;
    esp_valid_o = 1'b0;
    esp_data_o = '0;
    esi_valid_o = 1'b0;
    esi_data_o = '0;
    edi_valid_o = 1'b0;
    edi_data_o = '0;
    ecx_valid_o = 1'b0;
    ecx_data_o = '0;
    flags_valid_o = 1'b0;
    flags_o = '0;
    seg_valid_o = 1'b0;
    seg_o = ctl_i.cond[2:0];
    seg_real_o = 1'b0;
    seg_selector_o = '0;
    seg_base_o = '0;
    seg_limit_o = '0;
    seg_attr_o = '0;
    table_valid_o = 1'b0;
    table_idt_o = ctl_i.rreg[0];
    table_base_o = '0;
    table_limit_o = '0;
    cr_valid_o = 1'b0;
    cr_o = ctl_i.cond[2:0];
    cr_data_o = '0;
    halt_o = 1'b0;
    d_valid_o = 1'b0;
    d_write_o = 1'b0;
    d_probe_o = 1'b0;
    d_user_o = 1'b0;
    d_space_o = 2'd0;
    d_addr_o = '0;
    d_size_o = SizeD;
    d_wdata_o = '0;
    done_o = 1'b0;
    partial_o = 1'b0;
    jump_o = 1'b0;
    target_o = temp_q[1];
    mov_ss_shadow_o = 1'b0;
    step_done = 1'b0;
    check_fault = 1'b0;
    check_vector = VEC_GP;
    check_error = '0;
    sum = '0;
    jump_taken = 1'b0;
    finish = 1'b0;

    if (active_q) begin
      u = microcode(upc_q);
      pe = cr0_i[0];
      selector = {16'b0, temp_q[0][15:0]};
      sel_error = {16'b0, temp_q[0][15:2], 2'b00};
      ldt = temp_q[0][2];
      table_limit = ldt ? ldt_limit_i : gdt_limit_i;
      low = temp_q[4];
      high = temp_q[5];
      dpl = high[14:13];

      unique case (u.size)
        UzOperand: size = ctl_i.op32 ? SizeD : SizeW;
        UzElement: size = ctl_i.size;
        UzGate:    size = gate32_q ? SizeD : SizeW;
        UzByte:    size = SizeB;
        UzWord:    size = SizeW;
        default:   size = SizeD;
      endcase
      bytes = {29'b0, size_bytes(size)};

      unique case (u.a)
        UsZero: a = '0;
        UsT0, UsT1, UsT2, UsT3, UsT4, UsT5, UsT6: a = temp_q[3'(u.a - 6'd1)];
        UsT7: a = temp_q[7];
        UsEdx: a = {16'b0, gpr_i[REG_EDX][15:0]};  // only as a port number
        UsEsp: a = gpr_i[REG_ESP];
        UsEsi: a = gpr_i[REG_ESI];
        UsEdi: a = gpr_i[REG_EDI];
        UsRm: a = ctl_i.rm_mem ? mem_i : gpr_i[ctl_i.rm];
        UsMem: a = mem_i;
        UsImm: a = imm_i;
        UsImm2: a = {16'b0, imm2_i};
        UsEa: a = offset_i;
        UsNextEip: a = next_eip_i;
        UsEip: a = eip_i;
        UsVectorReal: a = idt_base_i + {22'b0, vector_q, 2'b00};
        UsVectorGate: a = idt_base_i + {21'b0, vector_q, 3'b000};
        UsDescriptor: a = (ldt ? ldt_base_i : gdt_base_i) + {16'b0, temp_q[0][15:3], 3'b000};
        default:  // UsCr
        unique case (ctl_i.cond[2:0])
          3'd0: a = cr0_i;
          3'd2: a = cr2_i;
          default: a = cr3_i;
        endcase
      endcase
      unique case (u.b)
        UbZero:         b = '0;
        UbBytes:        b = bytes;
        UbMinusBytes:   b = -bytes;
        UbOperandBytes: b = ctl_i.op32 ? 32'd4 : 32'd2;
        UbTwo:          b = 32'd2;
        UbFour:         b = 32'd4;
        default:        b = imm_i;
      endcase
      sum = a + b;

      // ---- the access
      data = '0;
      unique case (u.seg)
        MsOperand: seg = ctl_i.seg;
        MsEs:      seg = SegEs;
        MsStack:   seg = SegSs;
        default:   seg = SegLinear;
      endcase
      if (u.mem != MemNone) begin
        // Parts of one operand do not wrap: behind FFFF is outside (386 manual, 14.7.1).
        wide = seg == SegLinear || u.a == UsEa ||
            (u.seg == MsStack ? seg_attr_i[SegSs][14] : ctl_i.addr32);
        offset = u.at_a ? a : sum;
        if (!wide) offset = {16'b0, offset[15:0]};
        unique case (u.data)
          UsT0: data = temp_q[0];
          UsT7: data = temp_q[7];
          UsEax: data = gpr_i[REG_EAX];
          UsEcx: data = gpr_i[REG_ECX];
          UsEdx: data = gpr_i[REG_EDX];
          UsEbx: data = gpr_i[REG_EBX];
          UsEsp: data = gpr_i[REG_ESP];
          UsEbp: data = gpr_i[REG_EBP];
          UsEsi: data = gpr_i[REG_ESI];
          UsEdi: data = gpr_i[REG_EDI];
          UsNextEip: data = next_eip_i;
          UsFlags: data = eflags_i;
          UsError: data = error_q;
          UsCs: data = {16'b0, selector_i[SegCs][15:0]};
          UsT5Accessed: data = temp_q[5] | 32'h100;
          UsTableLimit: data = ctl_i.rreg[0] ? idt_limit_i : gdt_limit_i;
          default: begin  // UsTableBase: 24 bits with a 16-bit operand size
            data = ctl_i.rreg[0] ? idt_base_i : gdt_base_i;
            if (!ctl_i.op32) data[31:24] = 8'd0;
          end
        endcase
        d_size_o = size;
        unique case (size)
          SizeB:   d_wdata_o = {24'b0, data[7:0]};
          SizeW:   d_wdata_o = {16'b0, data[15:0]};
          default: d_wdata_o = data;
        endcase
        unique case (u.mem)
          MemRead, MemWrite, MemProbe: begin
            d_addr_o = offset + (seg == SegLinear ? 32'd0 : seg_base_i[seg]);
            d_write_o = u.mem == MemWrite;
            d_probe_o = u.mem == MemProbe;
            d_user_o = seg != SegLinear && seg_attr_i[SegSs][6:5] == 2'd3;
            if (seg != SegLinear && segment_violation(seg_attr_i[seg], seg_limit_i[seg], offset,
                                                      size_bytes(size), u.mem != MemRead, pe)) begin
              check_fault = 1'b1;
              check_vector = seg == SegSs ? VEC_SS : VEC_GP;
            end
          end
          MemIn, MemOut: begin
            d_addr_o = {16'b0, sum[15:0]};
            d_space_o = 2'd1;
            d_write_o = u.mem == MemOut;
          end
          default: d_space_o = 2'd2;
        endcase
        d_valid_o = !waiting_q && !check_fault && (u.mem != MemProbe || cr0_i[31]);
        if (d_fault_i) begin
          check_fault = 1'b1;
          check_vector = VEC_PF;
          check_error = page_error_i;
        end
      end
      unique case (u.mem)
        MemNone: step_done = 1'b1;
        MemProbe: step_done = !cr0_i[31] || d_ready_i;
        MemWrite: step_done = d_ready_i;
        default: step_done = waiting_q && d_done_i;
      endcase

      // ---- special action: checks
      unique case (u.special)
        SpCheckSelector:
        if ({16'b0, temp_q[0][15:3], 3'b111} > table_limit || (ldt && ldt_attr_i[16])) begin
          check_fault = 1'b1;
          check_error = sel_error;
        end
        SpCheckData: begin
          check_error = sel_error;
          if (ctl_i.cond[2:0] == SegSs) begin
            // writable data, RPL and DPL equal to CPL
            if (selector[1:0] != 2'd0 || !high[12] || high[11] || !high[9] || dpl != 2'd0)
              check_fault = 1'b1;
            else if (!high[15]) begin
              check_fault = 1'b1;
              check_vector = VEC_SS;
            end
          end else begin
            // data or readable code; DPL not below RPL unless conforming
            if (!high[12] || (high[11] && !high[9]) ||
                (!(high[11] && high[10]) && selector[1:0] > dpl))
              check_fault = 1'b1;
            else if (!high[15]) begin
              check_fault = 1'b1;
              check_vector = VEC_NP;
            end
          end
        end
        SpCheckJump: begin
          check_error = sel_error;
          if (!high[12]) begin
            check_fault = 1'b1;
            unique case (high[11:8])
              4'h1, 4'h4, 4'h5, 4'h9, 4'hC: begin  // TSS and gates
                check_vector = VEC_UD;
                check_error = '0;
              end
              default: ;
            endcase
          end else if (!high[11] || (high[10] ? dpl != 2'd0 : selector[1:0] != 2'd0 || dpl != 2'd0))
            check_fault = 1'b1;
          else if (!high[15]) begin
            check_fault = 1'b1;
            check_vector = VEC_NP;
          end
        end
        SpCheckReturn: begin
          check_error = sel_error;
          if (!high[12] || !high[11] || (high[10] ? dpl > selector[1:0] : dpl != selector[1:0]))
            check_fault = 1'b1;
          else if (!high[15]) begin
            check_fault = 1'b1;
            check_vector = VEC_NP;
          end else if (selector[1:0] != 2'd0) begin  // to an outer level
            check_fault = 1'b1;
            check_vector = VEC_UD;
            check_error = '0;
          end
        end
        SpCheckHandler: begin
          check_error = sel_error;
          if (!high[12] || !high[11] || dpl != 2'd0) check_fault = 1'b1;
          else if (!high[15]) begin
            check_fault = 1'b1;
            check_vector = VEC_NP;
          end
        end
        SpCheckEip: check_fault = temp_q[1] > descriptor_limit(low, high);
        SpCheckEipReal: check_fault = temp_q[1] > seg_limit_i[SegCs];
        SpCheckVectorReal: check_fault = {22'b0, vector_q, 2'b11} > idt_limit_i;
        SpCheckVectorGate: begin
          check_fault = {21'b0, vector_q, 3'b111} > idt_limit_i;
          check_error = {21'b0, vector_q, 3'b010};
        end
        SpCheckGate: begin  // gate in T2:T1
          check_error = {21'b0, vector_q, 3'b010};
          if (temp_q[2][12] || (temp_q[2][10:9] != 2'b11)) check_fault = 1'b1;
          else if (!temp_q[2][15]) begin
            check_fault = 1'b1;
            check_vector = VEC_NP;
          end
        end
        SpCheckNested:  // before the stack is touched: it is not where a nested task returns to
        if (pe && eflags_i[FL_NT]) begin
          check_fault = 1'b1;
          check_vector = VEC_UD;
        end
        SpCheckIret:
        if (ctl_i.op32 && temp_q[2][FL_VM]) begin
          check_fault = 1'b1;
          check_vector = VEC_UD;
        end
        SpCheckCr0:  // PG without PE (SDM vol. 2, MOV)
        check_fault = ctl_i.cond[2:0] == 3'd0 && gpr_i[ctl_i.rm][31] && !gpr_i[ctl_i.rm][0];
        SpRaiseEarly: begin
          check_fault = 1'b1;
          unique case (ctl_i.fault)
            FaultUd: check_vector = VEC_UD;
            FaultNm: check_vector = VEC_NM;
            FaultPf: begin
              check_vector = VEC_PF;
              check_error = page_error_i;
            end
            default: check_vector = VEC_GP;
          endcase
        end
        SpRaiseNull: check_fault = 1'b1;
        default: ;
      endcase

      // ---- what becomes real when the step is done
      r = '0;
      if (step_done && !check_fault) begin
        unique case (u.dst)
          UdReg: begin
            w_valid_o = 1'b1;
            w_data_o = sum;
          end
          UdGpr: begin
            w_valid_o = 1'b1;
            w_reg_o = u.target[2:0];
            w_data_o = sum;
          end
          UdRm: begin
            w_valid_o = 1'b1;
            w_reg_o = ctl_i.rm;
            w_size_o = SizeD;
            w_data_o = sum;
          end
          UdStack: begin
            esp_valid_o = 1'b1;
            esp_data_o = merge16(gpr_i[REG_ESP], sum, seg_attr_i[SegSs][14]);
          end
          default: ;
        endcase
        if (u.rdst == UrAcc) begin
          w_valid_o = 1'b1;
          w_reg_o = REG_EAX;
          w_size_o = ctl_i.size;
          w_data_o = d_rdata_i;
        end
        unique case (u.special)
          SpSegmentReal, SpCsReal: begin
            seg_valid_o = 1'b1;
            seg_real_o = 1'b1;
            if (u.special == SpCsReal) seg_o = SegCs;
            seg_selector_o = selector;
            seg_base_o = {12'b0, temp_q[0][15:0], 4'b0};
          end
          SpSegmentNull:
          if (ctl_i.cond[2:0] == SegSs) check_fault = 1'b1;
          else begin
            seg_valid_o = 1'b1;
            seg_selector_o = selector;
            seg_attr_o = 32'h1_0000;
          end
          SpSegmentLoad, SpCsLoad: begin
            seg_valid_o = 1'b1;
            seg_selector_o = selector;
            if (u.special == SpCsLoad) begin
              seg_o = SegCs;
              seg_selector_o[1:0] = 2'd0;  // RPL becomes CPL
            end
            seg_base_o = {high[31:24], high[7:0], low[31:16]};
            seg_limit_o = descriptor_limit(low, high);
            seg_attr_o = {16'b0, high[23:20], 4'b0, high[15:9], 1'b1};
          end
          SpLoadTable: begin
            table_valid_o = 1'b1;
            table_limit_o = temp_q[0];
            table_base_o = ctl_i.op32 ? temp_q[1] : {8'b0, temp_q[1][23:0]};
          end
          SpMovCr: begin
            cr_valid_o = 1'b1;
            cr_data_o = gpr_i[ctl_i.rm];
          end
          SpLmsw: begin  // PE can be set but not cleared
            cr_valid_o = 1'b1;
            cr_o = 3'd0;
            cr_data_o = {cr0_i[31:4], (ctl_i.rm_mem ? mem_i[3:0] : gpr_i[ctl_i.rm][3:0]) |
                         {3'b0, cr0_i[0]}};
          end
          SpClts: begin
            cr_valid_o = 1'b1;
            cr_o = 3'd0;
            cr_data_o = cr0_i & ~32'h8;
          end
          SpHalt: halt_o = 1'b1;
          SpFlagsIret: begin
            flags_valid_o = 1'b1;
            flags_o = ctl_i.op32 ? (eflags_i & ~FLAGS_IRET) | (temp_q[2] & FLAGS_IRET)
                                 : (eflags_i & ~FLAGS_POPF) | (temp_q[2] & FLAGS_POPF);
          end
          SpFlagsHandler: begin
            flags_valid_o = 1'b1;
            // TF, and in protected mode NT, RF and VM; IF for interrupt gates
            flags_o = eflags_i & (pe ? 32'hFFFC_BEFF : 32'hFFFF_FEFF);
            if (gate_clears_if_q) flags_o[FL_IF] = 1'b0;
          end
          SpCompareAcc, SpCompareTemps: begin
            r = alu(AluSub,
                    (u.special == SpCompareAcc ? gpr_i[REG_EAX] : temp_q[0]) & size_mask(size),
                    (u.special == SpCompareAcc ? temp_q[0] : temp_q[1]) & size_mask(size), 1'b0, size);
            flags_valid_o = 1'b1;
            flags_o = (eflags_i & ~FLAGS_STATUS) | r.flags;
          end
          default: ;
        endcase
      end

      // ---- what comes next
      if (step_done && !check_fault) begin
        unique case (u.ctl)
          CtNext: ;
          CtJump, CtCall, CtReturn: jump_taken = 1'b1;
          CtJumpReal: jump_taken = !pe;
          CtJumpNull: jump_taken = temp_q[0][15:2] == 14'd0;
          CtJumpAccessed: jump_taken = temp_q[5][8];
          CtJumpNoError: jump_taken = !has_error_q;
          CtJumpNoOverflow: jump_taken = !eflags_i[FL_OF];
          CtJumpRepZero:
          jump_taken = ctl_i.rep != RepNone &&
              (ctl_i.addr32 ? gpr_i[REG_ECX] == 32'd0 : gpr_i[REG_ECX][15:0] == 16'd0);
          CtDone: begin
            finish = 1'b1;
            mov_ss_shadow_o = (ctl_i.upc == UC_MOV_SEG || ctl_i.upc == UC_POP_SEG) &&
                ctl_i.cond[2:0] == SegSs;
          end
          CtDoneFlush: begin
            finish = 1'b1;
            jump_o = 1'b1;
            target_o = next_eip_i;
          end
          CtDoneJump: begin
            finish = 1'b1;
            jump_o = 1'b1;
          end
          default: begin  // CtString
            finish = 1'b1;
            delta = eflags_i[FL_DF] ? -bytes : bytes;
            count = gpr_i[REG_ECX] - 32'd1;
            esi_valid_o = u.str_si;
            esi_data_o = merge16(gpr_i[REG_ESI], gpr_i[REG_ESI] + delta, ctl_i.addr32);
            edi_valid_o = u.str_di;
            edi_data_o = merge16(gpr_i[REG_EDI], gpr_i[REG_EDI] + delta, ctl_i.addr32);
            ecx_valid_o = ctl_i.rep != RepNone;
            ecx_data_o = merge16(gpr_i[REG_ECX], count, ctl_i.addr32);
            repeats = ctl_i.rep != RepNone &&
                (ctl_i.addr32 ? count != 32'd0 : count[15:0] != 16'd0);
            if (u.str_zf && r.flags[FL_ZF] != (ctl_i.rep == RepE)) repeats = 1'b0;
            partial_o = repeats;
          end
        endcase
        done_o = finish;
      end
    end
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
    waiting_q <= 1'b0;
    vector_q <= actual;
    error_q <= actual == VEC_DF ? 32'd0
               : actual == VEC_PF ? error
               : {error[31:1], error[0] | (deliver_q != DeliverNone && external_q)};
    has_error_q <= pushes_error(actual);
    deliver_q <= actual == VEC_DF ? DeliverDouble
                 : actual == VEC_PF ? DeliverPageFault
                 : contributory(actual) ? DeliverContributory : DeliverBenign;
    external_q <= 1'b1;
    kind_q <= 2'd1;
    temp_q[7] <= eip_i;
  endtask

  always_ff @(posedge clk_i) begin
    if (!active_q) begin
      if (raise_i) begin
        raise(raise_vector_i, raise_vector_i == VEC_PF ? page_error_i : 32'd0);
      end else if (interrupt_i || start_i) begin
        active_q <= 1'b1;
        waiting_q <= 1'b0;
        upc_q <= interrupt_i ? UC_INTERRUPT : ctl_i.fault != FaultNone ? UC_EARLY_FAULT : ctl_i.upc;
        kind_q <= interrupt_i ? 2'd2 : 2'd0;
        external_q <= interrupt_i;
        has_error_q <= 1'b0;
      end
    end else begin
      if (d_valid_o && d_ready_i) waiting_q <= 1'b1;
      if (check_fault && !waiting_q) begin
        raise(check_vector, check_error);
      end else if (step_done) begin
        waiting_q <= 1'b0;
        upc_q <= upc_q + upc_t'(1);
        if (jump_taken) begin
          upc_q <= u.ctl == CtReturn ? return_q : u.target;
          if (u.ctl == CtCall) return_q <= upc_q + upc_t'(1);
        end
        unique case (u.dst)
          UdT0, UdT1, UdT2, UdT3, UdT4, UdT5, UdT6, UdT7: temp_q[3'(u.dst - 4'd1)] <= sum;
          default: ;
        endcase
        unique case (u.rdst)
          UrT0, UrT1, UrT2, UrT3, UrT4, UrT5, UrT6, UrT7: temp_q[3'(u.rdst - 4'd1)] <= d_rdata_i;
          default: ;
        endcase
        unique case (u.special)
          SpVectorSoftware: begin
            vector_q <= imm_i[7:0];
            deliver_q <= DeliverBenign;
          end
          SpVectorExternal: begin
            vector_q <= temp_q[0][7:0];
            deliver_q <= DeliverBenign;
          end
          SpCheckGate: begin
            temp_q[0] <= {16'b0, temp_q[1][31:16]};
            temp_q[1] <= temp_q[2][11] ? {temp_q[2][31:16], temp_q[1][15:0]}
                                       : {16'b0, temp_q[1][15:0]};
            gate32_q <= temp_q[2][11];
            gate_clears_if_q <= !temp_q[2][8];
          end
          SpReal16: begin
            temp_q[0] <= {16'b0, temp_q[2][31:16]};
            temp_q[1] <= {16'b0, temp_q[2][15:0]};
            gate32_q <= 1'b0;
            gate_clears_if_q <= 1'b1;
          end
          default: ;
        endcase
        if (finish) begin
          active_q <= 1'b0;
          deliver_q <= DeliverNone;
        end
      end
    end
    if (!rst_ni) begin
      active_q <= 1'b0;
      waiting_q <= 1'b0;
      shutdown_q <= 1'b0;
      deliver_q <= DeliverNone;
      kind_q <= 2'd0;
    end
  end

endmodule
