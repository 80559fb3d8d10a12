// Data port: who of those that access data has the paging unit in this cycle. The sequencer and execute come first,
// and never both; loads of the memory stage go when neither asks. Answers go to all, and belong to who asked last.
// The store buffer and the data cache belong behind it.
module cpu_data_port (
    cpu_registers_if.reader regs,

    // from the memory stage, execute and the sequencer
    cpu_data_if.port load,
    cpu_data_if.port store,
    cpu_data_if.port micro,
    output logic     older_asks_o,  // execute or the sequencer does

    // to the paging unit
    cpu_data_if.requester data
);

  assign older_asks_o = store.valid || micro.valid;

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
    end else if (store.valid) begin
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

  assign store.ready = data.ready;
  assign store.fault = data.fault;
  assign store.committed = data.committed;
  assign store.done = data.done;
  assign store.rdata = data.rdata;

  assign micro.ready = data.ready;
  assign micro.fault = data.fault;
  assign micro.committed = data.committed;
  assign micro.done = data.done;
  assign micro.rdata = data.rdata;

endmodule
