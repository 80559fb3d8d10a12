// Decode: one prefix, or one whole simple instruction, a cycle. Holds the complete 80386 integer decode
// map (386 Programmer's Reference Manual, appendix A); opcodes of the map that this core does not execute
// yet are the ones marked `not_executed` and raise #UD.
// Assumes the window holds the next 12 bytes, enough for everything behind the prefixes.
module cpu_decode
  import cpu_pkg::*;
  import cpu_microcode_types_pkg::*;
  import cpu_microcode_pkg::*;
(
    input logic clk_i,
    input logic rst_ni,

    // from the prefetch unit
    input  logic [63:0] window_lo_i,
    input  logic [63:0] window_hi_i,
    input  logic [ 5:0] available_i,
    output logic [ 3:0] consume_o,

    // from and to the paging unit
    input  logic        paging_i,
    output logic        starved_o,     // a byte is missing to go on with, and may be fetched
    input  logic        fetch_fault_i, // one cycle, while starved: that byte's page

    // from execute and the sequencer
    input logic        redirect_i,
    input logic [31:0] redirect_eip_i,
    input logic        hold_i,         // do not start instructions (halted, shut down)

    // straps
    input logic        has_486_i,      // the processor has the 486's instructions
    input logic        has_586_i,      // and the Pentium's

    // from the architectural registers
    input logic        code32_i,       // CS.D
    input logic [31:0] cs_limit_i,
    input logic        fpu_trap_i,     // CR0.EM or TS: ESC raises #NM
    input logic        wait_trap_i,    // CR0.MP and TS: WAIT raises #NM
    input logic        level0_i,       // CPL is 0
    input logic        io_level_i,     // CPL is at most IOPL
    input logic        real_rules_i,   // real or virtual-8086 mode
    input logic        vm_trap_i,      // virtual-8086 mode with IOPL below 3

    // to the address stage
    input  logic        ready_i,
    output logic        valid_o,
    output ctl_t        ctl_o,
    output agu_t        agu_o,
    output logic [31:0] next_eip_o,
    output logic [31:0] disp_o,
    output logic [31:0] imm_o,
    output logic [15:0] imm2_o         // selector of a far pointer
);

  // Immediate bytes that follow.
  typedef enum logic [2:0] {
    ImmNone, ImmB, ImmW, ImmZ, ImmFar, ImmOffset, ImmWB
  } imm_e;

  logic [31:0] eip_q;           // offset of the byte the window starts with
  logic [ 3:0] prefixes_q;      // prefix bytes already taken
  logic        seg_override_q;
  seg_e        seg_q;
  logic        opsize_q;
  logic        adsize_q;
  logic        lock_q;
  rep_e        rep_q;

  logic        valid_q;
  ctl_t        ctl_q;
  agu_t        agu_q;
  logic [31:0] next_eip_q;
  logic [31:0] disp_q;
  logic [31:0] imm_q;
  logic [15:0] imm2_q;

  assign valid_o    = valid_q;
  assign ctl_o      = ctl_q;
  assign agu_o      = agu_q;
  assign next_eip_o = next_eip_q;
  assign disp_o     = disp_q;
  assign imm_o      = imm_q;
  assign imm2_o     = imm2_q;

  logic        stage_free;
  logic [32:0] code_end;
  logic        is_prefix;
  logic        take_prefix;
  logic        dispatch;        // an instruction leaves decode in this cycle
  ctl_t        ctl;
  agu_t        agu;
  logic [31:0] disp;
  logic [31:0] imm;
  logic [15:0] imm2;
  logic [ 3:0] length;
  logic [31:0] next_eip;

  assign stage_free = !valid_q || ready_i;
  // Last offset code may be at; with a limit of 4 GiB offsets go round.
  assign code_end = {cs_limit_i == 32'hFFFF_FFFF, cs_limit_i};

  function automatic logic prefix_byte(logic [7:0] b);
    unique case (b)
      8'h26, 8'h2E, 8'h36, 8'h3E, 8'h64, 8'h65, 8'h66, 8'h67, 8'hF0, 8'hF2, 8'hF3: return 1'b1;
      default: return 1'b0;
    endcase
  endfunction

  always_comb begin : decode
    logic [ 7:0] byte0;
    logic        two_byte;
    logic [ 7:0] opcode;
    logic [ 7:0] modrm;
    logic [ 1:0] mod;
    logic [ 2:0] reg_field;
    logic        op32;
    logic        ad32;
    size_e       osize;         // operand size attribute as a size
    size_e       bsize;         // byte or operand size by opcode bit 0
    logic        has_modrm;
    imm_e        imm_kind;
    logic        imm_sign8;     // sign-extend a byte immediate
    logic        ud;
    logic        no_row;        // undefined member of a group: ends behind its ModR/M byte
    logic        not_executed;
    logic        privileged;    // #GP(0), if it is no #UD
    logic        lockable;      // LOCK allowed on this form with a memory destination
    logic        implied;       // memory operand without ModR/M: no override of rm_mem
    logic [ 7:0] sib;
    logic        has_sib;
    logic [ 2:0] disp_len;
    logic [ 3:0] disp_pos;
    logic [ 3:0] imm_pos;
    logic [ 3:0] imm_len;
    logic        ss_default;
    logic [31:0] raw_disp;
    logic [31:0] raw_imm;
    logic [ 4:0] total;

    byte0 = window_lo_i[7:0];
    is_prefix = prefix_byte(byte0);
    ctl = '0;
    agu = '0;
    disp = '0;
    imm = '0;
    imm2 = '0;
    length = 4'd1;
    next_eip = '0;
    dispatch = 1'b0;
    take_prefix = stage_free && available_i != 6'd0 && is_prefix && !hold_i && prefixes_q != 4'd15;

    if (stage_free && available_i != 6'd0 && !is_prefix && !hold_i) begin
      two_byte = byte0 == 8'h0F;
      opcode = two_byte ? window_lo_i[15:8] : byte0;
      modrm = two_byte ? window_lo_i[23:16] : window_lo_i[15:8];
      sib = two_byte ? window_lo_i[31:24] : window_lo_i[23:16];
      mod = modrm[7:6];
      reg_field = modrm[5:3];
      op32 = code32_i ^ opsize_q;
      ad32 = code32_i ^ adsize_q;
      osize = op32 ? SizeD : SizeW;
      bsize = opcode[0] ? osize : SizeB;
      has_modrm = 1'b0;
      imm_kind = ImmNone;
      imm_sign8 = 1'b0;
      ud = 1'b0;
      no_row = 1'b0;
      not_executed = 1'b0;
      privileged = 1'b0;
      lockable = 1'b0;
      implied = 1'b0;
      has_sib = 1'b0;
      disp_len = 3'd0;
      ss_default = 1'b0;

      ctl.size = osize;
      ctl.op32 = op32;
      ctl.addr32 = ad32;
      ctl.rreg = reg_field;
      ctl.rm = modrm[2:0];
      ctl.rep = rep_q;
      ctl.b = BReg;

      if (!two_byte) begin
        unique casez (opcode)
          // ---- 00-3F: the eight two-operand groups, and what fills their gaps
          8'b00??_?0??: begin  // ALU Eb,Gb Ev,Gv Gb,Eb Gv,Ev
            ctl.op = OpAlu;
            ctl.alu = opcode[5:3];
            ctl.size = bsize;
            has_modrm = 1'b1;
            ctl.a_reg = opcode[1];
            ctl.b = opcode[1] ? BRm : BReg;
            if (opcode[5:3] != AluCmp) ctl.dst = opcode[1] ? DstReg : DstRm;
            lockable = !opcode[1] && opcode[5:3] != AluCmp;
          end
          8'b00??_?10?: begin  // ALU AL,Ib eAX,Iz
            ctl.op = OpAlu;
            ctl.alu = opcode[5:3];
            ctl.size = bsize;
            ctl.rm = REG_EAX;
            ctl.b = BImm;
            imm_kind = opcode[0] ? ImmZ : ImmB;
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
          8'h62: begin  // BOUND
            has_modrm = 1'b1;
            not_executed = 1'b1;
          end
          8'h63: begin
            ctl.op = mod == 2'd3 ? OpArpl : OpMicrocode;
            ctl.upc = UC_ARPL;
            ctl.size = SizeW;
            has_modrm = 1'b1;
            if (mod == 2'd3) ctl.dst = DstRm;
            ud = real_rules_i;
          end
          8'h68, 8'h6A: begin  // PUSH Iz, PUSH Ib
            ctl.op = OpPush;
            ctl.b = BImm;
            imm_kind = opcode[1] ? ImmB : ImmZ;
            imm_sign8 = 1'b1;
          end
          8'h69, 8'h6B: begin  // IMUL Gv,Ev,Iz / Ib
            ctl.op = OpImul;
            has_modrm = 1'b1;
            ctl.b = BImm;
            ctl.dst = DstReg;
            imm_kind = opcode[1] ? ImmB : ImmZ;
            imm_sign8 = 1'b1;
          end
          8'h6C, 8'h6D: begin ctl.op = OpMicrocode; ctl.upc = UC_INS; ctl.size = bsize; end
          8'h6E, 8'h6F: begin ctl.op = OpMicrocode; ctl.upc = UC_OUTS; ctl.size = bsize; end
          // ---- 70-7F
          8'b0111_????: begin
            ctl.op = OpJcc;
            ctl.cond = opcode[3:0];
            imm_kind = ImmB;
            imm_sign8 = 1'b1;
          end
          // ---- 80-8F
          8'b1000_00??: begin  // group 1
            ctl.op = OpAlu;
            ctl.alu = reg_field;
            ctl.size = bsize;
            has_modrm = 1'b1;
            ctl.b = BImm;
            imm_kind = opcode[1:0] == 2'd1 ? ImmZ : ImmB;
            imm_sign8 = 1'b1;
            if (reg_field != AluCmp) ctl.dst = DstRm;
            lockable = reg_field != AluCmp;
          end
          8'h84, 8'h85: begin  // TEST
            ctl.op = OpAlu;
            ctl.alu = AluAnd;
            ctl.size = bsize;
            has_modrm = 1'b1;
          end
          8'h86, 8'h87: begin  // XCHG
            ctl.op = OpXchg;
            ctl.size = bsize;
            has_modrm = 1'b1;
            ctl.dst = DstRm;
            lockable = 1'b1;
          end
          8'h88, 8'h89: begin
            ctl.op = OpMov;
            ctl.size = bsize;
            has_modrm = 1'b1;
            ctl.dst = DstRm;
          end
          8'h8A, 8'h8B: begin
            ctl.op = OpMov;
            ctl.size = bsize;
            has_modrm = 1'b1;
            ctl.b = BRm;
            ctl.dst = DstReg;
          end
          8'h8C: begin  // MOV Ev,Sw: a memory operand is a word
            ctl.op = OpMov;
            has_modrm = 1'b1;
            ctl.b = BSelector;
            ctl.dst = DstRm;
            if (mod != 2'd3) ctl.size = SizeW;
            ud = reg_field > 3'd5;
          end
          8'h8D: begin
            ctl.op = OpLea;
            has_modrm = 1'b1;
            ctl.dst = DstReg;
            ud = mod == 2'd3;
          end
          8'h8E: begin  // MOV Sw,Ew
            ctl.op = OpMicrocode;
            ctl.upc = UC_MOV_SEG;
            ctl.cond = {1'b0, reg_field};
            ctl.size = SizeW;
            has_modrm = 1'b1;
            ud = reg_field > 3'd5 || reg_field == SegCs;
          end
          8'h8F: begin  // POP Ev
            ctl.op = mod == 2'd3 ? OpPop : OpMicrocode;
            ctl.upc = UC_POP_MEM;
            has_modrm = 1'b1;
            agu.pop = mod == 2'd3;
            if (mod == 2'd3) ctl.dst = DstRm;
            no_row = reg_field != 3'd0;
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
          8'h9A: begin ctl.op = OpMicrocode; ctl.upc = UC_CALL_FAR; imm_kind = ImmFar; end
          8'h9B: begin ctl.op = OpNop; if (wait_trap_i) ctl.fault = FaultNm; end
          8'h9C: begin ctl.op = OpPushf; privileged = vm_trap_i; end
          8'h9D: begin ctl.op = OpPopf; agu.pop = 1'b1; privileged = vm_trap_i; end
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
            imm_kind = ImmOffset;
            implied = 1'b1;
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
            imm_kind = opcode[0] ? ImmZ : ImmB;
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
            imm_kind = opcode[3] ? ImmZ : ImmB;
            ctl.dst = DstRm;
          end
          // ---- C0-CF
          8'hC0, 8'hC1, 8'b1101_00??: begin  // group 2
            ctl.op = OpShift;
            ctl.alu = reg_field;
            ctl.size = bsize;
            has_modrm = 1'b1;
            ctl.dst = DstRm;
            ctl.b = !opcode[4] ? BImm : opcode[1] ? BCl : BOne;
            imm_kind = opcode[4] ? ImmNone : ImmB;
          end
          8'hC2, 8'hC3: begin
            ctl.op = OpRet;
            agu.pop = 1'b1;
            imm_kind = opcode[0] ? ImmNone : ImmW;
          end
          8'hC4, 8'hC5: begin  // LES LDS
            ctl.op = OpMicrocode;
            ctl.upc = UC_LOAD_FAR;
            has_modrm = 1'b1;
            ctl.cond = opcode[0] ? 4'(SegDs) : 4'(SegEs);
            ud = mod == 2'd3;
          end
          8'hC6, 8'hC7: begin
            ctl.op = OpMov;
            ctl.size = bsize;
            has_modrm = 1'b1;
            ctl.b = BImm;
            imm_kind = opcode[0] ? ImmZ : ImmB;
            ctl.dst = DstRm;
            no_row = reg_field != 3'd0;
          end
          8'hC8: begin  // ENTER
            imm_kind = ImmWB;
            not_executed = 1'b1;
          end
          8'hC9: begin  // LEAVE: the old EBP is read at SS:EBP
            ctl.op = OpLeave;
            implied = 1'b1;
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
            imm_kind = opcode[0] ? ImmNone : ImmW;
          end
          8'hCC: begin ctl.op = OpMicrocode; ctl.upc = UC_INT; imm = 32'd3; end
          8'hCD: begin ctl.op = OpMicrocode; ctl.upc = UC_INT; imm_kind = ImmB; privileged = vm_trap_i; end
          8'hCE: begin ctl.op = OpMicrocode; ctl.upc = UC_INTO; imm = 32'd4; end
          8'hCF: begin ctl.op = OpMicrocode; ctl.upc = UC_IRET; privileged = vm_trap_i; end
          // ---- D0-DF
          8'hD4: begin ctl.op = OpAam; imm_kind = ImmB; end
          8'hD5: begin ctl.op = OpAad; imm_kind = ImmB; end
          8'hD7: begin  // XLAT
            ctl.op = OpMov;
            ctl.size = SizeB;
            implied = 1'b1;
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
          8'b1101_1???: begin  // ESC: no FPU
            has_modrm = 1'b1;
            not_executed = !fpu_trap_i;
            if (fpu_trap_i) ctl.fault = FaultNm;
          end
          // ---- E0-EF
          8'hE0, 8'hE1, 8'hE2, 8'hE3: begin
            ctl.op = OpLoop;
            ctl.cond = {2'b0, opcode[1:0]};
            imm_kind = ImmB;
            imm_sign8 = 1'b1;
          end
          8'hE4, 8'hE5: begin ctl.op = OpMicrocode; ctl.upc = UC_IN_IMM; imm_kind = ImmB; ctl.size = bsize; end
          8'hE6, 8'hE7: begin ctl.op = OpMicrocode; ctl.upc = UC_OUT_IMM; imm_kind = ImmB; ctl.size = bsize; end
          8'hE8: begin ctl.op = OpCall; ctl.b = BImm; imm_kind = ImmZ; end
          8'hE9, 8'hEB: begin
            ctl.op = OpJmp;
            ctl.b = BImm;
            imm_kind = opcode[1] ? ImmB : ImmZ;
            imm_sign8 = 1'b1;
          end
          8'hEA: begin ctl.op = OpMicrocode; ctl.upc = UC_JMP_FAR; imm_kind = ImmFar; end
          8'hEC, 8'hED: begin ctl.op = OpMicrocode; ctl.upc = UC_IN_DX; ctl.size = bsize; end
          8'hEE, 8'hEF: begin ctl.op = OpMicrocode; ctl.upc = UC_OUT_DX; ctl.size = bsize; end
          // ---- F0-FF
          8'hF4: begin ctl.op = OpMicrocode; ctl.upc = UC_HLT; privileged = !level0_i; end
          8'hF5, 8'hF8, 8'hF9, 8'hFA, 8'hFB, 8'hFC, 8'hFD: begin
            ctl.op = OpFlag;
            ctl.cond = opcode[3:0];
            privileged = opcode[3:1] == 3'b101 && !io_level_i;  // CLI, STI
          end
          8'hF6, 8'hF7: begin  // group 3
            ctl.size = bsize;
            has_modrm = 1'b1;
            unique case (reg_field)
              3'd0, 3'd1: begin
                ctl.op = OpAlu;
                ctl.alu = AluAnd;
                ctl.b = BImm;
                imm_kind = opcode[0] ? ImmZ : ImmB;
              end
              3'd2: begin ctl.op = OpNot; ctl.dst = DstRm; lockable = 1'b1; end
              3'd3: begin ctl.op = OpNeg; ctl.dst = DstRm; lockable = 1'b1; end
              3'd4, 3'd5: begin ctl.op = OpMulAcc; ctl.alu = reg_field; end
              default: begin ctl.op = OpDivAcc; ctl.alu = reg_field; end
            endcase
          end
          8'hFE: begin
            ctl.op = reg_field[0] ? OpDec : OpInc;
            ctl.size = SizeB;
            has_modrm = 1'b1;
            ctl.dst = DstRm;
            no_row = reg_field > 3'd1;
            lockable = 1'b1;
          end
          8'hFF: begin  // group 5
            has_modrm = 1'b1;
            unique case (reg_field)
              3'd0: begin ctl.op = OpInc; ctl.dst = DstRm; lockable = 1'b1; end
              3'd1: begin ctl.op = OpDec; ctl.dst = DstRm; lockable = 1'b1; end
              3'd2: begin ctl.op = OpCall; ctl.b = BRm; end
              3'd3: begin
                ctl.op = OpMicrocode;
                ctl.upc = UC_CALL_FAR_MEM;
                ud = mod == 2'd3;
              end
              3'd4: begin ctl.op = OpJmp; ctl.b = BRm; end
              3'd5: begin
                ctl.op = OpMicrocode;
                ctl.upc = UC_JMP_FAR_MEM;
                ud = mod == 2'd3;
              end
              3'd6: begin ctl.op = OpPush; ctl.b = BRm; end
              default: no_row = 1'b1;
            endcase
          end
          default: ud = 1'b1;  // D6, F1
        endcase
      end else begin
        unique casez (opcode)
          8'h00: begin  // group 6
            has_modrm = 1'b1;
            ud = real_rules_i;
            no_row = reg_field > 3'd5;
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
                privileged = !level0_i;
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
            has_modrm = 1'b1;
            ud = real_rules_i;
          end
          8'h01: begin  // group 7
            has_modrm = 1'b1;
            unique case (reg_field)
              3'd0, 3'd1: begin
                ctl.op = OpMicrocode;
                ctl.upc = UC_STORE_TABLE;
                ud = mod == 2'd3;
              end
              3'd2, 3'd3: begin
                ctl.op = OpMicrocode;
                ctl.upc = UC_LOAD_TABLE;
                ud = mod == 2'd3;
                privileged = !level0_i;
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
                privileged = !level0_i;
              end
              3'd7: begin  // INVLPG
                ctl.op = OpMicrocode;
                ctl.upc = UC_INVLPG;
                no_row = !has_486_i;
                ud = mod == 2'd3;
                privileged = !level0_i;
              end
              default: no_row = 1'b1;
            endcase
          end
          8'h06: begin ctl.op = OpMicrocode; ctl.upc = UC_CLTS; privileged = !level0_i; end
          8'h20, 8'h22: begin  // MOV to and from CR0, CR2, CR3, CR4; mod is ignored
            ctl.op = OpMicrocode;
            ctl.upc = opcode[1] ? UC_MOV_TO_CR : UC_MOV_FROM_CR;
            ctl.size = SizeD;
            ctl.cond = {1'b0, reg_field};
            has_modrm = 1'b1;
            implied = 1'b1;
            privileged = !level0_i;
            ud = reg_field != 3'd0 && reg_field != 3'd2 && reg_field != 3'd3 &&
                !(reg_field == 3'd4 && has_586_i);
          end
          8'h21, 8'h23, 8'h24, 8'h26: begin  // debug and test registers
            has_modrm = 1'b1;
            implied = 1'b1;
            not_executed = 1'b1;
          end
          8'b1000_????: begin
            ctl.op = OpJcc;
            ctl.cond = opcode[3:0];
            imm_kind = ImmZ;
          end
          8'b1001_????: begin
            ctl.op = OpSetcc;
            ctl.cond = opcode[3:0];
            ctl.size = SizeB;
            has_modrm = 1'b1;
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
          8'hA3, 8'hAB, 8'hB3, 8'hBB: begin  // BT BTS BTR BTC Ev,Gv
            ctl.op = OpBt;
            ctl.cond = {2'b0, opcode[4:3]};
            has_modrm = 1'b1;
            agu.bit_offset = 1'b1;
            if (opcode[4:3] != 2'd0) ctl.dst = DstRm;
            lockable = opcode[4:3] != 2'd0;
          end
          8'hBA: begin  // group 8
            ctl.op = OpBt;
            ctl.cond = {2'b0, reg_field[1:0]};
            has_modrm = 1'b1;
            ctl.b = BImm;
            imm_kind = ImmB;
            if (reg_field[1:0] != 2'd0) ctl.dst = DstRm;
            no_row = !reg_field[2];
            lockable = reg_field[1:0] != 2'd0;
          end
          8'hA4, 8'hA5, 8'hAC, 8'hAD: begin  // SHLD SHRD
            ctl.op = opcode[3] ? OpShrd : OpShld;
            has_modrm = 1'b1;
            ctl.b = opcode[0] ? BCl : BImm;
            imm_kind = opcode[0] ? ImmNone : ImmB;
            ctl.dst = DstRm;
          end
          8'hAF: begin  // IMUL Gv,Ev
            ctl.op = OpImul;
            has_modrm = 1'b1;
            ctl.b = BReg;
            ctl.dst = DstReg;
          end
          8'hB2, 8'hB4, 8'hB5: begin  // LSS LFS LGS
            ctl.op = OpMicrocode;
            ctl.upc = UC_LOAD_FAR;
            has_modrm = 1'b1;
            ctl.cond = !opcode[2] ? 4'(SegSs) : opcode[0] ? 4'(SegGs) : 4'(SegFs);
            ud = mod == 2'd3;
          end
          8'hB6, 8'hB7: begin
            ctl.op = OpMovzx;
            has_modrm = 1'b1;
            ctl.b = BRm;
            ctl.dst = DstReg;
          end
          8'hBE, 8'hBF: begin
            ctl.op = OpMovsx;
            has_modrm = 1'b1;
            ctl.b = BRm;
            ctl.dst = DstReg;
          end
          8'hBC, 8'hBD: begin
            ctl.op = opcode[0] ? OpBsr : OpBsf;
            has_modrm = 1'b1;
            ctl.b = BRm;
            ctl.dst = DstReg;
          end
          default: ud = 1'b1;
        endcase
      end

      // ---- ModR/M, SIB and displacement (SDM vol. 2, tables 2-1 to 2-3)
      disp_pos = two_byte ? 4'd2 : 4'd1;
      if (has_modrm) begin
        disp_pos = disp_pos + 4'd1;
        if (no_row) begin
          ud = 1'b1;
          imm_kind = ImmNone;
        end else if (mod != 2'd3 && !implied) begin
          ctl.rm_mem = 1'b1;
          agu.uses = 1'b1;
          if (ad32) begin
            has_sib = modrm[2:0] == 3'd4;
            agu.base_valid = 1'b1;
            agu.base = has_sib ? sib[2:0] : modrm[2:0];
            if (has_sib) begin
              disp_pos = disp_pos + 4'd1;
              agu.index = sib[5:3];
              agu.index_valid = sib[5:3] != 3'd4;
              agu.scale = sib[7:6];
            end
            disp_len = mod == 2'd1 ? 3'd1 : mod == 2'd2 ? 3'd4 : 3'd0;
            if (mod == 2'd0 && agu.base == REG_EBP) begin
              agu.base_valid = 1'b0;
              disp_len = 3'd4;
            end
            ss_default = agu.base_valid && (agu.base == REG_ESP || agu.base == REG_EBP);
          end else begin
            agu.base_valid = 1'b1;
            unique case (modrm[2:0])
              3'd0, 3'd1, 3'd7: agu.base = REG_EBX;
              3'd2, 3'd3, 3'd6: agu.base = REG_EBP;
              3'd4: agu.base = REG_ESI;
              default: agu.base = REG_EDI;
            endcase
            agu.index_valid = !modrm[2];
            agu.index = modrm[0] ? REG_EDI : REG_ESI;
            disp_len = mod == 2'd1 ? 3'd1 : mod == 2'd2 ? 3'd2 : 3'd0;
            if (mod == 2'd0 && modrm[2:0] == 3'd6) begin
              agu.base_valid = 1'b0;
              disp_len = 3'd2;
            end
            ss_default = agu.base_valid && agu.base == REG_EBP;
          end
          ctl.seg = ss_default ? SegSs : SegDs;
        end
      end

      raw_disp = 32'(window_lo_i >> {disp_pos[2:0], 3'b000});
      unique case (disp_len)
        3'd0: disp = '0;
        3'd1: disp = {{24{raw_disp[7]}}, raw_disp[7:0]};
        3'd2: disp = {16'b0, raw_disp[15:0]};
        default: disp = raw_disp;
      endcase

      // ---- immediate
      imm_pos = disp_pos + {1'b0, disp_len};
      raw_imm = imm_pos[3] || imm_pos[2] ? 32'(window_hi_i >> {imm_pos - 4'd4, 3'b000})
                                         : 32'(window_lo_i >> {imm_pos, 3'b000});
      unique case (imm_kind)
        ImmNone: imm_len = 4'd0;
        ImmB: begin
          imm_len = 4'd1;
          imm = {{24{imm_sign8 && raw_imm[7]}}, raw_imm[7:0]};
        end
        ImmW, ImmWB: begin
          imm_len = imm_kind == ImmW ? 4'd2 : 4'd3;
          imm = {16'b0, raw_imm[15:0]};
        end
        ImmZ: begin
          imm_len = op32 ? 4'd4 : 4'd2;
          imm = op32 ? raw_imm : {{16{raw_imm[15]}}, raw_imm[15:0]};
        end
        ImmFar: begin
          imm_len = op32 ? 4'd6 : 4'd4;
          imm = op32 ? raw_imm : {16'b0, raw_imm[15:0]};
          imm2 = op32 ? window_lo_i[55:40] : window_lo_i[39:24];
        end
        default: begin  // ImmOffset: the displacement of moffs
          imm_len = ad32 ? 4'd4 : 4'd2;
          disp = ad32 ? raw_imm : {16'b0, raw_imm[15:0]};
        end
      endcase
      length = imm_pos + imm_len;

      // ---- what follows from the above
      if (agu.pop) begin
        agu.uses = 1'b1;
        ctl.seg = SegSs;
      end else if (agu.uses && seg_override_q && ctl.op != OpLeave) begin
        ctl.seg = seg_q;
      end
      // String instructions name their segment without an address to compute here.
      if (!agu.uses) ctl.seg = seg_override_q ? seg_q : SegDs;
      // POP to memory addresses with ESP already incremented (SDM vol. 2, POP).
      if (ctl.op == OpMicrocode && ctl.upc == UC_POP_MEM && agu.base_valid && agu.base == REG_ESP && ad32)
        disp = disp + {29'b0, size_bytes(osize)};

      ctl.msize = ctl.size;
      if (ctl.op == OpMicrocode && (ctl.upc == UC_LAR || ctl.upc == UC_LSL)) ctl.msize = SizeW;
      if (ctl.op == OpMovzx || ctl.op == OpMovsx) ctl.msize = opcode[0] ? SizeW : SizeB;

      // Memory is read unless it is only written, or only its address is used.
      if (agu.uses)
        unique case (ctl.op)
          OpLea: ;
          OpMov: begin
            ctl.mem_rd = ctl.b == BRm;
            ctl.mem_wr = ctl.dst == DstRm;
          end
          OpSetcc: ctl.mem_wr = 1'b1;
          OpMicrocode:
          unique case (ctl.upc)
            UC_POP_SEG, UC_MOV_SEG, UC_LOAD_FAR, UC_CALL_FAR_MEM, UC_JMP_FAR_MEM, UC_LMSW,
            UC_ARPL, UC_LLDT, UC_LTR, UC_VERIFY, UC_LAR, UC_LSL:
            ctl.mem_rd = 1'b1;
            default: ;
          endcase
          default: begin
            ctl.mem_rd = 1'b1;
            ctl.mem_wr = ctl.rm_mem && ctl.dst == DstRm;
          end
        endcase
      // An address that is only computed is not checked against its segment.

      // Registers written, for the address stage's interlock.
      if (ctl.dst == DstReg || (ctl.op == OpXchg))
        ctl.wmask |= 8'd1 << (ctl.size == SizeB ? {1'b0, ctl.rreg[1:0]} : ctl.rreg);
      if (ctl.dst == DstRm && !ctl.rm_mem)
        ctl.wmask |= 8'd1 << (ctl.size == SizeB ? {1'b0, ctl.rm[1:0]} : ctl.rm);
      unique case (ctl.op)
        OpPush, OpPushf, OpCall, OpPop, OpPopf, OpRet: ctl.wmask |= 8'h10;
        OpLeave: ctl.wmask |= 8'h30;
        OpLoop: ctl.wmask |= 8'h02;
        OpMulAcc, OpDivAcc: ctl.wmask |= 8'h05;
        OpAam, OpAad: ctl.wmask |= 8'h01;
        OpMicrocode: ctl.wmask = 8'hFF;
        default: ;
      endcase

      // ---- faults
      total = {1'b0, prefixes_q} + {1'b0, length};
      next_eip = eip_q + {28'b0, length};
      if (privileged) ctl.fault = FaultGp;
      if (ud || not_executed || (lock_q && !(lockable && ctl.rm_mem))) ctl.fault = FaultUd;
      if (total > 5'd15 || {1'b0, eip_q} + {29'b0, length} - 33'd1 > code_end)
        ctl.fault = FaultGp;
      if (ctl.fault != FaultNone) begin
        ctl.op = OpMicrocode;
        ctl.wmask = 8'hFF;
        ctl.mem_rd = 1'b0;
        ctl.mem_wr = 1'b0;
        agu.uses = 1'b0;
      end
      dispatch = available_i >= {2'b0, length};
    end else if (stage_free && prefixes_q == 4'd15 && !hold_i) begin
      // Fifteen prefixes: whatever follows is too long.
      ctl.op = OpMicrocode;
      ctl.fault = FaultGp;
      ctl.wmask = 8'hFF;
      next_eip = eip_q;
      length = 4'd0;
      dispatch = 1'b1;
    end

    // With paging on, the missing byte must be allowed by limit and length before its page is asked for.
    starved_o = paging_i && stage_free && !hold_i && !dispatch && !take_prefix;
    if (starved_o && (fetch_fault_i || {1'b0, eip_q} + {27'b0, available_i} > code_end ||
                      {2'b0, prefixes_q} + available_i >= 6'd15)) begin
      starved_o = 1'b0;
      ctl = '0;
      agu = '0;
      ctl.op = OpMicrocode;
      ctl.fault = fetch_fault_i ? FaultPf : FaultGp;
      ctl.wmask = 8'hFF;
      next_eip = eip_q;
      length = 4'd0;
      dispatch = 1'b1;
    end
  end

  assign consume_o = dispatch ? length : take_prefix ? 4'd1 : 4'd0;

  always_ff @(posedge clk_i) begin
    if (stage_free) valid_q <= 1'b0;
    if (take_prefix) begin
      prefixes_q <= prefixes_q + 4'd1;
      eip_q <= eip_q + 32'd1;
      unique case (window_lo_i[7:0])
        8'h26: begin seg_override_q <= 1'b1; seg_q <= SegEs; end
        8'h2E: begin seg_override_q <= 1'b1; seg_q <= SegCs; end
        8'h36: begin seg_override_q <= 1'b1; seg_q <= SegSs; end
        8'h3E: begin seg_override_q <= 1'b1; seg_q <= SegDs; end
        8'h64: begin seg_override_q <= 1'b1; seg_q <= SegFs; end
        8'h65: begin seg_override_q <= 1'b1; seg_q <= SegGs; end
        8'h66: opsize_q <= 1'b1;
        8'h67: adsize_q <= 1'b1;
        8'hF0: lock_q <= 1'b1;
        8'hF2: rep_q <= RepNe;
        default: rep_q <= RepE;
      endcase
    end
    if (dispatch) begin
      valid_q <= 1'b1;
      ctl_q <= ctl;
      agu_q <= agu;
      next_eip_q <= next_eip;
      disp_q <= disp;
      imm_q <= imm;
      imm2_q <= imm2;
      eip_q <= next_eip;
    end
    if (redirect_i) begin
      valid_q <= 1'b0;
      eip_q <= redirect_eip_i;
    end
    if (dispatch || redirect_i || !rst_ni) begin
      prefixes_q <= 4'd0;
      seg_override_q <= 1'b0;
      opsize_q <= 1'b0;
      adsize_q <= 1'b0;
      lock_q <= 1'b0;
      rep_q <= RepNone;
    end
    if (!rst_ni) valid_q <= 1'b0;
  end

endmodule
