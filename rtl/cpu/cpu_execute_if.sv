// What an instruction in execute makes real, all of it in the cycle `done` is high.
interface cpu_execute_if;
  import cpu_pkg::*;

  logic        done;
  logic        fault;        // instead of done: raise `fault_vector`, error code 0 where it has one
  logic [ 7:0] fault_vector;

  // to the architectural registers
  logic        w0_valid;
  logic [ 2:0] w0_reg;
  size_e       w0_size;
  logic [31:0] w0_data;
  logic        w1_valid;
  logic [ 2:0] w1_reg;
  size_e       w1_size;
  logic [31:0] w1_data;
  logic        esp_valid;    // before w0 and w1, which win
  logic [31:0] esp_data;
  logic        flags_valid;
  logic [31:0] flags;
  logic        sti_shadow;
  logic        tsc_valid;
  logic [63:0] tsc_offset;

  // to the caches
  logic        flush;        // every line, with done

  // to fetch
  logic [31:0] next_eip;     // where it goes on
  logic        near_branch;  // it is one,
  branch_kind_e kind;
  logic        taken;
  logic        mispredicted; // and decode has gone on elsewhere

  modport unit(
      output done, fault, fault_vector, w0_valid, w0_reg, w0_size, w0_data, w1_valid, w1_reg, w1_size, w1_data,
      output esp_valid, esp_data, flags_valid, flags, sti_shadow, tsc_valid, tsc_offset, flush,
          next_eip, near_branch, kind, taken, mispredicted
  );
  modport reader(
      input done, fault, fault_vector, w0_valid, w0_reg, w0_size, w0_data, w1_valid, w1_reg, w1_size, w1_data,
      input esp_valid, esp_data, flags_valid, flags, sti_shadow, tsc_valid, tsc_offset, flush,
          next_eip, near_branch, kind, taken, mispredicted
  );

endinterface
