// Address stage: effective address, segment check and linear address of one memory operand, with an
// interlock on registers that older instructions in the memory and execute stages still have to write.
// Registers are read straight from the register file, so a result is usable the cycle after it is
// written. Combinational, between decode's registers and those of the memory stage; paging comes behind it.
module cpu_address
  import cpu_pkg::*;
(
    cpu_registers_if.reader regs,
    cpu_decode_if.address   decoded,

    // older instructions
    cpu_stage_if.reader m,
    cpu_stage_if.reader x,

    // to the memory stage
    input logic        m_ready_i,  // it takes an instruction in this cycle
    cpu_stage_if.stage a           // valid: one goes there
);

  ctl_t       ctl;
  agu_t       agu;
  logic       stall;
  logic [7:0] pending;          // registers still to be written
  logic       microcode_ahead;  // may also change segments

  assign ctl = decoded.ctl;
  assign agu = decoded.agu;
  assign pending = (m.valid ? m.ctl.wmask : 8'd0) | (x.valid ? x.ctl.wmask : 8'd0);
  assign microcode_ahead = (m.valid && m.ctl.op == OpMicrocode) || (x.valid && x.ctl.op == OpMicrocode);

  assign a.valid = decoded.valid && !stall && m_ready_i;
  assign a.ctl = ctl;
  assign a.next_eip = decoded.next_eip;
  assign a.imm = decoded.imm;
  assign a.imm2 = decoded.imm2;
  assign decoded.ready = a.valid;

  always_comb begin : address
    logic [ 7:0] needed;
    logic [31:0] sum;
    logic        wide;

    needed = 8'd0;
    sum = '0;
    wide = 1'b0;
    stall = 1'b0;
    a.offset = '0;
    a.linear = '0;
    a.violation = 1'b0;
    if (decoded.valid && agu.uses) begin
      if (agu.base_valid) needed |= 8'd1 << agu.base;
      if (agu.index_valid) needed |= 8'd1 << agu.index;
      if (agu.bit_offset) needed |= 8'd1 << ctl.rreg;
      if (agu.xlat) needed |= 8'd1 << REG_EAX;
      if (agu.pop) needed |= 8'd1 << REG_ESP;
      stall = microcode_ahead || (needed & pending) != 8'd0;

      sum = decoded.disp;
      if (agu.base_valid) sum = sum + regs.gpr[agu.base];
      if (agu.index_valid) sum = sum + (regs.gpr[agu.index] << agu.scale);
      if (agu.xlat) sum = sum + {24'b0, regs.gpr[REG_EAX][7:0]};
      if (agu.bit_offset)
        sum = sum + (ctl.op32 ? {{3{regs.gpr[ctl.rreg][31]}}, regs.gpr[ctl.rreg][31:5], 2'b00}
                     : {{19{regs.gpr[ctl.rreg][15]}}, regs.gpr[ctl.rreg][15:4], 1'b0});
      wide = ctl.addr32;
      if (agu.pop) sum = regs.gpr[REG_ESP];
      if (agu.pop || ctl.op == OpLeave) wide = regs.seg_attr[IDX_SS][14];
      a.offset = wide ? sum : {16'b0, sum[15:0]};
      a.linear = regs.seg_base[{1'b0, ctl.seg}] + a.offset;
      a.violation = (ctl.mem_rd || ctl.mem_wr) &&
          segment_violation(regs.seg_attr[{1'b0, ctl.seg}], regs.seg_limit[{1'b0, ctl.seg}], a.offset,
                            {1'b0, size_bytes(ctl.msize)}, ctl.mem_wr, regs.cr0[0]);
    end
  end

endmodule
