// What decode hands to the address stage: an instruction whose address is still to be computed.
interface cpu_decode_if;
  import cpu_pkg::*;

  logic        valid;
  logic        ready;     // taken in this cycle
  ctl_t        ctl;
  agu_t        agu;
  logic [31:0] next_eip;  // offset behind the instruction
  logic [31:0] guess;     // where decode goes on
  logic [31:0] disp;
  logic [31:0] imm;
  logic [15:0] imm2;      // selector of a far pointer

  modport decode(output valid, ctl, agu, next_eip, guess, disp, imm, imm2, input ready);
  modport address(input valid, ctl, agu, next_eip, guess, disp, imm, imm2, output ready);
  modport reader(input valid, next_eip);
  modport watcher(input valid);

endinterface
