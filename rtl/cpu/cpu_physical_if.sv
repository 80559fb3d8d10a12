// Accesses by physical address, from the paging unit to the caches: of data, and of a line of code.
interface cpu_physical_if;
  import cpu_pkg::*;

  logic         lookup;       // what stands below may be a request now,
  logic         valid;        // and it is one; taken in this cycle when ready
  logic         write;
  logic         walk;         // of the page walker
  logic         locked;       // of a locked instruction
  logic         uncached;     // a miss brings nothing into the cache
  logic [ 1:0]  space;        // Wishbone tga: 0 memory, 1 I/O, 2 interrupt acknowledge
  logic [31:0]  addr;
  logic         split;        // the second word of a crossing access is in another page
  logic [31:12] high;         // that page
  size_e        size;
  logic [31:0]  wdata;
  logic         ready;
  logic         done;         // one cycle: the read taken last, or in this cycle, is finished
  logic [31:0]  rdata;        // with done, zero-extended

  // A store beside a read: a word of a page that may be written, within a doubleword; the read is of what is there behind it.
  logic         side_valid;   // taken in this cycle when ready
  logic [31:0]  side_addr;
  size_e        side_size;
  logic [31:0]  side_wdata;
  logic         side_ready;

  // Stores to memory that are taken in this cycle, of either.
  logic         stores;
  logic [31:4]  store_line;
  logic [31:4]  store_end_line;  // the same, unless the store goes over the line's end

  logic         fetch_valid;  // request of code; taken in this cycle when ready
  logic [31:2]  fetch_addr;   // its first word
  logic         fetch_uncached;
  logic         fetch_ready;

  modport requester(
      output lookup, valid, write, walk, locked, uncached, space, addr, split, high, size, wdata,
      output fetch_valid, fetch_addr, fetch_uncached,
      output side_valid, side_addr, side_size, side_wdata,
      output stores, store_line, store_end_line,
      input ready, done, rdata, side_ready, fetch_ready
  );
  modport data(
      input lookup, valid, write, walk, locked, uncached, space, addr, split, high, size, wdata,
      input side_valid, side_addr, side_size, side_wdata,
      output ready, done, rdata, side_ready
  );
  modport code(
      input fetch_valid, fetch_addr, fetch_uncached,
      input stores, store_line, store_end_line,
      output fetch_ready
  );

endinterface
