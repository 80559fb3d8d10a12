// The one-byte opcode map (SDM vol. 2, table A-2; 386 Programmer's Reference Manual, appendix A).
package cpu_one_byte_map_pkg;
  import cpu_pkg::*;
  import cpu_decode_pkg::*;
  import cpu_microcode_pkg::*;

  // Fills in what the opcode says; `ctl` comes with sizes, the fields of ModR/M and repetition.
  task automatic decode_one_byte(input logic [7:0] opcode, input logic [1:0] mod, input mode_t mode,
                              inout ctl_t ctl, inout agu_t agu, inout opcode_t o);
    logic [2:0] reg_field;
    size_e      osize;  // operand size attribute as a size
    size_e      bsize;  // byte or operand size by opcode bit 0
    reg_field = ctl.rreg;
    osize = ctl.size;
    bsize = opcode[0] ? osize : SizeB;
    unique casez (opcode)
      // ---- 00-3F: the eight two-operand groups, and what fills their gaps
      8'b00??_?0??: begin  // ALU Eb,Gb Ev,Gv Gb,Eb Gv,Ev
        ctl.op = OpAlu;
        ctl.alu = opcode[5:3];
        ctl.size = bsize;
        o.has_modrm = 1'b1;
        ctl.a_reg = opcode[1];
        ctl.b = opcode[1] ? BRm : BReg;
        if (opcode[5:3] != AluCmp) ctl.dst = opcode[1] ? DstReg : DstRm;
        o.lockable = !opcode[1] && opcode[5:3] != AluCmp;
      end
      8'b00??_?10?: begin  // ALU AL,Ib eAX,Iz
        ctl.op = OpAlu;
        ctl.alu = opcode[5:3];
        ctl.size = bsize;
        ctl.rm = REG_EAX;
        ctl.b = BImm;
        o.imm_kind = opcode[0] ? ImmZ : ImmB;
        if (opcode[5:3] != AluCmp) ctl.dst = DstRm;
      end
      8'h06, 8'h0E, 8'h16, 8'h1E: begin  // PUSH ES CS SS DS
        ctl.op = OpPush;
        ctl.b = BSelector;
        ctl.rreg = {1'b0, opcode[4:3]};
      end
      8'h07, 8'h17, 8'h1F: begin  // POP ES SS DS
        ctl.op = OpMicrocode;
        ctl.upc = UC_POP_SEG;
        ctl.cond = {2'b0, opcode[4:3]};
        agu.pop = 1'b1;
      end
      8'h27, 8'h2F, 8'h37, 8'h3F: begin  // DAA DAS AAA AAS
        ctl.op = OpDecimal;
        ctl.cond = {2'b0, opcode[4:3]};
        ctl.rm = REG_EAX;
        ctl.size = SizeW;
        ctl.dst = DstRm;
      end
      // ---- 40-5F
      8'b0100_????: begin  // INC DEC
        ctl.op = opcode[3] ? OpDec : OpInc;
        ctl.rm = opcode[2:0];
        ctl.dst = DstRm;
      end
      8'b0101_0???: begin  // PUSH
        ctl.op = OpPush;
        ctl.rm = opcode[2:0];
        ctl.b = BRm;
      end
      8'b0101_1???: begin  // POP
        ctl.op = OpPop;
        ctl.rm = opcode[2:0];
        agu.pop = 1'b1;
        ctl.dst = DstRm;
      end
      // ---- 60-6F
      8'h60: begin ctl.op = OpMicrocode; ctl.upc = UC_PUSHA; end
      8'h61: begin ctl.op = OpMicrocode; ctl.upc = UC_POPA; end
      8'h62: begin
        ctl.op = OpMicrocode;
        ctl.upc = UC_BOUND;
        o.has_modrm = 1'b1;
        o.ud = mod == 2'd3;
      end
      8'h63: begin
        ctl.op = mod == 2'd3 ? OpArpl : OpMicrocode;
        ctl.upc = UC_ARPL;
        ctl.size = SizeW;
        o.has_modrm = 1'b1;
        if (mod == 2'd3) ctl.dst = DstRm;
        o.ud = mode.real_rules;
      end
      8'h68, 8'h6A: begin  // PUSH Iz, PUSH Ib
        ctl.op = OpPush;
        ctl.b = BImm;
        o.imm_kind = opcode[1] ? ImmB : ImmZ;
        o.imm_sign8 = 1'b1;
      end
      8'h69, 8'h6B: begin  // IMUL Gv,Ev,Iz / Ib
        ctl.op = OpImul;
        o.has_modrm = 1'b1;
        ctl.b = BImm;
        ctl.dst = DstReg;
        o.imm_kind = opcode[1] ? ImmB : ImmZ;
        o.imm_sign8 = 1'b1;
      end
      8'h6C, 8'h6D: begin ctl.op = OpMicrocode; ctl.upc = UC_INS; ctl.size = bsize; end
      8'h6E, 8'h6F: begin ctl.op = OpMicrocode; ctl.upc = UC_OUTS; ctl.size = bsize; end
      // ---- 70-7F
      8'b0111_????: begin
        ctl.op = OpJcc;
        ctl.cond = opcode[3:0];
        o.imm_kind = ImmB;
        o.imm_sign8 = 1'b1;
      end
      // ---- 80-8F
      8'b1000_00??: begin  // group 1
        ctl.op = OpAlu;
        ctl.alu = reg_field;
        ctl.size = bsize;
        o.has_modrm = 1'b1;
        ctl.b = BImm;
        o.imm_kind = opcode[1:0] == 2'd1 ? ImmZ : ImmB;
        o.imm_sign8 = 1'b1;
        if (reg_field != AluCmp) ctl.dst = DstRm;
        o.lockable = reg_field != AluCmp;
      end
      8'h84, 8'h85: begin  // TEST
        ctl.op = OpAlu;
        ctl.alu = AluAnd;
        ctl.size = bsize;
        o.has_modrm = 1'b1;
      end
      8'h86, 8'h87: begin  // XCHG
        ctl.op = OpXchg;
        ctl.size = bsize;
        o.has_modrm = 1'b1;
        ctl.dst = DstRm;
        o.lockable = 1'b1;
      end
      8'h88, 8'h89: begin
        ctl.op = OpMov;
        ctl.size = bsize;
        o.has_modrm = 1'b1;
        ctl.dst = DstRm;
      end
      8'h8A, 8'h8B: begin
        ctl.op = OpMov;
        ctl.size = bsize;
        o.has_modrm = 1'b1;
        ctl.b = BRm;
        ctl.dst = DstReg;
      end
      8'h8C: begin  // MOV Ev,Sw: a memory operand is a word
        ctl.op = OpMov;
        o.has_modrm = 1'b1;
        ctl.b = BSelector;
        ctl.dst = DstRm;
        if (mod != 2'd3) ctl.size = SizeW;
        o.ud = reg_field > 3'd5;
      end
      8'h8D: begin
        ctl.op = OpLea;
        o.has_modrm = 1'b1;
        ctl.dst = DstReg;
        o.ud = mod == 2'd3;
      end
      8'h8E: begin  // MOV Sw,Ew
        ctl.op = OpMicrocode;
        ctl.upc = UC_MOV_SEG;
        ctl.cond = {1'b0, reg_field};
        ctl.size = SizeW;
        o.has_modrm = 1'b1;
        o.ud = reg_field > 3'd5 || reg_field == SegCs;
      end
      8'h8F: begin  // POP Ev
        ctl.op = mod == 2'd3 ? OpPop : OpMicrocode;
        ctl.upc = UC_POP_MEM;
        o.has_modrm = 1'b1;
        agu.pop = mod == 2'd3;
        if (mod == 2'd3) ctl.dst = DstRm;
        o.no_row = reg_field != 3'd0;
      end
      // ---- 90-9F
      8'b1001_0???: begin  // XCHG eAX,reg; 90 is NOP
        ctl.op = opcode[2:0] == REG_EAX ? OpNop : OpXchg;
        ctl.rreg = REG_EAX;
        ctl.rm = opcode[2:0];
        if (opcode[2:0] != REG_EAX) ctl.dst = DstRm;
      end
      8'h98: begin ctl.op = OpCbw; ctl.rm = REG_EAX; ctl.dst = DstRm; end
      8'h99: begin ctl.op = OpCwd; ctl.rm = REG_EDX; ctl.dst = DstRm; end
      8'h9A: begin ctl.op = OpMicrocode; ctl.upc = UC_CALL_FAR; o.imm_kind = ImmFar; end
      8'h9B: begin ctl.op = OpNop; if (mode.wait_trap) ctl.fault = FaultNm; end
      8'h9C: begin ctl.op = OpPushf; o.privileged = mode.vm_trap; end
      8'h9D: begin ctl.op = OpPopf; agu.pop = 1'b1; o.privileged = mode.vm_trap; end
      8'h9E: ctl.op = OpSahf;
      8'h9F: begin
        ctl.op = OpLahf;
        ctl.rm = REG_ESP;  // AH in byte encoding
        ctl.size = SizeB;
        ctl.dst = DstRm;
      end
      // ---- A0-AF
      8'b1010_00??: begin  // MOV AL/eAX <-> moffs
        ctl.op = OpMov;
        ctl.size = bsize;
        o.imm_kind = ImmOffset;
        o.implied = 1'b1;
        ctl.rreg = REG_EAX;
        ctl.rm_mem = 1'b1;
        agu.uses = 1'b1;
        ctl.seg = SegDs;
        ctl.b = opcode[1] ? BReg : BRm;
        ctl.dst = opcode[1] ? DstRm : DstReg;
      end
      8'hA4, 8'hA5: begin ctl.op = OpMicrocode; ctl.upc = UC_MOVS; ctl.size = bsize; end
      8'hA6, 8'hA7: begin ctl.op = OpMicrocode; ctl.upc = UC_CMPS; ctl.size = bsize; end
      8'hA8, 8'hA9: begin  // TEST AL,Ib eAX,Iz
        ctl.op = OpAlu;
        ctl.alu = AluAnd;
        ctl.size = bsize;
        ctl.rm = REG_EAX;
        ctl.b = BImm;
        o.imm_kind = opcode[0] ? ImmZ : ImmB;
      end
      8'hAA, 8'hAB: begin ctl.op = OpMicrocode; ctl.upc = UC_STOS; ctl.size = bsize; end
      8'hAC, 8'hAD: begin ctl.op = OpMicrocode; ctl.upc = UC_LODS; ctl.size = bsize; end
      8'hAE, 8'hAF: begin ctl.op = OpMicrocode; ctl.upc = UC_SCAS; ctl.size = bsize; end
      // ---- B0-BF
      8'b1011_????: begin
        ctl.op = OpMov;
        ctl.size = opcode[3] ? osize : SizeB;
        ctl.rm = opcode[2:0];
        ctl.b = BImm;
        o.imm_kind = opcode[3] ? ImmZ : ImmB;
        ctl.dst = DstRm;
      end
      // ---- C0-CF
      8'hC0, 8'hC1, 8'b1101_00??: begin  // group 2
        ctl.op = OpShift;
        ctl.alu = reg_field;
        ctl.size = bsize;
        o.has_modrm = 1'b1;
        ctl.dst = DstRm;
        ctl.b = !opcode[4] ? BImm : opcode[1] ? BCl : BOne;
        o.imm_kind = opcode[4] ? ImmNone : ImmB;
      end
      8'hC2, 8'hC3: begin
        ctl.op = OpRet;
        agu.pop = 1'b1;
        o.imm_kind = opcode[0] ? ImmNone : ImmW;
      end
      8'hC4, 8'hC5: begin  // LES LDS
        ctl.op = OpMicrocode;
        ctl.upc = UC_LOAD_FAR;
        o.has_modrm = 1'b1;
        ctl.cond = opcode[0] ? 4'(SegDs) : 4'(SegEs);
        o.ud = mod == 2'd3;
      end
      8'hC6, 8'hC7: begin
        ctl.op = OpMov;
        ctl.size = bsize;
        o.has_modrm = 1'b1;
        ctl.b = BImm;
        o.imm_kind = opcode[0] ? ImmZ : ImmB;
        ctl.dst = DstRm;
        o.no_row = reg_field != 3'd0;
      end
      8'hC8: begin ctl.op = OpMicrocode; ctl.upc = UC_ENTER; o.imm_kind = ImmWB; end
      8'hC9: begin  // LEAVE: the old EBP is read at SS:EBP
        ctl.op = OpLeave;
        o.implied = 1'b1;
        ctl.rm_mem = 1'b1;
        ctl.rm = REG_EBP;
        agu.uses = 1'b1;
        agu.base_valid = 1'b1;
        agu.base = REG_EBP;
        ctl.seg = SegSs;
      end
      8'hCA, 8'hCB: begin
        ctl.op = OpMicrocode;
        ctl.upc = UC_RET_FAR;
        o.imm_kind = opcode[0] ? ImmNone : ImmW;
      end
      8'hCC: begin ctl.op = OpMicrocode; ctl.upc = UC_INT; o.constant = 16'd3; end
      8'hCD: begin ctl.op = OpMicrocode; ctl.upc = UC_INT; o.imm_kind = ImmB; o.privileged = mode.vm_trap; end
      8'hCE: begin ctl.op = OpMicrocode; ctl.upc = UC_INTO; o.constant = 16'd4; end
      8'hCF: begin ctl.op = OpMicrocode; ctl.upc = UC_IRET; end
      // ---- D0-DF
      8'hD4: begin ctl.op = OpAam; o.imm_kind = ImmB; end
      8'hD5: begin ctl.op = OpAad; o.imm_kind = ImmB; end
      8'hD6: begin ctl.op = OpSalc; ctl.rm = REG_EAX; ctl.size = SizeB; ctl.dst = DstRm; end
      8'hD7: begin  // XLAT
        ctl.op = OpMov;
        ctl.size = SizeB;
        o.implied = 1'b1;
        ctl.rreg = REG_EAX;
        ctl.rm_mem = 1'b1;
        ctl.b = BRm;
        ctl.dst = DstReg;
        agu.uses = 1'b1;
        agu.base_valid = 1'b1;
        agu.base = REG_EBX;
        agu.xlat = 1'b1;
        ctl.seg = SegDs;
      end
      8'b1101_1???: begin
        // ESC without FPU (models/isa/semantics/coprocessor.h): the first word of a memory operand is accessed, and
        // the control and status words read all ones.
        o.has_modrm = 1'b1;
        ctl.size = SizeW;
        o.constant = 16'hFFFF;
        if (mode.fpu_trap) ctl.fault = FaultNm;
        else if (mod != 2'd3) begin
          ctl.op = OpMov;
          ctl.b = BRm;
          if ((opcode[2:0] == 3'd1 || opcode[2:0] == 3'd5) && reg_field == 3'd7) begin  // FNSTCW, FNSTSW
            ctl.b = BImm;
            ctl.dst = DstRm;
          end
        end else if (opcode[2:0] == 3'd7 && reg_field == 3'd4 && ctl.rm == REG_EAX) begin  // FNSTSW AX
          ctl.op = OpMov;
          ctl.b = BImm;
          ctl.dst = DstRm;
        end
      end
      // ---- E0-EF
      8'hE0, 8'hE1, 8'hE2, 8'hE3: begin
        ctl.op = OpLoop;
        ctl.cond = {2'b0, opcode[1:0]};
        o.imm_kind = ImmB;
        o.imm_sign8 = 1'b1;
      end
      8'hE4, 8'hE5: begin ctl.op = OpMicrocode; ctl.upc = UC_IN_IMM; o.imm_kind = ImmB; ctl.size = bsize; end
      8'hE6, 8'hE7: begin ctl.op = OpMicrocode; ctl.upc = UC_OUT_IMM; o.imm_kind = ImmB; ctl.size = bsize; end
      8'hE8: begin ctl.op = OpCall; ctl.b = BImm; o.imm_kind = ImmZ; end
      8'hE9, 8'hEB: begin
        ctl.op = OpJmp;
        ctl.b = BImm;
        o.imm_kind = opcode[1] ? ImmB : ImmZ;
        o.imm_sign8 = 1'b1;
      end
      8'hEA: begin ctl.op = OpMicrocode; ctl.upc = UC_JMP_FAR; o.imm_kind = ImmFar; end
      8'hEC, 8'hED: begin ctl.op = OpMicrocode; ctl.upc = UC_IN_DX; ctl.size = bsize; end
      8'hEE, 8'hEF: begin ctl.op = OpMicrocode; ctl.upc = UC_OUT_DX; ctl.size = bsize; end
      // ---- F0-FF
      8'hF1: begin ctl.op = OpMicrocode; ctl.upc = UC_INT1; end
      8'hF4: begin ctl.op = OpMicrocode; ctl.upc = UC_HLT; o.privileged = !mode.level0; end
      8'hF5, 8'hF8, 8'hF9, 8'hFA, 8'hFB, 8'hFC, 8'hFD: begin
        ctl.op = OpFlag;
        ctl.cond = opcode[3:0];
        o.privileged = opcode[3:1] == 3'b101 && !mode.io_level;  // CLI, STI
      end
      8'hF6, 8'hF7: begin  // group 3
        ctl.size = bsize;
        o.has_modrm = 1'b1;
        unique case (reg_field)
          3'd0, 3'd1: begin
            ctl.op = OpAlu;
            ctl.alu = AluAnd;
            ctl.b = BImm;
            o.imm_kind = opcode[0] ? ImmZ : ImmB;
          end
          3'd2: begin ctl.op = OpNot; ctl.dst = DstRm; o.lockable = 1'b1; end
          3'd3: begin ctl.op = OpNeg; ctl.dst = DstRm; o.lockable = 1'b1; end
          3'd4, 3'd5: begin ctl.op = OpMulAcc; ctl.alu = reg_field; end
          default: begin ctl.op = OpDivAcc; ctl.alu = reg_field; end
        endcase
      end
      8'hFE: begin
        ctl.op = reg_field[0] ? OpDec : OpInc;
        ctl.size = SizeB;
        o.has_modrm = 1'b1;
        ctl.dst = DstRm;
        o.no_row = reg_field > 3'd1;
        o.lockable = 1'b1;
      end
      8'hFF: begin  // group 5
        o.has_modrm = 1'b1;
        unique case (reg_field)
          3'd0: begin ctl.op = OpInc; ctl.dst = DstRm; o.lockable = 1'b1; end
          3'd1: begin ctl.op = OpDec; ctl.dst = DstRm; o.lockable = 1'b1; end
          3'd2: begin ctl.op = OpCall; ctl.b = BRm; end
          3'd3: begin
            ctl.op = OpMicrocode;
            ctl.upc = UC_CALL_FAR_MEM;
            o.ud = mod == 2'd3;
          end
          3'd4: begin ctl.op = OpJmp; ctl.b = BRm; end
          3'd5: begin
            ctl.op = OpMicrocode;
            ctl.upc = UC_JMP_FAR_MEM;
            o.ud = mod == 2'd3;
          end
          3'd6: begin ctl.op = OpPush; ctl.b = BRm; end
          default: o.no_row = 1'b1;
        endcase
      end
      default: o.ud = 1'b1;  // F1
    endcase
  endtask

endpackage
