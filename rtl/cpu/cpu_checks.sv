// The checks a micro-instruction may ask for: whether they fault, with which vector and error code. Pure
// combinational logic next to the sequencer, which raises what is found here. The rules themselves are in
// cpu_protection_pkg; here is which vector and selector an error goes with.
module cpu_checks
  import cpu_pkg::*;
  import cpu_microcode_types_pkg::*;
  import cpu_protection_pkg::*;
(
    // from the sequencer
    input logic        active_i,
    input usp_e        special_i,
    input logic [31:0] selector_i,       // T0
    input logic [31:0] offset_i,         // T1
    input logic [31:0] low_i,            // T4, T5: a descriptor
    input logic [31:0] high_i,
    input logic [31:0] work_i,           // T14
    input logic [ 1:0] level_i,          // the level the sequence works at
    input logic [ 3:0] index_i,          // segment register worked on
    input logic        invalid_tss_i,    // errors of selectors are #TS
    input logic        software_i,       // INT n, INT3, INTO
    input logic [ 7:0] vector_i,         // being delivered
    input size_e       size_i,           // of the instruction's data

    // from the instruction in execute
    input ctl_t        ctl_i,

    // from the architectural registers
    input logic [31:0] cs_limit_i,
    input logic [31:0] new_cs_limit_i,
    input logic [31:0] ldt_limit_i,
    input logic [31:0] ldt_attr_i,
    input logic [31:0] tr_selector_i,
    input logic [31:0] tr_limit_i,
    input logic [31:0] tr_attr_i,
    input logic [31:0] gdt_limit_i,
    input logic [31:0] idt_limit_i,
    input logic [ 1:0] cpl_i,
    input logic [31:0] page_error_i,     // of the fetch
    input logic        has_486_i,
    input logic        dr_detect_i,      // DR7.GD
    input logic        vm_trap_i,        // virtual-8086 mode with IOPL below 3
    input logic        real_rules_i,     // real or virtual-8086 mode
    input logic [31:0] stack_i,          // the stack pointer, by the stack's size
    input logic [31:0] cr_data_i,        // what MOV to a control register would write

    // to the sequencer
    output logic        outside_o,        // the selector is outside its table
    output logic        fault_o,
    output logic [ 7:0] vector_o,
    output logic [31:0] error_o
);

  localparam logic [31:0] CR4_BITS = 32'h0000_009C;  // PGE PSE DE TSD

  // Least limits of task state segments (SDM vol. 3, 7.2.1 and 7.6).
  localparam logic [31:0] TSS16_LAST = 32'h2B;
  localparam logic [31:0] TSS32_LAST = 32'h67;

  always_comb begin : check
    check_e      result;
    logic [31:0] table_limit;
    logic        ldt;
    logic [ 1:0] rpl;
    logic [ 7:0] absent;

    result = CheckOk;
    outside_o = 1'b0;
    fault_o = 1'b0;
    vector_o = invalid_tss_i ? VEC_TS : VEC_GP;
    error_o = '0;
    if (active_i) begin
      rpl = selector_i[1:0];
      ldt = selector_i[2];
      table_limit = ldt ? ldt_limit_i : gdt_limit_i;
      outside_o = {16'b0, selector_i[15:3], 3'b111} > table_limit || (ldt && ldt_attr_i[16]);
      absent = VEC_NP;
      error_o = {16'b0, selector_i[15:2], 2'b00};
      unique case (special_i)
        // ---- a selector and its descriptor
        SpCheckSelector: if (outside_o) result = CheckInvalid;
        SpCheckGlobal: if (ldt || selector_i[15:2] == 14'd0) result = CheckInvalid;
        SpCheckStack: begin
          result = check_stack(high_i, rpl, level_i);
          absent = VEC_SS;
        end
        SpCheckData:
        if (index_i == IDX_SS) begin
          result = check_stack(high_i, rpl, level_i);
          absent = VEC_SS;
        end else result = check_data(high_i, rpl, level_i);
        SpCheckDirect: result = check_direct(high_i, rpl, cpl_i);
        SpCheckGateJump: result = check_gate_jump(high_i, cpl_i);
        SpCheckInward: result = check_inward(high_i, cpl_i);
        SpCheckReturn: result = check_return(high_i, rpl, cpl_i);
        SpCheckSystem:  // a task state segment is in the GDT
        if (ldt && !high_i[10]) result = CheckInvalid;
        else result = check_system_target(high_i, rpl, cpl_i);
        SpCheckVmHandler:  // out of virtual-8086 mode: only to level 0 (SDM vol. 3, 20.3.1)
        if (high_i[10] || high_i[14:13] != 2'd0) result = CheckInvalid;
        SpCheckLdt: result = with_presence(high_i[12:8] == 5'h02, high_i);
        SpCheckTss: result = with_presence((high_i[12:8] & 5'h17) == 5'h01, high_i);  // available
        SpCheckBusyTss: result = with_presence((high_i[12:8] & 5'h17) == 5'h03, high_i);
        SpCheckTssLimit: begin
          fault_o = descriptor_limit(low_i, high_i) < (high_i[11] ? TSS32_LAST : TSS16_LAST);
          vector_o = VEC_TS;
        end
        SpCheckOldTss: begin
          fault_o = tr_limit_i < (tr_attr_i[3] ? TSS32_LAST : TSS16_LAST);
          vector_o = VEC_TS;
          error_o = {16'b0, tr_selector_i[15:2], 2'b00};
        end
        SpCheckTaskLdt: if (high_i[12:8] != 5'h02 || !high_i[15]) result = CheckInvalid;
        SpCheckTaskCode: result = check_return(high_i, rpl, 2'd0);
        SpSegmentNull: begin  // never SS
          fault_o = index_i == IDX_SS;
          error_o = '0;
        end

        // ---- stacks of inner levels in the TSS
        SpCheckStackSlot:
        if (work_i + (tr_attr_i[3] ? 32'd5 : 32'd3) > tr_limit_i) begin
          fault_o = 1'b1;
          vector_o = VEC_TS;
          error_o = {16'b0, tr_selector_i[15:2], 2'b00};
        end

        // ---- where execution goes on
        SpCheckNewEip: begin
          fault_o = offset_i > new_cs_limit_i;
          vector_o = VEC_GP;
          error_o = '0;
        end
        SpCheckEip: begin
          fault_o = offset_i > cs_limit_i;
          vector_o = VEC_GP;
          error_o = '0;
        end
        SpCheckVmEip: begin
          fault_o = offset_i[31:16] != 16'd0;
          error_o = '0;
        end

        // ---- interrupts
        SpCheckVectorReal: begin
          fault_o = {22'b0, vector_i, 2'b11} > idt_limit_i;
          error_o = '0;
        end
        SpCheckVectorGate: begin
          fault_o = {21'b0, vector_i, 3'b111} > idt_limit_i;
          error_o = {21'b0, vector_i, 3'b010};
        end
        SpCheckGate: begin  // interrupt, trap or task gate
          error_o = {21'b0, vector_i, 3'b010};
          result = with_presence(
              !high_i[12] && (high_i[10:9] == 2'b11 || high_i[11:8] == 4'h5) &&
              (!software_i || high_i[14:13] >= cpl_i), high_i);
        end

        // ---- ports (SDM vol. 1, 18.5.2)
        SpCheckIoTss: begin
          fault_o = (tr_attr_i[4:0] & 5'h1D) != 5'h09 || tr_limit_i < TSS32_LAST;
          error_o = '0;
        end
        SpCheckIoLimit: begin
          fault_o = work_i + 32'd1 > tr_limit_i;
          error_o = '0;
        end
        SpCheckIoBits: begin
          // T14: the two bytes of the map, shifted so that the port's first bit is bit 0
          fault_o = (work_i[3:0] & (size_i == SizeB ? 4'h1 : size_i == SizeW ? 4'h3 : 4'hF)) != 4'h0;
          error_o = '0;
        end

        SpCheckBound: begin
          fault_o = ctl_i.op32
              ? $signed(work_i) < $signed(selector_i) || $signed(work_i) > $signed(offset_i)
              : $signed(work_i[15:0]) < $signed(selector_i[15:0]) ||
                    $signed(work_i[15:0]) > $signed(offset_i[15:0]);
          vector_o = VEC_BR;
          error_o = '0;
        end

        SpCheckPusha: begin  // 7, 9, 11, 13, 15 (SDM vol. 2, PUSHA)
          fault_o = real_rules_i && stack_i >= 32'd7 && stack_i <= 32'd15 && stack_i[0];
          error_o = '0;
        end

        SpCheckGd: begin
          fault_o = dr_detect_i;
          vector_o = VEC_DB;
          error_o = '0;
        end
        SpCheckVmTrap: begin
          fault_o = vm_trap_i;
          error_o = '0;
        end
        SpRaiseEarly: begin
          fault_o = 1'b1;
          error_o = '0;
          unique case (ctl_i.fault)
            FaultUd: vector_o = VEC_UD;
            FaultNm: vector_o = VEC_NM;
            FaultPf: begin
              vector_o = VEC_PF;
              error_o = page_error_i;
            end
            default: vector_o = VEC_GP;
          endcase
        end
        SpRaiseNull: begin
          fault_o = 1'b1;
          error_o = '0;
        end
        SpCheckCr: begin
          // PG without PE, NW without CD; reserved bits of CR4 (SDM vol. 2, MOV)
          unique case (ctl_i.cond[2:0])
            3'd0: fault_o = (cr_data_i[31] && !cr_data_i[0]) ||
                (has_486_i && cr_data_i[29] && !cr_data_i[30]);
            3'd4: fault_o = (cr_data_i & ~CR4_BITS) != 32'd0;
            default: ;
          endcase
          error_o = '0;
        end
        default: ;
      endcase
      if (result != CheckOk) begin
        fault_o = 1'b1;
        if (result == CheckAbsent) vector_o = absent;
      end
    end
  end

endmodule
