// Decode: one whole simple instruction a cycle, with up to two prefixes; more of them, and what is not in the window of
// 12 bytes together with them, take a cycle for two prefixes each. What an opcode means is in the two opcode maps
// (cpu_one_byte_map_pkg, cpu_two_byte_map_pkg); here are prefixes, ModR/M, displacement, immediate and what follows
// from them.
// Assumes the window holds everything behind the prefixes, which is 11 bytes at most.
module cpu_decode
  import cpu_pkg::*;
  import cpu_decode_pkg::*;
  import cpu_one_byte_map_pkg::*;
  import cpu_two_byte_map_pkg::*;
  import cpu_microcode_types_pkg::*;
  import cpu_microcode_pkg::*;
(
    input logic clk_i,
    input logic rst_ni,

    cpu_registers_if.reader regs,
    cpu_redirect_if.reader  redirect,
    input logic             hold_i,  // do not start instructions (halted, shut down)

    // from fetch
    input  logic [63:0] window_lo_i,
    input  logic [63:0] window_hi_i,
    input  logic [ 5:0] available_i,
    output logic [ 3:0] consume_o,

    // from and to the paging unit
    output logic        starved_o,  // a byte is missing to go on with, and may be fetched
    cpu_fetch_if.decode fetch,      // fault: while starved, of that byte's page

    // to fetch, and from the predictor
    cpu_branch_if.decode branch,

    // to the address stage; the registers between are here
    cpu_decode_if.decode decoded
);

  localparam logic [3:0] WINDOW_BYTES = 4'd12;

  logic [31:0] eip_q;           // offset of the byte the window starts with
  logic [ 3:0] prefixes_q;      // prefix bytes already taken
  modifiers_t  modifiers_q;     // what they say

  logic        valid_q;
  logic        code32;          // CS.D
  logic [31:0] cs_limit;

  assign decoded.valid = valid_q;
  assign code32 = regs.seg_attr[IDX_CS][14];
  assign cs_limit = regs.seg_limit[IDX_CS];

  logic        stage_free;
  logic [32:0] code_end;
  logic        opcode_first;    // no prefix is left in front of the opcode
  logic [ 1:0] prefixes;        // those the window begins with, as many as are taken in this cycle
  modifiers_t  modifiers;       // what the instruction's say, with these
  logic        take_prefix;     // nothing but them is taken
  logic        dispatch;        // an instruction leaves decode in this cycle
  ctl_t        ctl;
  agu_t        agu;
  logic [31:0] disp;
  logic [31:0] imm;
  logic [15:0] imm2;
  logic [ 3:0] length;
  logic [31:0] next_eip;

  assign stage_free = !valid_q || decoded.ready;
  // Last offset code may be at; with a limit of 4 GiB offsets go round.
  assign code_end = {cs_limit == 32'hFFFF_FFFF, cs_limit};

  always_comb begin : decode
    logic [63:0] window_lo;  // behind these prefixes
    logic [63:0] window_hi;
    logic        two_byte;
    logic [ 7:0] opcode;
    logic [ 7:0] modrm;
    logic [ 1:0] mod;
    logic [ 2:0] reg_field;
    logic        op32;
    logic        ad32;
    logic [ 7:0] sib;
    mode_t       mode;
    opcode_t     o;
    address_form_t form;
    logic [ 2:0] disp_len;
    logic [ 3:0] disp_pos;
    logic [ 3:0] imm_pos;
    logic [ 3:0] imm_len;
    logic [31:0] raw_disp;
    logic [31:0] raw_imm;
    logic [ 4:0] total;

    window_lo = window_lo_i;
    window_hi = window_hi_i;
    prefixes = 2'd0;
    modifiers = modifiers_q;
    opcode_first = stage_free && available_i != 6'd0 && !hold_i && prefixes_q != 4'd15;
    if (opcode_first && prefix_byte(window_lo_i[7:0])) begin
      prefixes = 2'd1;
      modifiers = with_prefix(modifiers_q, window_lo_i[7:0]);
      window_lo = {window_hi_i[39:32], window_lo_i[63:8]};
      window_hi = {8'b0, window_hi_i[63:8]};
      if (available_i != 6'd1 && prefixes_q < 4'd14 && prefix_byte(window_lo_i[15:8])) begin
        prefixes = 2'd2;
        modifiers = with_prefix(modifiers, window_lo_i[15:8]);
        window_lo = {window_hi_i[47:32], window_lo_i[63:16]};
        window_hi = {16'b0, window_hi_i[63:16]};
      end
      opcode_first = available_i > {4'b0, prefixes} && {1'b0, prefixes_q} + {3'b0, prefixes} != 5'd15 &&
          !prefix_byte(window_lo[7:0]);
    end
    ctl = '0;
    agu = '0;
    disp = '0;
    imm = '0;
    imm2 = '0;
    length = 4'd1;
    next_eip = '0;
    dispatch = 1'b0;

    if (opcode_first) begin
      two_byte = window_lo[7:0] == 8'h0F;
      opcode = two_byte ? window_lo[15:8] : window_lo[7:0];
      modrm = two_byte ? window_lo[23:16] : window_lo[15:8];
      sib = two_byte ? window_lo[31:24] : window_lo[23:16];
      mod = modrm[7:6];
      reg_field = modrm[5:3];
      op32 = code32 ^ modifiers.opsize;
      ad32 = code32 ^ modifiers.adsize;
      mode.level0 = regs.cpl == 2'd0;
      mode.io_level = regs.cpl <= regs.eflags[13:12];
      mode.real_rules = regs.real_rules;
      mode.vm_trap = regs.cr0[0] && regs.eflags[FL_VM] && regs.eflags[13:12] != 2'd3;
      mode.fpu_trap = regs.cr0[2] || regs.cr0[3];
      mode.wait_trap = regs.cr0[1] && regs.cr0[3];
      mode.debug_extensions = regs.cr4[3];
      mode.tsc_trap = regs.cr4[2] && regs.cpl != 2'd0;
      mode.has_486 = regs.has_486;
      mode.has_586 = regs.has_586;
      o = '0;
      form = '0;
      disp_len = 3'd0;

      ctl.size = op32 ? SizeD : SizeW;
      ctl.op32 = op32;
      ctl.addr32 = ad32;
      ctl.rreg = reg_field;
      ctl.rm = modrm[2:0];
      ctl.rep = modifiers.rep;
      ctl.b = BReg;

      if (two_byte) decode_two_byte(opcode, mod, mode, ctl, agu, o);
      else decode_one_byte(opcode, mod, mode, ctl, agu, o);

      // ---- ModR/M, SIB and displacement
      disp_pos = two_byte ? 4'd2 : 4'd1;
      if (o.has_modrm) begin
        disp_pos = disp_pos + 4'd1;
        if (o.no_row) begin
          o.ud = 1'b1;
          o.imm_kind = ImmNone;
        end else if (mod != 2'd3 && !o.implied) begin
          ctl.rm_mem = 1'b1;
          agu.uses = 1'b1;
          form = address_form(mod, modrm[2:0], sib, ad32);
          if (form.has_sib) disp_pos = disp_pos + 4'd1;
          agu.base_valid = form.base_valid;
          agu.base = form.base;
          agu.index_valid = form.index_valid;
          agu.index = form.index;
          agu.scale = form.scale;
          disp_len = form.disp_len;
          ctl.seg = form.ss_default ? SegSs : SegDs;
        end
      end

      raw_disp = 32'(window_lo >> {disp_pos[2:0], 3'b000});
      unique case (disp_len)
        3'd0: disp = '0;
        3'd1: disp = {{24{raw_disp[7]}}, raw_disp[7:0]};
        3'd2: disp = {16'b0, raw_disp[15:0]};
        default: disp = raw_disp;
      endcase

      // ---- immediate
      imm_pos = disp_pos + {1'b0, disp_len};
      raw_imm = imm_pos[3] || imm_pos[2] ? 32'(window_hi >> {imm_pos - 4'd4, 3'b000})
                                         : 32'(window_lo >> {imm_pos, 3'b000});
      unique case (o.imm_kind)
        ImmNone: begin
          imm_len = 4'd0;
          imm = {16'b0, o.constant};
        end
        ImmB: begin
          imm_len = 4'd1;
          imm = {{24{o.imm_sign8 && raw_imm[7]}}, raw_imm[7:0]};
        end
        ImmW, ImmWB: begin
          imm_len = o.imm_kind == ImmW ? 4'd2 : 4'd3;
          imm = {16'b0, raw_imm[15:0]};
          imm2 = {8'b0, raw_imm[23:16]};
        end
        ImmZ: begin
          imm_len = op32 ? 4'd4 : 4'd2;
          imm = op32 ? raw_imm : {{16{raw_imm[15]}}, raw_imm[15:0]};
        end
        ImmFar: begin
          imm_len = op32 ? 4'd6 : 4'd4;
          imm = op32 ? raw_imm : {16'b0, raw_imm[15:0]};
          imm2 = op32 ? window_lo[55:40] : window_lo[39:24];
        end
        default: begin  // ImmOffset: the displacement of moffs
          imm_len = ad32 ? 4'd4 : 4'd2;
          disp = ad32 ? raw_imm : {16'b0, raw_imm[15:0]};
        end
      endcase
      length = imm_pos + imm_len + {2'b0, prefixes};

      // ---- what follows from the above
      if (agu.pop) begin
        agu.uses = 1'b1;
        ctl.seg = SegSs;
      end else if (agu.uses && modifiers.seg_override && ctl.op != OpLeave) begin
        ctl.seg = modifiers.seg;
      end
      // String instructions name their segment without an address to compute here.
      if (!agu.uses) ctl.seg = modifiers.seg_override ? modifiers.seg : SegDs;
      // POP to memory addresses with ESP already incremented (SDM vol. 2, POP).
      if (ctl.op == OpMicrocode && ctl.upc == UC_POP_MEM && agu.base_valid && agu.base == REG_ESP && ad32)
        disp = disp + {29'b0, size_bytes(op32 ? SizeD : SizeW)};

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

      ctl.wmask = written_registers(ctl);

      // ---- faults
      total = {1'b0, prefixes_q} + {1'b0, length};
      next_eip = eip_q + {28'b0, length};
      ctl.lock = ctl.rm_mem && (modifiers.lock || ctl.op == OpXchg);
      if (o.privileged) ctl.fault = FaultGp;
      if (o.ud || (modifiers.lock && !(o.lockable && ctl.rm_mem))) ctl.fault = FaultUd;
      if (total > 5'd15 || {1'b0, eip_q} + {29'b0, length} - 33'd1 > code_end)
        ctl.fault = FaultGp;
      if (ctl.fault != FaultNone) begin
        ctl.op = OpMicrocode;
        ctl.wmask = 8'hFF;
        ctl.mem_rd = 1'b0;
        ctl.mem_wr = 1'b0;
        ctl.lock = 1'b0;
        agu.uses = 1'b0;
      end
      dispatch = available_i >= {2'b0, length} && length <= WINDOW_BYTES;
    end else if (stage_free && prefixes_q == 4'd15 && !hold_i) begin
      // Fifteen prefixes: whatever follows is too long.
      ctl.op = OpMicrocode;
      ctl.fault = FaultGp;
      ctl.wmask = 8'hFF;
      next_eip = eip_q;
      length = 4'd0;
      dispatch = 1'b1;
    end

    take_prefix = prefixes != 2'd0 && !dispatch;

    // The missing byte must be allowed by limit and length before it is asked for.
    starved_o = stage_free && !hold_i && !dispatch && !take_prefix;
    if (starved_o && (fetch.fault || {1'b0, eip_q} + {27'b0, available_i} > code_end ||
                      {2'b0, prefixes_q} + available_i >= 6'd15)) begin
      starved_o = 1'b0;
      ctl = '0;
      agu = '0;
      ctl.op = OpMicrocode;
      ctl.fault = fetch.fault ? FaultPf : FaultGp;
      ctl.wmask = 8'hFF;
      next_eip = eip_q;
      length = 4'd0;
      dispatch = 1'b1;
    end
  end

  // ---- branches
  logic [31:0] guess;  // where decode goes on

  always_comb begin : near_branch
    branch.valid = stage_free && branches(ctl.op);
    branch.kind = BranchDirect;
    branch.linear = '0;
    branch.backward = 1'b0;
    branch.next_eip = next_eip;
    branch.target = '0;
    if (branch.valid) begin
      branch.kind = branch_kind(ctl.op, ctl.b == BImm);
      branch.linear = next_eip + regs.seg_base[IDX_CS];
      branch.backward = imm[31];
      branch.target = next_eip + imm;
      if (!ctl.op32) branch.target[31:16] = 16'd0;
    end
  end

  assign branch.leaves = dispatch && branch.valid;
  assign guess = branch.leaves && branch.taken ? branch.eip : next_eip;

  assign consume_o = dispatch ? length : take_prefix ? {2'b0, prefixes} : 4'd0;

  always_ff @(posedge clk_i) begin
    if (stage_free) valid_q <= 1'b0;
    if (take_prefix) begin
      prefixes_q <= prefixes_q + {2'b0, prefixes};
      eip_q <= eip_q + {30'b0, prefixes};
      modifiers_q <= modifiers;
    end
    if (dispatch) begin
      valid_q <= 1'b1;
      decoded.ctl <= ctl;
      decoded.agu <= agu;
      decoded.next_eip <= next_eip;
      decoded.guess <= guess;
      decoded.disp <= disp;
      decoded.imm <= imm;
      decoded.imm2 <= imm2;
      eip_q <= guess;
    end
    if (redirect.valid) begin
      valid_q <= 1'b0;
      eip_q <= redirect.eip;
    end
    if (dispatch || redirect.valid || !rst_ni) begin
      prefixes_q <= 4'd0;
      modifiers_q <= '0;
    end
    if (!rst_ni) valid_q <= 1'b0;
  end

endmodule
