// What the CPU relies on within itself, bound to it (cpu_bind.svh) in a build with assertions: who may
// act in a cycle, how long a request stays, and that nothing becomes real but by retiring.
module cpu_rules
  import cpu_pkg::*;
(
    input logic clk_i,
    input logic rst_ni,

    // from the pipeline control
    input logic        load_i,
    input logic        boot_i,
    input logic        at_boundary_i,    // an interrupt or a drain request stops what comes next
    input logic        redirect_i,
    input logic        x_valid_i,
    input logic        ex_done_i,
    input logic        seq_active_i,
    input logic        seq_done_i,
    input logic        retire_valid_i,   // of the retirement port
    input logic        stale_i,          // code behind what is executed has changed,
    input logic        store_hit_i,      // or changes now
    input logic        shutdown_i,
    input logic        idle_i,

    // to the architectural registers
    input logic        write_back_i,     // any write but that of EIP
    input logic        eip_valid_i,
    input logic [31:0] eip_i,

    // who asks for the data port
    input logic        ex_store_i,
    input logic        seq_access_i,
    input logic        load_access_i,
    input logic        beside_i,  // the store, beside the load
    // and how
    input logic        d_write_i,
    input logic [ 1:0] d_space_i,
    input logic [31:0] d_linear_i,
    input size_e       d_size_i,
    input logic [31:0] d_wdata_i,
    input logic        d_ready_i,
    input logic        d_fault_i,
    input logic        d_committed_i,

    // bus unit
    input logic read_taken_i,
    input logic write_taken_i,
    input logic fetch_taken_i,
    input logic data_beat_i,
    input logic fetch_beat_i,
    input logic cyc_i,

    // prefetch unit
    input logic [5:0] available_i,
    input logic [3:0] consume_i
);

  localparam logic [5:0] QUEUE_BYTES = 6'd32;

  logic        retire;
  logic        d_valid;
  logic [68:0] request;
  logic        waits;

  assign retire = ex_done_i || seq_done_i;
  assign d_valid = (ex_store_i && !beside_i) || seq_access_i || load_access_i;
  assign request = {d_write_i, d_space_i, d_linear_i, 2'(d_size_i), d_wdata_i};
  assign waits = d_valid && !d_ready_i && !d_fault_i;

  // ---- one at a time
  one_retires: assert property (@(posedge clk_i) disable iff (!rst_ni) $onehot0({ex_done_i, seq_done_i}));
  one_asks:
  assert property (@(posedge clk_i) disable iff (!rst_ni)
                   $onehot0({ex_store_i && !beside_i, seq_access_i, load_access_i}));
  one_granted: assert property (@(posedge clk_i) disable iff (!rst_ni)
                               $onehot0({read_taken_i, write_taken_i, fetch_taken_i}));
  one_answered: assert property (@(posedge clk_i) disable iff (!rst_ni) $onehot0({data_beat_i, fetch_beat_i}));

  // ---- requests
  // Only an interrupt or a drain request, or for a load what comes before it, takes back a request that nothing was
  // done for; and a store that waited may go beside a load.
  store_held:
  assert property (@(posedge clk_i) disable iff (!rst_ni)
                   waits && !load_access_i |=> at_boundary_i || beside_i || (d_valid && $stable(request)));
  committed_held:
  assert property (@(posedge clk_i) disable iff (!rst_ni)
                   waits && d_committed_i |=> d_valid && $stable(request));
  store_is_final: assert property (@(posedge clk_i) disable iff (!rst_ni) ex_store_i && (beside_i || d_ready_i) |-> ex_done_i);
  faults_do_nothing: assert property (@(posedge clk_i) disable iff (!rst_ni) d_fault_i |-> !d_ready_i && !ex_done_i);

  // ---- what becomes real
  executed:
  assert property (@(posedge clk_i) disable iff (!rst_ni)
                   ex_done_i |-> x_valid_i && !seq_active_i && !at_boundary_i && !boot_i);
  written_by_retirement:
  assert property (@(posedge clk_i) disable iff (!rst_ni) write_back_i |-> ex_done_i || seq_active_i);
  eip_by_retirement:
  assert property (@(posedge clk_i) disable iff (!rst_ni)
                   !$past(retire || eip_valid_i || load_i) && $past(rst_ni) |-> $stable(eip_i));
  reported_two_later:
  assert property (@(posedge clk_i) disable iff (!rst_ni)
                   retire_valid_i |-> $past(retire, 2));
  // Changed code is fetched again before anything else is done.
  stale_is_dropped:
  assert property (@(posedge clk_i) disable iff (!rst_ni)
                   retire && !redirect_i && (stale_i || store_hit_i) |=> redirect_i && !retire && !d_valid);
  shutdown_is_final:
  assert property (@(posedge clk_i) disable iff (!rst_ni) shutdown_i && !load_i |=> shutdown_i && !retire);
  idle_is_quiet: assert property (@(posedge clk_i) disable iff (!rst_ni) idle_i |-> !cyc_i && !retire);

  // ---- prefetch queue
  queue_holds: assert property (@(posedge clk_i) disable iff (!rst_ni) available_i <= QUEUE_BYTES);
  queue_has:
  assert property (@(posedge clk_i) disable iff (!rst_ni) {2'b0, consume_i} <= available_i);

endmodule
