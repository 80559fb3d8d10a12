// Instruction cache: lines of 16 bytes by physical address, 8 KiB in 4 ways without parameters. A fetch that hits gets
// the whole line in the cycle it asks; one that misses gets the words as they come from the bus, the one it wants first, while the line is
// filled. What the slave does not let be cached comes a word at a request.
//
// The CPU fetches ahead of what it executes, along a predicted path, too. Nothing of that may reach a device, so a
// miss goes to the bus when the page is known to be memory, being the page of the code that was fetched last, or when
// there is nothing else to execute. Windows of devices are whole pages (models/machine/machine.txt).
//
// Stores, the CPU's own and those of other masters, throw their line out, also one that is being filled; what has left
// here already is the business of cpu_code_watch. A store is in memory before a line is read: the bus unit reads code
// when no store is buffered.
// `shape_i` says how much of it is used; off, no line is kept.
module cpu_instruction_cache
  import cpu_pkg::*;
#(
    parameter int unsigned Bytes = 8192,
    parameter int unsigned Ways = 4  // 2 at least
) (
    input logic clk_i,
    input logic rst_ni,
    input logic load_valid_i,  // of the load port: memory may be another's
    input logic flush_i,       // INVD, WBINVD
    input cache_shape_t shape_i,  // changes in reset only

    cpu_physical_if.code physical,  // from the paging unit; stores, too
    cpu_fetch_if.cache   fetch,
    cpu_memory_status_if.instruction_cache status,

    cpu_bus_if.instruction_cache bus
);

  localparam int unsigned Lines = Bytes / 16;
  localparam int unsigned Sets = Lines / Ways;
  localparam int unsigned PlaceBits = $clog2(Lines);

  cache_shape_t shape_q;

  // Words, by place and number in the line. Written below only and read by nobody at the edge, as the tags.
  logic [31:0] word_q[Lines * 4];

  logic [31:12]         page_q;        // of the latest fetch that the slave let be cached
  logic                 page_valid_q;
  logic                 asked_q;       // a request is on its way
  logic                 keep_q;        // its line may be kept
  logic                 fill_q;        // and is being filled
  logic                 drop_q;        // it has been stored into meanwhile
  logic [31:4]          line_q;
  logic [1:0]           next_q;        // word
  logic [PlaceBits-1:0] place_q;

  logic                 hit;
  logic [PlaceBits-1:0] place;
  logic [PlaceBits-1:0] fill_place;
  logic                 fill_begin;
  logic                 stored;        // into the line on its way

  assign stored = (physical.stores && (physical.store_line == line_q || physical.store_end_line == line_q)) ||
      (bus.snoop && bus.snoop_line == line_q) || flush_i;

  cpu_tags #(
      .Sets   (Sets),
      .Ways   (Ways),
      .Forgets(3)
  ) u_tags (
      .clk_i,
      .rst_ni,
      .load_valid_i,
      .flush_i,
      .last_set_i   (shape_q.last_set[$clog2(Sets)-1:0]),
      .last_way_i   (shape_q.last_way[$clog2(Ways)-1:0]),
      .a_lookup_i   (physical.fetch_valid),
      .a_line_i     (physical.fetch_addr[31:4]),
      .a_hit_o      (hit),
      .a_place_o    (place),
      .a_fixed_o    (),
      .b_lookup_i   (1'b0),
      .b_line_i     ('0),
      .b_hit_o      (),
      .b_place_o    (),
      .b_fixed_o    (),
      .begin_i      (fill_begin),
      .begin_line_i (line_q),
      .begin_place_o(fill_place),
      .end_i        (fill_q && bus.fetch_beat && bus.last && !drop_q && !stored),
      .end_place_i  (place_q),
      .end_line_i   (line_q),
      .end_fixed_i  (1'b0),
      .forget_i     ({bus.snoop, physical.stores && physical.store_end_line != physical.store_line, physical.stores}),
      .forget_line_i('{physical.store_line, physical.store_end_line, bus.snoop_line})
  );

  // ---- answers
  assign fetch.hit = hit;
  always_comb begin : line
    for (int n = 0; n < 4; n++) fetch.line[n] = '0;
    if (hit) for (int n = 0; n < 4; n++) fetch.line[n] = word_q[{place, 2'(n)}];
  end
  assign fetch.beat = bus.fetch_beat;
  assign fetch.last = bus.last;
  assign fetch.data = bus.data;

  assign bus.fetch_valid = physical.fetch_valid && !hit && !physical.stores &&
      (fetch.needed || (page_valid_q && page_q == physical.fetch_addr[31:12]));
  assign bus.fetch_addr = physical.fetch_addr;
  assign status.code_miss = asked_q;
  assign status.code_blocked = bus.fetch_valid && !bus.fetch_ready;
  assign physical.fetch_ready = hit || (bus.fetch_valid && bus.fetch_ready);

  // ---- the line
  assign fill_begin = asked_q && !fill_q && bus.fetch_beat && bus.cacheable && keep_q;

  always_ff @(posedge clk_i) begin : words
    if (fill_begin) word_q[{fill_place, next_q}] = bus.data;
    if (fill_q && bus.fetch_beat) word_q[{place_q, next_q}] = bus.data;
  end

  always_ff @(posedge clk_i) begin : control
    if (bus.fetch_beat) begin
      if (asked_q && !fill_q) begin
        page_valid_q <= bus.cacheable;
        page_q <= line_q[31:12];
      end
      next_q <= next_q + 2'd1;
      if (bus.last) begin
        asked_q <= 1'b0;
        fill_q <= 1'b0;
      end
    end
    if (fill_begin) begin
      fill_q <= 1'b1;
      place_q <= fill_place;
    end
    if (stored) drop_q <= 1'b1;
    if (bus.fetch_valid && bus.fetch_ready) begin
      asked_q <= 1'b1;
      keep_q <= !physical.fetch_uncached && !shape_q.off;
      line_q <= physical.fetch_addr[31:4];
      next_q <= physical.fetch_addr[3:2];
      drop_q <= 1'b0;
    end
    if (!rst_ni) shape_q <= shape_i;
    if (!rst_ni || load_valid_i) begin
      asked_q <= 1'b0;
      fill_q <= 1'b0;
      page_valid_q <= 1'b0;
    end
  end

endmodule
