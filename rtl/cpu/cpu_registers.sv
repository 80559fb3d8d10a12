// Architectural registers. Writers are execute and the sequencer, never both in one cycle; the pipeline
// control selects. Within a cycle the stack pointer is written first and general registers after it, so
// that POP ESP and LEAVE get the popped value.
module cpu_registers
  import cpu_pkg::*;
  import cpu_state_pkg::*;
(
    input logic clk_i,
    input logic rst_ni,

    // load and unload port
    input  logic       load_valid_i,
    input  cpu_state_t load_state_i,
    input  logic       unload_i,
    output cpu_state_t state_o,       // as of the last edge with unload_i

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
    input logic [ 2:0] seg_i,
    input logic        seg_real_i,      // keep limit and attributes
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
    input logic        shadow_valid_i,
    input logic [ 1:0] shadow_i,
    input logic        halt_i,
    input logic        unhalt_i,

    output logic [31:0] gpr_o[8],
    output logic [31:0] eip_o,
    output logic [31:0] eflags_o,
    output logic [31:0] selector_o[8],
    output logic [31:0] seg_base_o[8],
    output logic [31:0] seg_limit_o[8],
    output logic [31:0] seg_attr_o[8],
    output logic [31:0] ldt_base_o,
    output logic [31:0] ldt_limit_o,
    output logic [31:0] ldt_attr_o,
    output logic [31:0] gdt_base_o,
    output logic [31:0] gdt_limit_o,
    output logic [31:0] idt_base_o,
    output logic [31:0] idt_limit_o,
    output logic [31:0] cr0_o,
    output logic [31:0] cr2_o,
    output logic [31:0] cr3_o,
    output logic [ 1:0] shadow_o,
    output logic        halted_o
);

  // Loaded and unloaded, but not used by the instructions this core executes.
  segment_state_t   ldtr_q;
  segment_state_t   tr_q;
  logic [31:0]      cr4_q;
  logic [7:0][31:0] dr_q;
  logic [31:0]      pending_q;
  logic [63:0]      tsc_q;

  assign ldt_base_o  = ldtr_q.base;
  assign ldt_limit_o = ldtr_q.limit;
  assign ldt_attr_o  = ldtr_q.attributes;

  // State after RESET (386 Programmer's Reference Manual, 10.1).
  function automatic cpu_state_t reset_state();
    cpu_state_t s;
    s = '0;
    s.gpr[REG_EDX] = 32'h0000_0303;
    s.eip = 32'h0000_FFF0;
    s.eflags = 32'h0000_0002;
    for (int i = 0; i < 6; i++) begin
      s.seg[i].limit = 32'h0000_FFFF;
      s.seg[i].attributes = 32'h93;
    end
    s.seg[SegCs].selector = 32'hF000;
    s.seg[SegCs].base = 32'hFFFF_0000;
    s.seg[SegCs].attributes = 32'h9B;
    s.ldtr.limit = 32'h0000_FFFF;
    s.ldtr.attributes = 32'h82;
    s.tr.limit = 32'h0000_FFFF;
    s.tr.attributes = 32'h8B;
    s.gdtr.limit = 32'h0000_FFFF;
    s.idtr.limit = 32'h0000_03FF;
    s.cr0 = 32'h10;
    s.dr[6] = 32'hFFFF_0FF0;
    s.dr[7] = 32'h0000_0400;
    return s;
  endfunction

  task automatic load(cpu_state_t s);
    for (int i = 0; i < 8; i++) gpr_o[i] <= s.gpr[i];
    eip_o <= s.eip;
    eflags_o <= s.eflags;
    for (int i = 0; i < 6; i++) begin
      selector_o[i] <= s.seg[i].selector;
      seg_base_o[i] <= s.seg[i].base;
      seg_limit_o[i] <= s.seg[i].limit;
      seg_attr_o[i] <= s.seg[i].attributes;
    end
    ldtr_q <= s.ldtr;
    tr_q <= s.tr;
    gdt_base_o <= s.gdtr.base;
    gdt_limit_o <= s.gdtr.limit;
    idt_base_o <= s.idtr.base;
    idt_limit_o <= s.idtr.limit;
    cr0_o <= s.cr0;
    cr2_o <= s.cr2;
    cr3_o <= s.cr3;
    cr4_q <= s.cr4;
    dr_q <= s.dr;
    shadow_o <= s.shadow[1:0];
    halted_o <= s.halted[0];
    pending_q <= s.pending_exception;
    tsc_q <= s.tsc;
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
    state_o.ldtr <= ldtr_q;
    state_o.tr <= tr_q;
    state_o.gdtr.base <= gdt_base_o;
    state_o.gdtr.limit <= gdt_limit_o;
    state_o.idtr.base <= idt_base_o;
    state_o.idtr.limit <= idt_limit_o;
    state_o.cr0 <= cr0_o;
    state_o.cr2 <= cr2_o;
    state_o.cr3 <= cr3_o;
    state_o.cr4 <= cr4_q;
    state_o.dr <= dr_q;
    state_o.shadow <= {30'b0, shadow_o};
    state_o.halted <= {31'b0, halted_o};
    state_o.pending_exception <= pending_q;
    state_o.tsc <= tsc_q;
  endtask

  always_ff @(posedge clk_i) begin
    if (unload_i) unload();
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
    if (seg_valid_i) begin
      selector_o[seg_i] <= seg_selector_i;
      seg_base_o[seg_i] <= seg_base_i;
      if (!seg_real_i) begin
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
        3'd0: cr0_o <= (cr_data_i & 32'h8000_000F) | 32'h10;  // ET is wired to one
        3'd2: cr2_o <= cr_data_i;
        default: cr3_o <= cr_data_i & 32'hFFFF_F000;
      endcase
    if (shadow_valid_i) shadow_o <= shadow_i;
    if (halt_i) halted_o <= 1'b1;
    if (unhalt_i) halted_o <= 1'b0;
    if (load_valid_i) load(load_state_i);
    if (!rst_ni) load(reset_state());
  end

endmodule
