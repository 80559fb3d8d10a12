// Architectural registers, and the write-back into them at the end of the cycle in which something becomes real.
// Writers are execute and the sequencer, never both in one cycle. Within a cycle the stack pointer is written first
// and general registers after it, so that POP ESP and LEAVE get the popped value.
module cpu_registers
  import cpu_pkg::*;
  import cpu_identity_pkg::*;
  import cpu_state_pkg::*;
(
    input logic clk_i,
    input logic rst_ni,

    // strap, which does not change outside reset
    input logic [2:0] family_i,

    // from the platform
    /* verilator tracing_off */ input logic [63:0] cycle_i, /* verilator tracing_on */  // waves have it once

    // load and unload port
    input  logic       load_valid_i,
    /* verilator tracing_off */ input cpu_state_t load_state_i,  // waves have the registers themselves
    input  logic       unload_clk_i,
    output cpu_state_t state_o,       /* verilator tracing_on */  // as of the last edge of unload_clk_i
    output logic       load_shutdown_o,  // what is loaded is a shutdown; the sequencer keeps that

    // from execute and the sequencer
    cpu_execute_if.reader   ex,
    cpu_sequencer_if.reader seq,
    cpu_stage_if.reader     x,
    cpu_redirect_if.reader  redirect,
    input logic             retire_i,

    // from the paging unit: page faults
    input logic        cr2_valid_i,
    input logic [31:0] cr2_i,

    // from events and debugging
    cpu_events_if.reader events,
    input logic        trap_set_i,  // a debug trap is due
    input logic [15:0] dr6_i,       // bits it sets in DR6, or a breakpoint that is taken
    input logic        nmi_edge_i,  // at the pin

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
    for (int i = 0; i < 8; i++) regs.gpr[i] = i == 2 ? component(regs.family) : 32'd0;
    regs.eip <= 32'h0000_FFF0;
    regs.eflags <= 32'h0000_0002;
    for (int i = 0; i < 6; i++) begin
      regs.selector[i] = i == 1 ? 32'hF000 : 32'd0;
      regs.seg_base[i] = i == 1 ? 32'hFFFF_0000 : 32'd0;
      regs.seg_limit[i] = 32'h0000_FFFF;
      regs.seg_attr[i] = i == 1 ? 32'h9B : 32'h93;
    end
    for (int i = 8; i < 10; i++) begin
      regs.selector[i] = 32'd0;
      regs.seg_base[i] = 32'd0;
      regs.seg_limit[i] = 32'h0000_FFFF;
      regs.seg_attr[i] = i == 8 ? 32'h82 : 32'h8B;
    end
    regs.gdt_base <= 32'd0;
    regs.gdt_limit <= 32'h0000_FFFF;
    regs.idt_base <= 32'd0;
    regs.idt_limit <= 32'h0000_03FF;
    regs.cr0 <= 32'h10;
    regs.cr2 <= 32'd0;
    regs.cr3 <= 32'd0;
    regs.cr4 <= 32'd0;
    regs.dr = '0;
    regs.dr[6] = 32'hFFFF_0FF0;
    regs.dr[7] = 32'h0000_0400;
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
    state_o.shutdown <= {31'b0, seq.shutdown};
    state_o.tsc <= cycle_i + regs.tsc_offset;
  endtask

  logic has_486_q;
  logic has_586_q;

  // ---- who writes
  logic        w0_valid;
  logic [ 2:0] w0_reg;
  size_e       w0_size;
  logic [31:0] w0_data;
  logic        w1_valid;
  logic        esp_valid;
  logic [31:0] esp_data;
  logic        eip_valid;
  logic [31:0] eip_data;
  logic        flags_valid;
  logic [31:0] flags_data;
  logic        rf_valid;    // something ends that has not loaded RF
  logic        dr6_valid;
  logic [15:0] dr6_data;

  assign w0_valid = (ex.done && ex.w0_valid) || seq.w_valid;
  assign w0_reg = seq.active ? seq.w_reg : ex.w0_reg;
  assign w0_size = seq.active ? seq.w_size : ex.w0_size;
  assign w0_data = seq.active ? seq.w_data : ex.w0_data;
  assign w1_valid = ex.done && ex.w1_valid;
  assign esp_valid = (ex.done && ex.esp_valid) || seq.esp_valid;
  assign esp_data = seq.active ? seq.esp_data : ex.esp_data;
  assign eip_valid = (retire_i && !seq.partial) || seq.eip_valid;
  assign eip_data = redirect.valid ? redirect.eip : seq.eip_valid ? seq.target : ex.next_eip;
  assign flags_valid = (ex.done && ex.flags_valid) || seq.flags_valid;
  assign flags_data = seq.active ? seq.flags : ex.flags;
  assign rf_valid = ex.done || (seq.done && !seq.rf_loaded);
  assign dr6_valid = trap_set_i || (events.trap && !regs.trap) || seq.gd_fault;
  assign dr6_data = seq.gd_fault ? 16'h2000 : dr6_i;

  // ---- modes
  assign regs.has_486 = has_486_q;
  assign regs.has_586 = has_586_q;
  assign regs.cpl = regs.seg_attr[IDX_SS][6:5];
  assign regs.user = regs.cpl == 2'd3;
  assign regs.real_rules = !regs.cr0[0] || regs.eflags[FL_VM];
  assign regs.align_armed = regs.cr0[18] && regs.user && regs.family >= 3'd4;
  assign regs.align_checked = regs.align_armed && regs.eflags[FL_AC];

  assign load_shutdown_o = load_state_i.shutdown[0];

  // A clock of its own: looking at the state is no cycle of the CPU.
  always_ff @(posedge unload_clk_i) unload();

  // Arrays of registers are written in place (=), so that the simulator keeps no list of pending writes for each of the
  // many places. Nobody else reads them at an edge at which they are written: the sequencer's parts and retirement read
  // segment registers where a sequence begins, in steps that load none, and behind what goes on in the same segment.
  always_ff @(posedge clk_i) begin
    regs.family <= family_i;
    has_486_q <= family_i >= 3'd4;
    has_586_q <= family_i >= 3'd5;
    regs.cycle <= cycle_i;
    if (esp_valid) regs.gpr[REG_ESP] = esp_data;
    if (seq.esi_valid) regs.gpr[REG_ESI] = seq.esi_data;
    if (seq.edi_valid) regs.gpr[REG_EDI] = seq.edi_data;
    if (seq.ecx_valid) regs.gpr[REG_ECX] = seq.ecx_data;
    if (w0_valid)
      unique case (w0_size)
        SizeB:
        if (w0_reg[2]) regs.gpr[{1'b0, w0_reg[1:0]}][15:8] = w0_data[7:0];
        else regs.gpr[w0_reg][7:0] = w0_data[7:0];
        SizeW: regs.gpr[w0_reg][15:0] = w0_data[15:0];
        default: regs.gpr[w0_reg] = w0_data;
      endcase
    if (w1_valid)
      unique case (ex.w1_size)
        SizeB:
        if (ex.w1_reg[2]) regs.gpr[{1'b0, ex.w1_reg[1:0]}][15:8] = ex.w1_data[7:0];
        else regs.gpr[ex.w1_reg][7:0] = ex.w1_data[7:0];
        SizeW: regs.gpr[ex.w1_reg][15:0] = ex.w1_data[15:0];
        default: regs.gpr[ex.w1_reg] = ex.w1_data;
      endcase
    if (eip_valid) regs.eip <= eip_data;
    if (flags_valid) regs.eflags <= flags_data;
    if (rf_valid) regs.eflags[FL_RF] <= seq.partial;
    if (seq.seg_valid) begin
      regs.selector[seq.seg] = seq.seg_selector;
      regs.seg_base[seq.seg] = seq.seg_base;
      if (seq.seg_part == SegWhole) begin
        regs.seg_limit[seq.seg] = seq.seg_limit;
        regs.seg_attr[seq.seg] = seq.seg_attr;
      end
    end
    if (seq.table_valid) begin
      if (seq.table_idt) begin
        regs.idt_base <= seq.table_base;
        regs.idt_limit <= seq.table_limit;
      end else begin
        regs.gdt_base <= seq.table_base;
        regs.gdt_limit <= seq.table_limit;
      end
    end
    if (seq.cr_valid)
      unique case (seq.cr)
        3'd0: regs.cr0 <= seq.cr_data & (regs.family == 3'd3 ? CR0_BITS_386 : CR0_BITS) | 32'h10;
        3'd2: regs.cr2 <= seq.cr_data;
        3'd4: regs.cr4 <= seq.cr_data;
        default: regs.cr3 <= seq.cr_data;
      endcase
    if (cr2_valid_i) regs.cr2 <= cr2_i;
    if (seq.task_switch) begin
      regs.cr0[3] <= 1'b1;
      regs.dr[7] = regs.dr[7] & ~DR7_LOCAL;
    end
    if (retire_i) regs.shadow <= seq.mov_ss_shadow ? 2'd2 : ex.done && ex.sti_shadow ? 2'd1 : 2'd0;
    if (ex.done && ex.tsc_valid) regs.tsc_offset <= ex.tsc_offset;
    if (seq.halt) regs.halted <= 1'b1;
    if (events.external || events.trap) regs.halted <= 1'b0;
    if (seq.dr_valid)
      unique case (x.ctl.cond[2:0])
        3'd4, 3'd6: regs.dr[6] = (regs.gpr[x.ctl.rm] & DR6_WRITABLE) | DR6_ONES;
        3'd5, 3'd7: regs.dr[7] = (regs.gpr[x.ctl.rm] & DR7_WRITABLE) | DR7_ONES;
        default: regs.dr[x.ctl.cond[2:0]] = regs.gpr[x.ctl.rm];
      endcase
    if (dr6_valid) regs.dr[6] = regs.dr[6] | {16'b0, dr6_data};
    if (seq.gd_clear) regs.dr[7][13] = 1'b0;
    if (trap_set_i) regs.trap <= 1'b1;
    if (events.trap) regs.trap <= 1'b0;
    if (events.nmi) begin
      regs.nmi_blocked <= 1'b1;
      regs.nmi_pending <= 1'b0;
    end
    if (nmi_edge_i) regs.nmi_pending <= 1'b1;
    if (seq.nmi_unblock) regs.nmi_blocked <= 1'b0;
    if (load_valid_i) begin
      for (int i = 0; i < 8; i++) regs.gpr[i] = load_state_i.gpr[i];
      regs.eip <= load_state_i.eip;
      regs.eflags <= load_state_i.eflags;
      for (int i = 0; i < 6; i++) begin
        regs.selector[i] = load_state_i.seg[i].selector;
        regs.seg_base[i] = load_state_i.seg[i].base;
        regs.seg_limit[i] = load_state_i.seg[i].limit;
        regs.seg_attr[i] = load_state_i.seg[i].attributes;
      end
      regs.selector[IDX_LDTR] = load_state_i.ldtr.selector;
      regs.seg_base[IDX_LDTR] = load_state_i.ldtr.base;
      regs.seg_limit[IDX_LDTR] = load_state_i.ldtr.limit;
      regs.seg_attr[IDX_LDTR] = load_state_i.ldtr.attributes;
      regs.selector[IDX_TR] = load_state_i.tr.selector;
      regs.seg_base[IDX_TR] = load_state_i.tr.base;
      regs.seg_limit[IDX_TR] = load_state_i.tr.limit;
      regs.seg_attr[IDX_TR] = load_state_i.tr.attributes;
      regs.gdt_base <= load_state_i.gdtr.base;
      regs.gdt_limit <= load_state_i.gdtr.limit;
      regs.idt_base <= load_state_i.idtr.base;
      regs.idt_limit <= load_state_i.idtr.limit;
      regs.cr0 <= load_state_i.cr0;
      regs.cr2 <= load_state_i.cr2;
      regs.cr3 <= load_state_i.cr3;
      regs.cr4 <= load_state_i.cr4;
      regs.dr = load_state_i.dr;
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
