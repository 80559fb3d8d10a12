// What the parts of the microcode sequencer tell each other about the sequence that runs.
interface cpu_microcode_if;
  import cpu_pkg::*;
  import cpu_microcode_types_pkg::*;

  // of the microsequencer
  logic        active;        // a micro-instruction runs,
  uinst_t      u;             // this one; else zero
  logic        waiting;       // its access is under way
  logic        step_done;     // it is complete, unless it faults
  logic        steps;         // it leaves its results behind
  logic        finish;        // and is the last of its sequence

  // of the delivery unit
  logic        begins;        // a sequence begins; in the middle of another if that has faulted,
  logic        raises;        // and delivers an exception
  logic        ends;          // the CPU shuts down instead
  logic        fault;         // the micro-instruction faults
  logic [ 7:0] event_vector;  // being delivered
  logic [31:0] event_error;
  logic        has_error;     // an error code is pushed
  logic        external;      // EXT bit of error codes
  logic        pushed_rf;     // RF as events save it

  // of the operands
  size_e       size;          // of the access
  logic [31:0] bytes;
  logic [31:0] first;         // first source
  logic [31:0] sum;           // of both

  // of the accesses
  logic        page_fault;    // the access is not allowed by the page tables
  logic        frame_fault;   // it violates its segment
  logic [ 7:0] frame_vector;
  logic [31:0] frame_error;

  // of the checks
  logic        outside;       // selector T0 is outside its table
  logic        check_fault;
  logic [ 7:0] check_vector;
  logic [31:0] check_error;

  // of commit: the registers a sequence works with
  logic [31:0] temp[16];
  logic [ 1:0] level;         // the privilege level it works at
  logic [ 3:0] index;         // the segment register it works on
  logic        frame_new;     // frames go through the new SS
  logic        big_stack;     // the stack pointer is ESP
  logic        invalid_tss;   // errors of selectors are #TS
  logic        wide;          // 32-bit gate or task state segment
  task_kind_e  task_kind;

  modport microsequencer(
      output active, u, waiting, step_done, steps, finish,
      input begins, raises, ends, fault, has_error, sum, outside, temp, level, task_kind
  );
  modport delivery(
      output begins, raises, ends, fault, event_vector, event_error, has_error, external, pushed_rf,
      input active, u, waiting, step_done, steps, finish, page_fault, frame_fault, frame_vector, frame_error,
      input check_fault, check_vector, check_error, temp
  );
  modport operands(
      output size, bytes, first, sum,
      input active, u, event_vector, temp, level, index, big_stack, wide
  );
  modport accesses(
      output page_fault, frame_fault, frame_vector, frame_error,
      input active, u, waiting, event_error, pushed_rf, size, first, sum, temp, level, index, frame_new, task_kind
  );
  modport commit(
      output temp, level, index, frame_new, big_stack, invalid_tss, wide, task_kind,
      input active, u, step_done, steps, begins, raises, fault, size, bytes, sum
  );
  modport checks(
      output outside, check_fault, check_vector, check_error,
      input active, u, event_vector, external, temp, level, index, big_stack, invalid_tss
  );

endinterface
