// strata86 CPU: an in-order pipelined IA-32 processor of the 486 class.
//
//   prefetch -> decode -> address -> memory -> execute -> retire
//                                                 \-> microcode sequencer for what is not simple
//
// An instruction becomes real in execute, in order; registers and flags are written at the end of it, the
// retirement record appears two edges later. Faults found earlier travel with their instruction to execute.
// The pipeline control below decides only who may move; what each stage does is in its own module.
// Debug traps, NMIs and external interrupts are taken between instructions, and between iterations of
// repeated string instructions.
module cpu
  import cpu_pkg::*;
  import cpu_state_pkg::*;
(
    input logic clk_i,
    input logic rst_ni,

    // bus master (Wishbone B4)
    output logic        wb_cyc_o,
    output logic        wb_stb_o,
    output logic        wb_lock_o,  // with wb_cyc_o: a locked instruction is between its accesses
    output logic        wb_we_o,
    output logic [31:2] wb_adr_o,
    output logic [ 3:0] wb_sel_o,
    output logic [31:0] wb_dat_o,
    output logic [ 1:0] wb_tga_o,   // 0 memory, 1 I/O, 2 interrupt acknowledge
    output logic [ 2:0] wb_cti_o,
    output logic [ 1:0] wb_bte_o,
    input  logic        wb_ack_i,
    input  logic [31:0] wb_dat_i,

    // from the bus: another master has stored into memory
    input logic        snoop_i,
    input logic [31:4] snoop_line_i,

    // from the interrupt controller
    input logic intr_i,
    input logic nmi_i,              // a rising edge asks for an NMI

    // strap: which processor this is; 3, 4 or 5 for 386, 486, 586 (models/isa/cpu_family.h). Does not change
    // outside reset.
    input logic [2:0] family_i,

    // cycles since power on: what the time stamp counter counts, also while the CPU is not clocked
    /* verilator tracing_off */ input logic [63:0] cycle_i, /* verilator tracing_on */  // waves have it once

    // load and unload port
    input  logic       load_valid_i,
    /* verilator tracing_off */ input cpu_state_t load_state_i,  // waves have the registers themselves
    input  logic       unload_clk_i,  // its rising edge fills state_o; may come alone or with clk_i's
    output cpu_state_t state_o,  /* verilator tracing_on */

    // drain request: stops at the next instruction boundary, and goes on when it ends as if nothing had been.
    // drained_o: stopped there, bus quiet; state_o is the state, or another may be loaded.
    input  logic drain_i,
    output logic drained_o,

    // retirement port; with unload_clk_i at each edge, state_o is the state right after the instruction reported
    output logic        retire_valid_o,
    output logic [ 1:0] retire_kind_o,     // 0 instruction, 1 exception, 2 interrupt
    output logic        retire_partial_o,  // an iteration of a string instruction, more to come
    output logic [ 7:0] retire_vector_o,
    output logic [31:0] retire_error_o,
    output logic [ 3:0] retire_length_o,   // bytes
    output logic [31:0] retire_eip_o,
    output logic [31:0] retire_linear_o,
    output logic [31:0] retire_next_eip_o,
    output logic [31:0] retire_eflags_o,
    output logic        retire_nmi_o,      // the event is an NMI, or the fault or shutdown its delivery ended in

    // to whoever counts cycles
    input  logic       count_i,
    output logic [3:0] cause_o,  // cycle_cause_e of the latest cycle, while count_i

    // to the clock control
    output logic idle_o,     // halted or shut down, bus quiet: nothing changes until an interrupt
    output logic shutdown_o  // triple fault
);

  // ---- architectural registers
  cpu_registers_if regs ();
  logic        real_rules;  // real or virtual-8086 mode

  logic [ 2:0] family_q;
  logic        has_486_q, has_586_q;
  /* verilator tracing_off */ logic [63:0] cycle_q; /* verilator tracing_on */

  // ---- pipeline control
  logic        intr_q, drain_q;
  logic        boot_q;          // start fetching at CS:EIP: after reset, a load, a store into code fetched already
  logic        store_hit;       // such a store
  logic        stale_q;         // there was one, of what has not retired yet
  logic        walking;         // a page table walk is under way
  logic        interrupt_due;   // as soon as no load is under way
  logic        held_q;          // a drain request stopped here: one instruction at a time until the next has retired
  logic        at_boundary;     // nothing of the next instruction has happened, and it waits
  logic        take_interrupt;
  logic        redirect;
  logic [31:0] redirect_eip, redirect_linear;
  logic        retire;          // something becomes real in this cycle

  // ---- prefetch and bus unit
  logic [63:0] window_lo, window_hi;
  logic [ 5:0] available;
  logic [ 3:0] consume;
  logic        f_valid, f_ready, f_beat, f_last;
  logic [31:0] f_linear, f_data;
  logic        b_valid, b_write, b_walk, b_split, b_ready;
  logic [ 1:0] b_space;
  logic [31:0] b_addr, b_wdata;
  logic [31:12] b_high;
  size_e       b_size;
  logic        bf_valid, bf_ready;
  logic [31:2] bf_addr;

  // ---- paging unit
  logic        user;              // CPL 3
  logic        d_lookup, d_valid, d_write, d_rmw, d_user;
  logic        d_ready, d_fault, d_committed, d_done;
  logic [ 1:0] d_space;
  logic [31:0] d_linear, d_wdata, d_rdata;
  size_e       d_size;
  logic        f_needed, f_walking, f_fault;
  logic        fetch_walked_q;    // interrupts wait until the instruction fetched retires
  logic [31:0] page_error;
  logic        cr2_valid;
  logic [31:0] cr2_new;
  logic        flush_all, flush_local, flush_page;

  // ---- decode and address stages
  logic        dec_valid;
  ctl_t        dec_ctl;
  agu_t        dec_agu;
  logic [31:0] dec_next_eip, dec_disp, dec_imm;
  logic [15:0] dec_imm2;
  logic        dec_starved;
  logic        addr_stall;
  logic [31:0] addr_offset, addr_linear;
  logic        addr_violation;
  logic        addr_move;       // decode's instruction goes to the memory stage

  // ---- memory stage
  logic        m_valid_q;
  ctl_t        m_ctl_q;
  logic [31:0] m_next_eip_q, m_imm_q, m_offset_q, m_linear_q;
  logic [15:0] m_imm2_q, x_imm2_q;
  logic        m_violation_q, m_issued_q;
  logic        m_loads;         // there is something to read
  logic        m_wants;         // its load is not on the way yet
  logic        m_issue;
  logic        m_complete;
  logic        m_move;
  logic        locked;          // between the first and the last access of a locked instruction

  // ---- execute stage
  logic        x_valid_q;
  ctl_t        x_ctl_q;
  logic [31:0] x_next_eip_q, x_imm_q, x_offset_q, x_linear_q, x_mem_q;
  logic        x_violation_q, x_page_fault_q;
  logic        x_execute, x_leaves, x_free;
  logic        ex_done, ex_fault;
  logic [ 7:0] ex_vector;
  logic        ex_w0_valid, ex_w1_valid, ex_esp_valid, ex_flags_valid, ex_sti_shadow;
  logic [ 2:0] ex_w0_reg, ex_w1_reg;
  size_e       ex_w0_size, ex_w1_size;
  logic [31:0] ex_w0_data, ex_w1_data, ex_esp_data, ex_flags;
  logic        ex_branch, ex_tsc_valid, ex_store;
  logic [31:0] ex_target;
  logic [63:0] ex_tsc_offset;
  logic [31:0] ex_store_addr, ex_store_data;
  size_e       ex_store_size;

  // ---- sequencer
  logic        load_shutdown, seq_active, seq_start, seq_raise;
  logic [ 7:0] seq_raise_vector;
  logic        seq_w_valid, seq_esp_valid, seq_esi_valid, seq_edi_valid, seq_ecx_valid;
  logic [ 2:0] seq_w_reg;
  size_e       seq_w_size;
  logic [31:0] seq_w_data, seq_esp_data, seq_esi_data, seq_edi_data, seq_ecx_data;
  logic        seq_waits;
  logic        seq_eip_valid;   // a task switch goes on in the new task
  logic        seq_flags_valid;
  logic [31:0] seq_flags;
  logic        seg_valid;
  seg_part_e   seg_part;
  logic [ 3:0] seg_index;
  logic [31:0] seg_new_selector, seg_new_base, seg_new_limit, seg_new_attr;
  logic        table_valid, table_idt;
  logic [31:0] table_base, table_limit;
  logic        cr_valid;
  logic [ 2:0] cr_index;
  logic [31:0] cr_data;
  logic        seq_halt, seq_task;
  logic        seq_d_valid, seq_d_write, seq_d_probe, seq_d_user;
  logic [ 1:0] seq_d_space;
  logic [31:0] seq_d_addr, seq_d_wdata;
  size_e       seq_d_size;
  logic        seq_done, seq_partial, seq_rf_loaded, seq_jump, seq_mov_ss_shadow;
  logic [31:0] seq_target;
  logic        seq_no_trap, seq_task_trap, seq_int1, seq_gd_fault, seq_gd_clear, seq_nmi_unblock, seq_dr_valid, seq_d_watch;

  // ---- debugging and NMI
  logic             armed;
  logic             code_due;        // the next instruction meets a breakpoint
  logic        nmi_due, nmi_edge;
  logic        take_trap, trap_set;
  logic [15:0]      dr6_bits;
  logic             align_armed;     // operands may be checked for alignment
  logic             m_misaligned;
  logic             x_misaligned_q;
  logic             careful;         // one instruction at a time
  logic [ 1:0] seq_kind;
  logic [ 7:0] seq_vector;
  logic [31:0] seq_error;

  cpu_bus_unit u_bus (
      .clk_i,
      .rst_ni,
      .load_valid_i,
      .d_valid_i(b_valid),
      .d_write_i(b_write),
      .d_walk_i (b_walk),
      .d_space_i(b_space),
      .d_addr_i (b_addr),
      .d_split_i(b_split),
      .d_high_i (b_high),
      .d_size_i (b_size),
      .d_wdata_i(b_wdata),
      .locked_i (locked),
      .d_ready_o(b_ready),
      .d_done_o (d_done),
      .d_rdata_o(d_rdata),
      .f_valid_i(bf_valid),
      .f_addr_i (bf_addr),
      .f_ready_o(bf_ready),
      .f_beat_o (f_beat),
      .f_last_o (f_last),
      .f_data_o (f_data),
      .wb_cyc_o,
      .wb_stb_o,
      .wb_lock_o,
      .wb_we_o,
      .wb_adr_o,
      .wb_sel_o,
      .wb_dat_o,
      .wb_tga_o,
      .wb_cti_o,
      .wb_bte_o,
      .wb_ack_i,
      .wb_dat_i
  );

  cpu_paging_unit u_paging (
      .clk_i,
      .rst_ni,
      .load_valid_i,
      .paging_i       (regs.cr0[31]),
      .wp_i           (regs.cr0[16] && has_486_q),
      .pse_i          (regs.cr4[4]),
      .pge_i          (regs.cr4[7]),
      .directory_i    (regs.cr3[31:12]),
      .flush_all_i    (flush_all),
      .flush_local_i  (flush_local),
      .flush_page_i   (flush_page),
      .flush_address_i(x_linear_q[31:12]),
      .d_lookup_i     (d_lookup),
      .d_valid_i      (d_valid),
      .d_write_i      (d_write),
      .d_rmw_i        (d_rmw),
      .d_probe_i      (seq_d_probe),
      .d_user_i       (d_user),
      .d_space_i      (d_space),
      .d_linear_i     (d_linear),
      .d_size_i       (d_size),
      .d_wdata_i      (d_wdata),
      .d_ready_o      (d_ready),
      .d_fault_o      (d_fault),
      .d_committed_o  (d_committed),
      .error_o        (page_error),
      .cr2_valid_o    (cr2_valid),
      .cr2_o          (cr2_new),
      .forget_i       (redirect),
      .snoop_i,
      .snoop_line_i,
      .store_hit_o    (store_hit),
      .f_valid_i      (f_valid && !(seq_done && (regs.cr0[31] || cr_valid))),
      .f_linear_i     (f_linear),
      .f_ready_o      (f_ready),
      .f_needed_i     (f_needed),
      .f_user_i       (user),
      .walking_o    (walking),
      .f_walking_o    (f_walking),
      .f_fault_o      (f_fault),
      .b_valid_o      (b_valid),
      .b_write_o      (b_write),
      .b_walk_o       (b_walk),
      .b_space_o      (b_space),
      .b_addr_o       (b_addr),
      .b_split_o      (b_split),
      .b_high_o       (b_high),
      .b_size_o       (b_size),
      .b_wdata_o      (b_wdata),
      .b_ready_i      (b_ready),
      .b_done_i       (d_done),
      .b_rdata_i      (d_rdata),
      .bf_valid_o     (bf_valid),
      .bf_addr_o      (bf_addr),
      .bf_ready_i     (bf_ready)
  );

  cpu_prefetch u_prefetch (
      .clk_i,
      .rst_ni,
      .load_valid_i,
      .redirect_i       (redirect),
      .redirect_linear_i(redirect_linear),
      .window_lo_o      (window_lo),
      .window_hi_o      (window_hi),
      .available_o      (available),
      .consume_i        (consume),
      .f_valid_o        (f_valid),
      .f_linear_o       (f_linear),
      .f_ready_i        (f_ready),
      .f_beat_i         (f_beat),
      .f_last_i         (f_last),
      .f_data_i         (f_data)
  );

  cpu_decode u_decode (
      .clk_i,
      .rst_ni,
      .window_lo_i   (window_lo),
      .window_hi_i   (window_hi),
      .available_i   (available),
      .consume_o     (consume),
      .paging_i      (regs.cr0[31]),
      .starved_o     (dec_starved),
      .fetch_fault_i (f_fault),
      .redirect_i    (redirect),
      .redirect_eip_i(redirect_eip),
      .hold_i        (regs.halted || shutdown_o || boot_q),
      .has_486_i     (has_486_q),
      .has_586_i     (has_586_q),
      .code32_i      (regs.seg_attr[IDX_CS][14]),
      .cs_limit_i    (regs.seg_limit[IDX_CS]),
      .fpu_trap_i    (regs.cr0[2] || regs.cr0[3]),
      .wait_trap_i   (regs.cr0[1] && regs.cr0[3]),
      .level0_i      (regs.seg_attr[IDX_SS][6:5] == 2'd0),
      .io_level_i    (regs.seg_attr[IDX_SS][6:5] <= regs.eflags[13:12]),
      .real_rules_i  (real_rules),
      .debug_extensions_i(regs.cr4[3]),
      .vm_trap_i     (regs.cr0[0] && regs.eflags[FL_VM] && regs.eflags[13:12] != 2'd3),
      .tsc_trap_i    (regs.cr4[2] && regs.seg_attr[IDX_SS][6:5] != 2'd0),
      .ready_i       (addr_move),
      .valid_o       (dec_valid),
      .ctl_o         (dec_ctl),
      .agu_o         (dec_agu),
      .next_eip_o    (dec_next_eip),
      .disp_o        (dec_disp),
      .imm_o         (dec_imm),
      .imm2_o        (dec_imm2)
  );

  cpu_address u_address (
      .regs,
      .valid_i          (dec_valid),
      .ctl_i            (dec_ctl),
      .agu_i            (dec_agu),
      .disp_i           (dec_disp),
      .protected_mode_i (regs.cr0[0]),
      .pending_i        ((m_valid_q ? m_ctl_q.wmask : 8'd0) | (x_valid_q ? x_ctl_q.wmask : 8'd0)),
      .microcode_ahead_i((m_valid_q && m_ctl_q.op == OpMicrocode) ||
                         (x_valid_q && x_ctl_q.op == OpMicrocode)),
      .stall_o          (addr_stall),
      .offset_o         (addr_offset),
      .linear_o         (addr_linear),
      .violation_o      (addr_violation)
  );

  cpu_execute u_execute (
      .regs,
      .clk_i,
      .rst_ni,
      .valid_i      (x_execute),
      .ctl_i        (x_ctl_q),
      .next_eip_i   (x_next_eip_q),
      .imm_i        (x_imm_q),
      .offset_i     (x_offset_q),
      .linear_i     (x_linear_q),
      .mem_i        (x_mem_q),
      .cs_limit_i   (regs.seg_limit[IDX_CS]),
      .ss_base_i    (regs.seg_base[IDX_SS]),
      .ss_limit_i   (regs.seg_limit[IDX_SS]),
      .ss_attr_i    (regs.seg_attr[IDX_SS]),
      .has_486_i    (has_486_q),
      .cycle_i      (cycle_q),
      .done_o       (ex_done),
      .fault_o      (ex_fault),
      .vector_o     (ex_vector),
      .w0_valid_o   (ex_w0_valid),
      .w0_reg_o     (ex_w0_reg),
      .w0_size_o    (ex_w0_size),
      .w0_data_o    (ex_w0_data),
      .w1_valid_o   (ex_w1_valid),
      .w1_reg_o     (ex_w1_reg),
      .w1_size_o    (ex_w1_size),
      .w1_data_o    (ex_w1_data),
      .esp_valid_o  (ex_esp_valid),
      .esp_data_o   (ex_esp_data),
      .flags_valid_o(ex_flags_valid),
      .flags_o      (ex_flags),
      .sti_shadow_o (ex_sti_shadow),
      .tsc_valid_o  (ex_tsc_valid),
      .tsc_offset_o (ex_tsc_offset),
      .branch_o     (ex_branch),
      .target_o     (ex_target),
      .store_o      (ex_store),
      .store_addr_o (ex_store_addr),
      .store_size_o (ex_store_size),
      .store_data_o (ex_store_data),
      .align_i      (align_armed && regs.eflags[FL_AC]),
      .store_ready_i(d_ready)
  );

  cpu_sequencer u_sequencer (
      .regs,
      .clk_i,
      .rst_ni,
      .family_i       (family_q),
      .load_valid_i,
      .load_shutdown_i(load_shutdown),
      .start_i        (seq_start),
      .interrupt_i    (take_interrupt && !take_trap),
      .event_nmi_i    (nmi_due),
      .trap_i         (take_trap),
      .raise_i        (seq_raise),
      .raise_vector_i (seq_raise_vector),
      .active_o       (seq_active),
      .ctl_i          (x_ctl_q),
      .next_eip_i     (x_next_eip_q),
      .imm_i          (x_imm_q),
      .imm2_i         (x_imm2_q),
      .offset_i       (x_offset_q),
      .mem_i          (x_mem_q),
      .has_486_i      (has_486_q),
      .w_valid_o      (seq_w_valid),
      .w_reg_o        (seq_w_reg),
      .w_size_o       (seq_w_size),
      .w_data_o       (seq_w_data),
      .esp_valid_o    (seq_esp_valid),
      .esp_data_o     (seq_esp_data),
      .esi_valid_o    (seq_esi_valid),
      .esi_data_o     (seq_esi_data),
      .edi_valid_o    (seq_edi_valid),
      .edi_data_o     (seq_edi_data),
      .ecx_valid_o    (seq_ecx_valid),
      .ecx_data_o     (seq_ecx_data),
      .eip_valid_o    (seq_eip_valid),
      .flags_valid_o  (seq_flags_valid),
      .flags_o        (seq_flags),
      .seg_valid_o    (seg_valid),
      .seg_o          (seg_index),
      .seg_part_o     (seg_part),
      .seg_selector_o (seg_new_selector),
      .seg_base_o     (seg_new_base),
      .seg_limit_o    (seg_new_limit),
      .seg_attr_o     (seg_new_attr),
      .table_valid_o  (table_valid),
      .table_idt_o    (table_idt),
      .table_base_o   (table_base),
      .table_limit_o  (table_limit),
      .cr_valid_o     (cr_valid),
      .cr_o           (cr_index),
      .cr_data_o      (cr_data),
      .halt_o         (seq_halt),
      .flush_page_o   (flush_page),
      .task_o         (seq_task),
      .waits_o        (seq_waits),
      .d_valid_o      (seq_d_valid),
      .d_write_o      (seq_d_write),
      .d_probe_o      (seq_d_probe),
      .d_user_o       (seq_d_user),
      .d_space_o      (seq_d_space),
      .d_addr_o       (seq_d_addr),
      .d_size_o       (seq_d_size),
      .d_wdata_o      (seq_d_wdata),
      .d_ready_i      (d_ready),
      .d_fault_i      (d_fault && seq_active),
      .page_error_i   (page_error),
      .d_done_i       (d_done),
      .d_rdata_i      (d_rdata),
      .done_o         (seq_done),
      .partial_o      (seq_partial),
      .rf_loaded_o    (seq_rf_loaded),
      .no_trap_o      (seq_no_trap),
      .align_i        (align_armed && regs.eflags[FL_AC]),
      .task_trap_o    (seq_task_trap),
      .int1_o         (seq_int1),
      .gd_fault_o     (seq_gd_fault),
      .gd_clear_o     (seq_gd_clear),
      .nmi_unblock_o  (seq_nmi_unblock),
      .dr_valid_o     (seq_dr_valid),
      .d_watch_o      (seq_d_watch),
      .jump_o         (seq_jump),
      .target_o       (seq_target),
      .mov_ss_shadow_o(seq_mov_ss_shadow),
      .kind_o         (seq_kind),
      .vector_o       (seq_vector),
      .error_o        (seq_error),
      .shutdown_o     (shutdown_o)
  );

  cpu_registers u_registers (
      .regs,
      .clk_i,
      .rst_ni,
      .family_i      (family_q),
      .cycle_i,
      .load_valid_i,
      .load_state_i,
      .unload_clk_i,
      .state_o,
      .load_shutdown_o(load_shutdown),
      .w0_valid_i    ((ex_done && ex_w0_valid) || seq_w_valid),
      .w0_reg_i      (seq_active ? seq_w_reg : ex_w0_reg),
      .w0_size_i     (seq_active ? seq_w_size : ex_w0_size),
      .w0_data_i     (seq_active ? seq_w_data : ex_w0_data),
      .w1_valid_i    (ex_done && ex_w1_valid),
      .w1_reg_i      (ex_w1_reg),
      .w1_size_i     (ex_w1_size),
      .w1_data_i     (ex_w1_data),
      .esp_valid_i   ((ex_done && ex_esp_valid) || seq_esp_valid),
      .esp_data_i    (seq_active ? seq_esp_data : ex_esp_data),
      .esi_valid_i   (seq_esi_valid),
      .esi_data_i    (seq_esi_data),
      .edi_valid_i   (seq_edi_valid),
      .edi_data_i    (seq_edi_data),
      .ecx_valid_i   (seq_ecx_valid),
      .ecx_data_i    (seq_ecx_data),
      .eip_valid_i   ((retire && !seq_partial) || seq_eip_valid),
      .eip_data_i    (redirect ? redirect_eip : seq_eip_valid ? seq_target : x_next_eip_q),
      .flags_valid_i ((ex_done && ex_flags_valid) || seq_flags_valid),
      .flags_i       (seq_active ? seq_flags : ex_flags),
      .rf_valid_i    (ex_done || (seq_done && !seq_rf_loaded)),
      .rf_i          (seq_partial),
      .seg_valid_i   (seg_valid),
      .seg_i         (seg_index),
      .seg_part_i    (seg_part),
      .seg_selector_i(seg_new_selector),
      .seg_base_i    (seg_new_base),
      .seg_limit_i   (seg_new_limit),
      .seg_attr_i    (seg_new_attr),
      .table_valid_i (table_valid),
      .table_idt_i   (table_idt),
      .table_base_i  (table_base),
      .table_limit_i (table_limit),
      .cr_valid_i    (cr_valid),
      .cr_i          (cr_index),
      .cr_data_i     (cr_data),
      .cr2_valid_i   (cr2_valid),
      .cr2_i         (cr2_new),
      .shadow_valid_i(retire),
      .shadow_i      (seq_mov_ss_shadow ? 2'd2 : (ex_done && ex_sti_shadow) ? 2'd1 : 2'd0),
      .task_i        (seq_task),
      .tsc_valid_i   (ex_done && ex_tsc_valid),
      .tsc_offset_i  (ex_tsc_offset),
      .halt_i        (seq_halt),
      .unhalt_i      (take_interrupt),
      .dr_valid_i    (seq_dr_valid),
      .dr_i          (x_ctl_q.cond[2:0]),
      .dr_data_i     (regs.gpr[x_ctl_q.rm]),
      .dr6_valid_i   (trap_set || (take_trap && !regs.trap) || seq_gd_fault),
      .dr6_i         (seq_gd_fault ? 16'h2000 : dr6_bits),
      .gd_clear_i    (seq_gd_clear),
      .trap_set_i    (trap_set),
      .trap_clear_i  (take_trap),
      .shutdown_i    (shutdown_o),
      .nmi_edge_i    (nmi_edge),
      .nmi_block_i   (take_interrupt && !take_trap && nmi_due),
      .nmi_unblock_i (seq_nmi_unblock)
  );

  cpu_debug u_debug (
      .clk_i,
      .rst_ni,
      .nmi_i,
      .dr_i           (regs.dr),
      .port_watch_i   (regs.cr4[3]),
      .tf_i           (regs.eflags[FL_TF]),
      .rf_i           (regs.eflags[FL_RF]),
      .after_ss_i     (regs.shadow == 2'd2),
      .nmi_blocked_i  (regs.nmi_blocked),
      .nmi_pending_i  (regs.nmi_pending),
      .linear_i       (linear_q),
      .load_i         (m_move),
      .load_reads_i   (m_loads),
      .load_linear_i  (m_linear_q),
      .load_size_i    (m_ctl_q.msize),
      .load_write_i   (m_ctl_q.mem_wr),
      .store_i        (ex_store),
      .store_linear_i (ex_store_addr),
      .store_size_i   (ex_store_size),
      .seq_start_i    (seq_start && !seq_active),
      .seq_done_i     (seq_done),
      .access_i       (seq_d_valid && d_ready && seq_d_watch),
      .access_port_i  (seq_d_space == 2'd1),
      .access_write_i (seq_d_write),
      .access_linear_i(seq_d_addr),
      .access_size_i  (seq_d_size),
      .task_trap_i    (seq_task_trap),
      .int1_i         (seq_int1),
      .boundary_i     (retire),
      .retire_i       (ex_done || (seq_done && seq_kind == 2'd0) || seq_task_trap),
      .no_trap_i      (seq_done && (seq_mov_ss_shadow || seq_no_trap || seq_kind != 2'd0)),
      .armed_o        (armed),
      .nmi_due_o      (nmi_due),
      .nmi_edge_o     (nmi_edge),
      .code_due_o     (code_due),
      .trap_o         (trap_set),
      .dr6_o          (dr6_bits)
  );

  // ---- who may move
  // Priority: the trap of the instruction before, NMI, external interrupt, breakpoint on the next one (SDM
  // vol. 3, table 6-2). A trap comes before anything else has happened, so nothing can hold it up.
  // A drain request stops at the same place and takes nothing.
  assign interrupt_due = (drain_q || regs.trap || nmi_due || code_due || (intr_q && regs.eflags[FL_IF] && regs.shadow == 2'd0)) &&
      !shutdown_o && !boot_q && !f_walking && !fetch_walked_q;
  // An instruction whose load is under way goes first: reading a device twice is not reading it once. So
  // does one whose page walk has begun: accessed bits are set by instructions that are executed.
  assign at_boundary = interrupt_due && !seq_active && !d_committed && !(m_valid_q && m_issued_q) &&
      !(x_valid_q && x_ctl_q.mem_rd && !x_violation_q);
  assign take_interrupt = at_boundary && !drain_q;
  assign take_trap = take_interrupt &&
      (regs.trap || (code_due && !nmi_due && !(intr_q && regs.eflags[FL_IF] && regs.shadow == 2'd0)));
  // With breakpoints, single step or alignment checks in force the memory stage waits for execute: what that
  // changes is known before the next instruction reads. So it does for who holds the CPU at every boundary.
  assign align_armed = regs.cr0[18] && user && family_q >= 3'd4;
  assign careful = armed || align_armed || held_q;
  assign m_misaligned = align_armed && regs.eflags[FL_AC] && (m_ctl_q.mem_rd || m_ctl_q.mem_wr) &&
      !m_violation_q && misaligned(m_linear_q[1:0], m_ctl_q.msize);
  assign x_execute = x_valid_q && !seq_active && !at_boundary && !x_violation_q && !x_misaligned_q &&
      !x_page_fault_q && !boot_q && x_ctl_q.op != OpMicrocode;
  assign seq_start = x_valid_q && !at_boundary && !x_violation_q && !x_misaligned_q && !x_page_fault_q && !boot_q &&
      x_ctl_q.op == OpMicrocode;
  assign seq_raise = take_trap || (x_valid_q && !at_boundary && !boot_q &&
      (x_violation_q || x_misaligned_q || x_page_fault_q || ex_fault || (ex_store && d_fault)));
  assign real_rules = !regs.cr0[0] || regs.eflags[FL_VM];
  // LEAVE outside its stack: SDM vol. 2, LEAVE.
  assign seq_raise_vector = take_trap ? VEC_DB : ex_fault ? ex_vector : x_misaligned_q ? VEC_AC : x_page_fault_q || ex_store ? VEC_PF
                            : x_ctl_q.seg == SegSs && !(x_ctl_q.op == OpLeave && real_rules) ? VEC_SS
                            : VEC_GP;

  assign retire = ex_done || seq_done;
  assign redirect = (ex_done && ex_branch) || (seq_done && seq_jump) || boot_q;
  assign redirect_eip = boot_q ? regs.eip : seq_done ? seq_target : ex_target;
  assign redirect_linear = redirect_eip + regs.seg_base[IDX_CS];

  assign x_leaves = ex_done || (seq_done && !seq_partial);
  assign x_free = (!x_valid_q && !seq_active && !at_boundary) || x_leaves;

  assign m_loads = m_ctl_q.mem_rd && !m_violation_q && !m_misaligned;
  // A load waits until everything older is done, so it never passes a store or a fault.
  assign m_wants = m_valid_q && m_loads && !m_issued_q;
  assign m_issue = m_wants && x_free && !redirect && !ex_store && !seq_d_valid &&
      (!interrupt_due || d_committed) && (!careful || !x_valid_q) && !(stale_q && retire);
  assign m_complete = m_valid_q && (!m_loads || (m_issued_q && d_done) || (m_issue && d_fault));
  assign m_move = m_complete && x_free && (!careful || !x_valid_q);
  assign addr_move = dec_valid && !addr_stall && (!m_valid_q || m_move);

  always_comb begin : data_port
    d_lookup = ex_store || seq_d_valid || m_wants;
    d_write = 1'b0;
    d_rmw = 1'b0;
    d_user = user;
    d_space = 2'd0;
    d_linear = m_linear_q;
    d_size = m_ctl_q.msize;
    d_wdata = '0;
    if (seq_d_valid) begin
      d_user = seq_d_user;
      d_write = seq_d_write;
      d_space = seq_d_space;
      d_linear = seq_d_addr;
      d_size = seq_d_size;
      d_wdata = seq_d_wdata;
    end else if (ex_store) begin
      d_write = 1'b1;
      d_linear = ex_store_addr;
      d_size = ex_store_size;
      d_wdata = ex_store_data;
    end else begin
      d_rmw = m_ctl_q.mem_wr;
    end
  end
  // What comes in between - an interrupt, or the fault the instruction raises - is not part of it.
  assign locked = (m_valid_q && m_ctl_q.lock && (m_issue || m_issued_q)) ||
      (x_valid_q && x_ctl_q.lock && !at_boundary && !x_violation_q && !x_misaligned_q && !x_page_fault_q &&
       !(seq_active && seq_kind != 2'd0));
  // Not in the block above: whether a load is issued depends on a store's being ready.
  assign d_valid = ex_store || seq_d_valid || m_issue;

  // ---- paging: CPL is the DPL of SS
  assign user = regs.seg_attr[IDX_SS][6:5] == 2'd3;
  // A page is walked for a fetch only when nothing but that fetch can happen next.
  assign f_needed = dec_starved && !dec_valid && !m_valid_q && !x_valid_q && !seq_active && !redirect &&
      !interrupt_due && !boot_q;
  assign flush_local = cr_valid && cr_index == 3'd3;
  assign flush_all = cr_valid && (cr_index == 3'd0 ? cr_data[31] != regs.cr0[31]
                                  : cr_index == 3'd4 && ((cr_data ^ regs.cr4) & 32'h90) != 32'd0);

  always_ff @(posedge clk_i) begin : pipeline
    intr_q <= intr_i;
    drain_q <= drain_i;
    held_q <= (drain_q || (held_q && !retire)) && !load_valid_i;
    family_q <= family_i;
    has_486_q <= family_i >= 3'd4;
    has_586_q <= family_i >= 3'd5;
    cycle_q <= cycle_i;
    // What has stored into code that was fetched retires first; then everything behind it is fetched again.
    boot_q <= load_valid_i || (retire && !redirect && (stale_q || store_hit));
    if (redirect) stale_q <= 1'b0;
    else if (store_hit) stale_q <= 1'b1;
    if (f_walking) fetch_walked_q <= 1'b1;
    else if (retire || load_valid_i) fetch_walked_q <= 1'b0;
    if (x_leaves) x_valid_q <= 1'b0;
    if (m_issue && d_ready) m_issued_q <= 1'b1;
    if (m_move) begin
      m_valid_q <= 1'b0;
      x_valid_q <= 1'b1;
      x_ctl_q <= m_ctl_q;
      x_next_eip_q <= m_next_eip_q;
      x_imm_q <= m_imm_q;
      x_imm2_q <= m_imm2_q;
      x_offset_q <= m_offset_q;
      x_linear_q <= m_linear_q;
      x_mem_q <= d_rdata;
      x_violation_q <= m_violation_q;
      x_misaligned_q <= m_misaligned;
      x_page_fault_q <= m_issue && d_fault;
    end
    if (addr_move) begin
      m_valid_q <= 1'b1;
      m_issued_q <= 1'b0;
      m_ctl_q <= dec_ctl;
      m_next_eip_q <= dec_next_eip;
      m_imm_q <= dec_imm;
      m_imm2_q <= dec_imm2;
      m_offset_q <= addr_offset;
      m_linear_q <= addr_linear;
      m_violation_q <= addr_violation;
    end
    if (redirect || load_valid_i || !rst_ni) begin
      m_valid_q <= 1'b0;
      x_valid_q <= 1'b0;
    end
    if (!rst_ni) begin
      intr_q <= 1'b0;
      held_q <= 1'b0;
      boot_q <= 1'b1;
      stale_q <= 1'b0;
      m_issued_q <= 1'b0;
      fetch_walked_q <= 1'b0;
    end
  end

  // ---- cycle counting
  logic         count_q;
  cycle_cause_e cause;

  always_ff @(posedge clk_i) count_q <= count_i;
  assign cause_o = cause;

  cpu_cycle_cause u_cycle_cause (
      .clk_i,
      .rst_ni,
      .count_i     (count_q),
      .halted_i    (regs.halted),
      .walking_i   (walking),
      .seq_active_i(seq_active),
      .seq_waits_i (seq_waits),
      .seq_asks_i  (seq_d_valid && !d_ready),
      .x_valid_i   (x_valid_q),
      .x_asks_i    (ex_store && !d_ready),
      .m_valid_i   (m_valid_q),
      .m_waits_i   (m_issued_q),
      .m_asks_i    (m_wants && !d_ready),
      .a_valid_i   (dec_valid),
      .d_valid_i   (available != 6'd0),
      .cause_o     (cause)
  );

  // ---- retirement port
  logic        r_valid_q;
  logic [ 1:0] r_kind_q;
  logic        r_partial_q;
  logic        nmi_q;           // an NMI is being delivered
  logic        r_nmi_q, nmi_retired_q;
  logic [ 7:0] r_vector_q;
  logic [31:0] r_error_q;
  logic [ 3:0] r_length_q;
  logic [31:0] r_eip_q, r_linear_q;
  logic [31:0] eip_q;           // EIP before a task switch replaces it
  logic [31:0] linear_q;        // of EIP, from before a far transfer replaces the CS base

  // A delivery that ends in shutdown never retires.
  assign retire_nmi_o = shutdown_o ? nmi_q : nmi_retired_q;

  always_ff @(posedge clk_i) begin : retirement
    r_valid_q <= retire && rst_ni;
    if (take_interrupt && !take_trap && nmi_due) nmi_q <= 1'b1;
    else if (retire || !rst_ni) nmi_q <= 1'b0;
    if (retire) begin
      r_nmi_q <= nmi_q;
      r_kind_q <= seq_done ? seq_kind : 2'd0;
      r_partial_q <= seq_partial;
      r_vector_q <= seq_vector;
      r_error_q <= seq_error;
      r_length_q <= 4'(x_next_eip_q - eip_q);
      r_eip_q <= eip_q;
      r_linear_q <= linear_q;
    end
    if (redirect) begin
      eip_q <= redirect_eip;
      linear_q <= redirect_linear;
    end else if (retire && !seq_partial) begin
      eip_q <= x_next_eip_q;
      linear_q <= x_next_eip_q + regs.seg_base[IDX_CS];
    end
    retire_valid_o <= r_valid_q && rst_ni;
    if (r_valid_q) begin
      retire_kind_o <= r_kind_q;
      retire_partial_o <= r_partial_q;
      nmi_retired_q <= r_nmi_q;
      retire_vector_o <= r_vector_q;
      retire_error_o <= r_error_q;
      retire_length_o <= r_length_q;
      retire_eip_o <= r_eip_q;
      retire_linear_o <= r_linear_q;
      retire_next_eip_o <= regs.eip;
      retire_eflags_o <= regs.eflags;
    end
    drained_o <= drain_q && at_boundary && !retire && !r_valid_q && !wb_cyc_o && !bf_valid && !load_valid_i;
    idle_o <= (shutdown_o || (regs.halted && !((intr_q || intr_i) && regs.eflags[FL_IF]) && !seq_active && !interrupt_due)) &&
        !r_valid_q && !wb_cyc_o && !bf_valid && !load_valid_i;
  end

endmodule
