// Debugging and NMI: breakpoints of the debug registers, single step, the NMI pin (SDM vol. 3, 6.7 and chapter
// 17). Collects what the running instruction meets, and says at its retirement whether it ends in a debug
// trap; says at a boundary whether the next instruction meets a breakpoint or an NMI is due. While nothing is
// armed all of it is a test a cycle.
module cpu_debug
  import cpu_pkg::*;
(
    input logic clk_i,
    input logic rst_ni,

    // pin
    input logic nmi_i,

    cpu_registers_if.reader regs,
    input logic [31:0]      linear_i,  // of the next instruction
    input logic             retire_i,  // an instruction, an iteration or a delivery is complete

    // from the memory stage
    input logic         m_move_i,   // an instruction goes to execute
    input logic         m_loads_i,  // with data it has read
    cpu_stage_if.reader m,

    // from execute
    cpu_execute_if.reader ex,
    cpu_data_if.watcher   store,

    // from the sequencer
    input logic             start_i,  // microcode begins
    cpu_sequencer_if.reader seq,
    cpu_data_if.watcher     micro,
    input logic             watch_i,  // its access is an operand's

    // to events and the architectural registers
    output logic        armed_o,        // a breakpoint is enabled, or TF is set
    output logic        nmi_due_o,
    output logic        nmi_edge_o,     // at the pin
    output logic        code_due_o,     // the next instruction meets a breakpoint
    output logic        trap_o,         // #DB behind the retired instruction
    output logic [15:0] dr6_o           // bits to be set in DR6, with trap or when the breakpoint is taken
);

  localparam logic [1:0] WATCH_CODE = 2'd0;
  localparam logic [1:0] WATCH_WRITES = 2'd1;
  localparam logic [1:0] WATCH_PORTS = 2'd2;

  logic       nmi_q, nmi_before_q;
  logic       watching;         // a breakpoint is enabled
  logic [3:0] load_hits_q;      // of the instruction in execute
  logic [3:0] hits_q;           // of the running microcode
  logic       step_q;           // TF when it began
  logic [3:0] code_hits;
  logic       after_ss;         // in the shadow of MOV SS or POP SS
  logic       access;           // an operand access of microcode is taken
  logic       may_trap;         // what is complete may be trapped: no delivery but to a task with its T bit set,
  logic       no_trap;          // and is not: SS was loaded, or INT n delivered

  assign after_ss = regs.shadow == 2'd2;
  assign access = micro.valid && micro.ready && watch_i;
  assign may_trap = ex.done || (seq.done && seq.kind == 2'd0) || seq.task_trap;
  assign no_trap = seq.done && (seq.mov_ss_shadow || seq.no_trap || seq.kind != 2'd0);
  assign watching = regs.dr[7][7:0] != 8'd0;
  assign armed_o = watching || regs.eflags[FL_TF];
  assign nmi_edge_o = nmi_q && !nmi_before_q;
  assign nmi_due_o = regs.nmi_pending && !regs.nmi_blocked && !after_ss;
  assign code_due_o = code_hits != 4'd0;

  function automatic logic enabled(logic [1:0] n);
    return regs.dr[7][{2'b00, n, 1'b0}] || regs.dr[7][{2'b00, n, 1'b1}];
  endfunction

  function automatic logic [1:0] watch_of(logic [1:0] n);
    return regs.dr[7][{1'b1, n, 2'b00}+:2];
  endfunction

  // Whether an access and the breakpoint's aligned range have a byte in common.
  function automatic logic touches(logic [1:0] n, logic [31:0] address, size_e size);
    logic [31:0] ignored;
    logic [31:0] first;
    unique case (regs.dr[7][{1'b1, n, 2'b10}+:2])
      2'd0:    ignored = 32'd0;
      2'd1:    ignored = 32'd1;
      default: ignored = 32'd3;
    endcase
    first = regs.dr[{1'b0, n}] & ~ignored;
    return address - first <= ignored || first - address < {29'b0, size_bytes(size)};
  endfunction

  function automatic logic [3:0] data_hits(logic [31:0] address, size_e size, logic write, logic port);
    logic [3:0] hits;
    for (int i = 0; i < 4; i++) begin
      hits[i] = 1'b0;
      if (enabled(2'(i)) && touches(2'(i), address, size))
        unique case (watch_of(2'(i)))
          WATCH_CODE:   ;
          WATCH_WRITES: hits[i] = !port && write;
          WATCH_PORTS:  hits[i] = port && regs.cr4[3];
          default:      hits[i] = !port;  // reads and writes
        endcase
    end
    return hits;
  endfunction

  always_comb begin : next_instruction
    code_hits = 4'd0;
    if (watching && !regs.eflags[FL_RF] && !after_ss)
      for (int i = 0; i < 4; i++)
        code_hits[i] = enabled(2'(i)) && watch_of(2'(i)) == WATCH_CODE && regs.dr[{1'b0, 2'(i)}] == linear_i;
  end

  always_comb begin : trap
    logic [3:0] hits;
    logic       step;
    hits = 4'd0;
    step = 1'b0;
    trap_o = 1'b0;
    dr6_o = {12'd0, code_hits};
    if (may_trap && (armed_o || step_q || seq.task_trap || seq.int1)) begin
      hits = load_hits_q | hits_q;
      if (store.valid) hits = hits | data_hits(store.linear, store.size, 1'b1, 1'b0);
      if (access && watching)
        hits = hits | data_hits(micro.linear, micro.size, micro.write, micro.space == 2'd1);
      step = seq.done ? step_q : regs.eflags[FL_TF];
      if (no_trap) begin
        hits = 4'd0;
        step = 1'b0;
      end
      trap_o = hits != 4'd0 || step || seq.task_trap || seq.int1;
      dr6_o = {seq.task_trap, step, 10'd0, hits};
    end
  end

  always_ff @(posedge clk_i) begin
    nmi_q <= nmi_i;
    nmi_before_q <= nmi_q;
    if (m_move_i)
      load_hits_q <= watching && m_loads_i ? data_hits(m.linear, m.ctl.msize, m.ctl.mem_wr, 1'b0) : 4'd0;
    if (start_i) begin
      step_q <= regs.eflags[FL_TF];
      hits_q <= 4'd0;
    end else if (retire_i) begin
      step_q <= 1'b0;
      hits_q <= 4'd0;
    end else if (access && watching) begin
      hits_q <= hits_q | data_hits(micro.linear, micro.size, micro.write, micro.space == 2'd1);
    end
    if (!rst_ni) begin
      nmi_q <= 1'b0;
      nmi_before_q <= 1'b0;
      load_hits_q <= 4'd0;
      step_q <= 1'b0;
      hits_q <= 4'd0;
    end
  end

endmodule
