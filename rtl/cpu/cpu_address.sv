// Address stage: effective address, segment check and linear address of one memory operand, with an interlock on
// registers that older instructions in the memory and execute stages still have to write. What execute writes in this
// cycle is taken from there, so an address waits one cycle for the result of the instruction right ahead, and not at
// all for ESP where that has only pushed or popped (i486 Microprocessor Programmer's Reference Manual, appendix G).
// Combinational, between decode's registers and those of the memory stage; paging comes behind it.
module cpu_address
  import cpu_pkg::*;
(
    cpu_registers_if.reader regs,
    cpu_decode_if.address   decoded,

    // older instructions
    cpu_stage_if.reader   m,
    cpu_stage_if.reader   x,
    cpu_execute_if.reader ex,  // what x writes

    // to the memory stage
    input logic        m_ready_i,  // it takes an instruction in this cycle
    cpu_stage_if.stage a,          // valid: one goes there

    // to whoever counts cycles
    output logic [7:0] awaited_o  // registers it needs and older instructions have still to write
);

  ctl_t       ctl;
  agu_t       agu;
  logic       stall;
  logic [7:0] needed;           // registers
  logic [7:0] pending;          // registers still to be written
  logic [7:0] forwarded;        // written in this cycle
  logic       microcode_ahead;  // may also change segments
  logic       known_stack;      // what ESP will be is known,
  logic [31:0] esp;             // this

  assign ctl = decoded.ctl;
  assign agu = decoded.agu;
  assign pending = (m.valid ? m.ctl.wmask : 8'd0) | (x.valid ? x.ctl.wmask & ~forwarded : 8'd0);

  assign microcode_ahead = (m.valid && m.ctl.op == OpMicrocode) || (x.valid && x.ctl.op == OpMicrocode);
  assign awaited_o = needed & pending;

  assign a.valid = decoded.valid && !stall && m_ready_i;
  assign a.ctl = ctl;
  assign a.next_eip = decoded.next_eip;
  assign a.guess = decoded.guess;
  assign a.imm = decoded.imm;
  assign a.imm2 = decoded.imm2;
  assign decoded.ready = a.valid;

  // Registers that execute writes whole in this cycle.
  always_comb begin : forward
    forwarded = 8'd0;
    if (ex.done) begin
      if (ex.esp_valid) forwarded[REG_ESP] = 1'b1;
      if (ex.w1_valid && ex.w1_size == SizeD) forwarded[ex.w1_reg] = 1'b1;
      if (ex.w0_valid && ex.w0_size == SizeD) forwarded[ex.w0_reg] = 1'b1;
      if (ex.w0_valid && ex.w0_size != SizeD) forwarded[part(ex.w0_reg, ex.w0_size)] = 1'b0;
      if (ex.w1_valid && ex.w1_size != SizeD) forwarded[part(ex.w1_reg, ex.w1_size)] = 1'b0;
    end
  end

  // The register that a byte or word register is part of.
  function automatic logic [2:0] part(logic [2:0] index, size_e size);
    return size == SizeB ? {1'b0, index[1:0]} : index;
  endfunction

  // In the order of the writes (cpu_registers): the latest wins.
  function automatic logic [31:0] register(logic [2:0] index);
    if (!ex.done || !forwarded[index]) return regs.gpr[index];
    if (ex.w1_valid && ex.w1_reg == index) return ex.w1_data;
    if (ex.w0_valid && ex.w0_reg == index) return ex.w0_data;
    return ex.esp_data;
  endfunction

  // What an instruction adds to ESP, if that is all it does to it.
  function automatic logic [31:0] stack_delta(ctl_t c, logic [31:0] c_imm);
    unique case (c.op)
      OpPush, OpPushf, OpCall: return -{29'b0, size_bytes(c.size)};
      OpPop, OpPopf: return {29'b0, size_bytes(c.size)};
      OpRet: return {29'b0, size_bytes(c.size)} + c_imm;
      default: return '0;
    endcase
  endfunction

  function automatic logic only_stack(ctl_t c);
    return c.op == OpPush || c.op == OpPushf || c.op == OpCall || c.op == OpPopf || c.op == OpRet ||
        (c.op == OpPop && !(c.dst == DstReg && c.rreg == REG_ESP) && !(c.dst == DstRm && c.rm == REG_ESP));
  endfunction

  // ESP as it will be: known ahead of who only pushes or pops. A 16-bit stack keeps the upper half, which only POP's
  // own address does not see.
  always_comb begin : stack
    known_stack = 1'b0;
    esp = register(REG_ESP);
    if (decoded.valid && agu.uses && pending[REG_ESP] && (regs.seg_attr[IDX_SS][14] || agu.pop)) begin
      known_stack = (!m.valid || !m.ctl.wmask[REG_ESP] || only_stack(m.ctl)) &&
          (!x.valid || !x.ctl.wmask[REG_ESP] || forwarded[REG_ESP] || only_stack(x.ctl));
      if (x.valid && x.ctl.wmask[REG_ESP] && !forwarded[REG_ESP]) esp = esp + stack_delta(x.ctl, x.imm);
      if (m.valid && m.ctl.wmask[REG_ESP]) esp = esp + stack_delta(m.ctl, m.imm);
    end
  end

  always_comb begin : address
    logic [31:0] sum;
    logic [31:0] bits;
    logic [31:0] eax;
    logic        wide;

    needed = 8'd0;
    sum = '0;
    bits = '0;
    eax = '0;
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
      if (known_stack) needed[REG_ESP] = 1'b0;
      stall = microcode_ahead || (needed & pending) != 8'd0;

      bits = ctl.rreg == REG_ESP ? esp : register(ctl.rreg);
      eax = register(REG_EAX);
      sum = decoded.disp;
      if (agu.base_valid) sum = sum + (agu.base == REG_ESP ? esp : register(agu.base));
      if (agu.index_valid) sum = sum + (register(agu.index) << agu.scale);
      if (agu.xlat) sum = sum + {24'b0, eax[7:0]};
      if (agu.bit_offset)
        sum = sum + (ctl.op32 ? {{3{bits[31]}}, bits[31:5], 2'b00} : {{19{bits[15]}}, bits[15:4], 1'b0});
      wide = ctl.addr32;
      if (agu.pop) sum = esp;
      if (agu.pop || ctl.op == OpLeave) wide = regs.seg_attr[IDX_SS][14];
      a.offset = wide ? sum : {16'b0, sum[15:0]};
      a.linear = regs.seg_base[{1'b0, ctl.seg}] + a.offset;
      a.violation = (ctl.mem_rd || ctl.mem_wr) &&
          segment_violation(regs.seg_attr[{1'b0, ctl.seg}], regs.seg_limit[{1'b0, ctl.seg}], a.offset,
                            {1'b0, size_bytes(ctl.msize)}, ctl.mem_wr, regs.cr0[0]);
    end
  end

endmodule
