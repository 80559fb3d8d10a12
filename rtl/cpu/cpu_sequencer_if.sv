// What microcode does, as the other units see it: what a step writes, and what the end of a sequence means.
interface cpu_sequencer_if;
  import cpu_pkg::*;

  logic        active;         // microcode runs; for ever after a shutdown

  // to the architectural registers, of a step
  logic        w_valid;
  logic [ 2:0] w_reg;
  size_e       w_size;
  logic [31:0] w_data;
  logic        esp_valid;
  logic [31:0] esp_data;
  logic        esi_valid;
  logic [31:0] esi_data;
  logic        edi_valid;
  logic [31:0] edi_data;
  logic        ecx_valid;
  logic [31:0] ecx_data;
  logic        eip_valid;      // in the middle of a task switch: target
  logic        flags_valid;
  logic [31:0] flags;
  logic        seg_valid;
  logic [ 3:0] seg;
  seg_part_e   seg_part;
  logic [31:0] seg_selector;
  logic [31:0] seg_base;
  logic [31:0] seg_limit;
  logic [31:0] seg_attr;
  logic        table_valid;
  logic        table_idt;
  logic [31:0] table_base;
  logic [31:0] table_limit;
  logic        cr_valid;
  logic [ 2:0] cr;
  logic [31:0] cr_data;
  logic        halt;
  logic        task_switch;    // a new task: sets CR0.TS, clears the local enables of DR7
  logic        dr_valid;       // MOV to a debug register
  logic        gd_fault;       // MOV DR met DR7.GD
  logic        gd_clear;       // #DB has been delivered
  logic        nmi_unblock;    // IRET
  logic        flush_page;     // INVLPG

  // the end
  logic        done;           // the instruction, exception or interrupt is complete
  logic        partial;        // with done: a string instruction with iterations left
  logic        no_trap;        // with done: an interrupt has been delivered, no single step behind it
  logic        task_trap;      // with done: the new task asks for a debug trap
  logic        int1;           // with done: INT1
  logic        rf_loaded;      // with done: the sequence has loaded RF
  logic        jump;           // with done: fetch again, from target
  logic [31:0] target;
  logic        mov_ss_shadow;  // with done: SS was loaded by MOV or POP
  logic [ 1:0] kind;           // 0 instruction, 1 exception, 2 interrupt
  logic [ 7:0] event_vector;
  logic [31:0] event_error;
  logic        shutdown;

  modport microsequencer(output done, jump, target, mov_ss_shadow, input partial);
  modport commit(
      output w_valid, w_reg, w_size, w_data, esp_valid, esp_data, esi_valid, esi_data, edi_valid, edi_data,
      output ecx_valid, ecx_data, eip_valid, flags_valid, flags,
      output seg_valid, seg, seg_part, seg_selector, seg_base, seg_limit, seg_attr,
      output table_valid, table_idt, table_base, table_limit, cr_valid, cr, cr_data, halt, task_switch, dr_valid,
      output nmi_unblock, flush_page, partial, rf_loaded
  );
  modport delivery(
      output active, gd_fault, gd_clear, no_trap, task_trap, int1, kind, event_vector, event_error, shutdown
  );
  modport reader(
      input active, w_valid, w_reg, w_size, w_data, esp_valid, esp_data, esi_valid, esi_data,
      input edi_valid, edi_data, ecx_valid, ecx_data, eip_valid, flags_valid, flags,
      input seg_valid, seg, seg_part, seg_selector, seg_base, seg_limit, seg_attr,
      input table_valid, table_idt, table_base, table_limit, cr_valid, cr, cr_data, halt, task_switch, dr_valid,
      input gd_fault, gd_clear, nmi_unblock, flush_page,
      input done, partial, no_trap, task_trap, int1, rf_loaded, jump, target, mov_ss_shadow, kind,
      input event_vector, event_error, shutdown
  );

endinterface
