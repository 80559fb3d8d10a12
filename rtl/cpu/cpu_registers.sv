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

    cpu_registers_if.registers regs
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
    for (int i = 0; i < 8; i++) regs.gpr[i] <= i == 2 ? component(family_i) : 32'd0;
    regs.eip <= 32'h0000_FFF0;
    regs.eflags <= 32'h0000_0002;
    for (int i = 0; i < 6; i++) begin
      regs.selector[i] <= i == 1 ? 32'hF000 : 32'd0;
      regs.seg_base[i] <= i == 1 ? 32'hFFFF_0000 : 32'd0;
      regs.seg_limit[i] <= 32'h0000_FFFF;
      regs.seg_attr[i] <= i == 1 ? 32'h9B : 32'h93;
    end
    for (int i = 8; i < 10; i++) begin
      regs.selector[i] <= 32'd0;
      regs.seg_base[i] <= 32'd0;
      regs.seg_limit[i] <= 32'h0000_FFFF;
      regs.seg_attr[i] <= i == 8 ? 32'h82 : 32'h8B;
    end
    regs.gdt_base <= 32'd0;
    regs.gdt_limit <= 32'h0000_FFFF;
    regs.idt_base <= 32'd0;
    regs.idt_limit <= 32'h0000_03FF;
    regs.cr0 <= 32'h10;
    regs.cr2 <= 32'd0;
    regs.cr3 <= 32'd0;
    regs.cr4 <= 32'd0;
    regs.dr <= '0;
    regs.dr[6] <= 32'hFFFF_0FF0;
    regs.dr[7] <= 32'h0000_0400;
    regs.shadow <= 2'd0;
    regs.halted <= 1'b0;
    regs.trap <= 1'b0;
    regs.nmi_blocked <= 1'b0;
    regs.nmi_pending <= 1'b0;
    regs.tsc_offset <= -cycle_i;
  endtask

  task automatic unload();
    for (int i = 0; i < 8; i++) state_o.gpr[i] <= regs.gpr[i];
    state_o.eip <= regs.eip;
    state_o.eflags <= regs.eflags;
    for (int i = 0; i < 6; i++) begin
      state_o.seg[i].selector <= regs.selector[i];
      state_o.seg[i].base <= regs.seg_base[i];
      state_o.seg[i].limit <= regs.seg_limit[i];
      state_o.seg[i].attributes <= regs.seg_attr[i];
    end
    state_o.ldtr.selector <= regs.selector[IDX_LDTR];
    state_o.ldtr.base <= regs.seg_base[IDX_LDTR];
    state_o.ldtr.limit <= regs.seg_limit[IDX_LDTR];
    state_o.ldtr.attributes <= regs.seg_attr[IDX_LDTR];
    state_o.tr.selector <= regs.selector[IDX_TR];
    state_o.tr.base <= regs.seg_base[IDX_TR];
    state_o.tr.limit <= regs.seg_limit[IDX_TR];
    state_o.tr.attributes <= regs.seg_attr[IDX_TR];
    state_o.gdtr.base <= regs.gdt_base;
    state_o.gdtr.limit <= regs.gdt_limit;
    state_o.idtr.base <= regs.idt_base;
    state_o.idtr.limit <= regs.idt_limit;
    state_o.cr0 <= regs.cr0;
    state_o.cr2 <= regs.cr2;
    state_o.cr3 <= regs.cr3;
    state_o.cr4 <= regs.cr4;
    state_o.dr <= regs.dr;
    state_o.shadow <= {30'b0, regs.shadow};
    state_o.halted <= {31'b0, regs.halted};
    state_o.pending_exception <= regs.trap ? {24'h800000, VEC_DB} : 32'd0;
    state_o.nmi_blocked <= {31'b0, regs.nmi_blocked};
    state_o.nmi_pending <= {31'b0, regs.nmi_pending};
    state_o.shutdown <= {31'b0, shutdown_i};
    state_o.tsc <= cycle_i + regs.tsc_offset;
  endtask

  assign load_shutdown_o = load_state_i.shutdown[0];

  // A clock of its own: looking at the state is no cycle of the CPU.
  always_ff @(posedge unload_clk_i) unload();

  always_ff @(posedge clk_i) begin
    if (esp_valid_i) regs.gpr[REG_ESP] <= esp_data_i;
    if (esi_valid_i) regs.gpr[REG_ESI] <= esi_data_i;
    if (edi_valid_i) regs.gpr[REG_EDI] <= edi_data_i;
    if (ecx_valid_i) regs.gpr[REG_ECX] <= ecx_data_i;
    if (w0_valid_i)
      unique case (w0_size_i)
        SizeB:
        if (w0_reg_i[2]) regs.gpr[{1'b0, w0_reg_i[1:0]}][15:8] <= w0_data_i[7:0];
        else regs.gpr[w0_reg_i][7:0] <= w0_data_i[7:0];
        SizeW: regs.gpr[w0_reg_i][15:0] <= w0_data_i[15:0];
        default: regs.gpr[w0_reg_i] <= w0_data_i;
      endcase
    if (w1_valid_i)
      unique case (w1_size_i)
        SizeB:
        if (w1_reg_i[2]) regs.gpr[{1'b0, w1_reg_i[1:0]}][15:8] <= w1_data_i[7:0];
        else regs.gpr[w1_reg_i][7:0] <= w1_data_i[7:0];
        SizeW: regs.gpr[w1_reg_i][15:0] <= w1_data_i[15:0];
        default: regs.gpr[w1_reg_i] <= w1_data_i;
      endcase
    if (eip_valid_i) regs.eip <= eip_data_i;
    if (flags_valid_i) regs.eflags <= flags_i;
    if (rf_valid_i) regs.eflags[FL_RF] <= rf_i;
    if (seg_valid_i) begin
      regs.selector[seg_i] <= seg_selector_i;
      regs.seg_base[seg_i] <= seg_base_i;
      if (seg_part_i == SegWhole) begin
        regs.seg_limit[seg_i] <= seg_limit_i;
        regs.seg_attr[seg_i] <= seg_attr_i;
      end
    end
    if (table_valid_i) begin
      if (table_idt_i) begin
        regs.idt_base <= table_base_i;
        regs.idt_limit <= table_limit_i;
      end else begin
        regs.gdt_base <= table_base_i;
        regs.gdt_limit <= table_limit_i;
      end
    end
    if (cr_valid_i)
      unique case (cr_i)
        3'd0: regs.cr0 <= cr_data_i & (family_i == 3'd3 ? CR0_BITS_386 : CR0_BITS) | 32'h10;
        3'd2: regs.cr2 <= cr_data_i;
        3'd4: regs.cr4 <= cr_data_i;
        default: regs.cr3 <= cr_data_i;
      endcase
    if (cr2_valid_i) regs.cr2 <= cr2_i;
    if (task_i) begin
      regs.cr0[3] <= 1'b1;
      regs.dr[7] <= regs.dr[7] & ~DR7_LOCAL;
    end
    if (shadow_valid_i) regs.shadow <= shadow_i;
    if (tsc_valid_i) regs.tsc_offset <= tsc_offset_i;
    if (halt_i) regs.halted <= 1'b1;
    if (unhalt_i) regs.halted <= 1'b0;
    if (dr_valid_i)
      unique case (dr_i)
        3'd4, 3'd6: regs.dr[6] <= (dr_data_i & DR6_WRITABLE) | DR6_ONES;
        3'd5, 3'd7: regs.dr[7] <= (dr_data_i & DR7_WRITABLE) | DR7_ONES;
        default: regs.dr[dr_i] <= dr_data_i;
      endcase
    if (dr6_valid_i) regs.dr[6] <= regs.dr[6] | {16'b0, dr6_i};
    if (gd_clear_i) regs.dr[7][13] <= 1'b0;
    if (trap_set_i) regs.trap <= 1'b1;
    if (trap_clear_i) regs.trap <= 1'b0;
    if (nmi_block_i) begin
      regs.nmi_blocked <= 1'b1;
      regs.nmi_pending <= 1'b0;
    end
    if (nmi_edge_i) regs.nmi_pending <= 1'b1;
    if (nmi_unblock_i) regs.nmi_blocked <= 1'b0;
    if (load_valid_i) begin
      for (int i = 0; i < 8; i++) regs.gpr[i] <= load_state_i.gpr[i];
      regs.eip <= load_state_i.eip;
      regs.eflags <= load_state_i.eflags;
      for (int i = 0; i < 6; i++) begin
        regs.selector[i] <= load_state_i.seg[i].selector;
        regs.seg_base[i] <= load_state_i.seg[i].base;
        regs.seg_limit[i] <= load_state_i.seg[i].limit;
        regs.seg_attr[i] <= load_state_i.seg[i].attributes;
      end
      regs.selector[IDX_LDTR] <= load_state_i.ldtr.selector;
      regs.seg_base[IDX_LDTR] <= load_state_i.ldtr.base;
      regs.seg_limit[IDX_LDTR] <= load_state_i.ldtr.limit;
      regs.seg_attr[IDX_LDTR] <= load_state_i.ldtr.attributes;
      regs.selector[IDX_TR] <= load_state_i.tr.selector;
      regs.seg_base[IDX_TR] <= load_state_i.tr.base;
      regs.seg_limit[IDX_TR] <= load_state_i.tr.limit;
      regs.seg_attr[IDX_TR] <= load_state_i.tr.attributes;
      regs.gdt_base <= load_state_i.gdtr.base;
      regs.gdt_limit <= load_state_i.gdtr.limit;
      regs.idt_base <= load_state_i.idtr.base;
      regs.idt_limit <= load_state_i.idtr.limit;
      regs.cr0 <= load_state_i.cr0;
      regs.cr2 <= load_state_i.cr2;
      regs.cr3 <= load_state_i.cr3;
      regs.cr4 <= load_state_i.cr4;
      regs.dr <= load_state_i.dr;
      regs.shadow <= load_state_i.shadow[1:0];
      regs.halted <= load_state_i.halted[0];
      regs.trap <= load_state_i.pending_exception[31];
      regs.nmi_blocked <= load_state_i.nmi_blocked[0];
      regs.nmi_pending <= load_state_i.nmi_pending[0];
      regs.tsc_offset <= load_state_i.tsc - cycle_i;
    end
    if (!rst_ni) reset();
  end

endmodule
