// Data port: who of those that access data has the paging unit in this cycle. The sequencer and execute come first, and
// never both; a load of the memory stage goes when neither asks, or beside a store of execute, if both are simple:
// each within a doubleword, and the store's page is known to be writable. Answers go to all, and belong to who asked
// last.
module cpu_data_port
  import cpu_pkg::*;
(
    cpu_registers_if.reader regs,

    // from the memory stage, execute and the sequencer
    cpu_data_if.port load,
    cpu_data_if.port store,
    cpu_data_if.port micro,
    output logic     older_asks_o,  // execute or the sequencer does

    // an access would be of a locked instruction: of the one in the memory stage, of the one in execute
    input logic m_locked_i,
    input logic x_locked_i,

    // to the paging unit
    cpu_data_if.requester data,
    output logic          locked_o,  // of a locked instruction

    // to the paging unit: the store of execute beside a load
    output logic side_valid_o,
    input  logic side_ready_i   // taken, and cannot fault any more
);

  logic beside;  // the store goes beside the load

  // An access of more than one doubleword.
  function automatic logic crosses(logic [1:0] lane, size_e size);
    return (size == SizeW && lane == 2'd3) || (size == SizeD && lane != 2'd0);
  endfunction

  always_comb begin : side
    side_valid_o = 1'b0;
    if (store.valid && load.lookup)
      side_valid_o = !x_locked_i && !m_locked_i && !crosses(store.linear[1:0], store.size) &&
          !crosses(load.linear[1:0], load.size);
  end
  assign beside = side_valid_o && side_ready_i;

  assign older_asks_o = (store.valid && !beside) || micro.valid;
  assign locked_o = older_asks_o ? x_locked_i : m_locked_i;

  always_comb begin : arbiter
    data.lookup = older_asks_o || load.lookup;
    data.write = 1'b0;
    data.rmw = 1'b0;
    data.user = regs.user;
    data.space = 2'd0;
    data.linear = load.linear;
    data.size = load.size;
    data.wdata = '0;
    if (micro.valid) begin
      data.user = micro.user;
      data.write = micro.write;
      data.space = micro.space;
      data.linear = micro.linear;
      data.size = micro.size;
      data.wdata = micro.wdata;
    end else if (store.valid && !beside) begin
      data.write = 1'b1;
      data.linear = store.linear;
      data.size = store.size;
      data.wdata = store.wdata;
    end else begin
      data.rmw = load.rmw;
    end
  end

  // Not in the block above: whether a load is issued depends on a store's being ready.
  assign data.valid = older_asks_o || load.valid;
  assign data.probe = micro.probe;

  assign load.ready = data.ready;
  assign load.fault = data.fault;
  assign load.committed = data.committed;
  assign load.done = data.done;
  assign load.rdata = data.rdata;

  assign store.ready = beside || data.ready;
  assign store.fault = data.fault && !beside;
  assign store.committed = data.committed;
  assign store.done = data.done;
  assign store.rdata = data.rdata;

  assign micro.ready = data.ready;
  assign micro.fault = data.fault;
  assign micro.committed = data.committed;
  assign micro.done = data.done;
  assign micro.rdata = data.rdata;

endmodule
