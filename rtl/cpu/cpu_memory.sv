// The CPU's way to memory: wiring, in the order a request goes.
//
//   memory stage, execute, sequencer -> data port \                  / data cache, store buffer \
//                                                  > paging unit -> <                            > bus unit
//   fetch ----------------------------------------/                  \ instruction cache -------/
module cpu_memory
  import cpu_pkg::*;
(
    input logic clk_i,
    input logic rst_ni,
    input logic load_valid_i,  // of the load port: another address space, other memory

    // from the sequencer and execute: address spaces, and when they change
    cpu_registers_if.reader regs,
    cpu_sequencer_if.reader seq,
    cpu_stage_if.reader     x,
    input logic             flush_i,  // INVD, WBINVD

    // who asks
    cpu_data_if load,                // the memory stage
    cpu_data_if store,               // execute
    cpu_data_if micro,               // the sequencer
    cpu_data_if data,                // the one of them that has the data port
    output logic older_asks_o,       // execute or the sequencer does
    input  logic load_locked_i,      // the load is of a locked instruction,
    input  logic store_locked_i,     // the store or the access of the sequencer is
    input  logic between_locked_i,   // one is between its accesses

    cpu_fetch_if fetch,
    input  logic forget_i,           // what was fetched before this cycle is not executed any more
    output logic store_hit_o,        // a store changes code that was fetched

    // page faults
    output logic [31:0] page_error_o,  // error code of the latest
    output logic        cr2_valid_o,
    output logic [31:0] cr2_o,

    cpu_memory_status_if status,
    cpu_bus_if           bus,

    // bus master, and what other masters store, as of the CPU
    output logic        wb_cyc_o,
    output logic        wb_stb_o,
    output logic        wb_lock_o,
    output logic        wb_we_o,
    output logic [31:2] wb_adr_o,
    output logic [ 3:0] wb_sel_o,
    output logic [31:0] wb_dat_o,
    output logic [ 1:0] wb_tga_o,
    output logic [ 2:0] wb_cti_o,
    output logic [ 1:0] wb_bte_o,
    output logic [ 1:0] wb_tgc_o,
    input  logic        wb_ack_i,
    input  logic [31:0] wb_dat_i,
    input  logic [ 1:0] wb_tgd_i,
    input  logic        snoop_i,
    input  logic [31:4] snoop_line_i
);

  cpu_physical_if physical ();

  logic data_locked, side_valid, side_ready;

  cpu_data_port u_data_port (
      .regs,
      .load,
      .store,
      .micro,
      .older_asks_o,
      .m_locked_i  (load_locked_i),
      .x_locked_i  (store_locked_i),
      .data,
      .locked_o    (data_locked),
      .side_valid_o(side_valid),
      .side_ready_i(side_ready)
  );

  cpu_paging_unit u_paging (
      .clk_i,
      .rst_ni,
      .load_valid_i,
      .regs,
      .seq,
      .x,
      .data,
      .locked_i    (data_locked),
      .store,
      .side_valid_i(side_valid),
      .side_ready_o(side_ready),
      .error_o     (page_error_o),
      .cr2_valid_o,
      .cr2_o,
      .fetch,
      .status,
      .forget_i,
      .store_hit_o,
      .physical,
      .bus
  );

  cpu_data_cache u_data_cache (
      .clk_i,
      .rst_ni,
      .load_valid_i,
      .flush_i,
      .physical,
      .status,
      .bus,
      .store_bus(bus)
  );

  cpu_instruction_cache u_instruction_cache (
      .clk_i,
      .rst_ni,
      .load_valid_i,
      .flush_i,
      .physical,
      .fetch,
      .status,
      .bus
  );

  cpu_bus_unit u_bus (
      .clk_i,
      .rst_ni,
      .load_valid_i,
      .bus,
      .locked_i(between_locked_i),
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

endmodule
