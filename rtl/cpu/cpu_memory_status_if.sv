// What the memory side of the CPU is about, for who waits until it is quiet and for who counts cycles.
interface cpu_memory_status_if;

  logic walking;      // a page table walk is under way, for data or code
  logic data_miss;    // a read of memory space waits for the bus,
  logic uncached;     // or, instead, one of a port or under LOCK does
  logic store_waits;  // a store is not taken: no room, or its line is being filled
  logic code_miss;    // code is being read from the bus
  logic quiet;        // no read is under way, no store buffered, no line of data filled

  modport paging_unit(output walking);
  modport data_cache(output data_miss, uncached, store_waits, quiet);
  modport instruction_cache(output code_miss);
  modport reader(input walking, data_miss, uncached, store_waits, code_miss, quiet);

endinterface
