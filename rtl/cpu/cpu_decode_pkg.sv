// Parts of the decode stage that do not depend on the opcode.
package cpu_decode_pkg;
  import cpu_pkg::*;

  // Immediate bytes that follow.
  typedef enum logic [2:0] {
    ImmNone, ImmB, ImmW, ImmZ, ImmFar, ImmOffset, ImmWB
  } imm_e;

  // What the opcode maps ask about the processor and its mode.
  typedef struct packed {
    logic level0;      // CPL is 0
    logic io_level;    // CPL is at most IOPL
    logic real_rules;  // real or virtual-8086 mode
    logic vm_trap;     // virtual-8086 mode with IOPL below 3
    logic fpu_trap;    // CR0.EM or TS: ESC raises #NM
    logic wait_trap;   // CR0.MP and TS: WAIT raises #NM
    logic debug_extensions;  // CR4.DE: DR4 and DR5 are #UD
    logic tsc_trap;    // CR4.TSD and CPL is not 0
    logic has_486;     // the processor has the 486's instructions
    logic has_586;     // and the Pentium's
  } mode_t;

  // What an opcode says beside ctl_t and agu_t.
  typedef struct packed {
    logic        has_modrm;
    logic        implied;     // memory operand without ModR/M
    imm_e        imm_kind;
    logic        imm_sign8;   // sign-extend a byte immediate
    logic [15:0] constant;    // the immediate, if none follows
    logic        lockable;    // LOCK allowed with a memory destination
    logic        ud;
    logic        no_row;      // undefined member of a group: ends behind its ModR/M byte
    logic        privileged;  // #GP(0), if it is no #UD
  } opcode_t;

  // What ModR/M and SIB say about a memory operand.
  typedef struct packed {
    logic       has_sib;
    logic       base_valid;
    logic [2:0] base;
    logic       index_valid;
    logic [2:0] index;
    logic [1:0] scale;
    logic [2:0] disp_len;    // bytes
    logic       ss_default;  // addressed by ESP or EBP
  } address_form_t;

  // What the prefixes of an instruction say; none: all zero.
  typedef struct packed {
    logic seg_override;
    seg_e seg;
    logic opsize;
    logic adsize;
    logic lock;
    rep_e rep;
  } modifiers_t;

  function automatic modifiers_t with_prefix(modifiers_t earlier, logic [7:0] b);
    modifiers_t p;
    p = earlier;
    unique case (b)
      8'h66: p.opsize = 1'b1;
      8'h67: p.adsize = 1'b1;
      8'hF0: p.lock = 1'b1;
      8'hF2: p.rep = RepNe;
      8'hF3: p.rep = RepE;
      default: begin
        p.seg_override = 1'b1;
        unique case (b)
          8'h26: p.seg = SegEs;
          8'h2E: p.seg = SegCs;
          8'h36: p.seg = SegSs;
          8'h3E: p.seg = SegDs;
          8'h64: p.seg = SegFs;
          default: p.seg = SegGs;
        endcase
      end
    endcase
    return p;
  endfunction

  function automatic logic prefix_byte(logic [7:0] b);
    unique case (b)
      8'h26, 8'h2E, 8'h36, 8'h3E, 8'h64, 8'h65, 8'h66, 8'h67, 8'hF0, 8'hF2, 8'hF3: return 1'b1;
      default: return 1'b0;
    endcase
  endfunction

  // SDM vol. 2, tables 2-1 to 2-3; not for mod 3.
  function automatic address_form_t address_form(logic [1:0] mod, logic [2:0] rm, logic [7:0] sib,
                                                 logic ad32);
    address_form_t f;
    f = '0;
    f.base_valid = 1'b1;
    if (ad32) begin
      f.has_sib = rm == 3'd4;
      f.base = f.has_sib ? sib[2:0] : rm;
      if (f.has_sib) begin
        f.index = sib[5:3];
        f.index_valid = sib[5:3] != 3'd4;
        f.scale = sib[7:6];
      end
      f.disp_len = mod == 2'd1 ? 3'd1 : mod == 2'd2 ? 3'd4 : 3'd0;
      if (mod == 2'd0 && f.base == REG_EBP) begin
        f.base_valid = 1'b0;
        f.disp_len = 3'd4;
      end
      f.ss_default = f.base_valid && (f.base == REG_ESP || f.base == REG_EBP);
    end else begin
      unique case (rm)
        3'd0, 3'd1, 3'd7: f.base = REG_EBX;
        3'd2, 3'd3, 3'd6: f.base = REG_EBP;
        3'd4: f.base = REG_ESI;
        default: f.base = REG_EDI;
      endcase
      f.index_valid = !rm[2];
      f.index = rm[0] ? REG_EDI : REG_ESI;
      f.disp_len = mod == 2'd1 ? 3'd1 : mod == 2'd2 ? 3'd2 : 3'd0;
      if (mod == 2'd0 && rm == 3'd6) begin
        f.base_valid = 1'b0;
        f.disp_len = 3'd2;
      end
      f.ss_default = f.base_valid && f.base == REG_EBP;
    end
    return f;
  endfunction

  // General registers the instruction writes, for the address stage's interlock.
  function automatic logic [7:0] written_registers(ctl_t ctl);
    logic [7:0] mask;
    mask = 8'd0;
    if (ctl.dst == DstReg || ctl.op == OpXchg || ctl.op == OpXadd)
      mask |= 8'd1 << (ctl.size == SizeB ? {1'b0, ctl.rreg[1:0]} : ctl.rreg);
    if (ctl.dst == DstRm && !ctl.rm_mem)
      mask |= 8'd1 << (ctl.size == SizeB ? {1'b0, ctl.rm[1:0]} : ctl.rm);
    unique case (ctl.op)
      OpPush, OpPushf, OpCall, OpPop, OpPopf, OpRet: mask |= 8'h10;
      OpLeave: mask |= 8'h30;
      OpLoop: mask |= 8'h02;
      OpMulAcc, OpDivAcc, OpRdtsc, OpRdmsr: mask |= 8'h05;
      OpAam, OpAad, OpCmpxchg: mask |= 8'h01;
      OpMicrocode: mask = 8'hFF;
      default: ;
    endcase
    return mask;
  endfunction

endpackage
