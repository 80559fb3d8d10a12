// Branch prediction: a branch target buffer of 256 entries with two-bit counters, and a return stack of eight.
// A direct branch goes where it says, which decode knows; whether a conditional one is taken is said by the counter of
// its address, or, if it has none, by its direction: backward it is. An indirect one goes where it went last, a return
// behind the call that is latest on the predicted path. Branches are known by the linear address behind them.
// What is predicted changes nothing but where fetch goes on; execute compares (cpu_integer_unit).
module cpu_predictor
  import cpu_pkg::*;
#(
    parameter int unsigned Entries = 256,
    parameter int unsigned Returns = 8
) (
    input logic clk_i,
    input logic rst_ni,
    input logic load_valid_i,  // of the load port: forgets, so that a state goes on the same everywhere

    // from and to decode
    cpu_branch_if.predictor branch,

    // from execute: how it was
    cpu_registers_if.reader regs,
    cpu_stage_if.reader     x,
    cpu_execute_if.reader   ex,
    cpu_redirect_if.reader  redirect,

    // to whoever counts: a conditional or indirect branch leaves decode, and has an entry here
    output logic target_lookup_o,
    output logic target_found_o
);

  localparam int unsigned IndexBits = $clog2(Entries);
  localparam int unsigned TopBits = $clog2(Returns);
  typedef logic [IndexBits-1:0] index_t;
  typedef logic [TopBits-1:0] top_t;

  typedef struct packed {
    logic [31:IndexBits] tag;
    logic [1:0]          counter;  // the upper half: taken
  } entry_t;

  // Memories, as those of the caches (cpu_tags).
  entry_t      entry_q [Entries];
  logic [31:0] target_q[Entries];
  logic [31:0] return_q[Returns];

  top_t        top_q;      // of the predicted path: the next place
  top_t        real_top_q; // of what has been executed

  logic        found;
  index_t      index;
  logic        train;
  logic [31:0] trained;    // linear address
  index_t      trained_at;
  logic        trained_found;

  assign index = branch.linear[IndexBits-1:0];

  always_comb begin : predict
    found = 1'b0;
    branch.taken = 1'b0;
    branch.eip = branch.target;
    if (branch.valid) begin
      found = entry_q[index].tag == branch.linear[31:IndexBits];
      unique case (branch.kind)
        BranchConditional: branch.taken = found ? entry_q[index].counter[1] : branch.backward;
        BranchIndirect, BranchIndirectCall: begin
          branch.taken = found;
          branch.eip = target_q[index];
        end
        BranchReturn: begin
          branch.taken = 1'b1;
          branch.eip = return_q[top_q - top_t'(1)];
        end
        default: branch.taken = 1'b1;  // BranchDirect, BranchCall
      endcase
    end
  end

  assign target_lookup_o = branch.leaves && (branch.kind == BranchConditional || branch.kind == BranchIndirect ||
      branch.kind == BranchIndirectCall);
  assign target_found_o = found;

  assign train = ex.done && ex.near_branch && (ex.kind == BranchConditional || ex.kind == BranchIndirect ||
      ex.kind == BranchIndirectCall);
  assign trained = x.next_eip + regs.seg_base[IDX_CS];
  assign trained_at = trained[IndexBits-1:0];

  function automatic logic [1:0] counted(logic [1:0] counter, logic taken);
    if (taken) return counter == 2'd3 ? 2'd3 : counter + 2'd1;
    return counter == 2'd0 ? 2'd0 : counter - 2'd1;
  endfunction

  always_ff @(posedge clk_i) begin : memories
    if (train) begin
      trained_found = entry_q[trained_at].tag == trained[31:IndexBits];
      entry_q[trained_at].counter = trained_found ? counted(entry_q[trained_at].counter, ex.taken)
                                                   : ex.taken ? 2'd2 : 2'd1;
      entry_q[trained_at].tag = trained[31:IndexBits];
      target_q[trained_at] = ex.next_eip;
    end
    if (branch.leaves && calls(branch.kind))
      return_q[top_q] = branch.next_eip;
    if (load_valid_i || !rst_ni) begin
      for (int n = 0; n < int'(Entries); n++) entry_q[n] = '0;
      for (int n = 0; n < int'(Entries); n++) target_q[n] = '0;
      for (int n = 0; n < int'(Returns); n++) return_q[n] = '0;
    end
  end

  // A return that was predicted on a path that is left has only moved the top.
  always_ff @(posedge clk_i) begin : tops
    top_t real_top;
    real_top = real_top_q;
    if (ex.done && ex.near_branch) begin
      if (calls(ex.kind)) real_top = real_top_q + top_t'(1);
      if (ex.kind == BranchReturn) real_top = real_top_q - top_t'(1);
    end
    real_top_q <= real_top;
    if (redirect.valid) top_q <= real_top;
    else if (branch.leaves && calls(branch.kind)) top_q <= top_q + top_t'(1);
    else if (branch.leaves && branch.kind == BranchReturn) top_q <= top_q - top_t'(1);
    if (load_valid_i || !rst_ni) begin
      top_q <= '0;
      real_top_q <= '0;
    end
  end

endmodule
