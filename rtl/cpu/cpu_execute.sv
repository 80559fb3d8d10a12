// Execute stage for everything that is not microcode: one instruction a cycle but for division and for
// stores that wait for the bus unit. Registers, flags, branch and store of an instruction become real in
// the cycle `done_o` is high, all together, so an instruction that faults has changed nothing.
module cpu_execute
  import cpu_pkg::*;
  import cpu_alu_pkg::*;
(
    input logic clk_i,
    input logic rst_ni,
    cpu_registers_if.reader regs,

    // from the memory stage
    input logic        valid_i,      // execute this instruction now
    input ctl_t        ctl_i,
    input logic [31:0] next_eip_i,
    input logic [31:0] imm_i,
    input logic [31:0] offset_i,     // effective address
    input logic [31:0] linear_i,     // of the memory operand
    input logic [31:0] mem_i,        // its value

    // from the architectural registers
    input logic [31:0] cs_limit_i,
    input logic [31:0] ss_base_i,
    input logic [31:0] ss_limit_i,
    input logic [31:0] ss_attr_i,
    input logic        has_486_i,    // EFLAGS.AC and ID exist
    /* verilator tracing_off */ input logic [63:0] cycle_i, /* verilator tracing_on */  // waves have it once

    // to the pipeline control
    output logic       done_o,
    output logic       fault_o,      // instead of done: raise `vector`, error code 0 where it has one
    output logic [7:0] vector_o,

    // to the architectural registers, with done
    output logic        w0_valid_o,
    output logic [ 2:0] w0_reg_o,
    output size_e       w0_size_o,
    output logic [31:0] w0_data_o,
    output logic        w1_valid_o,
    output logic [ 2:0] w1_reg_o,
    output size_e       w1_size_o,
    output logic [31:0] w1_data_o,
    output logic        esp_valid_o,  // before w0 and w1, which win
    output logic [31:0] esp_data_o,
    output logic        flags_valid_o,
    output logic [31:0] flags_o,
    output logic        sti_shadow_o,
    output logic        tsc_valid_o,
    output logic [63:0] tsc_offset_o,

    // to fetch, with done
    output logic        branch_o,
    output logic [31:0] target_o,

    // to the paging unit
    output logic        store_o,
    output logic [31:0] store_addr_o,
    output size_e       store_size_o,
    output logic [31:0] store_data_o,
    input  logic        align_i,       // alignment is checked
    input  logic        store_ready_i
);

  logic        div_start;
  logic [31:0] div_high;
  logic [31:0] div_low;
  logic [31:0] div_by;
  logic [ 5:0] div_bits;
  logic        div_busy;
  logic        div_done;
  logic [31:0] div_quotient;
  logic [31:0] div_remainder;
  logic        complete;        // but for the store

  // Not in the block below: whether the store is taken depends on its address.
  assign done_o = complete && (!store_o || store_ready_i);

  cpu_divider u_divider (
      .clk_i,
      .rst_ni,
      .start_i    (div_start),
      .abort_i    (!valid_i),
      .high_i     (div_high),
      .low_i      (div_low),
      .divisor_i  (div_by),
      .bits_i     (div_bits),
      .busy_o     (div_busy),
      .done_o     (div_done),
      .quotient_o (div_quotient),
      .remainder_o(div_remainder)
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

  always_comb begin : execute
    logic [31:0] a;
    logic [31:0] b;
    logic [31:0] rm_value;
    logic [31:0] value;       // result for the destination
    alu_result_t r;
    logic [31:0] sign_a;
    logic [31:0] sign_b;
    logic [63:0] product;
    logic [63:0] dividend;
    logic [31:0] quotient;
    logic [31:0] remainder;
    logic        negative;
    logic        overflow;
    logic [ 4:0] count;
    logic        taken;
    logic        near_branch;
    logic        push;
    logic        wait_divider;
    logic        big_stack;
    logic [31:0] stack_offset;
    logic [31:0] loop_count;
    logic [31:0] mask;

    complete = 1'b0;
    fault_o = 1'b0;
    vector_o = VEC_GP;
    w0_valid_o = 1'b0;
    w0_reg_o = ctl_i.rm;
    w0_size_o = ctl_i.size;
    w0_data_o = '0;
    w1_valid_o = 1'b0;
    w1_reg_o = ctl_i.rreg;
    w1_size_o = ctl_i.size;
    w1_data_o = '0;
    esp_valid_o = 1'b0;
    esp_data_o = '0;
    flags_valid_o = 1'b0;
    flags_o = '0;
    sti_shadow_o = 1'b0;
    tsc_valid_o = 1'b0;
    tsc_offset_o = '0;
    branch_o = 1'b0;
    target_o = '0;
    store_o = 1'b0;
    store_addr_o = linear_i;
    store_size_o = ctl_i.size;
    store_data_o = '0;
    div_start = 1'b0;
    div_high = '0;
    div_low = '0;
    div_by = '0;
    div_bits = '0;

    if (valid_i) begin
      rm_value = ctl_i.rm_mem ? mem_i : read_reg(regs.gpr, ctl_i.rm, ctl_i.msize);
      a = ctl_i.a_reg ? read_reg(regs.gpr, ctl_i.rreg, ctl_i.size) : rm_value;
      unique case (ctl_i.b)
        BReg:      b = read_reg(regs.gpr, ctl_i.rreg, ctl_i.size);
        BRm:       b = rm_value;
        BImm:      b = imm_i & size_mask(ctl_i.size);
        BOne:      b = 32'd1;
        BCl:       b = {24'b0, regs.gpr[REG_ECX][7:0]};
        BSelector: b = {16'b0, regs.selector[{1'b0, ctl_i.rreg}][15:0]};
        BSystem: b = {16'b0, regs.selector[{3'b100, ctl_i.rreg[0]}][15:0]};
        BCr0:      b = regs.cr0;
        default:   b = next_eip_i;
      endcase
      r = '0;
      value = '0;
      taken = 1'b0;
      near_branch = 1'b0;
      push = 1'b0;
      wait_divider = 1'b0;
      big_stack = ss_attr_i[14];
      stack_offset = '0;
      count = b[4:0];
      sign_a = '0;
      sign_b = '0;
      product = '0;
      dividend = '0;
      quotient = '0;
      remainder = '0;
      negative = 1'b0;
      overflow = 1'b0;
      loop_count = '0;
      mask = '0;

      unique case (ctl_i.op)
        OpNop: ;
        OpAlu: begin
          r = alu(alu_e'(ctl_i.alu), a, b, regs.eflags[FL_CF], ctl_i.size);
          value = r.value;
          flags_valid_o = 1'b1;
          flags_o = (regs.eflags & ~FLAGS_STATUS) | r.flags;
        end
        OpMov, OpMovzx: value = b;
        OpMovsx: value = sign_extend(b, ctl_i.msize) & size_mask(ctl_i.size);
        OpLea: value = offset_i & size_mask(ctl_i.size);
        OpInc, OpDec: begin
          r = alu(ctl_i.op == OpInc ? AluAdd : AluSub, a, 32'd1, 1'b0, ctl_i.size);
          value = r.value;
          r.flags[FL_CF] = regs.eflags[FL_CF];
          flags_valid_o = 1'b1;
          flags_o = (regs.eflags & ~FLAGS_STATUS) | r.flags;
        end
        OpNot: value = ~a & size_mask(ctl_i.size);
        OpNeg: begin
          r = alu(AluSub, 32'd0, a, 1'b0, ctl_i.size);
          value = r.value;
          flags_valid_o = 1'b1;
          flags_o = (regs.eflags & ~FLAGS_STATUS) | r.flags;
        end
        OpShift: begin
          value = a;
          if (count != 5'd0) begin
            r = shift(shift_e'(ctl_i.alu), a, count, regs.eflags, ctl_i.size);
            value = r.value;
            flags_valid_o = 1'b1;
            flags_o = (regs.eflags & ~FLAGS_STATUS) | r.flags;
          end
        end
        OpShld, OpShrd: begin
          value = a;
          if (count != 5'd0) begin
            r = double_shift(ctl_i.op == OpShrd, a, read_reg(regs.gpr, ctl_i.rreg, ctl_i.size), count,
                             ctl_i.size);
            value = r.value;
            flags_valid_o = 1'b1;
            flags_o = (regs.eflags & ~FLAGS_STATUS) | r.flags;
          end
        end
        OpImul: begin
          sign_a = sign_extend(a, ctl_i.size);
          sign_b = sign_extend(b, ctl_i.size);
          product = {{32{sign_a[31]}}, sign_a} * {{32{sign_b[31]}}, sign_b};
          value = product[31:0] & size_mask(ctl_i.size);
          r.flags = result_flags(value, ctl_i.size);
          sign_a = sign_extend(value, ctl_i.size);
          overflow = product != {{32{sign_a[31]}}, sign_a};
          r.flags[FL_CF] = overflow;
          r.flags[FL_OF] = overflow;
          flags_valid_o = 1'b1;
          flags_o = (regs.eflags & ~FLAGS_STATUS) | r.flags;
        end
        OpMulAcc: begin  // MUL, IMUL with the accumulator
          b = read_reg(regs.gpr, REG_EAX, ctl_i.size);
          if (ctl_i.alu[0]) begin
            sign_a = sign_extend(a, ctl_i.size);
            sign_b = sign_extend(b, ctl_i.size);
            product = {{32{sign_a[31]}}, sign_a} * {{32{sign_b[31]}}, sign_b};
          end else begin
            product = {32'b0, a} * {32'b0, b};
          end
          value = product[31:0] & size_mask(ctl_i.size);
          sign_a = sign_extend(value, ctl_i.size);
          overflow = ctl_i.alu[0] ? product != {{32{sign_a[31]}}, sign_a} : product != {32'b0, value};
          r.flags = result_flags(value, ctl_i.size);
          r.flags[FL_CF] = overflow;
          r.flags[FL_OF] = overflow;
          flags_valid_o = 1'b1;
          flags_o = (regs.eflags & ~FLAGS_STATUS) | r.flags;
          w0_valid_o = 1'b1;
          w0_reg_o = REG_EAX;
          w0_size_o = ctl_i.size == SizeB ? SizeW : ctl_i.size;
          w0_data_o = product[31:0];
          w1_valid_o = ctl_i.size != SizeB;
          w1_reg_o = REG_EDX;
          w1_data_o = ctl_i.size == SizeW ? {16'b0, product[31:16]} : product[63:32];
        end
        OpDivAcc: begin  // DIV, IDIV: magnitudes through the divider
          unique case (ctl_i.size)
            SizeB: begin
              dividend = ctl_i.alu[0] ? {{48{regs.gpr[REG_EAX][15]}}, regs.gpr[REG_EAX][15:0]}
                                      : {48'b0, regs.gpr[REG_EAX][15:0]};
              div_bits = 6'd8;
            end
            SizeW: begin
              dividend = {{32{ctl_i.alu[0] && regs.gpr[REG_EDX][15]}}, regs.gpr[REG_EDX][15:0],
                          regs.gpr[REG_EAX][15:0]};
              div_bits = 6'd16;
            end
            default: begin
              dividend = {regs.gpr[REG_EDX], regs.gpr[REG_EAX]};
              div_bits = 6'd32;
            end
          endcase
          negative = ctl_i.alu[0] && dividend[63];
          sign_b = ctl_i.alu[0] ? sign_extend(a, ctl_i.size) : a;
          div_by = ctl_i.alu[0] && sign_b[31] ? -sign_b : sign_b;
          if (negative) dividend = -dividend;
          unique case (ctl_i.size)
            SizeB: begin
              div_high = dividend[39:8];
              div_low = {dividend[7:0], 24'b0};
            end
            SizeW: begin
              div_high = dividend[47:16];
              div_low = {dividend[15:0], 16'b0};
            end
            default: begin
              div_high = dividend[63:32];
              div_low = dividend[31:0];
            end
          endcase
          if (div_high >= div_by) begin  // includes division by zero
            fault_o = 1'b1;
            vector_o = VEC_DE;
          end else if (!div_done) begin
            wait_divider = 1'b1;
            div_start = !div_busy;
          end else begin
            sign_a = ctl_i.alu[0] ? sign_extend(a, ctl_i.size) : 32'd0;
            quotient = div_quotient & size_mask(ctl_i.size);
            overflow = negative ^ sign_a[31];  // the quotient is negative
            // -2^(n-1) is the one magnitude with its top bit set that still fits.
            if (ctl_i.alu[0] && sign_of(quotient, ctl_i.size) &&
                !(overflow && (quotient & (size_mask(ctl_i.size) >> 1)) == 32'd0)) begin
              fault_o = 1'b1;
              vector_o = VEC_DE;
            end
            if (overflow) quotient = -quotient & size_mask(ctl_i.size);
            remainder = (negative ? -div_remainder : div_remainder) & size_mask(ctl_i.size);
            w0_valid_o = 1'b1;
            w0_reg_o = REG_EAX;
            w0_size_o = ctl_i.size == SizeB ? SizeW : ctl_i.size;
            w0_data_o = ctl_i.size == SizeB ? {16'b0, remainder[7:0], quotient[7:0]} : quotient;
            w1_valid_o = ctl_i.size != SizeB;
            w1_reg_o = REG_EDX;
            w1_data_o = remainder;
          end
        end
        OpCbw: value = ctl_i.op32 ? {{16{regs.gpr[REG_EAX][15]}}, regs.gpr[REG_EAX][15:0]}
                                  : {16'b0, {8{regs.gpr[REG_EAX][7]}}, regs.gpr[REG_EAX][7:0]};
        OpCwd: value = {32{ctl_i.op32 ? regs.gpr[REG_EAX][31] : regs.gpr[REG_EAX][15]}};
        OpXchg: begin
          value = b;
          w1_valid_o = 1'b1;
          w1_data_o = a;
        end
        OpPush: begin
          push = 1'b1;
          store_data_o = b;
        end
        OpPushf: begin
          push = 1'b1;
          store_data_o = regs.eflags & FLAGS_PUSHF;
        end
        OpPop: begin
          value = mem_i;
          esp_valid_o = 1'b1;
          esp_data_o = move_stack(regs.gpr[REG_ESP], {29'b0, size_bytes(ctl_i.size)}, big_stack);
        end
        OpPopf: begin
          esp_valid_o = 1'b1;
          esp_data_o = move_stack(regs.gpr[REG_ESP], {29'b0, size_bytes(ctl_i.size)}, big_stack);
          flags_valid_o = 1'b1;
          mask = FLAGS_POPF | (has_486_i && ctl_i.op32 ? FLAGS_486 : 32'd0);
          flags_o = (regs.eflags & ~mask) | (mem_i & mask);
          if (ss_attr_i[6:5] != 2'd0) flags_o[13:12] = regs.eflags[13:12];
          if (ss_attr_i[6:5] > regs.eflags[13:12]) flags_o[FL_IF] = regs.eflags[FL_IF];
        end
        OpLeave: begin
          w0_valid_o = 1'b1;
          w0_reg_o = REG_EBP;
          w0_data_o = mem_i;
          esp_valid_o = 1'b1;
          esp_data_o = move_stack(big_stack ? regs.gpr[REG_EBP]
                                            : {regs.gpr[REG_ESP][31:16], regs.gpr[REG_EBP][15:0]},
                                  {29'b0, size_bytes(ctl_i.size)}, big_stack);
        end
        OpCall: begin
          push = 1'b1;
          store_data_o = next_eip_i;
          taken = 1'b1;
          near_branch = 1'b1;
          target_o = ctl_i.b == BImm ? next_eip_i + imm_i : b;
        end
        OpJmp: begin
          taken = 1'b1;
          near_branch = 1'b1;
          target_o = ctl_i.b == BImm ? next_eip_i + imm_i : b;
        end
        OpJcc: begin
          taken = condition(ctl_i.cond, regs.eflags);
          near_branch = 1'b1;
          target_o = next_eip_i + imm_i;
        end
        OpRet: begin
          taken = 1'b1;
          near_branch = 1'b1;
          target_o = mem_i;
          esp_valid_o = 1'b1;
          esp_data_o = move_stack(regs.gpr[REG_ESP], {29'b0, size_bytes(ctl_i.size)} + imm_i, big_stack);
        end
        OpLoop: begin  // LOOPNE LOOPE LOOP JCXZ; the counter is CX or ECX by address size
          loop_count = regs.gpr[REG_ECX] - (ctl_i.cond[1:0] == 2'd3 ? 32'd0 : 32'd1);
          if (!ctl_i.addr32) loop_count = {regs.gpr[REG_ECX][31:16], loop_count[15:0]};
          negative = ctl_i.addr32 ? loop_count == 32'd0 : loop_count[15:0] == 16'd0;
          unique case (ctl_i.cond[1:0])
            2'd0: taken = !negative && !regs.eflags[FL_ZF];
            2'd1: taken = !negative && regs.eflags[FL_ZF];
            2'd2: taken = !negative;
            default: taken = negative;
          endcase
          near_branch = 1'b1;
          target_o = next_eip_i + imm_i;
          w0_valid_o = ctl_i.cond[1:0] != 2'd3;
          w0_reg_o = REG_ECX;
          w0_size_o = SizeD;
          w0_data_o = loop_count;
        end
        OpBswap: value = {a[7:0], a[15:8], a[23:16], a[31:24]};
        OpXadd: begin  // the sum is written last, so it wins where both operands are one register
          r = alu(AluAdd, a, b, 1'b0, ctl_i.size);
          flags_valid_o = 1'b1;
          flags_o = (regs.eflags & ~FLAGS_STATUS) | r.flags;
          value = ctl_i.rm_mem ? r.value : a;
          w0_reg_o = ctl_i.rreg;
          w1_valid_o = 1'b1;
          w1_reg_o = ctl_i.rm_mem ? ctl_i.rreg : ctl_i.rm;
          w1_data_o = ctl_i.rm_mem ? a : r.value;
        end
        OpCmpxchg: begin  // a destination in memory is written in either case
          r = alu(AluSub, read_reg(regs.gpr, REG_EAX, ctl_i.size), a, 1'b0, ctl_i.size);
          flags_valid_o = 1'b1;
          flags_o = (regs.eflags & ~FLAGS_STATUS) | r.flags;
          value = r.flags[FL_ZF] ? b : a;
          w1_valid_o = !r.flags[FL_ZF];
          w1_reg_o = REG_EAX;
          w1_data_o = a;
        end
        OpCmov: value = condition(ctl_i.cond, regs.eflags) ? b : read_reg(regs.gpr, ctl_i.rreg, ctl_i.size);
        OpRdtsc, OpRdmsr: begin
          w0_valid_o = 1'b1;
          w0_reg_o = REG_EAX;
          w1_valid_o = 1'b1;
          w1_reg_o = REG_EDX;
          if (ctl_i.op == OpRdtsc || regs.gpr[REG_ECX] == MSR_TSC) begin
            product = cycle_i + regs.tsc_offset;
            w0_data_o = product[31:0];
            w1_data_o = product[63:32];
          end else begin
            fault_o = regs.gpr[REG_ECX] > 32'd1;
          end
        end
        OpWrmsr: begin
          tsc_offset_o = {regs.gpr[REG_EDX], regs.gpr[REG_EAX]} - cycle_i;
          if (regs.gpr[REG_ECX] == MSR_TSC) tsc_valid_o = 1'b1;
          else fault_o = regs.gpr[REG_ECX] > 32'd1;
        end
        OpSetcc: value = {31'b0, condition(ctl_i.cond, regs.eflags)};
        OpBt: begin
          count = ctl_i.op32 ? b[4:0] : {1'b0, b[3:0]};
          flags_valid_o = 1'b1;
          flags_o = {regs.eflags[31:1], a[count]};
          unique case (ctl_i.cond[1:0])
            2'd0: value = a;
            2'd1: value = a | (32'd1 << count);
            2'd2: value = a & ~(32'd1 << count);
            default: value = a ^ (32'd1 << count);
          endcase
        end
        OpBsf, OpBsr: begin
          flags_valid_o = 1'b1;
          flags_o = regs.eflags;
          flags_o[FL_ZF] = b == 32'd0;
          value = b == 32'd0 ? read_reg(regs.gpr, ctl_i.rreg, ctl_i.size)
                             : {27'b0, ctl_i.op == OpBsf ? lowest_bit(b) : highest_bit(b)};
        end
        OpSalc: value = {24'b0, {8{regs.eflags[FL_CF]}}};
        OpLahf: value = {24'b0, regs.eflags[7:0]};
        OpSahf: begin
          flags_valid_o = 1'b1;
          flags_o = {regs.eflags[31:8], regs.gpr[REG_EAX][15:14], 1'b0, regs.gpr[REG_EAX][12], 1'b0,
                     regs.gpr[REG_EAX][10], 1'b1, regs.gpr[REG_EAX][8]};
        end
        OpFlag: begin
          flags_valid_o = 1'b1;
          flags_o = regs.eflags;
          unique case (ctl_i.cond)
            4'h5: flags_o[FL_CF] = !regs.eflags[FL_CF];
            4'h8: flags_o[FL_CF] = 1'b0;
            4'h9: flags_o[FL_CF] = 1'b1;
            4'hA: flags_o[FL_IF] = 1'b0;
            4'hB: begin
              flags_o[FL_IF] = 1'b1;
              sti_shadow_o = !regs.eflags[FL_IF];
            end
            4'hC: flags_o[FL_DF] = 1'b0;
            default: flags_o[FL_DF] = 1'b1;
          endcase
        end
        OpArpl: begin  // raises the RPL of the destination to that of the source
          value = a[1:0] < b[1:0] ? {a[31:2], b[1:0]} : a;
          flags_valid_o = 1'b1;
          flags_o = regs.eflags;
          flags_o[FL_ZF] = a[1:0] < b[1:0];
        end
        OpDecimal: begin
          r = decimal(ctl_i.cond[1:0], regs.gpr[REG_EAX][15:0], regs.eflags);
          value = r.value;
          flags_valid_o = 1'b1;
          flags_o = (regs.eflags & ~FLAGS_STATUS) | r.flags;
        end
        OpAam: begin
          if (imm_i[7:0] == 8'd0) begin
            fault_o = 1'b1;
            vector_o = VEC_DE;
          end else begin
            quotient = {24'b0, regs.gpr[REG_EAX][7:0] / imm_i[7:0]};
            remainder = {24'b0, regs.gpr[REG_EAX][7:0] % imm_i[7:0]};
            w0_valid_o = 1'b1;
            w0_reg_o = REG_EAX;
            w0_size_o = SizeW;
            w0_data_o = {16'b0, quotient[7:0], remainder[7:0]};
            flags_valid_o = 1'b1;
            flags_o = (regs.eflags & ~FLAGS_STATUS) | result_flags(remainder, SizeB);
          end
        end
        OpAad: begin
          quotient = {24'b0, regs.gpr[REG_EAX][7:0] + regs.gpr[REG_EAX][15:8] * imm_i[7:0]};
          w0_valid_o = 1'b1;
          w0_reg_o = REG_EAX;
          w0_size_o = SizeW;
          w0_data_o = quotient;
          flags_valid_o = 1'b1;
          flags_o = (regs.eflags & ~FLAGS_STATUS) | result_flags(quotient, SizeB);
        end
        default: ;  // OpMicrocode never comes here
      endcase

      if (near_branch && !ctl_i.op32) target_o = {16'b0, target_o[15:0]};
      if (near_branch && taken && !fault_o && target_o > cs_limit_i) begin
        fault_o = 1'b1;
        vector_o = VEC_GP;
      end
      if (push) begin
        esp_valid_o = 1'b1;
        esp_data_o = move_stack(regs.gpr[REG_ESP], -{29'b0, size_bytes(ctl_i.size)}, big_stack);
        stack_offset = big_stack ? esp_data_o : {16'b0, esp_data_o[15:0]};
        store_addr_o = ss_base_i + stack_offset;
        if (!fault_o && segment_violation(ss_attr_i, ss_limit_i, stack_offset,
                                          {1'b0, size_bytes(ctl_i.size)}, 1'b1, regs.cr0[0])) begin
          fault_o = 1'b1;
          vector_o = VEC_SS;
        end else if (!fault_o && align_i && misaligned(store_addr_o[1:0], ctl_i.size)) begin
          fault_o = 1'b1;
          vector_o = VEC_AC;
        end
      end
      if (ctl_i.dst == DstReg) begin
        w0_valid_o = 1'b1;
        w0_reg_o = ctl_i.rreg;
        w0_data_o = value;
      end else if (ctl_i.dst == DstRm && !ctl_i.rm_mem) begin
        w0_valid_o = 1'b1;
        w0_data_o = value;
      end
      if (!fault_o && !wait_divider) begin
        store_o = push || ctl_i.mem_wr;
        if (ctl_i.mem_wr) store_data_o = value;
        complete = 1'b1;
        branch_o = taken;
      end
    end
  end

endmodule
