// Translation lookaside buffer: 32 translations of 4 KiB pages, 8 sets of 4 ways, replaced in turn. A
// lookup answers in the same cycle and costs nothing in the simulator when it is not asked for.
// Who may use a translation for what is decided by its user.
module cpu_tlb
  import cpu_paging_pkg::*;
(
    input logic clk_i,

    input  logic         lookup_i,
    input  logic [31:12] page_i,
    output logic         hit_o,
    output translation_t translation_o,

    input logic         fill_i,
    input logic [31:12] fill_page_i,
    input translation_t fill_translation_i,

    input logic         flush_all_i,
    input logic         flush_local_i,  // all but global pages
    input logic         flush_page_i,   // the page of flush_address_i, a global one too
    input logic [31:12] flush_address_i
);

  localparam int unsigned Ways = 4;
  localparam int unsigned Entries = 32;

  logic [20:0]  tag_q[Entries];    // valid bit and page number; sets by its low three bits
  translation_t entry_q[Entries];
  logic [ 1:0]  victim_q[Entries/Ways];

  always_comb begin : lookup
    hit_o = 1'b0;
    translation_o = '0;
    if (lookup_i)
      for (int way = 0; way < int'(Ways); way++)
        if (tag_q[{page_i[14:12], 2'(way)}] == {1'b1, page_i}) begin
          hit_o = 1'b1;
          translation_o = entry_q[{page_i[14:12], 2'(way)}];
        end
  end

  // The way that has the page already, else a free one, else the next in turn.
  function automatic logic [1:0] place(logic [31:12] page);
    logic [1:0] way;
    logic       known;
    way = victim_q[page[14:12]];
    known = 1'b0;
    for (int n = 0; n < int'(Ways); n++) if (!tag_q[{page[14:12], 2'(n)}][20]) way = 2'(n);
    for (int n = 0; n < int'(Ways); n++)
      if (!known && tag_q[{page[14:12], 2'(n)}] == {1'b1, page}) begin
        way = 2'(n);
        known = 1'b1;
      end
    return way;
  endfunction

  always_ff @(posedge clk_i) begin
    if (fill_i) begin
      tag_q[{fill_page_i[14:12], place(fill_page_i)}] <= {1'b1, fill_page_i};
      entry_q[{fill_page_i[14:12], place(fill_page_i)}] <= fill_translation_i;
      victim_q[fill_page_i[14:12]] <= victim_q[fill_page_i[14:12]] + 2'd1;
    end
    if (flush_local_i || flush_page_i)
      for (int n = 0; n < int'(Entries); n++)
        if (flush_local_i ? !entry_q[n].global_page
                          : entry_q[n].large_page ? tag_q[n][19:10] == flush_address_i[31:22]
                                             : tag_q[n][19:0] == flush_address_i)
          tag_q[n][20] <= 1'b0;
    if (flush_all_i) begin
      for (int n = 0; n < int'(Entries); n++) tag_q[n] <= '0;
      for (int n = 0; n < int'(Entries / Ways); n++) victim_q[n] <= '0;
    end
  end

endmodule
