// Arithmetic, shifts and flags as functions, so that execute reads as a table. Flags the manuals leave
// undefined get one fixed value, the same as in the interpreter.
package cpu_alu_pkg;
  import cpu_pkg::*;

  // A result with the six status flags in EFLAGS positions.
  typedef struct packed {
    logic [31:0] value;
    logic [31:0] flags;
  } alu_result_t;

  function automatic logic [31:0] size_mask(size_e size);
    unique case (size)
      SizeB:   return 32'h0000_00FF;
      SizeW:   return 32'h0000_FFFF;
      default: return 32'hFFFF_FFFF;
    endcase
  endfunction

  function automatic logic sign_of(logic [31:0] value, size_e size);
    unique case (size)
      SizeB:   return value[7];
      SizeW:   return value[15];
      default: return value[31];
    endcase
  endfunction

  function automatic logic [31:0] sign_extend(logic [31:0] value, size_e size);
    unique case (size)
      SizeB:   return {{24{value[7]}}, value[7:0]};
      SizeW:   return {{16{value[15]}}, value[15:0]};
      default: return value;
    endcase
  endfunction

  // SF, ZF and PF of a result (SDM vol. 1, 3.4.3.1).
  function automatic logic [31:0] result_flags(logic [31:0] value, size_e size);
    logic [31:0] flags;
    flags = '0;
    flags[FL_PF] = ~^value[7:0];
    flags[FL_ZF] = value == 32'd0;
    flags[FL_SF] = sign_of(value, size);
    return flags;
  endfunction

  // The eight operations of group 1; operands and result are zero above `size`.
  function automatic alu_result_t alu(alu_e op, logic [31:0] a, logic [31:0] b, logic carry,
                                      size_e size);
    logic [32:0] wide;
    logic        subtract;
    alu_result_t r;
    r = '0;
    subtract = 1'b0;
    wide = '0;
    unique case (op)
      AluAdd:  wide = {1'b0, a} + {1'b0, b};
      AluAdc:  wide = {1'b0, a} + {1'b0, b} + {32'b0, carry};
      AluSub, AluCmp: begin
        wide = {1'b0, a} - {1'b0, b};
        subtract = 1'b1;
      end
      AluSbb: begin
        wide = {1'b0, a} - {1'b0, b} - {32'b0, carry};
        subtract = 1'b1;
      end
      AluOr:   wide = {1'b0, a | b};
      AluAnd:  wide = {1'b0, a & b};
      default: wide = {1'b0, a ^ b};
    endcase
    r.value = wide[31:0] & size_mask(size);
    r.flags = result_flags(r.value, size);
    if (op != AluOr && op != AluAnd && op != AluXor) begin
      unique case (size)
        SizeB:   r.flags[FL_CF] = wide[8];
        SizeW:   r.flags[FL_CF] = wide[16];
        default: r.flags[FL_CF] = wide[32];
      endcase
      r.flags[FL_AF] = a[4] ^ b[4] ^ wide[4];
      r.flags[FL_OF] = sign_of((a ^ r.value) & (subtract ? a ^ b : b ^ r.value), size);
    end
    return r;
  endfunction

  // Group 2 with a count of 1 to 31; flags are complete but for those the operation leaves alone
  // (rotates keep SF ZF AF PF), which come from `old`.
  function automatic alu_result_t shift(shift_e op, logic [31:0] a, logic [4:0] count,
                                        logic [31:0] old, size_e size);
    alu_result_t r;
    logic [63:0] wide;
    logic [ 5:0] bits;
    logic [ 5:0] turn;   // rotate distance
    logic        msb;
    logic        next;   // bit below the most significant one
    r = '0;
    turn = '0;
    wide = '0;
    unique case (size)
      SizeB:   bits = 6'd8;
      SizeW:   bits = 6'd16;
      default: bits = 6'd32;
    endcase
    unique case (op)
      ShShl, ShSal: begin
        wide = {32'b0, a} << count;
        r.value = wide[31:0] & size_mask(size);
        r.flags[FL_CF] = wide[bits];
      end
      ShShr: begin
        wide = {31'b0, a, 1'b0} >> count;
        r.value = wide[32:1];
        r.flags[FL_CF] = wide[0];
      end
      ShSar: begin
        wide = 64'($signed({{31{sign_of(a, size)}}, sign_extend(a, size), 1'b0}) >>> count);
        r.value = wide[32:1] & size_mask(size);
        r.flags[FL_CF] = wide[0];
      end
      ShRol, ShRor: begin
        turn = {1'b0, count} & (bits - 6'd1);
        if (op == ShRor) turn = (bits - turn) & (bits - 6'd1);
        wide = {32'b0, a} << turn;
        r.value = (wide[31:0] | (a >> (bits - turn))) & size_mask(size);
      end
      default: begin  // ShRcl, ShRcr: through CF, over bits + 1 positions
        unique case (size)
          SizeB:   turn = {1'b0, count % 5'd9};
          SizeW:   turn = {1'b0, count % 5'd17};
          default: turn = {1'b0, count};
        endcase
        if (op == ShRcr && turn != 6'd0) turn = bits + 6'd1 - turn;
        wide = {32'b0, a} | ({63'b0, old[FL_CF]} << bits);
        wide = (wide << turn) | (wide >> (bits + 6'd1 - turn));
        r.value = wide[31:0] & size_mask(size);
        r.flags[FL_CF] = wide[bits];
      end
    endcase
    msb = sign_of(r.value, size);
    next = sign_of(r.value << 1, size);
    unique case (op)
      ShRol: r.flags[FL_CF] = r.value[0];
      ShRor: r.flags[FL_CF] = msb;
      default: ;
    endcase
    unique case (op)
      ShRol, ShRcl, ShShl, ShSal: r.flags[FL_OF] = msb ^ r.flags[FL_CF];
      ShRor, ShRcr, ShShr: r.flags[FL_OF] = msb ^ next;
      default: r.flags[FL_OF] = 1'b0;
    endcase
    if (op == ShRcl || op == ShRcr) begin
      if (turn == 6'd0) begin
        r.flags[FL_CF] = old[FL_CF];
        r.flags[FL_OF] = old[FL_OF];
      end
    end
    if (op[2]) begin
      r.flags |= result_flags(r.value, size);
    end else begin
      r.flags[FL_SF] = old[FL_SF];
      r.flags[FL_ZF] = old[FL_ZF];
      r.flags[FL_AF] = old[FL_AF];
      r.flags[FL_PF] = old[FL_PF];
    end
    return r;
  endfunction

  // SHLD and SHRD with a count of 1 to 31 (SDM vol. 2).
  function automatic alu_result_t double_shift(logic right, logic [31:0] a, logic [31:0] b,
                                               logic [4:0] count, size_e size);
    alu_result_t r;
    logic [64:0] wide;
    r = '0;
    if (size == SizeW) begin
      if (right) begin
        wide = {16'b0, a[15:0], b[15:0], a[15:0], 1'b0} >> count;
        r.value = {16'b0, wide[16:1]};
        r.flags[FL_CF] = wide[0];
      end else begin
        wide = {17'b0, a[15:0], b[15:0], a[15:0]} << count;
        r.value = {16'b0, wide[47:32]};
        r.flags[FL_CF] = wide[48];
      end
    end else begin
      if (right) begin
        wide = {b, a, 1'b0} >> count;
        r.value = wide[32:1];
        r.flags[FL_CF] = wide[0];
      end else begin
        wide = {1'b0, a, b} << count;
        r.value = wide[63:32];
        r.flags[FL_CF] = wide[64];
      end
    end
    r.flags |= result_flags(r.value, size);
    r.flags[FL_OF] = sign_of(r.value ^ a, size);
    return r;
  endfunction

  // DAA, DAS, AAA, AAS (SDM vol. 2) on AX; kind is opcode bits 4:3.
  function automatic alu_result_t decimal(logic [1:0] kind, logic [15:0] ax, logic [31:0] old);
    alu_result_t r;
    logic [15:0] value;
    logic        low;
    logic        high;
    r = '0;
    low = ax[3:0] > 4'd9 || old[FL_AF];
    value = ax;
    if (!kind[1]) begin  // DAA, DAS
      high = ax[7:0] > 8'h99 || old[FL_CF];
      r.flags[FL_CF] = high;
      if (low) begin
        value[7:0] = kind[0] ? value[7:0] - 8'd6 : value[7:0] + 8'd6;
        if (kind[0] && ax[7:0] < 8'd6) r.flags[FL_CF] = 1'b1;
      end
      if (high) value[7:0] = kind[0] ? value[7:0] - 8'h60 : value[7:0] + 8'h60;
      r.flags[FL_AF] = low;
    end else begin  // AAA, AAS
      if (low) value = kind[0] ? ax - 16'h0106 : ax + 16'h0106;
      value[7:4] = 4'd0;
      r.flags[FL_AF] = low;
      r.flags[FL_CF] = low;
    end
    r.value = {16'b0, value};
    r.flags |= result_flags({24'b0, value[7:0]}, SizeB);
    return r;
  endfunction

  // Condition codes of Jcc and SETcc (SDM vol. 1, B.1).
  function automatic logic condition(logic [3:0] cc, logic [31:0] flags);
    logic met;
    unique case (cc[3:1])
      3'd0: met = flags[FL_OF];
      3'd1: met = flags[FL_CF];
      3'd2: met = flags[FL_ZF];
      3'd3: met = flags[FL_CF] || flags[FL_ZF];
      3'd4: met = flags[FL_SF];
      3'd5: met = flags[FL_PF];
      3'd6: met = flags[FL_SF] != flags[FL_OF];
      default: met = flags[FL_ZF] || flags[FL_SF] != flags[FL_OF];
    endcase
    return met ^ cc[0];
  endfunction

  function automatic logic [4:0] lowest_bit(logic [31:0] value);
    for (int i = 0; i < 32; i++) if (value[i]) return 5'(i);
    return 5'd0;
  endfunction

  function automatic logic [4:0] highest_bit(logic [31:0] value);
    for (int i = 31; i >= 0; i--) if (value[i]) return 5'(i);
    return 5'd0;
  endfunction

endpackage
