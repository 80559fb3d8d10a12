// Translation lookaside buffer: 32 translations of 4 KiB pages, 8 sets of 4 ways, replaced in turn. A
// lookup, or two, is answered in the same cycle and costs nothing in the simulator when it is not asked for.
// Who may use a translation for what is decided by its user.
module cpu_tlb
  import cpu_paging_pkg::*;
(
    input logic clk_i,
    input logic rst_ni,
    input logic load_valid_i,  // of the load port: another address space

    input  logic         lookup_i,
    input  logic [31:12] page_i,
    output logic         hit_o,
    output translation_t translation_o,

    // another page in the same cycle
    input  logic         side_lookup_i,
    input  logic [31:12] side_page_i,
    output logic         side_hit_o,
    output translation_t side_translation_o,

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

  logic [19:0]        page_q[Entries];   // page number; sets by its low three bits
  translation_t       entry_q[Entries];
  // Packed, because the simulator does some work every cycle for each place that writes an array.
  logic [Entries-1:0] valid_q;
  logic [15:0]        victim_q;          // two bits a set

  // Whether a page is here, and in which way of its set.
  function automatic logic [2:0] way_of(logic [31:12] page);
    way_of = 3'd0;
    for (int way = 0; way < int'(Ways); way++)
      if (page_q[{page[14:12], 2'(way)}] == page && valid_q[{page[14:12], 2'(way)}]) way_of = {1'b1, 2'(way)};
  endfunction

  always_comb begin : lookup
    logic [1:0] way;
    {hit_o, way} = 3'd0;
    translation_o = '0;
    if (lookup_i) {hit_o, way} = way_of(page_i);
    if (hit_o) translation_o = entry_q[{page_i[14:12], way}];
  end

  always_comb begin : side_lookup
    logic [1:0] way;
    {side_hit_o, way} = 3'd0;
    side_translation_o = '0;
    if (side_lookup_i) {side_hit_o, way} = way_of(side_page_i);
    if (side_hit_o) side_translation_o = entry_q[{side_page_i[14:12], way}];
  end

  // The entry that has the page already, else a free one, else the next in turn.
  function automatic logic [4:0] place(logic [31:12] page);
    logic       hit;
    logic [1:0] known;
    logic [1:0] way;
    {hit, known} = way_of(page);
    way = victim_q[{page[14:12], 1'b0}+:2];
    for (int n = 0; n < int'(Ways); n++) if (!valid_q[{page[14:12], 2'(n)}]) way = 2'(n);
    return {page[14:12], hit ? known : way};
  endfunction

  // Entries that stay when all but global pages, or one page, are flushed.
  function automatic logic [Entries-1:0] kept();
    for (int n = 0; n < int'(Entries); n++)
      if (flush_local_i) kept[n] = entry_q[n].global_page;
      else if (entry_q[n].large_page) kept[n] = page_q[n][19:10] != flush_address_i[31:22];
      else kept[n] = page_q[n] != flush_address_i;
  endfunction

  always_ff @(posedge clk_i) begin : change
    logic [4:0] place_now;
    if (fill_i) begin
      place_now = place(fill_page_i);
      page_q[place_now] <= fill_page_i;
      entry_q[place_now] <= fill_translation_i;
      valid_q[place_now] <= 1'b1;
      victim_q[{fill_page_i[14:12], 1'b0}+:2] <= victim_q[{fill_page_i[14:12], 1'b0}+:2] + 2'd1;
    end
    if (flush_local_i || flush_page_i) valid_q <= valid_q & kept();
    if (flush_all_i || load_valid_i || !rst_ni) begin
      valid_q <= '0;
      victim_q <= '0;
    end
  end

endmodule
