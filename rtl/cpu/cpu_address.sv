// Address stage: effective address, segment check and linear address of one memory operand, with an
// interlock on registers that older instructions in the memory and execute stages still have to write.
// Registers are read straight from the register file, so a result is usable the cycle after it is
// written. Paging comes behind this stage.
module cpu_address
  import cpu_pkg::*;
(
    cpu_registers_if.reader regs,
    // from decode
    input  logic        valid_i,
    input  ctl_t        ctl_i,
    input  agu_t        agu_i,
    input  logic [31:0] disp_i,

    // from the architectural registers
    input logic        protected_mode_i,

    // from the memory and execute stages: registers still to be written
    input logic [7:0] pending_i,
    input logic       microcode_ahead_i,  // may also change segments

    // to the memory stage
    output logic        stall_o,
    output logic [31:0] offset_o,
    output logic [31:0] linear_o,
    output logic        violation_o  // #SS for SS, else #GP
);

  always_comb begin : address
    logic [ 7:0] needed;
    logic [31:0] sum;
    logic        wide;

    needed = 8'd0;
    stall_o = 1'b0;
    offset_o = '0;
    linear_o = '0;
    violation_o = 1'b0;
    if (valid_i && agu_i.uses) begin
      if (agu_i.base_valid) needed |= 8'd1 << agu_i.base;
      if (agu_i.index_valid) needed |= 8'd1 << agu_i.index;
      if (agu_i.bit_offset) needed |= 8'd1 << ctl_i.rreg;
      if (agu_i.xlat) needed |= 8'd1 << REG_EAX;
      if (agu_i.pop) needed |= 8'd1 << REG_ESP;
      stall_o = microcode_ahead_i || (needed & pending_i) != 8'd0;

      sum = disp_i;
      if (agu_i.base_valid) sum = sum + regs.gpr[agu_i.base];
      if (agu_i.index_valid) sum = sum + (regs.gpr[agu_i.index] << agu_i.scale);
      if (agu_i.xlat) sum = sum + {24'b0, regs.gpr[REG_EAX][7:0]};
      if (agu_i.bit_offset)
        sum = sum + (ctl_i.op32 ? {{3{regs.gpr[ctl_i.rreg][31]}}, regs.gpr[ctl_i.rreg][31:5], 2'b00}
                     : {{19{regs.gpr[ctl_i.rreg][15]}}, regs.gpr[ctl_i.rreg][15:4], 1'b0});
      wide = ctl_i.addr32;
      if (agu_i.pop) sum = regs.gpr[REG_ESP];
      if (agu_i.pop || ctl_i.op == OpLeave) wide = regs.seg_attr[IDX_SS][14];
      offset_o = wide ? sum : {16'b0, sum[15:0]};
      linear_o = regs.seg_base[{1'b0, ctl_i.seg}] + offset_o;
      violation_o = (ctl_i.mem_rd || ctl_i.mem_wr) &&
          segment_violation(regs.seg_attr[{1'b0, ctl_i.seg}], regs.seg_limit[{1'b0, ctl_i.seg}], offset_o,
                            {1'b0, size_bytes(ctl_i.msize)}, ctl_i.mem_wr, protected_mode_i);
    end
  end

endmodule
