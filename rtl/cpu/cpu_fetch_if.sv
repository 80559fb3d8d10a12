// Fetches: a line of code is asked for by linear address, from the paging unit; the instruction cache answers, all at
// once or with the words as they come from the bus.
interface cpu_fetch_if;

  logic        valid;    // request; taken in this cycle when ready
  logic [31:0] linear;   // next byte wanted
  logic        needed;   // the instruction to be executed next waits for this byte: its page may be walked
  logic        ready;
  logic        walking;  // a page table walk for a fetch is under way
  logic        fault;    // one cycle: page fault
  logic        hit;      // with ready: the line is in `line`, no words come
  logic [31:0] line[4];
  logic        beat;     // one word arrived
  logic        last;     // with beat: the request is done
  logic [31:0] data;

  modport fetch(output valid, linear, input ready, hit, line, beat, last, data);
  modport decode(input fault);
  modport events(output needed, input walking);
  modport paging(input valid, linear, needed, output ready, walking, fault);
  modport watcher(input valid, ready, hit);
  modport cache(input needed, output hit, line, beat, last, data);

endinterface
