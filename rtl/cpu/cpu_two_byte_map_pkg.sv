// The two-byte opcode map, behind 0F (SDM vol. 2, table A-3). What a processor does not have has no ModR/M
// byte either.
package cpu_two_byte_map_pkg;
  import cpu_pkg::*;
  import cpu_decode_pkg::*;
  import cpu_microcode_pkg::*;

  // Fills in what the opcode says; `ctl` comes with sizes, the fields of ModR/M and repetition.
  task automatic decode_two_byte(input logic [7:0] opcode, input logic [1:0] mod, input mode_t mode,
                              inout ctl_t ctl, inout agu_t agu, inout opcode_t o);
    logic [2:0] reg_field;
    size_e      osize;  // operand size attribute as a size
    size_e      bsize;  // byte or operand size by opcode bit 0
    reg_field = ctl.rreg;
    osize = ctl.size;
    bsize = opcode[0] ? osize : SizeB;
    unique casez (opcode)
      8'h00: begin  // group 6
        o.has_modrm = 1'b1;
        o.ud = mode.real_rules;
        o.no_row = reg_field > 3'd5;
        unique case (reg_field)
          3'd0, 3'd1: begin  // SLDT STR
            ctl.op = OpMov;
            ctl.b = BSystem;
            ctl.dst = DstRm;
            if (mod != 2'd3) ctl.size = SizeW;
          end
          3'd2, 3'd3: begin
            ctl.op = OpMicrocode;
            ctl.upc = reg_field[0] ? UC_LTR : UC_LLDT;
            ctl.size = SizeW;
            o.privileged = !mode.level0;
          end
          default: begin  // VERR VERW
            ctl.op = OpMicrocode;
            ctl.upc = UC_VERIFY;
            ctl.cond = {3'b001, reg_field[0]};
            ctl.size = SizeW;
          end
        endcase
      end
      8'h02, 8'h03: begin  // LAR LSL
        ctl.op = OpMicrocode;
        ctl.upc = opcode[0] ? UC_LSL : UC_LAR;
        ctl.cond = {3'b000, opcode[0]};
        o.has_modrm = 1'b1;
        o.ud = mode.real_rules;
      end
      8'h01: begin  // group 7
        o.has_modrm = 1'b1;
        unique case (reg_field)
          3'd0, 3'd1: begin
            ctl.op = OpMicrocode;
            ctl.upc = UC_STORE_TABLE;
            o.ud = mod == 2'd3;
          end
          3'd2, 3'd3: begin
            ctl.op = OpMicrocode;
            ctl.upc = UC_LOAD_TABLE;
            o.ud = mod == 2'd3;
            o.privileged = !mode.level0;
          end
          3'd4: begin  // SMSW
            ctl.op = OpMov;
            ctl.b = BCr0;
            ctl.dst = DstRm;
            if (mod != 2'd3) ctl.size = SizeW;
          end
          3'd6: begin
            ctl.op = OpMicrocode;
            ctl.upc = UC_LMSW;
            ctl.size = SizeW;
            o.privileged = !mode.level0;
          end
          3'd7: begin  // INVLPG
            ctl.op = OpMicrocode;
            ctl.upc = UC_INVLPG;
            o.no_row = !mode.has_486;
            o.ud = mod == 2'd3;
            o.privileged = !mode.level0;
          end
          default: o.no_row = 1'b1;
        endcase
      end
      8'h06: begin ctl.op = OpMicrocode; ctl.upc = UC_CLTS; o.privileged = !mode.level0; end
      8'h20, 8'h22: begin  // MOV to and from CR0, CR2, CR3, CR4; mod is ignored
        ctl.op = OpMicrocode;
        ctl.upc = opcode[1] ? UC_MOV_TO_CR : UC_MOV_FROM_CR;
        ctl.size = SizeD;
        ctl.cond = {1'b0, reg_field};
        o.has_modrm = 1'b1;
        o.implied = 1'b1;
        o.privileged = !mode.level0;
        o.ud = reg_field != 3'd0 && reg_field != 3'd2 && reg_field != 3'd3 &&
            !(reg_field == 3'd4 && mode.has_586);
      end
      8'h21, 8'h23: begin  // MOV to and from debug registers; mod is ignored
        ctl.op = OpMicrocode;
        ctl.upc = opcode[1] ? UC_MOV_TO_DR : UC_MOV_FROM_DR;
        ctl.size = SizeD;
        ctl.cond = {1'b0, reg_field};
        o.has_modrm = 1'b1;
        o.implied = 1'b1;
        o.privileged = !mode.level0;
        o.ud = reg_field[2:1] == 2'd2 && mode.debug_extensions;
      end
      8'h24, 8'h26: begin  // test registers: TR6 and TR7 of the 386, TR3 to TR7 of the 486
        ctl.op = OpMicrocode;
        ctl.upc = opcode[1] ? UC_MOV_TO_TR : UC_MOV_FROM_TR;
        ctl.size = SizeD;
        o.has_modrm = 1'b1;
        o.implied = 1'b1;
        o.privileged = !mode.level0;
        o.ud = mode.has_586 || reg_field < (mode.has_486 ? 3'd3 : 3'd6);
      end
      8'h08, 8'h09: begin  // INVD, WBINVD: the data cache is written through, so they are the same
        ctl.op = OpFlush;
        o.privileged = !mode.level0;
        o.ud = !mode.has_486;
      end
      8'h30, 8'h31, 8'h32: begin  // WRMSR, RDTSC, RDMSR
        ctl.op = opcode[0] ? OpRdtsc : opcode[1] ? OpRdmsr : OpWrmsr;
        ctl.size = SizeD;
        o.privileged = opcode[0] ? mode.tsc_trap : !mode.level0;
        o.ud = !mode.has_586;
      end
      8'b0100_????: begin  // CMOVcc: a memory operand is read in any case
        ctl.op = OpCmov;
        ctl.cond = opcode[3:0];
        o.has_modrm = mode.has_586;
        ctl.b = BRm;
        ctl.dst = DstReg;
        o.ud = !mode.has_586;
      end
      8'b1000_????: begin
        ctl.op = OpJcc;
        ctl.cond = opcode[3:0];
        o.imm_kind = ImmZ;
      end
      8'b1001_????: begin
        ctl.op = OpSetcc;
        ctl.cond = opcode[3:0];
        ctl.size = SizeB;
        o.has_modrm = 1'b1;
        ctl.dst = DstRm;
      end
      8'hA0, 8'hA8: begin  // PUSH FS GS
        ctl.op = OpPush;
        ctl.b = BSelector;
        ctl.rreg = {2'b10, opcode[3]};
      end
      8'hA1, 8'hA9: begin  // POP FS GS
        ctl.op = OpMicrocode;
        ctl.upc = UC_POP_SEG;
        ctl.cond = {3'b010, opcode[3]};
        agu.pop = 1'b1;
      end
      8'hA2: begin
        ctl.op = OpMicrocode;
        ctl.upc = UC_CPUID;
        ctl.op32 = 1'b1;  // it writes whole registers
        o.ud = !mode.has_486;
      end
      8'hA3, 8'hAB, 8'hB3, 8'hBB: begin  // BT BTS BTR BTC Ev,Gv
        ctl.op = OpBt;
        ctl.cond = {2'b0, opcode[4:3]};
        o.has_modrm = 1'b1;
        agu.bit_offset = 1'b1;
        if (opcode[4:3] != 2'd0) ctl.dst = DstRm;
        o.lockable = opcode[4:3] != 2'd0;
      end
      8'hBA: begin  // group 8
        ctl.op = OpBt;
        ctl.cond = {2'b0, reg_field[1:0]};
        o.has_modrm = 1'b1;
        ctl.b = BImm;
        o.imm_kind = ImmB;
        if (reg_field[1:0] != 2'd0) ctl.dst = DstRm;
        o.no_row = !reg_field[2];
        o.lockable = reg_field[1:0] != 2'd0;
      end
      8'hA4, 8'hA5, 8'hAC, 8'hAD: begin  // SHLD SHRD
        ctl.op = opcode[3] ? OpShrd : OpShld;
        o.has_modrm = 1'b1;
        ctl.b = opcode[0] ? BCl : BImm;
        o.imm_kind = opcode[0] ? ImmNone : ImmB;
        ctl.dst = DstRm;
      end
      8'hAF: begin  // IMUL Gv,Ev
        ctl.op = OpImul;
        o.has_modrm = 1'b1;
        ctl.b = BReg;
        ctl.dst = DstReg;
      end
      8'hB2, 8'hB4, 8'hB5: begin  // LSS LFS LGS
        ctl.op = OpMicrocode;
        ctl.upc = UC_LOAD_FAR;
        o.has_modrm = 1'b1;
        ctl.cond = !opcode[2] ? 4'(SegSs) : opcode[0] ? 4'(SegGs) : 4'(SegFs);
        o.ud = mod == 2'd3;
      end
      8'hB0, 8'hB1: begin
        ctl.op = OpCmpxchg;
        ctl.size = bsize;
        o.has_modrm = mode.has_486;
        ctl.dst = DstRm;
        o.ud = !mode.has_486;
        o.lockable = 1'b1;
      end
      8'hC0, 8'hC1: begin
        ctl.op = OpXadd;
        ctl.size = bsize;
        o.has_modrm = mode.has_486;
        ctl.dst = DstRm;
        o.ud = !mode.has_486;
        o.lockable = 1'b1;
      end
      8'hC7: begin  // group 9: CMPXCHG8B
        ctl.op = OpMicrocode;
        ctl.upc = UC_CMPXCHG8B;
        ctl.op32 = 1'b1;  // it writes whole registers
        o.has_modrm = mode.has_586;
        o.ud = !mode.has_586 || reg_field != 3'd1 || mod == 2'd3;
        o.lockable = 1'b1;
      end
      8'b1100_1???: begin
        ctl.op = OpBswap;
        ctl.rm = opcode[2:0];
        ctl.dst = DstRm;
        o.ud = !mode.has_486;
      end
      8'hB6, 8'hB7: begin
        ctl.op = OpMovzx;
        o.has_modrm = 1'b1;
        ctl.b = BRm;
        ctl.dst = DstReg;
      end
      8'hBE, 8'hBF: begin
        ctl.op = OpMovsx;
        o.has_modrm = 1'b1;
        ctl.b = BRm;
        ctl.dst = DstReg;
      end
      8'hBC, 8'hBD: begin
        ctl.op = opcode[0] ? OpBsr : OpBsf;
        o.has_modrm = 1'b1;
        ctl.b = BRm;
        ctl.dst = DstReg;
      end
      default: o.ud = 1'b1;
    endcase
  endtask

endpackage
