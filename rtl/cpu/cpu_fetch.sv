// Fetch: where execution goes on, and the queue that reads ahead of it. A redirect takes effect in its own cycle: the
// queue asks for the target at once. So does a branch that decode goes along with (cpu_predictor), which redirects
// nobody but the queue.
//
// A store into code that has been fetched is noticed by the paging unit (cpu_code_watch); what stored retires, then
// everything behind it is fetched again.
module cpu_fetch
  import cpu_pkg::*;
(
    input logic clk_i,
    input logic rst_ni,
    input logic load_valid_i,  // of the load port: another place

    cpu_registers_if.reader regs,

    // from execute and the sequencer
    cpu_execute_if.reader   ex,
    cpu_sequencer_if.reader seq,
    input logic             retire_i,

    // from the paging unit
    input logic store_hit_i,  // a store changes code that was fetched

    // to everyone
    cpu_redirect_if.fetch redirect,

    // from decode
    cpu_branch_if.fetch branch,

    // to decode
    output logic [63:0] window_lo_o,  // bytes 0 to 7 of what comes next
    output logic [63:0] window_hi_o,  // bytes 4 to 11
    output logic [ 5:0] available_o,  // valid bytes in the queue
    input  logic [ 3:0] consume_i,    // bytes taken in this cycle

    cpu_fetch_if.fetch fetch
);

  logic boot_q;
  logic stale_q;
  logic asks;
  logic jumps;
  logic [31:0] jump_linear;

  // A page is not looked up while what it is looked up in changes.
  assign fetch.valid = asks && !(seq.done && (regs.cr0[31] || seq.cr_valid));

  assign redirect.valid = (ex.done && ex.mispredicted) || (seq.done && seq.jump) || boot_q;
  assign redirect.eip = boot_q ? regs.eip : seq.done ? seq.target : ex.next_eip;
  assign redirect.linear = redirect.eip + regs.seg_base[IDX_CS];
  assign redirect.boot = boot_q;
  assign redirect.stale = stale_q;

  // A branch leaves decode in the cycle in which an older one turns out to have gone elsewhere.
  assign jumps = redirect.valid || (branch.leaves && branch.taken);
  assign jump_linear = redirect.valid ? redirect.linear : branch.eip + regs.seg_base[IDX_CS];

  cpu_prefetch u_prefetch (
      .clk_i,
      .rst_ni,
      .load_valid_i,
      .redirect_i       (jumps),
      .redirect_linear_i(jump_linear),
      .window_lo_o,
      .window_hi_o,
      .available_o,
      .consume_i,
      .f_valid_o        (asks),
      .f_linear_o       (fetch.linear),
      .f_ready_i        (fetch.ready),
      .f_hit_i          (fetch.hit),
      .f_line_i         (fetch.line),
      .f_beat_i         (fetch.beat),
      .f_last_i         (fetch.last),
      .f_data_i         (fetch.data)
  );

  always_ff @(posedge clk_i) begin
    boot_q <= load_valid_i || (retire_i && !redirect.valid && (stale_q || store_hit_i));
    if (store_hit_i) stale_q <= 1'b1;
    else if (redirect.valid) stale_q <= 1'b0;
    if (!rst_ni) begin
      boot_q <= 1'b1;
      stale_q <= 1'b0;
    end
  end

endmodule
