// An instruction behind decode, with its address. What the address stage gives is taken at the edge; what the memory
// stage and execute give are their pipeline registers.
interface cpu_stage_if;
  import cpu_pkg::*;

  logic        valid;
  ctl_t        ctl;
  logic [31:0] next_eip;   // offset behind the instruction
  logic [31:0] guess;      // where decode has gone on, next_eip or the target of a branch
  logic [31:0] imm;
  logic [15:0] imm2;       // selector of a far pointer
  logic [31:0] offset;     // effective address of the memory operand
  logic [31:0] linear;     // its linear address
  logic        violation;  // the operand violates its segment

  modport stage(output valid, ctl, next_eip, guess, imm, imm2, offset, linear, violation);
  modport reader(input valid, ctl, next_eip, guess, imm, imm2, offset, linear, violation);

endinterface
