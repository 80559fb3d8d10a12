// Requests of the caches to the bus unit, which serves one at a time: reads of data first, then buffered stores, then
// code. A request is taken in the cycle it is ready.
interface cpu_bus_if;

  // a word of data; `read_line`: and the rest of its line, wrapping, if the slave lets it be cached
  logic        read_valid;
  logic        read_line;
  logic        read_walk;    // of the page walker
  logic        read_lock;    // of a locked instruction
  logic [ 1:0] read_space;   // Wishbone tga
  logic [31:2] read_addr;
  logic [ 3:0] read_sel;
  logic        read_ready;

  // a word to be written
  logic        write_valid;
  logic        write_walk;
  logic [ 1:0] write_space;
  logic [31:2] write_addr;
  logic [ 3:0] write_sel;
  logic [31:0] write_data;
  logic        write_ready;
  logic        writing;      // one that has been taken is not written yet

  // a line of code from this word on, wrapping; only the word if the slave does not let it be cached
  logic        fetch_valid;
  logic [31:2] fetch_addr;
  logic        fetch_ready;

  // words that have come, for either
  logic        data_beat;
  logic        fetch_beat;
  logic        last;         // of the request
  logic        cacheable;    // says the slave,
  logic        fixed;        // and that writing does not change it
  logic [31:0] data;

  // another master has stored into memory
  logic        snoop;
  logic [31:4] snoop_line;

  modport data_cache(
      output read_valid, read_line, read_walk, read_lock, read_space, read_addr, read_sel,
      input read_ready, writing, data_beat, last, cacheable, fixed, data, snoop, snoop_line
  );
  modport store_buffer(
      output write_valid, write_walk, write_space, write_addr, write_sel, write_data,
      input write_ready
  );
  modport instruction_cache(
      output fetch_valid, fetch_addr,
      input fetch_ready, fetch_beat, last, cacheable, data, snoop, snoop_line
  );
  modport unit(
      input read_valid, read_line, read_walk, read_lock, read_space, read_addr, read_sel,
      output read_ready,
      input write_valid, write_walk, write_space, write_addr, write_sel, write_data,
      output write_ready, writing,
      input fetch_valid, fetch_addr,
      output fetch_ready, data_beat, fetch_beat, last, cacheable, fixed, data, snoop, snoop_line
  );
  modport snooper(input snoop, snoop_line);
  modport watcher(input fetch_valid);

endinterface
