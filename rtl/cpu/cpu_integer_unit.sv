// Integer unit: everything execute does in one cycle, but for division and for stores that wait for the paging unit.
// Registers, flags, branch and store of an instruction become real in the cycle `done` is high, all together, so an
// instruction that faults has changed nothing. Combinational; cpu_multiply_divide beside it is not, while it divides.
module cpu_integer_unit
  import cpu_pkg::*;
  import cpu_alu_pkg::*;
(
    input logic clk_i,
    input logic rst_ni,

    cpu_registers_if.reader regs,

    // from execute
    input logic         valid_i,  // execute this instruction now
    cpu_stage_if.reader x,
    input logic [31:0]  mem_i,    // the value of the memory operand

    // to execute, the architectural registers and fetch
    cpu_execute_if.unit ex,

    // to the data port
    cpu_data_if.requester store
);

  logic [31:0] a;               // first operand
  logic [31:0] b;               // second operand
  logic [31:0] low;             // product, or quotient
  logic [31:0] high;            // its upper half, or remainder
  logic [31:0] product_flags;
  logic        divider_waits;
  logic        divide_error;
  logic        complete;        // but for the store

  // Not in the block below: whether the store is taken depends on its address.
  assign ex.done = complete && (!store.valid || store.ready);

  assign store.lookup = store.valid;
  assign store.write = 1'b1;
  assign store.rmw = 1'b0;
  assign store.probe = 1'b0;
  assign store.user = regs.user;
  assign store.space = 2'd0;

  cpu_multiply_divide u_multiply_divide (
      .clk_i,
      .rst_ni,
      .regs,
      .valid_i(valid_i && (x.ctl.op == OpImul || x.ctl.op == OpMulAcc || x.ctl.op == OpDivAcc)),
      .x,
      .a_i    (a),
      .b_i    (b),
      .low_o  (low),
      .high_o (high),
      .flags_o(product_flags),
      .waits_o(divider_waits),
      .error_o(divide_error)
  );

  // A register operand; byte registers 4 to 7 are AH CH DH BH.
  function automatic logic [31:0] read_reg(logic [31:0] gpr[8], logic [2:0] index, size_e size);
    unique case (size)
      SizeB:   return {24'b0, index[2] ? gpr[{1'b0, index[1:0]}][15:8] : gpr[index][7:0]};
      SizeW:   return {16'b0, gpr[index][15:0]};
      default: return gpr[index];
    endcase
  endfunction

  // SP or ESP with `delta` added, as SS.B says; the upper half stays in a 16-bit stack.
  function automatic logic [31:0] move_stack(logic [31:0] esp, logic [31:0] delta, logic big);
    logic [31:0] sum;
    sum = esp + delta;
    return big ? sum : {esp[31:16], sum[15:0]};
  endfunction

  always_comb begin : operands
    logic [31:0] rm_value;
    rm_value = '0;
    a = '0;
    b = '0;
    if (valid_i) begin
      rm_value = x.ctl.rm_mem ? mem_i : read_reg(regs.gpr, x.ctl.rm, x.ctl.msize);
      a = x.ctl.a_reg ? read_reg(regs.gpr, x.ctl.rreg, x.ctl.size) : rm_value;
      unique case (x.ctl.b)
        BReg:      b = read_reg(regs.gpr, x.ctl.rreg, x.ctl.size);
        BRm:       b = rm_value;
        BImm:      b = x.imm & size_mask(x.ctl.size);
        BOne:      b = 32'd1;
        BCl:       b = {24'b0, regs.gpr[REG_ECX][7:0]};
        BSelector: b = {16'b0, regs.selector[{1'b0, x.ctl.rreg}][15:0]};
        BSystem: b = {16'b0, regs.selector[{3'b100, x.ctl.rreg[0]}][15:0]};
        BCr0:      b = regs.cr0;
        default:   b = x.next_eip;
      endcase
    end
  end

  always_comb begin : execute
    logic [31:0] value;       // result for the destination
    alu_result_t r;
    logic [63:0] product;
    logic [31:0] quotient;
    logic [31:0] remainder;
    logic        negative;
    logic [ 4:0] count;
    logic        taken;
    logic        near_branch;
    logic [31:0] target;
    logic        push;
    logic        wait_divider;
    logic        big_stack;
    logic [31:0] stack_offset;
    logic [31:0] loop_count;
    logic [31:0] mask;

    complete = 1'b0;
    ex.fault = 1'b0;
    ex.fault_vector = VEC_GP;
    ex.w0_valid = 1'b0;
    ex.w0_reg = x.ctl.rm;
    ex.w0_size = x.ctl.size;
    ex.w0_data = '0;
    ex.w1_valid = 1'b0;
    ex.w1_reg = x.ctl.rreg;
    ex.w1_size = x.ctl.size;
    ex.w1_data = '0;
    ex.esp_valid = 1'b0;
    ex.esp_data = '0;
    ex.flags_valid = 1'b0;
    ex.flags = '0;
    ex.sti_shadow = 1'b0;
    ex.tsc_valid = 1'b0;
    ex.tsc_offset = '0;
    ex.flush = 1'b0;
    target = '0;
    taken = 1'b0;
    near_branch = 1'b0;
    ex.next_eip = x.next_eip;
    ex.near_branch = 1'b0;
    ex.kind = BranchDirect;
    ex.taken = 1'b0;
    ex.mispredicted = 1'b0;
    store.valid = 1'b0;
    store.linear = x.linear;
    store.size = x.ctl.size;
    store.wdata = '0;

    if (valid_i) begin
      r = '0;
      value = '0;
      push = 1'b0;
      wait_divider = 1'b0;
      big_stack = regs.seg_attr[IDX_SS][14];
      stack_offset = '0;
      count = b[4:0];
      product = '0;
      quotient = '0;
      remainder = '0;
      negative = 1'b0;
      loop_count = '0;
      mask = '0;

      unique case (x.ctl.op)
        OpNop: ;
        OpAlu: begin
          r = alu(alu_e'(x.ctl.alu), a, b, regs.eflags[FL_CF], x.ctl.size);
          value = r.value;
          ex.flags_valid = 1'b1;
          ex.flags = (regs.eflags & ~FLAGS_STATUS) | r.flags;
        end
        OpMov, OpMovzx: value = b;
        OpMovsx: value = sign_extend(b, x.ctl.msize) & size_mask(x.ctl.size);
        OpLea: value = x.offset & size_mask(x.ctl.size);
        OpInc, OpDec: begin
          r = alu(x.ctl.op == OpInc ? AluAdd : AluSub, a, 32'd1, 1'b0, x.ctl.size);
          value = r.value;
          r.flags[FL_CF] = regs.eflags[FL_CF];
          ex.flags_valid = 1'b1;
          ex.flags = (regs.eflags & ~FLAGS_STATUS) | r.flags;
        end
        OpNot: value = ~a & size_mask(x.ctl.size);
        OpNeg: begin
          r = alu(AluSub, 32'd0, a, 1'b0, x.ctl.size);
          value = r.value;
          ex.flags_valid = 1'b1;
          ex.flags = (regs.eflags & ~FLAGS_STATUS) | r.flags;
        end
        OpShift: begin
          value = a;
          if (count != 5'd0) begin
            r = shift(shift_e'(x.ctl.alu), a, count, regs.eflags, x.ctl.size);
            value = r.value;
            ex.flags_valid = 1'b1;
            ex.flags = (regs.eflags & ~FLAGS_STATUS) | r.flags;
          end
        end
        OpShld, OpShrd: begin
          value = a;
          if (count != 5'd0) begin
            r = double_shift(x.ctl.op == OpShrd, a, read_reg(regs.gpr, x.ctl.rreg, x.ctl.size), count,
                             x.ctl.size);
            value = r.value;
            ex.flags_valid = 1'b1;
            ex.flags = (regs.eflags & ~FLAGS_STATUS) | r.flags;
          end
        end
        OpImul: begin
          value = low & size_mask(x.ctl.size);
          ex.flags_valid = 1'b1;
          ex.flags = (regs.eflags & ~FLAGS_STATUS) | product_flags;
        end
        OpMulAcc, OpDivAcc: begin
          ex.fault = divide_error;
          ex.fault_vector = VEC_DE;
          wait_divider = divider_waits;
          ex.flags_valid = x.ctl.op == OpMulAcc;
          ex.flags = (regs.eflags & ~FLAGS_STATUS) | product_flags;
          ex.w0_valid = 1'b1;
          ex.w0_reg = REG_EAX;
          ex.w0_size = x.ctl.size == SizeB ? SizeW : x.ctl.size;
          ex.w0_data = low;
          ex.w1_valid = x.ctl.size != SizeB;
          ex.w1_reg = REG_EDX;
          ex.w1_data = high;
        end
        OpCbw: value = x.ctl.op32 ? {{16{regs.gpr[REG_EAX][15]}}, regs.gpr[REG_EAX][15:0]}
                                  : {16'b0, {8{regs.gpr[REG_EAX][7]}}, regs.gpr[REG_EAX][7:0]};
        OpCwd: value = {32{x.ctl.op32 ? regs.gpr[REG_EAX][31] : regs.gpr[REG_EAX][15]}};
        OpXchg: begin
          value = b;
          ex.w1_valid = 1'b1;
          ex.w1_data = a;
        end
        OpPush: begin
          push = 1'b1;
          store.wdata = b;
        end
        OpPushf: begin
          push = 1'b1;
          store.wdata = regs.eflags & FLAGS_PUSHF;
        end
        OpPop: begin
          value = mem_i;
          ex.esp_valid = 1'b1;
          ex.esp_data = move_stack(regs.gpr[REG_ESP], {29'b0, size_bytes(x.ctl.size)}, big_stack);
        end
        OpPopf: begin
          ex.esp_valid = 1'b1;
          ex.esp_data = move_stack(regs.gpr[REG_ESP], {29'b0, size_bytes(x.ctl.size)}, big_stack);
          ex.flags_valid = 1'b1;
          mask = FLAGS_POPF | (regs.has_486 && x.ctl.op32 ? FLAGS_486 : 32'd0);
          ex.flags = (regs.eflags & ~mask) | (mem_i & mask);
          if (regs.seg_attr[IDX_SS][6:5] != 2'd0) ex.flags[13:12] = regs.eflags[13:12];
          if (regs.seg_attr[IDX_SS][6:5] > regs.eflags[13:12]) ex.flags[FL_IF] = regs.eflags[FL_IF];
        end
        OpLeave: begin
          ex.w0_valid = 1'b1;
          ex.w0_reg = REG_EBP;
          ex.w0_data = mem_i;
          ex.esp_valid = 1'b1;
          ex.esp_data = move_stack(big_stack ? regs.gpr[REG_EBP]
                                            : {regs.gpr[REG_ESP][31:16], regs.gpr[REG_EBP][15:0]},
                                  {29'b0, size_bytes(x.ctl.size)}, big_stack);
        end
        OpCall: begin
          push = 1'b1;
          store.wdata = x.next_eip;
          taken = 1'b1;
          near_branch = 1'b1;
          target = x.ctl.b == BImm ? x.next_eip + x.imm : b;
        end
        OpJmp: begin
          taken = 1'b1;
          near_branch = 1'b1;
          target = x.ctl.b == BImm ? x.next_eip + x.imm : b;
        end
        OpJcc: begin
          taken = condition(x.ctl.cond, regs.eflags);
          near_branch = 1'b1;
          target = x.next_eip + x.imm;
        end
        OpRet: begin
          taken = 1'b1;
          near_branch = 1'b1;
          target = mem_i;
          ex.esp_valid = 1'b1;
          ex.esp_data = move_stack(regs.gpr[REG_ESP], {29'b0, size_bytes(x.ctl.size)} + x.imm, big_stack);
        end
        OpLoop: begin  // LOOPNE LOOPE LOOP JCXZ; the counter is CX or ECX by address size
          loop_count = regs.gpr[REG_ECX] - (x.ctl.cond[1:0] == 2'd3 ? 32'd0 : 32'd1);
          if (!x.ctl.addr32) loop_count = {regs.gpr[REG_ECX][31:16], loop_count[15:0]};
          negative = x.ctl.addr32 ? loop_count == 32'd0 : loop_count[15:0] == 16'd0;
          unique case (x.ctl.cond[1:0])
            2'd0: taken = !negative && !regs.eflags[FL_ZF];
            2'd1: taken = !negative && regs.eflags[FL_ZF];
            2'd2: taken = !negative;
            default: taken = negative;
          endcase
          near_branch = 1'b1;
          target = x.next_eip + x.imm;
          ex.w0_valid = x.ctl.cond[1:0] != 2'd3;
          ex.w0_reg = REG_ECX;
          ex.w0_size = SizeD;
          ex.w0_data = loop_count;
        end
        OpBswap: value = {a[7:0], a[15:8], a[23:16], a[31:24]};
        OpXadd: begin  // the sum is written last, so it wins where both operands are one register
          r = alu(AluAdd, a, b, 1'b0, x.ctl.size);
          ex.flags_valid = 1'b1;
          ex.flags = (regs.eflags & ~FLAGS_STATUS) | r.flags;
          value = x.ctl.rm_mem ? r.value : a;
          ex.w0_reg = x.ctl.rreg;
          ex.w1_valid = 1'b1;
          ex.w1_reg = x.ctl.rm_mem ? x.ctl.rreg : x.ctl.rm;
          ex.w1_data = x.ctl.rm_mem ? a : r.value;
        end
        OpCmpxchg: begin  // a destination in memory is written in either case
          r = alu(AluSub, read_reg(regs.gpr, REG_EAX, x.ctl.size), a, 1'b0, x.ctl.size);
          ex.flags_valid = 1'b1;
          ex.flags = (regs.eflags & ~FLAGS_STATUS) | r.flags;
          value = r.flags[FL_ZF] ? b : a;
          ex.w1_valid = !r.flags[FL_ZF];
          ex.w1_reg = REG_EAX;
          ex.w1_data = a;
        end
        OpCmov: value = condition(x.ctl.cond, regs.eflags) ? b : read_reg(regs.gpr, x.ctl.rreg, x.ctl.size);
        OpRdtsc, OpRdmsr: begin
          ex.w0_valid = 1'b1;
          ex.w0_reg = REG_EAX;
          ex.w1_valid = 1'b1;
          ex.w1_reg = REG_EDX;
          if (x.ctl.op == OpRdtsc || regs.gpr[REG_ECX] == MSR_TSC) begin
            product = regs.cycle + regs.tsc_offset;
            ex.w0_data = product[31:0];
            ex.w1_data = product[63:32];
          end else begin
            ex.fault = regs.gpr[REG_ECX] > 32'd1;
          end
        end
        OpWrmsr: begin
          ex.tsc_offset = {regs.gpr[REG_EDX], regs.gpr[REG_EAX]} - regs.cycle;
          if (regs.gpr[REG_ECX] == MSR_TSC) ex.tsc_valid = 1'b1;
          else ex.fault = regs.gpr[REG_ECX] > 32'd1;
        end
        OpSetcc: value = {31'b0, condition(x.ctl.cond, regs.eflags)};
        OpBt: begin
          count = x.ctl.op32 ? b[4:0] : {1'b0, b[3:0]};
          ex.flags_valid = 1'b1;
          ex.flags = {regs.eflags[31:1], a[count]};
          unique case (x.ctl.cond[1:0])
            2'd0: value = a;
            2'd1: value = a | (32'd1 << count);
            2'd2: value = a & ~(32'd1 << count);
            default: value = a ^ (32'd1 << count);
          endcase
        end
        OpBsf, OpBsr: begin
          ex.flags_valid = 1'b1;
          ex.flags = regs.eflags;
          ex.flags[FL_ZF] = b == 32'd0;
          value = b == 32'd0 ? read_reg(regs.gpr, x.ctl.rreg, x.ctl.size)
                             : {27'b0, x.ctl.op == OpBsf ? lowest_bit(b) : highest_bit(b)};
        end
        OpSalc: value = {24'b0, {8{regs.eflags[FL_CF]}}};
        OpLahf: value = {24'b0, regs.eflags[7:0]};
        OpSahf: begin
          ex.flags_valid = 1'b1;
          ex.flags = {regs.eflags[31:8], regs.gpr[REG_EAX][15:14], 1'b0, regs.gpr[REG_EAX][12], 1'b0,
                     regs.gpr[REG_EAX][10], 1'b1, regs.gpr[REG_EAX][8]};
        end
        OpFlag: begin
          ex.flags_valid = 1'b1;
          ex.flags = regs.eflags;
          unique case (x.ctl.cond)
            4'h5: ex.flags[FL_CF] = !regs.eflags[FL_CF];
            4'h8: ex.flags[FL_CF] = 1'b0;
            4'h9: ex.flags[FL_CF] = 1'b1;
            4'hA: ex.flags[FL_IF] = 1'b0;
            4'hB: begin
              ex.flags[FL_IF] = 1'b1;
              ex.sti_shadow = !regs.eflags[FL_IF];
            end
            4'hC: ex.flags[FL_DF] = 1'b0;
            default: ex.flags[FL_DF] = 1'b1;
          endcase
        end
        OpFlush: ex.flush = 1'b1;
        OpArpl: begin  // raises the RPL of the destination to that of the source
          value = a[1:0] < b[1:0] ? {a[31:2], b[1:0]} : a;
          ex.flags_valid = 1'b1;
          ex.flags = regs.eflags;
          ex.flags[FL_ZF] = a[1:0] < b[1:0];
        end
        OpDecimal: begin
          r = decimal(x.ctl.cond[1:0], regs.gpr[REG_EAX][15:0], regs.eflags);
          value = r.value;
          ex.flags_valid = 1'b1;
          ex.flags = (regs.eflags & ~FLAGS_STATUS) | r.flags;
        end
        OpAam: begin
          if (x.imm[7:0] == 8'd0) begin
            ex.fault = 1'b1;
            ex.fault_vector = VEC_DE;
          end else begin
            quotient = {24'b0, regs.gpr[REG_EAX][7:0] / x.imm[7:0]};
            remainder = {24'b0, regs.gpr[REG_EAX][7:0] % x.imm[7:0]};
            ex.w0_valid = 1'b1;
            ex.w0_reg = REG_EAX;
            ex.w0_size = SizeW;
            ex.w0_data = {16'b0, quotient[7:0], remainder[7:0]};
            ex.flags_valid = 1'b1;
            ex.flags = (regs.eflags & ~FLAGS_STATUS) | result_flags(remainder, SizeB);
          end
        end
        OpAad: begin
          quotient = {24'b0, regs.gpr[REG_EAX][7:0] + regs.gpr[REG_EAX][15:8] * x.imm[7:0]};
          ex.w0_valid = 1'b1;
          ex.w0_reg = REG_EAX;
          ex.w0_size = SizeW;
          ex.w0_data = quotient;
          ex.flags_valid = 1'b1;
          ex.flags = (regs.eflags & ~FLAGS_STATUS) | result_flags(quotient, SizeB);
        end
        default: ;  // OpMicrocode never comes here
      endcase

      if (near_branch && !x.ctl.op32) target = {16'b0, target[15:0]};
      if (near_branch && taken && !ex.fault && target > regs.seg_limit[IDX_CS]) begin
        ex.fault = 1'b1;
        ex.fault_vector = VEC_GP;
      end
      if (push) begin
        ex.esp_valid = 1'b1;
        ex.esp_data = move_stack(regs.gpr[REG_ESP], -{29'b0, size_bytes(x.ctl.size)}, big_stack);
        stack_offset = big_stack ? ex.esp_data : {16'b0, ex.esp_data[15:0]};
        store.linear = regs.seg_base[IDX_SS] + stack_offset;
        if (!ex.fault && segment_violation(regs.seg_attr[IDX_SS], regs.seg_limit[IDX_SS], stack_offset,
                                          {1'b0, size_bytes(x.ctl.size)}, 1'b1, regs.cr0[0])) begin
          ex.fault = 1'b1;
          ex.fault_vector = VEC_SS;
        end else if (!ex.fault && regs.align_checked && misaligned(store.linear[1:0], x.ctl.size)) begin
          ex.fault = 1'b1;
          ex.fault_vector = VEC_AC;
        end
      end
      if (x.ctl.dst == DstReg) begin
        ex.w0_valid = 1'b1;
        ex.w0_reg = x.ctl.rreg;
        ex.w0_data = value;
      end else if (x.ctl.dst == DstRm && !x.ctl.rm_mem) begin
        ex.w0_valid = 1'b1;
        ex.w0_data = value;
      end
      if (!ex.fault && !wait_divider) begin
        store.valid = push || x.ctl.mem_wr;
        if (x.ctl.mem_wr) store.wdata = value;
        complete = 1'b1;
        if (near_branch) begin
          if (taken) ex.next_eip = target;
          ex.near_branch = 1'b1;
          ex.kind = branch_kind(x.ctl.op, x.ctl.b == BImm);
          ex.taken = taken;
          ex.mispredicted = ex.next_eip != x.guess;
        end
      end
    end
  end

endmodule
