// Where execution goes on, when not behind the instruction: a taken branch, a jump of microcode, or a new start at
// CS:EIP. Everything younger is dropped, and fetched again.
interface cpu_redirect_if;

  logic        valid;
  logic [31:0] eip;
  logic [31:0] linear;
  logic        boot;    // it is a new start: after reset, a load, a store into code fetched already
  logic        stale;   // there was such a store, of what has not retired yet

  modport fetch(output valid, eip, linear, boot, stale);
  modport reader(input valid, eip, linear, boot, stale);

endinterface
