// A data access by linear address: from the memory stage (loads), execute (stores) and the sequencer to the data
// port, and from there to the paging unit. A request is held until it is ready or faults; what was taken is finished
// with done.
interface cpu_data_if;
  import cpu_pkg::*;

  logic        lookup;     // what stands below may be a request now,
  logic        valid;      // and it is one
  logic        write;
  logic        rmw;        // a load whose instruction will write the operand
  logic        probe;      // the checks of the access, without the access
  logic        user;       // of privilege level 3
  logic [ 1:0] space;      // Wishbone tga: 0 memory, 1 I/O, 2 interrupt acknowledge
  logic [31:0] linear;
  size_e       size;
  logic [31:0] wdata;

  logic        ready;      // taken, cannot fault any more; stores are posted
  logic        fault;      // one cycle, instead of ready: page fault, nothing was done
  logic        committed;  // a walk for this request has begun: it must be held
  logic        done;       // one cycle: the access taken last is finished
  logic [31:0] rdata;      // with done, zero-extended

  modport requester(
      output lookup, valid, write, rmw, probe, user, space, linear, size, wdata,
      input ready, fault, committed, done, rdata
  );
  modport port(
      input lookup, valid, write, rmw, probe, user, space, linear, size, wdata,
      output ready, fault, committed, done, rdata
  );
  modport watcher(
      input lookup, valid, write, space, linear, size, ready, fault, committed
  );
  // a store of execute that goes beside the one that has the data port
  modport beside(input linear, size, wdata);

endinterface
