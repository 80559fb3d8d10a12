// The checks a micro-instruction may ask for: whether they fault, with which vector and error code. Pure
// combinational logic next to the sequencer, which raises what is found here. The rules themselves are in
// cpu_protection_pkg; here is which vector and selector an error goes with.
module cpu_checks
  import cpu_pkg::*;
  import cpu_microcode_types_pkg::*;
  import cpu_protection_pkg::*;
(
    cpu_registers_if.reader regs,
    cpu_stage_if.reader     x,
    input logic [31:0]      page_error_i,  // of the fetch
    cpu_microcode_if.checks mc
);

  localparam logic [31:0] CR4_BITS = 32'h0000_009C;  // PGE PSE DE TSD

  // Least limits of task state segments (SDM vol. 3, 7.2.1 and 7.6).
  localparam logic [31:0] TSS16_LAST = 32'h2B;
  localparam logic [31:0] TSS32_LAST = 32'h67;

  logic [31:0] selector;
  logic [31:0] offset;
  logic [31:0] low;      // a descriptor
  logic [31:0] high;
  logic [31:0] work;
  logic [31:0] stack;    // the stack pointer, by the stack's size
  logic [31:0] cr_data;  // what MOV to a control register would write

  assign selector = mc.temp[0];
  assign offset = mc.temp[1];
  assign low = mc.temp[4];
  assign high = mc.temp[5];
  assign work = mc.temp[14];
  assign stack = mc.big_stack ? regs.gpr[REG_ESP] : {16'b0, regs.gpr[REG_ESP][15:0]};
  assign cr_data = regs.gpr[x.ctl.rm];

  always_comb begin : check
    check_e      result;
    logic [31:0] table_limit;
    logic        ldt;
    logic [ 1:0] rpl;
    logic [ 7:0] absent;

    result = CheckOk;
    mc.outside = 1'b0;
    mc.check_fault = 1'b0;
    mc.check_vector = mc.invalid_tss ? VEC_TS : VEC_GP;
    mc.check_error = '0;
    if (mc.active) begin
      rpl = selector[1:0];
      ldt = selector[2];
      table_limit = ldt ? regs.seg_limit[IDX_LDTR] : regs.gdt_limit;
      mc.outside = {16'b0, selector[15:3], 3'b111} > table_limit || (ldt && regs.seg_attr[IDX_LDTR][16]);
      absent = VEC_NP;
      mc.check_error = {16'b0, selector[15:2], 2'b00};
      unique case (mc.u.special)
        // ---- a selector and its descriptor
        SpCheckSelector: if (mc.outside) result = CheckInvalid;
        SpCheckGlobal: if (ldt || selector[15:2] == 14'd0) result = CheckInvalid;
        SpCheckStack: begin
          result = check_stack(high, rpl, mc.level);
          absent = VEC_SS;
        end
        SpCheckData:
        if (mc.index == IDX_SS) begin
          result = check_stack(high, rpl, mc.level);
          absent = VEC_SS;
        end else result = check_data(high, rpl, mc.level);
        SpCheckDirect: result = check_direct(high, rpl, regs.cpl);
        SpCheckGateJump: result = check_gate_jump(high, regs.cpl);
        SpCheckInward: result = check_inward(high, regs.cpl);
        SpCheckReturn: result = check_return(high, rpl, regs.cpl);
        SpCheckSystem:  // a task state segment is in the GDT
        if (ldt && !high[10]) result = CheckInvalid;
        else result = check_system_target(high, rpl, regs.cpl);
        SpCheckVmHandler:  // out of virtual-8086 mode: only to level 0 (SDM vol. 3, 20.3.1)
        if (high[10] || high[14:13] != 2'd0) result = CheckInvalid;
        SpCheckLdt: result = with_presence(high[12:8] == 5'h02, high);
        SpCheckTss: result = with_presence((high[12:8] & 5'h17) == 5'h01, high);  // available
        SpCheckBusyTss: result = with_presence((high[12:8] & 5'h17) == 5'h03, high);
        SpCheckTssLimit: begin
          mc.check_fault = descriptor_limit(low, high) < (high[11] ? TSS32_LAST : TSS16_LAST);
          mc.check_vector = VEC_TS;
        end
        SpCheckOldTss: begin
          mc.check_fault = regs.seg_limit[IDX_TR] < (regs.seg_attr[IDX_TR][3] ? TSS32_LAST : TSS16_LAST);
          mc.check_vector = VEC_TS;
          mc.check_error = {16'b0, regs.selector[IDX_TR][15:2], 2'b00};
        end
        SpCheckTaskLdt: if (high[12:8] != 5'h02 || !high[15]) result = CheckInvalid;
        SpCheckTaskCode: result = check_return(high, rpl, 2'd0);
        SpSegmentNull: begin  // never SS
          mc.check_fault = mc.index == IDX_SS;
          mc.check_error = '0;
        end

        // ---- stacks of inner levels in the TSS
        SpCheckStackSlot:
        if (work + (regs.seg_attr[IDX_TR][3] ? 32'd5 : 32'd3) > regs.seg_limit[IDX_TR]) begin
          mc.check_fault = 1'b1;
          mc.check_vector = VEC_TS;
          mc.check_error = {16'b0, regs.selector[IDX_TR][15:2], 2'b00};
        end

        // ---- where execution goes on
        SpCheckNewEip: begin
          mc.check_fault = offset > regs.seg_limit[IDX_NEW_CS];
          mc.check_vector = VEC_GP;
          mc.check_error = '0;
        end
        SpCheckEip: begin
          mc.check_fault = offset > regs.seg_limit[IDX_CS];
          mc.check_vector = VEC_GP;
          mc.check_error = '0;
        end
        SpCheckVmEip: begin
          mc.check_fault = offset[31:16] != 16'd0;
          mc.check_error = '0;
        end

        // ---- interrupts
        SpCheckVectorReal: begin
          mc.check_fault = {22'b0, mc.event_vector, 2'b11} > regs.idt_limit;
          mc.check_error = '0;
        end
        SpCheckVectorGate: begin
          mc.check_fault = {21'b0, mc.event_vector, 3'b111} > regs.idt_limit;
          mc.check_error = {21'b0, mc.event_vector, 3'b010};
        end
        SpCheckGate: begin  // interrupt, trap or task gate
          mc.check_error = {21'b0, mc.event_vector, 3'b010};
          result = with_presence(
              !high[12] && (high[10:9] == 2'b11 || high[11:8] == 4'h5) &&
              (mc.external || high[14:13] >= regs.cpl), high);
        end

        // ---- ports (SDM vol. 1, 18.5.2)
        SpCheckIoTss: begin
          mc.check_fault = (regs.seg_attr[IDX_TR][4:0] & 5'h1D) != 5'h09 || regs.seg_limit[IDX_TR] < TSS32_LAST;
          mc.check_error = '0;
        end
        SpCheckIoLimit: begin
          mc.check_fault = work + 32'd1 > regs.seg_limit[IDX_TR];
          mc.check_error = '0;
        end
        SpCheckIoBits: begin
          // T14: the two bytes of the map, shifted so that the port's first bit is bit 0
          mc.check_fault = (work[3:0] & (x.ctl.size == SizeB ? 4'h1 : x.ctl.size == SizeW ? 4'h3 : 4'hF)) != 4'h0;
          mc.check_error = '0;
        end

        SpCheckBound: begin
          mc.check_fault = x.ctl.op32
              ? $signed(work) < $signed(selector) || $signed(work) > $signed(offset)
              : $signed(work[15:0]) < $signed(selector[15:0]) ||
                    $signed(work[15:0]) > $signed(offset[15:0]);
          mc.check_vector = VEC_BR;
          mc.check_error = '0;
        end

        SpCheckPusha: begin  // 7, 9, 11, 13, 15 (SDM vol. 2, PUSHA)
          mc.check_fault = regs.real_rules && stack >= 32'd7 && stack <= 32'd15 && stack[0];
          mc.check_error = '0;
        end

        SpCheckGd: begin
          mc.check_fault = regs.dr[7][13];
          mc.check_vector = VEC_DB;
          mc.check_error = '0;
        end
        SpCheckVmTrap: begin
          mc.check_fault = regs.eflags[FL_VM] && regs.cr0[0] && regs.eflags[13:12] != 2'd3;
          mc.check_error = '0;
        end
        SpRaiseEarly: begin
          mc.check_fault = 1'b1;
          mc.check_error = '0;
          unique case (x.ctl.fault)
            FaultUd: mc.check_vector = VEC_UD;
            FaultNm: mc.check_vector = VEC_NM;
            FaultPf: begin
              mc.check_vector = VEC_PF;
              mc.check_error = page_error_i;
            end
            default: mc.check_vector = VEC_GP;
          endcase
        end
        SpRaiseNull: begin
          mc.check_fault = 1'b1;
          mc.check_error = '0;
        end
        SpCheckCr: begin
          // PG without PE, NW without CD; reserved bits of CR4 (SDM vol. 2, MOV)
          unique case (x.ctl.cond[2:0])
            3'd0: mc.check_fault = (cr_data[31] && !cr_data[0]) ||
                (regs.has_486 && cr_data[29] && !cr_data[30]);
            3'd4: mc.check_fault = (cr_data & ~CR4_BITS) != 32'd0;
            default: ;
          endcase
          mc.check_error = '0;
        end
        default: ;
      endcase
      if (result != CheckOk) begin
        mc.check_fault = 1'b1;
        if (result == CheckAbsent) mc.check_vector = absent;
      end
    end
  end

endmodule
