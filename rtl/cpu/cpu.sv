// strata86 CPU: an in-order pipelined IA-32 processor of the 486 class.
//
//   fetch -> decode -> address -> memory stage -> execute -> retirement
//                                                       \-> microcode sequencer for what is not simple
//
// An instruction becomes real in execute, in order; registers and flags are written at the end of it, the retirement
// record appears two edges later. Faults found earlier travel with their instruction to execute. Debug traps, NMIs and
// external interrupts are taken between instructions, and between iterations of repeated string instructions.
//
// This file is the wiring, in the order of the stages; the front end (cpu_front_end) and the way to memory (cpu_memory)
// are two more files of wiring. What a unit does, and when its instruction may move, is in its module. What units tell
// each other goes through interfaces (cpu_..._if.sv).
module cpu
  import cpu_pkg::*;
  import cpu_state_pkg::*;
#(
    parameter int unsigned CacheBytes = 8192, CacheWays = 4  // of each cache; powers of two, 2 ways at least
) (
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
    output logic [ 1:0] wb_tgc_o,   // 0 an access of an instruction, 1 fetch of instructions, 2 page table walk
    input  logic        wb_ack_i,
    input  logic [31:0] wb_dat_i,
    input  logic [ 1:0] wb_tgd_i,   // of what is read from memory: may be cached; writing does not change it

    // from the bus: another master has stored into memory
    input logic        snoop_i,
    input logic [31:4] snoop_line_i,
    input logic        a20_i,  // A20M#: while it is low address bit 20 of every access to memory is 0 (i486 data sheet)

    // from the interrupt controller
    input logic intr_i,
    input logic nmi_i,              // a rising edge asks for an NMI

    // strap, fixed outside reset: which processor this is, 3, 4 or 5 for 386, 486, 586 (models/isa/cpu_family.h)
    input logic [2:0] family_i,
    input cache_shape_t caches_i,  // another: how much of the caches is used

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
    output logic [ 7:0] retire_snoops_o,   // stores of other masters (snoop_i) so far that it has seen, modulo 256

    // registers as they are; what they were before an edge is the state of what is reported after it
    /* verilator tracing_off */ output logic [31:0] code_base_o,  // CS
    output logic        code32_o,     // CS.D
    output logic        paging_o, /* verilator tracing_on */  // CR0.PG

    // to whoever counts cycles
    input  logic       count_i,
    output logic [3:0] cause_o,  // cycle_cause_e of the latest cycle, while count_i,
    output logic [PERFORMANCE_EVENTS-1:0] happened_o,  // and what happened in it, by performance_e

    // to the clock control
    output logic idle_o,     // halted or shut down, bus quiet: nothing changes until an interrupt
    output logic shutdown_o  // triple fault
);

  // ---- what the units tell each other
  cpu_registers_if regs ();
  cpu_events_if    events ();
  cpu_redirect_if  redirect ();
  cpu_decode_if    decoded ();
  cpu_stage_if     a (), m (), x ();  // leaves the address stage, in the memory stage, in execute
  cpu_execute_if   ex ();
  cpu_sequencer_if seq ();
  cpu_data_if      load (), store (), micro ();  // of the memory stage, of execute, of the sequencer;
  cpu_data_if      data ();                      // of the one of them that has the data port
  cpu_fetch_if     fetch ();
  cpu_bus_if       bus ();
  cpu_memory_status_if status ();

  logic starved, target_lookup, target_found, m_ready, m_move, m_loads, m_issued, m_locked, m_misaligned,
        m_page_fault, x_free, x_reads, x_locked, seq_start, seq_raise, seq_watch, load_shutdown, older_asks,
        store_hit, cr2_valid, armed, nmi_due, nmi_edge, code_due, trap_set, retire, reports;
  logic [31:0] x_mem, page_error, cr2, next_linear;
  logic [7:0] seq_raise_vector, awaited;
  logic [15:0] dr6_bits;

  assign shutdown_o = seq.shutdown;

  // ---- to whoever counts; here, where the simulator keeps least for others meanwhile
  cpu_cycle_cause u_cycle_cause (
      .clk_i, .rst_ni, .count_i,
      .regs, .events, .redirect, .status, .seq, .x, .ex, .store, .m, .decoded,
      .awaited_i(awaited),
      .starved_i(starved),
      .fetch,
      .cause_o
  );

  cpu_performance u_performance (
      .clk_i, .count_i,
      .regs, .status, .data, .fetch, .ex,
      .target_lookup_i(target_lookup),
      .target_found_i (target_found),
      .happened_o
  );

  // ---- the stages
  cpu_front_end u_front_end (
      .clk_i,
      .rst_ni,
      .load_valid_i,
      .regs,
      .x,
      .ex,
      .seq,
      .retire_i   (retire),
      .store_hit_i(store_hit),
      .hold_i     (events.hold),
      .redirect,
      .fetch,
      .starved_o  (starved),
      .decoded,
      .target_lookup_o(target_lookup),
      .target_found_o (target_found)
  );

  cpu_address u_address (
      .regs,
      .decoded,
      .m,
      .x,
      .ex,
      .m_ready_i(m_ready),
      .a,
      .awaited_o(awaited)
  );

  cpu_memory_stage u_memory_stage (
      .clk_i,
      .rst_ni,
      .load_valid_i,
      .regs,
      .events,
      .redirect,
      .retire_i    (retire),
      .snoop_i     (bus.snoop),
      .a,
      .ready_o     (m_ready),
      .load,
      .older_asks_i(older_asks),
      .locked_o    (m_locked),
      .m,
      .x,
      .x_free_i    (x_free),
      .move_o      (m_move),
      .misaligned_o(m_misaligned),
      .page_fault_o(m_page_fault),
      .loads_o     (m_loads),
      .issued_o    (m_issued)
  );

  cpu_execute u_execute (
      .clk_i,
      .rst_ni,
      .load_valid_i,
      .regs,
      .events,
      .redirect,
      .move_i        (m_move),
      .m,
      .misaligned_i  (m_misaligned),
      .page_fault_i  (m_page_fault),
      .rdata_i       (load.rdata),
      .free_o        (x_free),
      .x,
      .mem_o         (x_mem),
      .reads_o       (x_reads),
      .ex,
      .seq,
      .start_o       (seq_start),
      .raise_o       (seq_raise),
      .raise_vector_o(seq_raise_vector),
      .store,
      .locked_o      (x_locked)
  );

  cpu_sequencer u_sequencer (
      .clk_i,
      .rst_ni,
      .load_valid_i,
      .load_shutdown_i(load_shutdown),
      .regs,
      .events,
      .start_i        (seq_start),
      .raise_i        (seq_raise),
      .raise_vector_i (seq_raise_vector),
      .x,
      .mem_i          (x_mem),
      .seq,
      .micro,
      .watch_o        (seq_watch),
      .page_error_i   (page_error)
  );

  cpu_registers u_registers (
      .clk_i,
      .rst_ni,
      .family_i,
      .cycle_i,
      .load_valid_i,
      .load_state_i,
      .unload_clk_i,
      .state_o,
      .load_shutdown_o(load_shutdown),
      .ex,
      .seq,
      .x,
      .redirect,
      .retire_i       (retire),
      .cr2_valid_i    (cr2_valid),
      .cr2_i          (cr2),
      .events,
      .trap_set_i     (trap_set),
      .dr6_i          (dr6_bits),
      .nmi_edge_i     (nmi_edge),
      .regs
  );

  cpu_memory #(
      .CacheBytes(CacheBytes),
      .CacheWays (CacheWays)
  ) u_memory (
      .clk_i,
      .rst_ni,
      .load_valid_i,
      .caches_i,
      .a20_i,
      .regs,
      .seq,
      .x,
      .flush_i       (ex.done && ex.flush),
      .load,
      .store,
      .micro,
      .data,
      .older_asks_o  (older_asks),
      .load_locked_i (m.ctl.lock),
      .store_locked_i(x_locked),
      .fetch,
      .forget_i      (redirect.valid),
      .store_hit_o   (store_hit),
      .page_error_o  (page_error),
      .cr2_valid_o   (cr2_valid),
      .cr2_o         (cr2),
      .status,
      .bus
  );

  cpu_bus_unit u_bus (
      .clk_i,
      .rst_ni,
      .load_valid_i,
      .bus,
      .locked_i(m_locked || x_locked),
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
      .wb_tgc_o,
      .wb_ack_i,
      .wb_dat_i,
      .wb_tgd_i,
      .snoop_i,
      .snoop_line_i
  );

  // ---- between instructions
  cpu_debug u_debug (
      .clk_i,
      .rst_ni,
      .nmi_i,
      .regs,
      .linear_i  (next_linear),
      .retire_i  (retire),
      .m_move_i  (m_move),
      .m_loads_i (m_loads),
      .m,
      .ex,
      .store,
      .start_i   (seq_start),
      .seq,
      .micro,
      .watch_i   (seq_watch),
      .armed_o   (armed),
      .nmi_due_o (nmi_due),
      .nmi_edge_o(nmi_edge),
      .code_due_o(code_due),
      .trap_o    (trap_set),
      .dr6_o     (dr6_bits)
  );

  cpu_events u_events (
      .clk_i,
      .rst_ni,
      .load_valid_i,
      .intr_i,
      .drain_i,
      .armed_i   (armed),
      .nmi_due_i (nmi_due),
      .code_due_i(code_due),
      .regs,
      .redirect,
      .seq,
      .starved_i (starved),
      .decoded,
      .m,
      .m_issued_i(m_issued),
      .x,
      .x_reads_i (x_reads),
      .retire_i  (retire),
      .reports_i (reports),
      .store_hit_i(store_hit),
      .data,
      .fetch,
      .bus,
      .status,
      .wb_cyc_i  (wb_cyc_o),
      .events,
      .drained_o,
      .idle_o
  );

  // ---- to whoever looks on
  cpu_retirement u_retirement (
      .clk_i,
      .rst_ni,
      .regs,
      .events,
      .redirect,
      .x,
      .ex,
      .seq,
      .move_i   (m_move),
      .snoop_i  (bus.snoop),
      .retire_o (retire),
      .reports_o(reports),
      .linear_o (next_linear),
      .retire_valid_o,
      .retire_kind_o,
      .retire_partial_o,
      .retire_vector_o,
      .retire_error_o,
      .retire_length_o,
      .retire_eip_o,
      .retire_linear_o,
      .retire_next_eip_o,
      .retire_eflags_o,
      .retire_nmi_o,
      .retire_snoops_o
  );

  assign code_base_o = regs.seg_base[IDX_CS];
  assign code32_o = regs.seg_attr[IDX_CS][14];
  assign paging_o = regs.cr0[31];

endmodule
