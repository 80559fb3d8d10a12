// What comes between two instructions, and whom it stops.
interface cpu_events_if;

  logic due;          // something is, as soon as no load is under way
  logic at_boundary;  // nothing of the next instruction has happened, and it waits
  logic external;     // an external interrupt or an NMI is taken,
  logic nmi;          // and it is an NMI
  logic trap;         // a debug trap or breakpoint is taken
  logic careful;      // one instruction at a time: the memory stage waits for execute
  logic hold;         // no instruction is started (halted, shut down)
  logic streams;      // nothing can come between this iteration of a repeated string instruction and the next

  modport events(output due, at_boundary, external, nmi, trap, careful, hold, streams);
  modport reader(input due, at_boundary, external, nmi, trap, careful, hold, streams);

endinterface
