// Paging unit: between whoever accesses memory and the caches. Requests come with linear addresses
// and go on with physical ones; the requester only sees that an answer took one cycle or more, or that
// there was a page fault.
//
// With paging off everything passes through in the same cycle, with paging on what hits the data TLB. A
// request over a page boundary is taken when both
// pages have been translated, the low one first. What a TLB entry does not allow is walked again: only
// the walker finds faults and sets accessed and dirty bits. A fault drops what the TLBs have of its page
// (SDM vol. 3, 4.10.4.1).
//
// Physical addresses leave here as A20M# has them, walks' too, so that the caches know nothing else. When the pin changes
// what was fetched is fetched again before the next instruction.
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
    input logic a20_i,         // A20M#

    cpu_registers_if.reader regs,

    // from whoever changes address spaces: the sequencer, for the instruction in execute
    cpu_sequencer_if.reader seq,
    cpu_stage_if.reader     x,

    // from the data port
    cpu_data_if.port data,
    input logic      locked_i,  // the request is of a locked instruction

    // and a store beside a load, which is taken if its page may be written and is known to be dirty
    cpu_data_if.beside store,
    input  logic       side_valid_i,
    output logic       side_ready_o,

    // page faults
    output logic [31:0] error_o,      // error code of the latest
    output logic        cr2_valid_o,
    output logic [31:0] cr2_o,

    // from fetch and decode
    cpu_fetch_if.paging fetch,
    cpu_memory_status_if.paging_unit status,

    // from and to fetch
    input  logic forget_i,     // what was fetched before this cycle is not executed any more
    output logic store_hit_o,  // a store changes code that was fetched

    // to the caches
    cpu_physical_if.requester physical,
    // from the bus unit: another master has stored
    cpu_bus_if.snooper        bus
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
  logic         a20_q;
  logic         code_hit;      // a store changes code that was fetched
  logic         committed_q;
  logic         high_q;        // the walk is for the second page
  logic [31:12] low_frame_q;
  logic [31:12] high_frame_q;
  logic         uncached_q;    // one of the two is not to be cached
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
  logic         side_hit;
  translation_t side_found;
  logic         side_usable;
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
  logic         w_uncached;

  cpu_tlb u_data_tlb (
      .clk_i,
      .rst_ni,
      .load_valid_i,
      .lookup_i          (translates),
      .page_i            (page),
      .hit_o             (d_hit),
      .translation_o     (d_found),
      .side_lookup_i     (paging && side_valid_i),
      .side_page_i       (store.linear[31:12]),
      .side_hit_o        (side_hit),
      .side_translation_o(side_found),
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
      .side_lookup_i     (1'b0),
      .side_page_i       ('0),
      .side_hit_o        (),
      .side_translation_o(),
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
      .uncached_i   (regs.cr3[4]),
      .wp_i         (wp),
      .pse_i        (regs.cr4[4]),
      .pge_i        (regs.cr4[7]),
      .b_valid_o    (w_valid),
      .b_write_o    (w_write),
      .b_addr_o     (w_addr),
      .b_wdata_o    (w_wdata),
      .b_uncached_o (w_uncached),
      .b_ready_i    (physical.ready),
      .b_done_i     (physical.done),
      .b_rdata_i    (physical.rdata)
  );

  cpu_code_watch u_code_watch (
      .clk_i,
      .rst_ni,
      .forget_i,
      .fetch_i      (fetch.ready),
      .fetch_line_i (physical.fetch_addr[31:4]),
      .store_i      (physical.stores),
      .store_line_i (physical.store_line),
      .store_end_line_i(physical.store_end_line),
      .snoop_i      (bus.snoop),
      .snoop_line_i (bus.snoop_line),
      .hit_o        (code_hit)
  );

  // Bit 20 of an address that leaves.
  function automatic logic [31:0] gated(logic [31:0] address, logic a20);
    return {address[31:21], address[20] && a20, address[19:0]};
  endfunction

  assign store_hit_o = code_hit || a20_i != a20_q;

  // ---- address spaces
  assign paging = regs.cr0[31];
  assign wp = regs.cr0[16] && regs.has_486;
  assign flush_local = seq.cr_valid && seq.cr == 3'd3;
  assign flush_all = seq.cr_valid && (seq.cr == 3'd0 ? seq.cr_data[31] != regs.cr0[31]
                                      : seq.cr == 3'd4 && ((seq.cr_data ^ regs.cr4) & 32'h90) != 32'd0);

  // ---- data
  assign data.done = physical.done;
  assign data.rdata = physical.rdata;
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

  assign walk_data = paging && data.valid && !usable && !physical.side_valid &&
      (state_q == StIdle || state_q == StHigh);
  assign data.ready = !paging ? physical.ready
                     : (direct || state_q == StTranslated) && (data.probe || physical.ready);
  assign data.fault = state_q == StFault;
  assign data.committed = committed_q;

  // ---- fetch
  assign f_usable = !paging || (f_hit && (!regs.user || f_found.user));
  assign fetch.ready = physical.fetch_ready && physical.fetch_valid;
  assign physical.fetch_valid = fetch.valid && f_usable;
  assign physical.fetch_uncached = regs.cr0[30] || (paging && f_found.uncached);
  assign physical.fetch_addr = 30'(gated(paging ? {f_found.frame, fetch.linear[11:0]} : fetch.linear, a20_i) >> 2);
  assign walk_fetch = paging && fetch.valid && !f_usable && fetch.needed && !data.valid && state_q == StIdle;
  assign status.walking = (state_q != StIdle && state_q != StHigh && state_q != StTranslated) || walk_data || walk_fetch;
  assign status.walks_data = walk_data;
  assign status.walks_code = walk_fetch;
  assign status.code_usable = f_usable;
  assign fetch.walking = state_q == StFetchWalk || state_q == StFetchFault;
  assign fetch.fault = state_q == StFetchFault;

  // ---- to the caches
  always_comb begin : access
    physical.lookup = data.lookup;
    physical.valid = data.valid;
    physical.uncached = regs.cr0[30];
    physical.write = data.write;
    physical.walk = 1'b0;
    physical.locked = locked_i;
    physical.space = data.space;
    physical.addr = data.linear;
    physical.split = 1'b0;
    physical.high = {high_frame_q[31:21], high_frame_q[20] && a20_i, high_frame_q[19:12]};
    physical.size = data.size;
    physical.wdata = data.wdata;
    if (paging) begin
      if (w_busy) begin
        physical.lookup = w_valid;
        physical.valid = w_valid;
        physical.uncached = regs.cr0[30] || w_uncached;
        physical.write = w_write;
        physical.walk = 1'b1;
        physical.locked = 1'b0;
        physical.space = 2'd0;
        physical.addr = w_addr;
        physical.size = SizeD;
        physical.wdata = w_wdata;
      end else if (state_q == StTranslated) begin
        physical.valid = data.valid && !data.probe;
        physical.addr[31:12] = low_frame_q;
        physical.split = 1'b1;
        physical.uncached = regs.cr0[30] || uncached_q;
      end else begin
        physical.valid = data.valid && direct && !data.probe;
        if (translates) begin
          physical.addr[31:12] = d_found.frame;
          physical.uncached = regs.cr0[30] || d_found.uncached;
        end
      end
    end
    physical.addr[20] = physical.addr[20] && a20_i;
  end

  // ---- the store beside a load
  assign side_usable = state_q == StIdle && !committed_q &&
      (!paging || (side_hit && permitted(side_found, data.user, 1'b1, wp) && side_found.dirty));
  assign physical.side_valid = side_valid_i && side_usable;
  assign physical.side_addr = gated(paging ? {side_found.frame, store.linear[11:0]} : store.linear, a20_i);
  assign physical.side_size = store.size;
  assign physical.side_wdata = store.wdata;
  assign side_ready_o = side_usable && physical.side_ready;

  // The lines a store to memory changes; one beside a load is within a doubleword.
  always_comb begin : stores
    logic crosses_line;
    crosses_line = 1'b0;
    physical.stores = 1'b0;
    physical.store_line = physical.addr[31:4];
    physical.store_end_line = physical.addr[31:4];
    if (physical.side_valid && physical.side_ready) begin
      physical.stores = 1'b1;
      physical.store_line = physical.side_addr[31:4];
      physical.store_end_line = physical.side_addr[31:4];
    end else if (physical.valid && physical.write && physical.ready && physical.space == 2'd0) begin
      physical.stores = 1'b1;
      crosses_line = {1'b0, physical.addr[3:0]} + {2'b0, size_bytes(physical.size)} > 5'd16;
      physical.store_end_line = physical.split ? {physical.high, 8'd0} : physical.addr[31:4] + {27'b0, crosses_line};
    end
    physical.store_end_line[20] = physical.store_end_line[20] && a20_i;
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
        uncached_q <= d_found.uncached;
        if (walk_data) state_q <= StWalk;
        else if (walk_fetch) state_q <= StFetchWalk;
        else if (data.valid && crosses && !physical.side_valid) state_q <= StHigh;
      end
      StHigh: begin
        high_q <= 1'b1;
        high_frame_q <= d_found.frame;
        uncached_q <= uncached_q || d_found.uncached;
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
    a20_q <= a20_i;
    if (paging) step();
    if (w_fault) error_q <= w_error;
    if (!rst_ni) begin
      state_q <= StIdle;
      committed_q <= 1'b0;
    end
  end

endmodule
