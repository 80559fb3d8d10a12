// Page walker: reads the page directory entry and, for a 4 KiB page, the page table entry of one linear
// address (SDM vol. 3, 4.3), decides whether the access is permitted, and then sets accessed and dirty
// bits that are not set yet, the directory's first. A walk that ends in a fault writes nothing.
// Reads and writes go through the data cache. Assumes that has no other user while it is busy, and that no other
// master changes the entries under a walk: reads and writes are separate bus cycles, not locked.
module cpu_page_walker
  import cpu_paging_pkg::*;
(
    input logic clk_i,
    input logic rst_ni,

    // from the paging unit
    input  logic         start_i,
    input  logic [31:0]  linear_i,
    input  logic         write_i,
    input  logic         user_i,
    output logic         busy_o,
    output logic         done_o,         // one cycle, with the translation
    output translation_t translation_o,
    output logic         fault_o,        // one cycle, with the error code
    output logic [ 3:0]  error_o,        // RSVD, U, W, P
    output logic [31:0]  linear_o,       // of the walk

    // from the architectural registers
    input logic [31:12] directory_i,  // CR3
    input logic         uncached_i,   // the directory is, CR3.PCD
    input logic         wp_i,
    input logic         pse_i,
    input logic         pge_i,

    // to the data cache
    output logic        b_valid_o,
    output logic        b_write_o,
    output logic [31:0] b_addr_o,
    output logic [31:0] b_wdata_o,
    output logic        b_uncached_o,
    input  logic        b_ready_i,
    input  logic        b_done_i,
    input  logic [31:0] b_rdata_i
);

  typedef enum logic [2:0] {
    StIdle,
    StReadDirectory,
    StReadTable,
    StCheck,
    StMarkDirectory,
    StMarkTable,
    StDone,
    StFault
  } state_e;

  localparam int unsigned Present = 0;
  localparam int unsigned Write = 1;
  localparam int unsigned User = 2;
  localparam int unsigned CacheDisable = 4;
  localparam int unsigned Accessed = 5;
  localparam int unsigned Dirty = 6;
  localparam int unsigned Large = 7;
  localparam int unsigned Global = 8;

  state_e      state_q;
  logic        waiting_q;        // the read is under way
  logic [31:0] walk_linear_q;
  logic        walk_write_q;
  logic        walk_user_q;
  logic [31:0] directory_entry_q;
  logic [31:0] table_entry_q;    // or the directory entry of a 4 MiB page
  logic        large_q;
  logic [ 3:0] error_q;

  logic        reserved;         // reserved bits of a 4 MiB page are set
  logic        allowed;
  logic        mark_directory;
  logic        mark_table;

  assign busy_o = state_q != StIdle;
  assign done_o = state_q == StDone;
  assign fault_o = state_q == StFault;
  assign error_o = error_q;
  assign linear_o = walk_linear_q;

  always_comb begin : check
    reserved = 1'b0;
    allowed = 1'b0;
    mark_directory = 1'b0;
    mark_table = 1'b0;
    translation_o = '0;
    if (state_q != StIdle) begin
      reserved = large_q && directory_entry_q[21:12] != 10'd0;
      mark_directory = !large_q && !directory_entry_q[Accessed];
      mark_table = !table_entry_q[Accessed] || (walk_write_q && !table_entry_q[Dirty]);
      translation_o.frame = large_q ? {table_entry_q[31:22], walk_linear_q[21:12]}
                                    : table_entry_q[31:12];
      translation_o.large_page = large_q;
      translation_o.global_page = pge_i && table_entry_q[Global];
      translation_o.uncached = table_entry_q[CacheDisable];
      translation_o.dirty = walk_write_q || table_entry_q[Dirty];
      translation_o.write = directory_entry_q[Write] && table_entry_q[Write];
      translation_o.user = directory_entry_q[User] && table_entry_q[User];
      allowed = !reserved && permitted(translation_o, walk_user_q, walk_write_q, wp_i);
    end
  end

  always_comb begin : access
    b_valid_o = 1'b0;
    b_write_o = 1'b0;
    b_addr_o = '0;
    b_wdata_o = '0;
    b_uncached_o = uncached_i;
    if (state_q != StIdle) begin
      b_addr_o = {directory_i, walk_linear_q[31:22], 2'b00};
      if (!large_q && (state_q == StReadTable || state_q == StMarkTable))
      begin
        b_addr_o = {directory_entry_q[31:12], walk_linear_q[21:12], 2'b00};
        b_uncached_o = directory_entry_q[CacheDisable];
      end
      unique case (state_q)
        StReadDirectory, StReadTable: b_valid_o = !waiting_q;
        StMarkDirectory: begin
          b_valid_o = 1'b1;
          b_write_o = 1'b1;
          b_wdata_o = directory_entry_q;
          b_wdata_o[Accessed] = 1'b1;
        end
        StMarkTable: begin
          b_valid_o = 1'b1;
          b_write_o = 1'b1;
          b_wdata_o = table_entry_q;
          b_wdata_o[Accessed] = 1'b1;
          if (walk_write_q) b_wdata_o[Dirty] = 1'b1;
        end
        default: ;
      endcase
    end
  end

  task automatic fail(logic present, logic reserved_bits);
    state_q <= StFault;
    error_q <= {reserved_bits, walk_user_q, walk_write_q, present};
  endtask

  always_ff @(posedge clk_i) begin
    unique case (state_q)
      StIdle:
      if (start_i) begin
        state_q <= StReadDirectory;
        walk_linear_q <= linear_i;
        walk_write_q <= write_i;
        walk_user_q <= user_i;
        large_q <= 1'b0;
      end
      StReadDirectory:
      if (!b_done_i) begin
        waiting_q <= waiting_q || b_ready_i;
      end else begin
        waiting_q <= 1'b0;
        directory_entry_q <= b_rdata_i;
        table_entry_q <= b_rdata_i;
        large_q <= b_rdata_i[Large] && pse_i;
        if (!b_rdata_i[Present]) fail(1'b0, 1'b0);
        else state_q <= b_rdata_i[Large] && pse_i ? StCheck : StReadTable;
      end
      StReadTable:
      if (!b_done_i) begin
        waiting_q <= waiting_q || b_ready_i;
      end else begin
        waiting_q <= 1'b0;
        table_entry_q <= b_rdata_i;
        if (!b_rdata_i[Present]) fail(1'b0, 1'b0);
        else state_q <= StCheck;
      end
      StCheck:
      if (!allowed) fail(1'b1, reserved);
      else state_q <= mark_directory ? StMarkDirectory : mark_table ? StMarkTable : StDone;
      StMarkDirectory: if (b_ready_i) state_q <= mark_table ? StMarkTable : StDone;
      StMarkTable: if (b_ready_i) state_q <= StDone;
      default: state_q <= StIdle;  // StDone, StFault
    endcase
    if (!rst_ni) begin
      state_q <= StIdle;
      waiting_q <= 1'b0;
    end
  end

endmodule
