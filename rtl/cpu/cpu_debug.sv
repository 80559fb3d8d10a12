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

    // from the architectural registers
    input logic [7:0][31:0] dr_i,
    input logic             port_watch_i,   // CR4.DE
    input logic             tf_i,
    input logic             rf_i,
    input logic             after_ss_i,     // in the shadow of MOV SS or POP SS
    input logic             nmi_blocked_i,
    input logic             nmi_pending_i,

    // from the pipeline control
    input logic [31:0] linear_i,        // of the next instruction
    input logic        load_i,          // an instruction goes to execute
    input logic        load_reads_i,    // with data it has read
    input logic [31:0] load_linear_i,
    input size_e       load_size_i,
    input logic        load_write_i,    // its instruction will write there too
    input logic        store_i,         // execute's store is taken
    input logic [31:0] store_linear_i,
    input size_e       store_size_i,
    input logic        seq_start_i,     // microcode begins
    input logic        seq_done_i,
    input logic        access_i,        // an operand access of microcode is taken
    input logic        access_port_i,
    input logic        access_write_i,
    input logic [31:0] access_linear_i,
    input size_e       access_size_i,
    input logic        task_trap_i,     // the new task's T bit
    input logic        int1_i,          // INT1
    input logic        boundary_i,      // an instruction, an iteration or a delivery is complete
    input logic        retire_i,        // and it may be trapped: no delivery but to a task with its T bit set
    input logic        no_trap_i,       // and not trapped: SS was loaded, or INT n delivered

    // to the pipeline control
    output logic        armed_o,        // a breakpoint is enabled, or TF is set
    output logic        nmi_due_o,
    output logic        nmi_edge_o,     // to the architectural registers
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

  assign watching = dr_i[7][7:0] != 8'd0;
  assign armed_o = watching || tf_i;
  assign nmi_edge_o = nmi_q && !nmi_before_q;
  assign nmi_due_o = nmi_pending_i && !nmi_blocked_i && !after_ss_i;
  assign code_due_o = code_hits != 4'd0;

  function automatic logic enabled(logic [1:0] n);
    return dr_i[7][{2'b00, n, 1'b0}] || dr_i[7][{2'b00, n, 1'b1}];
  endfunction

  function automatic logic [1:0] watch_of(logic [1:0] n);
    return dr_i[7][{1'b1, n, 2'b00}+:2];
  endfunction

  // Whether an access and the breakpoint's aligned range have a byte in common.
  function automatic logic touches(logic [1:0] n, logic [31:0] address, size_e size);
    logic [31:0] ignored;
    logic [31:0] first;
    unique case (dr_i[7][{1'b1, n, 2'b10}+:2])
      2'd0:    ignored = 32'd0;
      2'd1:    ignored = 32'd1;
      default: ignored = 32'd3;
    endcase
    first = dr_i[{1'b0, n}] & ~ignored;
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
          WATCH_PORTS:  hits[i] = port && port_watch_i;
          default:      hits[i] = !port;  // reads and writes
        endcase
    end
    return hits;
  endfunction

  always_comb begin : next_instruction
    code_hits = 4'd0;
    if (watching && !rf_i && !after_ss_i)
      for (int i = 0; i < 4; i++)
        code_hits[i] = enabled(2'(i)) && watch_of(2'(i)) == WATCH_CODE && dr_i[{1'b0, 2'(i)}] == linear_i;
  end

  always_comb begin : trap
    logic [3:0] hits;
    logic       step;
    hits = 4'd0;
    step = 1'b0;
    trap_o = 1'b0;
    dr6_o = {12'd0, code_hits};
    if (retire_i && (armed_o || step_q || task_trap_i || int1_i)) begin
      hits = load_hits_q | hits_q;
      if (store_i) hits = hits | data_hits(store_linear_i, store_size_i, 1'b1, 1'b0);
      if (access_i && watching)
        hits = hits | data_hits(access_linear_i, access_size_i, access_write_i, access_port_i);
      step = seq_done_i ? step_q : tf_i;
      if (no_trap_i) begin
        hits = 4'd0;
        step = 1'b0;
      end
      trap_o = hits != 4'd0 || step || task_trap_i || int1_i;
      dr6_o = {task_trap_i, step, 10'd0, hits};
    end
  end

  always_ff @(posedge clk_i) begin
    nmi_q <= nmi_i;
    nmi_before_q <= nmi_q;
    if (load_i) load_hits_q <= watching && load_reads_i ? data_hits(load_linear_i, load_size_i, load_write_i, 1'b0) : 4'd0;
    if (seq_start_i) begin
      step_q <= tf_i;
      hits_q <= 4'd0;
    end else if (boundary_i) begin
      step_q <= 1'b0;
      hits_q <= 4'd0;
    end else if (access_i && watching) begin
      hits_q <= hits_q | data_hits(access_linear_i, access_size_i, access_write_i, access_port_i);
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
