// Operands of a micro-instruction: the size of what it works with, its two sources and their sum, which is the result
// and, mostly, the address. Combinational.
module cpu_operands
  import cpu_pkg::*;
  import cpu_protection_pkg::*;
  import cpu_identity_pkg::*;
  import cpu_microcode_types_pkg::*;
(
    cpu_registers_if.reader   regs,
    cpu_stage_if.reader       x,
    input logic [31:0]        mem_i,  // the value of the instruction's memory operand
    cpu_microcode_if.operands mc
);

  uinst_t u;

  assign u = mc.u;

  always_comb begin : sources
    logic [31:0] a;
    logic [31:0] b;

    mc.size = SizeD;
    mc.bytes = '0;
    mc.first = '0;
    mc.sum = '0;
    if (mc.active) begin
      unique case (u.size)
        UzOperand: mc.size = x.ctl.op32 ? SizeD : SizeW;
        UzElement: mc.size = x.ctl.size;
        UzGate:    mc.size = mc.wide ? SizeD : SizeW;
        UzTss:     mc.size = regs.seg_attr[IDX_TR][3] ? SizeD : SizeW;
        UzByte:    mc.size = SizeB;
        UzWord:    mc.size = SizeW;
        default:   mc.size = SizeD;
      endcase
      mc.bytes = {29'b0, size_bytes(mc.size)};

      unique case (u.a)
        UsZero: a = '0;
        UsEax, UsEcx, UsEdx, UsEbx, UsEsp, UsEbp, UsEsi, UsEdi: a = regs.gpr[3'(u.a - UsEax)];
        UsRm: a = x.ctl.rm_mem ? mem_i : regs.gpr[x.ctl.rm];
        UsReg: a = regs.gpr[x.ctl.rreg];
        UsMem: a = mem_i;
        UsImm: a = x.imm;
        UsImm2: a = {16'b0, x.imm2};
        UsLevel: a = {27'b0, x.imm2[4:0]};
        UsStackPointer: a = merge16(regs.gpr[REG_ESP], mc.temp[3], mc.big_stack);
        UsCpuid: a = cpuid(regs.family, regs.gpr[REG_EAX], u.target[2:0]);
        UsEa: a = x.offset;
        UsNextEip: a = x.next_eip;
        UsEip: a = regs.eip;
        UsSelector: a = regs.selector[mc.index];
        UsConst: a = {22'b0, u.target};
        UsVectorReal: a = regs.idt_base + {22'b0, mc.event_vector, 2'b00};
        UsVectorGate: a = regs.idt_base + {21'b0, mc.event_vector, 3'b000};
        UsDescriptor:
        a = (mc.temp[0][2] ? regs.seg_base[IDX_LDTR] : regs.gdt_base) + {16'b0, mc.temp[0][15:3], 3'b000};
        UsStackSlot:  // of mc.level in the TSS
        a = regs.seg_attr[IDX_TR][3] ? {27'b0, mc.level, 3'd4} : {28'b0, mc.level, 2'd2};
        UsTssBase: a = descriptor_base(mc.temp[4], mc.temp[5]);
        UsOldFirst: a = regs.seg_attr[IDX_TR][3] ? 32'h20 : 32'h0E;
        UsOldLast: a = regs.seg_attr[IDX_TR][3] ? 32'h5F : 32'h29;
        UsParameters: a = mc.temp[5][11] ? {25'b0, mc.temp[5][4:0], 2'b00} : {26'b0, mc.temp[5][4:0], 1'b0};
        UsFrameBytes: a = mc.wide ? {20'b0, u.target, 2'b00} : {21'b0, u.target, 1'b0};
        UsRights: a = mc.temp[5] & 32'h00F0_FF00;
        UsLimit: a = descriptor_limit(mc.temp[4], mc.temp[5]);
        UsDr: a = regs.dr[{x.ctl.cond[2], x.ctl.cond[1] || x.ctl.cond[2], x.ctl.cond[0]}];  // DR4, DR5 are DR6, DR7
        UsCr:
        unique case (x.ctl.cond[2:0])
          3'd0: a = regs.cr0;
          3'd2: a = regs.cr2;
          3'd4: a = regs.cr4;
          default: a = regs.cr3;
        endcase
        default: a = mc.temp[4'(u.a - UsT0)];
      endcase
      unique case (u.b)
        UbZero:         b = '0;
        UbBytes:        b = mc.bytes;
        UbMinusBytes:   b = -mc.bytes;
        UbOperandBytes: b = x.ctl.op32 ? 32'd4 : 32'd2;
        UbTwo:          b = 32'd2;
        UbFour:         b = 32'd4;
        UbImm:          b = x.imm;
        UbMinusOne:     b = 32'hFFFF_FFFF;
        UbMinusImm:     b = -x.imm;
        UbConst:        b = {22'b0, u.target};
        UbTrBase:       b = regs.seg_base[IDX_TR];
        UbTssLast:      b = mc.temp[5][11] ? 32'h67 : 32'h2B;
        UbPortByte:     b = {19'b0, mc.temp[15][15:3]};
        default:        b = mc.temp[11];
      endcase
      mc.first = a;
      mc.sum = a + b;
    end
  end

endmodule
