// The CPU's way to memory: wiring, in the order a request goes.
//
//   memory stage, execute, sequencer -> data port \                  / data cache, store buffer \
//                                                  > paging unit -> <                            > to the bus unit
//   fetch ----------------------------------------/                  \ instruction cache -------/
module cpu_memory
  import cpu_pkg::*;
#(
    parameter int unsigned CacheBytes = 8192,  // of each cache
    parameter int unsigned CacheWays = 4
) (
    input logic clk_i,
    input logic rst_ni,
    input logic load_valid_i,  // of the load port: another address space, other memory

    input cache_shape_t caches_i,  // strap
    input logic a20_i,             // A20M#

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

    cpu_fetch_if fetch,
    input  logic forget_i,           // what was fetched before this cycle is not executed any more
    output logic store_hit_o,        // a store changes code that was fetched

    // page faults
    output logic [31:0] page_error_o,  // error code of the latest
    output logic        cr2_valid_o,
    output logic [31:0] cr2_o,

    cpu_memory_status_if status,
    cpu_bus_if           bus  // to the bus unit
);

  // Sampled with each clock: what depends on a pin within the cycle Verilator evaluates twice.
  logic a20_q;
  always_ff @(posedge clk_i) a20_q <= a20_i;

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
      .a20_i(a20_q),
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

  cpu_data_cache #(
      .Bytes(CacheBytes),
      .Ways (CacheWays)
  ) u_data_cache (
      .clk_i,
      .rst_ni,
      .load_valid_i,
      .flush_i,
      .shape_i  (caches_i),
      .a20_i(a20_q),
      .physical,
      .status,
      .bus,
      .store_bus(bus)
  );

  cpu_instruction_cache #(
      .Bytes(CacheBytes),
      .Ways (CacheWays)
  ) u_instruction_cache (
      .clk_i,
      .rst_ni,
      .load_valid_i,
      .flush_i,
      .shape_i(caches_i),
      .physical,
      .fetch,
      .status,
      .bus
  );

endmodule
