// What the memory side of the CPU is about, for who waits until it is quiet and for who counts cycles and events.
interface cpu_memory_status_if;

  logic quiet;         // no read is under way, no store buffered, no line of data filled

  // ---- the data cache: a read that is not finished in this cycle,
  logic reading;       // taken before or in this cycle, or the write of a port;
  logic uncached;      // it brings no line, as far as is known
  logic read_blocked;  // and it waits for the bus, or for what has to be there before it
  logic store_waits;   // a store that is not taken in this cycle,
  logic store_room;    // though there is room for it: its line is being filled

  // ---- the paging unit
  logic walking;       // a page is walked, for data or code, or the walk has found a fault
  logic walks_data;    // a walk begins,
  logic walks_code;
  logic code_usable;   // what fetch asks for is in the instruction TLB

  // ---- the instruction cache
  logic code_miss;     // code is being read from the bus
  logic code_blocked;  // a line is to be, but the bus is busy

  // ---- events, for who counts them (cpu_performance)
  logic read_hit;
  logic read_miss;     // of memory that may be cached: it is answered in this cycle
  logic write_hit;
  logic write_miss;
  logic fill;          // a line begins to come
  logic uncached_read; // a word has come that brings none
  logic merge;         // a store joins the one before it in the store buffer
  logic forward;       // the store buffer answers
  logic beside;        // a store is taken beside a read

  modport paging_unit(output walking, walks_data, walks_code, code_usable);
  modport data_cache(
      output quiet, reading, uncached, read_blocked, store_waits, store_room,
      output read_hit, read_miss, write_hit, write_miss, fill, uncached_read, merge, forward, beside
  );
  modport instruction_cache(output code_miss, code_blocked);
  modport reader(
      input quiet, reading, uncached, read_blocked, store_waits, store_room,
      input walking, walks_data, walks_code, code_usable, code_miss, code_blocked,
      input read_hit, read_miss, write_hit, write_miss, fill, uncached_read, merge, forward, beside
  );

endinterface
