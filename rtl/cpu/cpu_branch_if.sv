// A near branch that leaves decode, and where fetch goes on behind it.
interface cpu_branch_if;
  import cpu_pkg::*;

  // from decode
  logic         valid;       // a near branch may leave decode in this cycle,
  logic         leaves;      // and does
  branch_kind_e kind;
  logic [31:0]  linear;      // linear address of the instruction behind it
  logic         backward;    // of a conditional one
  logic [31:0]  next_eip;    // EIP of the instruction behind it
  logic [31:0]  target;      // EIP it goes to, unless it is indirect or a return

  // from the predictor
  logic         taken;
  logic [31:0]  eip;         // where it goes, if taken

  modport decode(output valid, leaves, kind, linear, backward, next_eip, target, input taken, eip);
  modport predictor(input valid, leaves, kind, linear, backward, next_eip, target, output taken, eip);
  modport fetch(input leaves, taken, eip);

endinterface
