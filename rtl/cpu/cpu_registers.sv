// Architectural registers. Writers are execute and the sequencer, never both in one cycle; the pipeline
// control selects. Within a cycle the stack pointer is written first and general registers after it, so
// that POP ESP and LEAVE get the popped value.
module cpu_registers
  import cpu_pkg::*;
  import cpu_identity_pkg::*;
  import cpu_state_pkg::*;
(
    input logic clk_i,
    input logic rst_ni,

    // strap
    input logic [2:0] family_i,

    // from the platform
    /* verilator tracing_off */ input logic [63:0] cycle_i, /* verilator tracing_on */  // waves have it once

    // load and unload port
    input  logic       load_valid_i,
    /* verilator tracing_off */ input cpu_state_t load_state_i,  // waves have the registers themselves
    input  logic       unload_clk_i,
    output cpu_state_t state_o,       /* verilator tracing_on */  // as of the last edge of unload_clk_i
    output logic       load_shutdown_o,  // what is loaded is a shutdown; the sequencer keeps that

    // general registers
    input logic        w0_valid_i,
    input logic [ 2:0] w0_reg_i,
    input size_e       w0_size_i,
    input logic [31:0] w0_data_i,
    input logic        w1_valid_i,
    input logic [ 2:0] w1_reg_i,
    input size_e       w1_size_i,
    input logic [31:0] w1_data_i,
    input logic        esp_valid_i,
    input logic [31:0] esp_data_i,
    input logic        esi_valid_i,
    input logic [31:0] esi_data_i,
    input logic        edi_valid_i,
    input logic [31:0] edi_data_i,
    input logic        ecx_valid_i,
    input logic [31:0] ecx_data_i,

    // the rest
    input logic        eip_valid_i,
    input logic [31:0] eip_data_i,
    input logic        flags_valid_i,
    input logic [31:0] flags_i,
    input logic        seg_valid_i,
    input logic [ 3:0] seg_i,
    input seg_part_e   seg_part_i,
    input logic [31:0] seg_selector_i,
    input logic [31:0] seg_base_i,
    input logic [31:0] seg_limit_i,
    input logic [31:0] seg_attr_i,
    input logic        table_valid_i,
    input logic        table_idt_i,
    input logic [31:0] table_base_i,
    input logic [31:0] table_limit_i,
    input logic        cr_valid_i,
    input logic [ 2:0] cr_i,
    input logic [31:0] cr_data_i,
    input logic        rf_valid_i,      // something ends that has not loaded RF
    input logic        rf_i,            // with iterations left
    input logic        cr2_valid_i,     // page fault
    input logic [31:0] cr2_i,
    input logic        shadow_valid_i,
    input logic [ 1:0] shadow_i,
    input logic        task_i,          // a new task (SDM vol. 3, 7.3)
    input logic        tsc_valid_i,
    input logic [63:0] tsc_offset_i,
    input logic        halt_i,
    input logic        unhalt_i,
    input logic        dr_valid_i,
    input logic [ 2:0] dr_i,
    input logic [31:0] dr_data_i,
    input logic        dr6_valid_i,     // ORs bits into DR6
    input logic [15:0] dr6_i,
    input logic        gd_clear_i,      // #DB has been delivered
    input logic        trap_set_i,      // a debug trap is due
    input logic        trap_clear_i,
    input logic        shutdown_i,      // of the sequencer, for state_o
    input logic        nmi_edge_i,      // at the pin
    input logic        nmi_block_i,     // an NMI is taken
    input logic        nmi_unblock_i,

    output logic [31:0] gpr_o[8],
    output logic [31:0] eip_o,
    output logic [31:0] eflags_o,
    output logic [31:0] selector_o[16],
    output logic [31:0] seg_base_o[16],
    output logic [31:0] seg_limit_o[16],
    output logic [31:0] seg_attr_o[16],
    output logic [31:0] gdt_base_o,
    output logic [31:0] gdt_limit_o,
    output logic [31:0] idt_base_o,
    output logic [31:0] idt_limit_o,
    output logic [31:0] cr0_o,
    output logic [31:0] cr2_o,
    output logic [31:0] cr3_o,
    output logic [31:0] cr4_o,
    output logic [ 1:0] shadow_o,
    output logic        halted_o,
    output logic [7:0][31:0] dr_o,
    output logic        trap_o,          // a debug trap is to be delivered
    output logic        nmi_blocked_o,
    output logic        nmi_pending_o,
    output logic [63:0] tsc_offset_o     // time stamp counter less cycle
);


  // Bits of the debug registers that exist, and those that read as ones (SDM vol. 3, 17.2.3 and 17.2.4).
  localparam logic [31:0] DR6_WRITABLE = 32'h0000_E00F;
  localparam logic [31:0] DR6_ONES = 32'hFFFF_0FF0;
  localparam logic [31:0] DR7_WRITABLE = 32'hFFFF_23FF;
  localparam logic [31:0] DR7_ONES = 32'h0000_0400;
  // L0 to L3 and LE.
  localparam logic [31:0] DR7_LOCAL = 32'h0000_0155;

  // Bits of CR0 there are (SDM vol. 3, 2.5); ET is wired to one.
  localparam logic [31:0] CR0_BITS_386 = 32'h8000_000F;  // PG TS EM MP PE
  localparam logic [31:0] CR0_BITS = 32'hE005_002F;      // and CD NW AM WP NE

  // State after RESET (386 Programmer's Reference Manual, 10.1).
  task automatic reset();
    for (int i = 0; i < 8; i++) gpr_o[i] <= i == 2 ? component(family_i) : 32'd0;
    eip_o <= 32'h0000_FFF0;
    eflags_o <= 32'h0000_0002;
    for (int i = 0; i < 6; i++) begin
      selector_o[i] <= i == 1 ? 32'hF000 : 32'd0;
      seg_base_o[i] <= i == 1 ? 32'hFFFF_0000 : 32'd0;
      seg_limit_o[i] <= 32'h0000_FFFF;
      seg_attr_o[i] <= i == 1 ? 32'h9B : 32'h93;
    end
    for (int i = 8; i < 10; i++) begin
      selector_o[i] <= 32'd0;
      seg_base_o[i] <= 32'd0;
      seg_limit_o[i] <= 32'h0000_FFFF;
      seg_attr_o[i] <= i == 8 ? 32'h82 : 32'h8B;
    end
    gdt_base_o <= 32'd0;
    gdt_limit_o <= 32'h0000_FFFF;
    idt_base_o <= 32'd0;
    idt_limit_o <= 32'h0000_03FF;
    cr0_o <= 32'h10;
    cr2_o <= 32'd0;
    cr3_o <= 32'd0;
    cr4_o <= 32'd0;
    dr_o <= '0;
    dr_o[6] <= 32'hFFFF_0FF0;
    dr_o[7] <= 32'h0000_0400;
    shadow_o <= 2'd0;
    halted_o <= 1'b0;
    trap_o <= 1'b0;
    nmi_blocked_o <= 1'b0;
    nmi_pending_o <= 1'b0;
    tsc_offset_o <= -cycle_i;
  endtask

  task automatic unload();
    for (int i = 0; i < 8; i++) state_o.gpr[i] <= gpr_o[i];
    state_o.eip <= eip_o;
    state_o.eflags <= eflags_o;
    for (int i = 0; i < 6; i++) begin
      state_o.seg[i].selector <= selector_o[i];
      state_o.seg[i].base <= seg_base_o[i];
      state_o.seg[i].limit <= seg_limit_o[i];
      state_o.seg[i].attributes <= seg_attr_o[i];
    end
    state_o.ldtr.selector <= selector_o[IDX_LDTR];
    state_o.ldtr.base <= seg_base_o[IDX_LDTR];
    state_o.ldtr.limit <= seg_limit_o[IDX_LDTR];
    state_o.ldtr.attributes <= seg_attr_o[IDX_LDTR];
    state_o.tr.selector <= selector_o[IDX_TR];
    state_o.tr.base <= seg_base_o[IDX_TR];
    state_o.tr.limit <= seg_limit_o[IDX_TR];
    state_o.tr.attributes <= seg_attr_o[IDX_TR];
    state_o.gdtr.base <= gdt_base_o;
    state_o.gdtr.limit <= gdt_limit_o;
    state_o.idtr.base <= idt_base_o;
    state_o.idtr.limit <= idt_limit_o;
    state_o.cr0 <= cr0_o;
    state_o.cr2 <= cr2_o;
    state_o.cr3 <= cr3_o;
    state_o.cr4 <= cr4_o;
    state_o.dr <= dr_o;
    state_o.shadow <= {30'b0, shadow_o};
    state_o.halted <= {31'b0, halted_o};
    state_o.pending_exception <= trap_o ? {24'h800000, VEC_DB} : 32'd0;
    state_o.nmi_blocked <= {31'b0, nmi_blocked_o};
    state_o.nmi_pending <= {31'b0, nmi_pending_o};
    state_o.shutdown <= {31'b0, shutdown_i};
    state_o.tsc <= cycle_i + tsc_offset_o;
  endtask

  assign load_shutdown_o = load_state_i.shutdown[0];

  // A clock of its own: looking at the state is no cycle of the CPU.
  always_ff @(posedge unload_clk_i) unload();

  always_ff @(posedge clk_i) begin
    if (esp_valid_i) gpr_o[REG_ESP] <= esp_data_i;
    if (esi_valid_i) gpr_o[REG_ESI] <= esi_data_i;
    if (edi_valid_i) gpr_o[REG_EDI] <= edi_data_i;
    if (ecx_valid_i) gpr_o[REG_ECX] <= ecx_data_i;
    if (w0_valid_i)
      unique case (w0_size_i)
        SizeB:
        if (w0_reg_i[2]) gpr_o[{1'b0, w0_reg_i[1:0]}][15:8] <= w0_data_i[7:0];
        else gpr_o[w0_reg_i][7:0] <= w0_data_i[7:0];
        SizeW: gpr_o[w0_reg_i][15:0] <= w0_data_i[15:0];
        default: gpr_o[w0_reg_i] <= w0_data_i;
      endcase
    if (w1_valid_i)
      unique case (w1_size_i)
        SizeB:
        if (w1_reg_i[2]) gpr_o[{1'b0, w1_reg_i[1:0]}][15:8] <= w1_data_i[7:0];
        else gpr_o[w1_reg_i][7:0] <= w1_data_i[7:0];
        SizeW: gpr_o[w1_reg_i][15:0] <= w1_data_i[15:0];
        default: gpr_o[w1_reg_i] <= w1_data_i;
      endcase
    if (eip_valid_i) eip_o <= eip_data_i;
    if (flags_valid_i) eflags_o <= flags_i;
    if (rf_valid_i) eflags_o[FL_RF] <= rf_i;
    if (seg_valid_i) begin
      selector_o[seg_i] <= seg_selector_i;
      seg_base_o[seg_i] <= seg_base_i;
      if (seg_part_i == SegWhole) begin
        seg_limit_o[seg_i] <= seg_limit_i;
        seg_attr_o[seg_i] <= seg_attr_i;
      end
    end
    if (table_valid_i) begin
      if (table_idt_i) begin
        idt_base_o <= table_base_i;
        idt_limit_o <= table_limit_i;
      end else begin
        gdt_base_o <= table_base_i;
        gdt_limit_o <= table_limit_i;
      end
    end
    if (cr_valid_i)
      unique case (cr_i)
        3'd0: cr0_o <= cr_data_i & (family_i == 3'd3 ? CR0_BITS_386 : CR0_BITS) | 32'h10;
        3'd2: cr2_o <= cr_data_i;
        3'd4: cr4_o <= cr_data_i;
        default: cr3_o <= cr_data_i;
      endcase
    if (cr2_valid_i) cr2_o <= cr2_i;
    if (task_i) begin
      cr0_o[3] <= 1'b1;
      dr_o[7] <= dr_o[7] & ~DR7_LOCAL;
    end
    if (shadow_valid_i) shadow_o <= shadow_i;
    if (tsc_valid_i) tsc_offset_o <= tsc_offset_i;
    if (halt_i) halted_o <= 1'b1;
    if (unhalt_i) halted_o <= 1'b0;
    if (dr_valid_i)
      unique case (dr_i)
        3'd4, 3'd6: dr_o[6] <= (dr_data_i & DR6_WRITABLE) | DR6_ONES;
        3'd5, 3'd7: dr_o[7] <= (dr_data_i & DR7_WRITABLE) | DR7_ONES;
        default: dr_o[dr_i] <= dr_data_i;
      endcase
    if (dr6_valid_i) dr_o[6] <= dr_o[6] | {16'b0, dr6_i};
    if (gd_clear_i) dr_o[7][13] <= 1'b0;
    if (trap_set_i) trap_o <= 1'b1;
    if (trap_clear_i) trap_o <= 1'b0;
    if (nmi_block_i) begin
      nmi_blocked_o <= 1'b1;
      nmi_pending_o <= 1'b0;
    end
    if (nmi_edge_i) nmi_pending_o <= 1'b1;
    if (nmi_unblock_i) nmi_blocked_o <= 1'b0;
    if (load_valid_i) begin
      for (int i = 0; i < 8; i++) gpr_o[i] <= load_state_i.gpr[i];
      eip_o <= load_state_i.eip;
      eflags_o <= load_state_i.eflags;
      for (int i = 0; i < 6; i++) begin
        selector_o[i] <= load_state_i.seg[i].selector;
        seg_base_o[i] <= load_state_i.seg[i].base;
        seg_limit_o[i] <= load_state_i.seg[i].limit;
        seg_attr_o[i] <= load_state_i.seg[i].attributes;
      end
      selector_o[IDX_LDTR] <= load_state_i.ldtr.selector;
      seg_base_o[IDX_LDTR] <= load_state_i.ldtr.base;
      seg_limit_o[IDX_LDTR] <= load_state_i.ldtr.limit;
      seg_attr_o[IDX_LDTR] <= load_state_i.ldtr.attributes;
      selector_o[IDX_TR] <= load_state_i.tr.selector;
      seg_base_o[IDX_TR] <= load_state_i.tr.base;
      seg_limit_o[IDX_TR] <= load_state_i.tr.limit;
      seg_attr_o[IDX_TR] <= load_state_i.tr.attributes;
      gdt_base_o <= load_state_i.gdtr.base;
      gdt_limit_o <= load_state_i.gdtr.limit;
      idt_base_o <= load_state_i.idtr.base;
      idt_limit_o <= load_state_i.idtr.limit;
      cr0_o <= load_state_i.cr0;
      cr2_o <= load_state_i.cr2;
      cr3_o <= load_state_i.cr3;
      cr4_o <= load_state_i.cr4;
      dr_o <= load_state_i.dr;
      shadow_o <= load_state_i.shadow[1:0];
      halted_o <= load_state_i.halted[0];
      trap_o <= load_state_i.pending_exception[31];
      nmi_blocked_o <= load_state_i.nmi_blocked[0];
      nmi_pending_o <= load_state_i.nmi_pending[0];
      tsc_offset_o <= load_state_i.tsc - cycle_i;
    end
    if (!rst_ni) reset();
  end

endmodule
