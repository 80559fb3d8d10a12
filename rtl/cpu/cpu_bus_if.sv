// Accesses by physical address, from the paging unit to the bus unit: data, and bursts of instructions.
interface cpu_bus_if;
  import cpu_pkg::*;

  logic         valid;        // data request; taken in this cycle when ready
  logic         write;
  logic         walk;         // of the page walker
  logic [ 1:0]  space;        // Wishbone tga: 0 memory, 1 I/O, 2 interrupt acknowledge
  logic [31:0]  addr;
  logic         split;        // the second word of a crossing access is in another page
  logic [31:12] high;         // that page
  size_e        size;
  logic [31:0]  wdata;
  logic         ready;
  logic         done;         // one cycle: the access taken last is finished
  logic [31:0]  rdata;        // zero-extended

  logic         fetch_valid;  // request of a burst; taken in this cycle when ready
  logic [31:2]  fetch_addr;   // its first word; it wraps
  logic         fetch_ready;

  modport requester(
      output valid, write, walk, space, addr, split, high, size, wdata, fetch_valid, fetch_addr,
      input ready, done, rdata, fetch_ready
  );
  modport bus(
      input valid, write, walk, space, addr, split, high, size, wdata, fetch_valid, fetch_addr,
      output ready, done, rdata, fetch_ready
  );
  modport watcher(input fetch_valid);

endinterface
