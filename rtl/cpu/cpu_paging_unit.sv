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

    cpu_registers_if.reader regs,

    // from whoever changes address spaces: the sequencer, for the instruction in execute
    cpu_sequencer_if.reader seq,
    cpu_stage_if.reader     x,

    // from the data port
    cpu_data_if.port data,

    // page faults
    output logic [31:0] error_o,      // error code of the latest
    output logic        cr2_valid_o,
    output logic [31:0] cr2_o,

    // from fetch and decode
    cpu_fetch_if.paging fetch,
    output logic        walking_o,    // a page table walk is under way, for either

    // from and to fetch
    input  logic        forget_i,     // what was fetched before this cycle is not executed any more
    input  logic        snoop_i,      // from the bus: another master has stored
    input  logic [31:4] snoop_line_i,
    output logic        store_hit_o,  // a store changes code that was fetched

    // to the bus unit
    cpu_bus_if.requester bus
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

  logic         paging;        // CR0.PG
  logic         wp;            // CR0.WP
  logic         flush_all;
  logic         flush_local;   // all but global pages
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
      .flush_all_i       (flush_all),
      .flush_local_i     (flush_local),
      .flush_page_i      (seq.flush_page || w_fault),
      .flush_address_i   (seq.flush_page ? x.linear[31:12] : w_linear[31:12])
  );

  cpu_tlb u_instruction_tlb (
      .clk_i,
      .rst_ni,
      .load_valid_i,
      .lookup_i          (paging && fetch.valid),
      .page_i            (fetch.linear[31:12]),
      .hit_o             (f_hit),
      .translation_o     (f_found),
      .fill_i            (w_done && state_q == StFetchWalk),
      .fill_page_i       (w_linear[31:12]),
      .fill_translation_i(w_translation),
      .flush_all_i       (flush_all),
      .flush_local_i     (flush_local),
      .flush_page_i      (seq.flush_page || w_fault),
      .flush_address_i   (seq.flush_page ? x.linear[31:12] : w_linear[31:12])
  );

  cpu_page_walker u_walker (
      .clk_i,
      .rst_ni,
      .start_i      (walk_data || walk_fetch),
      .linear_i     (!walk_data ? fetch.linear : state_q == StHigh ? {page, 12'd0} : data.linear),
      .write_i      (walk_data && intent),
      .user_i       (walk_data ? data.user : regs.user),
      .busy_o       (w_busy),
      .done_o       (w_done),
      .translation_o(w_translation),
      .fault_o      (w_fault),
      .error_o      (w_error),
      .linear_o     (w_linear),
      .directory_i  (regs.cr3[31:12]),
      .wp_i         (wp),
      .pse_i        (regs.cr4[4]),
      .pge_i        (regs.cr4[7]),
      .b_valid_o    (w_valid),
      .b_write_o    (w_write),
      .b_addr_o     (w_addr),
      .b_wdata_o    (w_wdata),
      .b_ready_i    (bus.ready),
      .b_done_i     (bus.done),
      .b_rdata_i    (bus.rdata)
  );

  cpu_code_watch u_code_watch (
      .clk_i,
      .rst_ni,
      .forget_i,
      .fetch_i      (fetch.ready),
      .fetch_line_i (bus.fetch_addr[31:4]),
      .store_i      (bus.valid && bus.write && bus.ready && bus.space == 2'd0),
      .store_addr_i (bus.addr),
      .store_size_i (bus.size),
      .store_split_i(bus.split),
      .store_high_i (bus.high),
      .snoop_i,
      .snoop_line_i,
      .hit_o        (store_hit_o)
  );

  // ---- address spaces
  assign paging = regs.cr0[31];
  assign wp = regs.cr0[16] && regs.has_486;
  assign flush_local = seq.cr_valid && seq.cr == 3'd3;
  assign flush_all = seq.cr_valid && (seq.cr == 3'd0 ? seq.cr_data[31] != regs.cr0[31]
                                      : seq.cr == 3'd4 && ((seq.cr_data ^ regs.cr4) & 32'h90) != 32'd0);

  // ---- data
  assign data.done = bus.done;
  assign data.rdata = bus.rdata;
  assign translates = paging && data.lookup && data.space == 2'd0;
  assign intent = data.write || data.rmw;

  always_comb begin : data_page
    crosses = 1'b0;
    page = data.linear[31:12];
    if (translates) begin
      unique case (data.size)
        SizeB:   ;
        SizeW:   crosses = data.linear[11:0] == 12'hFFF;
        default: crosses = data.linear[11:2] == 10'h3FF && data.linear[1:0] != 2'd0;
      endcase
      if (state_q == StHigh) page = data.linear[31:12] + 20'd1;
    end
  end

  // Not in the block above: what is found depends on the page.
  always_comb begin : data_lookup
    usable = !translates ||
        (d_hit && permitted(d_found, data.user, intent, wp) && (!intent || d_found.dirty));
    direct = state_q == StIdle && usable && !crosses;
  end

  assign walk_data = paging && data.valid && !usable && (state_q == StIdle || state_q == StHigh);
  assign data.ready = !paging ? bus.ready
                     : (direct || state_q == StTranslated) && (data.probe || bus.ready);
  assign data.fault = state_q == StFault;
  assign data.committed = committed_q;

  // ---- fetch
  assign f_usable = !paging || (f_hit && (!regs.user || f_found.user));
  assign fetch.ready = bus.fetch_ready && bus.fetch_valid;
  assign bus.fetch_valid = fetch.valid && f_usable;
  assign bus.fetch_addr = paging ? {f_found.frame, fetch.linear[11:2]} : fetch.linear[31:2];
  assign walk_fetch = paging && fetch.valid && !f_usable && fetch.needed && !data.valid && state_q == StIdle;
  assign walking_o = state_q == StWalk || state_q == StFetchWalk;
  assign fetch.walking = state_q == StFetchWalk || state_q == StFetchFault;
  assign fetch.fault = state_q == StFetchFault;

  // ---- to the bus unit
  always_comb begin : bus_port
    bus.valid = data.valid;
    bus.write = data.write;
    bus.walk = 1'b0;
    bus.space = data.space;
    bus.addr = data.linear;
    bus.split = 1'b0;
    bus.high = high_frame_q;
    bus.size = data.size;
    bus.wdata = data.wdata;
    if (paging) begin
      if (w_busy) begin
        bus.valid = w_valid;
        bus.write = w_write;
        bus.walk = 1'b1;
        bus.space = 2'd0;
        bus.addr = w_addr;
        bus.size = SizeD;
        bus.wdata = w_wdata;
      end else if (state_q == StTranslated) begin
        bus.valid = data.valid && !data.probe;
        bus.addr[31:12] = low_frame_q;
        bus.split = 1'b1;
      end else begin
        bus.valid = data.valid && direct && !data.probe;
        if (translates) bus.addr[31:12] = d_found.frame;
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
        else if (data.valid && crosses) state_q <= StHigh;
      end
      StHigh: begin
        high_q <= 1'b1;
        high_frame_q <= d_found.frame;
        state_q <= !data.valid ? StIdle : walk_data ? StWalk : StTranslated;
      end
      StTranslated: if (!data.valid || data.ready) state_q <= StIdle;
      StWalk:
      if (w_done) state_q <= high_q ? StHigh : StIdle;
      else if (w_fault) state_q <= StFault;
      StFetchWalk:
      if (w_done) state_q <= StIdle;
      else if (w_fault) state_q <= StFetchFault;
      default: state_q <= StIdle;  // StFault, StFetchFault
    endcase
    if (walk_data) committed_q <= 1'b1;
    else if ((data.valid && data.ready) || state_q == StFault) committed_q <= 1'b0;
  endtask

  always_ff @(posedge clk_i) begin
    if (paging) step();
    if (w_fault) error_q <= w_error;
    if (!rst_ni) begin
      state_q <= StIdle;
      committed_q <= 1'b0;
    end
  end

endmodule
