// Fetches: a burst is asked for by linear address, from the paging unit, and its words come from the bus unit. An
// instruction cache goes between.
interface cpu_fetch_if;

  logic        valid;    // request; taken in this cycle when ready
  logic [31:0] linear;   // next byte wanted
  logic        needed;   // the instruction to be executed next waits for this byte: its page may be walked
  logic        ready;
  logic        walking;  // a page table walk for a fetch is under way
  logic        fault;    // one cycle: page fault
  logic        beat;     // one word arrived
  logic        last;     // with beat: the burst is over
  logic [31:0] data;

  modport fetch(output valid, linear, input ready, beat, last, data);
  modport decode(input fault);
  modport events(output needed, input walking);
  modport paging(input valid, linear, needed, output ready, walking, fault);
  modport bus(output beat, last, data);

endinterface
