// Paging unit: between whoever accesses memory and the bus unit. Requests come with linear addresses
// and go on with physical ones; the requester only sees that an answer took one cycle or more, or that
// there was a page fault. So this is also where a data cache answers instead of the bus unit.
//
// With paging off everything passes through in the same cycle, with paging on what hits the data TLB. A
// request over a page boundary is taken when both
// pages have been translated, the low one first. What a TLB entry does not allow is walked again: only
// the walker finds faults and sets accessed and dirty bits. A fault drops what the TLBs have of its page
// (SDM vol. 3, 4.10.4.1).
//
// Fetches go on when they hit the instruction TLB. A miss is walked when the instruction is needed
// (f_needed_i), never ahead of time, so accessed bits do not depend on how far the CPU has prefetched.
module cpu_paging_unit
  import cpu_pkg::*;
  import cpu_paging_pkg::*;
(
    input logic clk_i,
    input logic rst_ni,
    input logic load_valid_i,  // of the load port: another address space

    // from the architectural registers
    input logic         paging_i,     // CR0.PG
    input logic         wp_i,         // CR0.WP
    input logic         pse_i,        // CR4.PSE
    input logic         pge_i,        // CR4.PGE
    input logic [31:12] directory_i,  // CR3

    // from whoever changes address spaces
    input logic         flush_all_i,
    input logic         flush_local_i,   // all but global pages
    input logic         flush_page_i,    // one page, global or not
    input logic [31:12] flush_address_i,

    // from the memory stage, execute or the sequencer; held until ready or fault
    input  logic        d_lookup_i,     // d_linear_i and what belongs to it may be a request now
    input  logic        d_valid_i,      // it is one
    input  logic        d_write_i,
    input  logic        d_rmw_i,        // a load whose instruction will write the operand
    input  logic        d_probe_i,      // the checks of the access, without the access
    input  logic        d_user_i,       // at CPL 3
    input  logic [ 1:0] d_space_i,      // Wishbone tga: 0 memory, 1 I/O, 2 interrupt acknowledge
    input  logic [31:0] d_linear_i,
    input  size_e       d_size_i,
    input  logic [31:0] d_wdata_i,
    output logic        d_ready_o,      // taken, cannot fault any more
    output logic        d_fault_o,      // one cycle, instead of ready: page fault, nothing was done
    output logic        d_committed_o,  // a walk for this request has begun: it must be held

    // page faults
    output logic [31:0] error_o,      // error code of the latest
    output logic        cr2_valid_o,
    output logic [31:0] cr2_o,

    // from the prefetch unit
    input  logic        f_valid_i,
    input  logic [31:0] f_linear_i,  // next byte wanted
    output logic        f_ready_o,
    // from decode
    input  logic        f_needed_i,  // the instruction to be executed next waits for this byte
    input  logic        f_user_i,
    output logic        f_walking_o,
    output logic        walking_o,      // for either
    output logic        f_fault_o,   // one cycle: page fault

    // from and to the pipeline control
    input  logic        forget_i,     // what was fetched before this cycle is not executed any more
    input  logic        snoop_i,      // from the bus: another master has stored
    input  logic [31:4] snoop_line_i,
    output logic        store_hit_o,  // a store changes code that was fetched

    // to the bus unit
    output logic         b_valid_o,
    output logic         b_write_o,
    output logic         b_walk_o,     // of the page walker
    output logic [ 1:0]  b_space_o,
    output logic [31:0]  b_addr_o,
    output logic         b_split_o,    // the second word is in another page
    output logic [31:12] b_high_o,     // that page
    output size_e        b_size_o,
    output logic [31:0]  b_wdata_o,
    input  logic         b_ready_i,
    input  logic         b_done_i,
    input  logic [31:0]  b_rdata_i,
    output logic         bf_valid_o,
    output logic [31:2]  bf_addr_o,
    input  logic         bf_ready_i
);

  typedef enum logic [2:0] {
    StIdle,        // look up the (low) page of a request
    StHigh,        // look up the second page
    StTranslated,  // both pages are known: the request goes on
    StWalk,        // walk for a data access
    StFault,
    StFetchWalk,
    StFetchFault
  } state_e;

  state_e       state_q;
  logic         committed_q;
  logic         high_q;        // the walk is for the second page
  logic [31:12] low_frame_q;
  logic [31:12] high_frame_q;
  logic [ 3:0]  error_q;

  logic         translates;    // there may be a memory request, and paging is on
  logic         crosses;
  logic [31:12] page;
  logic         d_hit;
  translation_t d_found;
  logic         intent;        // to write
  logic         usable;        // the access may go on with what the TLB has
  logic         direct;        // and can do so in this cycle
  logic         f_hit;
  translation_t f_found;
  logic         f_usable;
  logic         walk_data;
  logic         walk_fetch;
  logic         w_busy;
  logic         w_done;
  logic         w_fault;
  translation_t w_translation;
  logic [ 3:0]  w_error;
  logic [31:0]  w_linear;
  logic         w_valid;
  logic         w_write;
  logic [31:0]  w_addr;
  logic [31:0]  w_wdata;

  cpu_tlb u_data_tlb (
      .clk_i,
      .rst_ni,
      .load_valid_i,
      .lookup_i          (translates),
      .page_i            (page),
      .hit_o             (d_hit),
      .translation_o     (d_found),
      .fill_i            (w_done && state_q == StWalk),
      .fill_page_i       (w_linear[31:12]),
      .fill_translation_i(w_translation),
      .flush_all_i,
      .flush_local_i,
      .flush_page_i      (flush_page_i || w_fault),
      .flush_address_i   (flush_page_i ? flush_address_i : w_linear[31:12])
  );

  cpu_tlb u_instruction_tlb (
      .clk_i,
      .rst_ni,
      .load_valid_i,
      .lookup_i          (paging_i && f_valid_i),
      .page_i            (f_linear_i[31:12]),
      .hit_o             (f_hit),
      .translation_o     (f_found),
      .fill_i            (w_done && state_q == StFetchWalk),
      .fill_page_i       (w_linear[31:12]),
      .fill_translation_i(w_translation),
      .flush_all_i,
      .flush_local_i,
      .flush_page_i      (flush_page_i || w_fault),
      .flush_address_i   (flush_page_i ? flush_address_i : w_linear[31:12])
  );

  cpu_page_walker u_walker (
      .clk_i,
      .rst_ni,
      .start_i      (walk_data || walk_fetch),
      .linear_i     (!walk_data ? f_linear_i : state_q == StHigh ? {page, 12'd0} : d_linear_i),
      .write_i      (walk_data && intent),
      .user_i       (walk_data ? d_user_i : f_user_i),
      .busy_o       (w_busy),
      .done_o       (w_done),
      .translation_o(w_translation),
      .fault_o      (w_fault),
      .error_o      (w_error),
      .linear_o     (w_linear),
      .directory_i,
      .wp_i,
      .pse_i,
      .pge_i,
      .b_valid_o    (w_valid),
      .b_write_o    (w_write),
      .b_addr_o     (w_addr),
      .b_wdata_o    (w_wdata),
      .b_ready_i,
      .b_done_i,
      .b_rdata_i
  );

  cpu_code_watch u_code_watch (
      .clk_i,
      .rst_ni,
      .forget_i,
      .fetch_i      (f_ready_o),
      .fetch_line_i (bf_addr_o[31:4]),
      .store_i      (b_valid_o && b_write_o && b_ready_i && b_space_o == 2'd0),
      .store_addr_i (b_addr_o),
      .store_size_i (b_size_o),
      .store_split_i(b_split_o),
      .store_high_i (b_high_o),
      .snoop_i,
      .snoop_line_i,
      .hit_o        (store_hit_o)
  );

  // ---- data
  assign translates = paging_i && d_lookup_i && d_space_i == 2'd0;
  assign intent = d_write_i || d_rmw_i;

  always_comb begin : data_page
    crosses = 1'b0;
    page = d_linear_i[31:12];
    if (translates) begin
      unique case (d_size_i)
        SizeB:   ;
        SizeW:   crosses = d_linear_i[11:0] == 12'hFFF;
        default: crosses = d_linear_i[11:2] == 10'h3FF && d_linear_i[1:0] != 2'd0;
      endcase
      if (state_q == StHigh) page = d_linear_i[31:12] + 20'd1;
    end
  end

  // Not in the block above: what is found depends on the page.
  always_comb begin : data_lookup
    usable = !translates ||
        (d_hit && permitted(d_found, d_user_i, intent, wp_i) && (!intent || d_found.dirty));
    direct = state_q == StIdle && usable && !crosses;
  end

  assign walk_data = paging_i && d_valid_i && !usable && (state_q == StIdle || state_q == StHigh);
  assign d_ready_o = !paging_i ? b_ready_i
                     : (direct || state_q == StTranslated) && (d_probe_i || b_ready_i);
  assign d_fault_o = state_q == StFault;
  assign d_committed_o = committed_q;

  // ---- fetch
  assign f_usable = !paging_i || (f_hit && (!f_user_i || f_found.user));
  assign f_ready_o = bf_ready_i && bf_valid_o;
  assign bf_valid_o = f_valid_i && f_usable;
  assign bf_addr_o = paging_i ? {f_found.frame, f_linear_i[11:2]} : f_linear_i[31:2];
  assign walk_fetch = paging_i && f_valid_i && !f_usable && f_needed_i && !d_valid_i && state_q == StIdle;
  assign walking_o = state_q == StWalk || state_q == StFetchWalk;
  assign f_walking_o = state_q == StFetchWalk || state_q == StFetchFault;
  assign f_fault_o = state_q == StFetchFault;

  // ---- to the bus unit
  always_comb begin : bus_port
    b_valid_o = d_valid_i;
    b_write_o = d_write_i;
    b_walk_o = 1'b0;
    b_space_o = d_space_i;
    b_addr_o = d_linear_i;
    b_split_o = 1'b0;
    b_high_o = high_frame_q;
    b_size_o = d_size_i;
    b_wdata_o = d_wdata_i;
    if (paging_i) begin
      if (w_busy) begin
        b_valid_o = w_valid;
        b_write_o = w_write;
        b_walk_o = 1'b1;
        b_space_o = 2'd0;
        b_addr_o = w_addr;
        b_size_o = SizeD;
        b_wdata_o = w_wdata;
      end else if (state_q == StTranslated) begin
        b_valid_o = d_valid_i && !d_probe_i;
        b_addr_o[31:12] = low_frame_q;
        b_split_o = 1'b1;
      end else begin
        b_valid_o = d_valid_i && direct && !d_probe_i;
        if (translates) b_addr_o[31:12] = d_found.frame;
      end
    end
  end

  // ---- page faults
  assign error_o = {28'b0, error_q};
  assign cr2_valid_o = w_fault;
  assign cr2_o = w_linear;

  task automatic step();
    unique case (state_q)
      StIdle: begin
        high_q <= 1'b0;
        low_frame_q <= d_found.frame;
        if (walk_data) state_q <= StWalk;
        else if (walk_fetch) state_q <= StFetchWalk;
        else if (d_valid_i && crosses) state_q <= StHigh;
      end
      StHigh: begin
        high_q <= 1'b1;
        high_frame_q <= d_found.frame;
        state_q <= !d_valid_i ? StIdle : walk_data ? StWalk : StTranslated;
      end
      StTranslated: if (!d_valid_i || d_ready_o) state_q <= StIdle;
      StWalk:
      if (w_done) state_q <= high_q ? StHigh : StIdle;
      else if (w_fault) state_q <= StFault;
      StFetchWalk:
      if (w_done) state_q <= StIdle;
      else if (w_fault) state_q <= StFetchFault;
      default: state_q <= StIdle;  // StFault, StFetchFault
    endcase
    if (walk_data) committed_q <= 1'b1;
    else if ((d_valid_i && d_ready_o) || state_q == StFault) committed_q <= 1'b0;
  endtask

  always_ff @(posedge clk_i) begin
    if (paging_i) step();
    if (w_fault) error_q <= w_error;
    if (!rst_ni) begin
      state_q <= StIdle;
      committed_q <= 1'b0;
    end
  end

endmodule
