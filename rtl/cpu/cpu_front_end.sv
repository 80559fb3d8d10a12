// The front end: wiring of fetch, decode and the predictor, which says decode where a branch goes.
module cpu_front_end (
    input logic clk_i,
    input logic rst_ni,
    input logic load_valid_i,  // of the load port: another place

    // from execute and the sequencer: where execution goes on, and how branches went
    cpu_registers_if.reader regs,
    cpu_stage_if.reader     x,
    cpu_execute_if.reader   ex,
    cpu_sequencer_if.reader seq,
    input logic             retire_i,
    input logic             store_hit_i,  // a store changes code that was fetched
    input logic             hold_i,       // do not start instructions (halted, shut down)

    // to everyone
    cpu_redirect_if redirect,

    // from and to the paging unit and the instruction cache
    cpu_fetch_if fetch,
    output logic starved_o,  // decode lacks a byte to go on with

    // to the address stage
    cpu_decode_if.decode decoded,

    // to whoever counts (cpu_predictor)
    output logic target_lookup_o,
    output logic target_found_o
);

  cpu_branch_if branch ();

  logic [63:0] window_lo, window_hi;
  logic [ 3:0] consume;
  logic [ 5:0] available;  // bytes to decode

  cpu_fetch u_fetch (
      .clk_i,
      .rst_ni,
      .load_valid_i,
      .regs,
      .ex,
      .seq,
      .retire_i,
      .store_hit_i,
      .redirect,
      .branch,
      .window_lo_o(window_lo),
      .window_hi_o(window_hi),
      .available_o(available),
      .consume_i  (consume),
      .fetch
  );

  cpu_decode u_decode (
      .clk_i,
      .rst_ni,
      .regs,
      .redirect,
      .hold_i,
      .window_lo_i(window_lo),
      .window_hi_i(window_hi),
      .available_i(available),
      .consume_o  (consume),
      .starved_o,
      .fetch,
      .branch,
      .decoded
  );

  cpu_predictor u_predictor (
      .clk_i,
      .rst_ni,
      .load_valid_i,
      .branch,
      .regs,
      .x,
      .ex,
      .redirect,
      .target_lookup_o,
      .target_found_o
  );

endmodule
