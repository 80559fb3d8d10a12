// Data cache: lines of 16 bytes by physical address, 8 KiB in 4 ways without parameters, written through. A read that hits is answered in
// the cycle it is asked for, also over two words or two lines. A store is taken in one cycle into the store buffer, and
// changes the line that is here; a store that misses brings none.
//
// A read that misses is made word by word, low word first; the word it waits for comes first (critical word first), the
// rest of the line while execution goes on. Whether a line may be kept is said by the slave, with the first word, so a
// device sees one access of just the bytes asked for; and not kept is what is read with CR0.CD or a page's PCD set, or
// under LOCK. What is here already still hits then (i486 Microprocessor Programmer's Reference Manual, 12.1).
// Reads go ahead of buffered stores when those are known to be for memory and not for the same line; ports and
// interrupt acknowledge never do. A write to a port is done when it is on the bus.
//
// Stores of other masters throw the line out (snoop), also one that is being filled.
// `shape_i` says how much of it is used; off, no line is kept.
module cpu_data_cache
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
    input logic a20_i,            // A20M#

    // from the paging unit
    cpu_physical_if.data physical,

    // to events, and to whoever counts
    cpu_memory_status_if.data_cache status,

    // to the bus unit
    cpu_bus_if.data_cache   bus,
    cpu_bus_if.store_buffer store_bus
);

  localparam int unsigned Lines = Bytes / 16;
  localparam int unsigned Sets = Lines / Ways;
  localparam int unsigned PlaceBits = $clog2(Lines);

  typedef enum logic [1:0] {
    StReady,
    StLow,   // the only word, or the low one, is read
    StHigh,
    StPort   // a port is written
  } state_e;

  typedef struct packed {
    logic [1:0] space;
    logic       walk;
    logic       locked;  // of a locked instruction
    logic       keep;    // its line may be kept
  } kind_t;

  cache_shape_t shape_q;

  // Words, by place and number in the line. Written below only and read by nobody at the edge, as the tags.
  logic [31:0] word_q[Lines * 4];

  // ---- the access: as asked for, or the read that has been taken
  state_e       state_q;
  logic         asked_q;     // the word's request is on its way
  logic [31:2]  low_q;
  logic [31:2]  high_q;
  logic [ 7:0]  sel_q;
  logic [ 1:0]  lane_q;
  size_e        size_q;
  kind_t        kind_q;
  logic [31:0]  low_data_q;  // has been read

  // ---- the line being filled
  logic                 fill_q;
  logic                 fill_drop_q;   // it has been stored into meanwhile
  logic [31:4]          fill_line_q;
  logic [PlaceBits-1:0] fill_place_q;
  logic [1:0]           fill_word_q;

  kind_t        kind;        // of the access
  logic         memory;      // memory space
  logic [31:2]  low;
  logic [31:2]  high;
  logic [ 7:0]  sel;
  logic         crosses;
  logic [31:2]  word;        // that is wanted next
  logic [ 3:0]  word_sel;
  logic         looks;       // a read may,
  logic         wants;       // and does
  logic         cached;      // it may be answered by the cache or the store buffer
  logic         a_hit;
  logic         a_fixed;
  logic [PlaceBits-1:0] a_place;
  logic         b_hit;
  logic         b_fixed;
  logic [PlaceBits-1:0] b_place;
  logic [31:0]  a_word;
  logic [31:0]  b_word;
  logic         hit;         // all there is to read is here
  logic         part_done;   // the word wanted is there
  logic [31:0]  part;
  logic         may_ask;
  logic         port_done;
  logic         stores;      // a store is taken in this cycle
  logic         side_stores; // or one beside a read
  logic [ 3:0]  side_sel;
  logic [31:0]  side_data;
  logic         side_in_fill;
  logic [63:0]  store_data;
  logic         in_fill;     // the access is of the line being filled
  logic         fill_begin;
  logic         fill_end;
  logic         room;
  logic         empty;
  logic         all_memory;
  logic         overlaps;
  logic         covers;
  logic [31:0]  buffered;
  logic [PlaceBits-1:0] fill_place;
  logic         merges;

  // Pages of memory space that were read without being let be cached, a device's: the latest of those with the same three
  // lowest bits. Nothing depends on them but what waiting for such reads is called: the slave says so only when it answers.
  logic [31:15] device_page_q[8];
  logic [7:0]   device_known_q;

  // Byte lanes of an access at byte `lane`, over two words.
  function automatic logic [7:0] lanes(size_e size, logic [1:0] lane);
    logic [7:0] mask;
    unique case (size)
      SizeB:   mask = 8'h01;
      SizeW:   mask = 8'h03;
      default: mask = 8'h0F;
    endcase
    return mask << lane;
  endfunction

  function automatic logic [31:0] extract(logic [63:0] words, size_e size, logic [1:0] lane);
    logic [31:0] value;
    value = 32'(words >> {lane, 3'b000});
    unique case (size)
      SizeB:   return {24'b0, value[7:0]};
      SizeW:   return {16'b0, value[15:0]};
      default: return value;
    endcase
  endfunction

  // ---- what is asked for
  assign kind = state_q != StReady ? kind_q
                : '{physical.space, physical.walk, physical.locked, !physical.uncached && !shape_q.off};

  always_comb begin : request
    memory = 1'b0;
    low = '0;
    high = '0;
    sel = 8'd0;
    crosses = 1'b0;
    if (state_q != StReady) begin
      memory = kind.space == 2'd0;
      low = low_q;
      high = high_q;
      sel = sel_q;
      crosses = sel_q[7:4] != 4'd0;
    end else if (physical.lookup) begin
      memory = kind.space == 2'd0;
      low = physical.addr[31:2];
      sel = lanes(physical.size, physical.addr[1:0]);
      crosses = sel[7:4] != 4'd0;
      if (crosses) begin
        high = physical.split ? {physical.high, 10'd0} : physical.addr[31:2] + 30'd1;
        if (!memory) high[31:16] = 16'd0;  // behind port FFFF comes port 0
        high[20] = high[20] && a20_i;
      end
    end
  end

  assign word = state_q == StHigh ? high : low;
  assign word_sel = state_q == StHigh ? sel[7:4] : sel[3:0];

  cpu_tags #(
      .Sets(Sets),
      .Ways(Ways)
  ) u_tags (
      .clk_i,
      .rst_ni,
      .load_valid_i,
      .flush_i,
      .last_set_i   (shape_q.last_set[$clog2(Sets)-1:0]),
      .last_way_i   (shape_q.last_way[$clog2(Ways)-1:0]),
      .a_lookup_i   (memory && !asked_q),
      .a_line_i     (word[31:4]),
      .a_hit_o      (a_hit),
      .a_place_o    (a_place),
      .a_fixed_o    (a_fixed),
      .b_lookup_i   (physical.side_valid || (memory && crosses && state_q == StReady)),
      .b_line_i     (physical.side_valid ? physical.side_addr[31:4] : high[31:4]),
      .b_hit_o      (b_hit),
      .b_place_o    (b_place),
      .b_fixed_o    (b_fixed),
      .begin_i      (fill_begin),
      .begin_line_i (word[31:4]),
      .begin_place_o(fill_place),
      .end_i        (fill_end),
      .end_place_i  (fill_place_q),
      .end_line_i   (fill_line_q),
      .end_fixed_i  (bus.fixed),
      .forget_i     (bus.snoop),
      .forget_line_i('{bus.snoop_line})
  );

  cpu_store_buffer u_store_buffer (
      .clk_i,
      .rst_ni,
      .load_valid_i,
      .push_i       (stores || side_stores),
      .push_high_i  (crosses && !side_stores),
      .push_walk_i  (physical.walk && !side_stores),
      .push_space_i (side_stores ? 2'd0 : physical.space),
      .low_addr_i   (side_stores ? physical.side_addr[31:2] : low),
      .low_sel_i    (side_stores ? side_sel : sel[3:0]),
      .low_data_i   (side_stores ? side_data : store_data[31:0]),
      .low_memory_i (side_stores ? b_hit : a_hit && !physical.locked),
      .high_addr_i  (high),
      .high_sel_i   (sel[7:4]),
      .high_data_i  (store_data[63:32]),
      .high_memory_i(b_hit && !physical.locked),
      .joins_o      (merges),
      .room_o       (room),
      .empty_o      (empty),
      .memory_o     (all_memory),
      .look_i       (looks && !hit),
      .look_addr_i  (word),
      .look_sel_i   (word_sel),
      .overlaps_o   (overlaps),
      .covers_o     (covers),
      .data_o       (buffered),
      .bus          (store_bus)
  );

  // ---- stores
  always_comb begin : data
    store_data = '0;
    if (physical.lookup && physical.write)
      store_data = {32'b0, physical.wdata} << {physical.addr[1:0], 3'b000};
  end
  assign in_fill = fill_q && memory && (low[31:4] == fill_line_q || (crosses && high[31:4] == fill_line_q));
  assign stores = physical.valid && physical.write && physical.ready;

  // Beside a read, which has the other way into the tags.
  always_comb begin : side
    side_sel = 4'd0;
    side_data = '0;
    if (physical.side_valid) begin
      side_sel = 4'(lanes(physical.side_size, physical.side_addr[1:0]));
      side_data = physical.side_wdata << {physical.side_addr[1:0], 3'b000};
    end
  end

  assign side_in_fill = fill_q && physical.side_addr[31:4] == fill_line_q;
  assign physical.side_ready = state_q == StReady && room && !side_in_fill;
  assign side_stores = physical.side_valid && physical.side_ready;

  // ---- reads
  assign cached = memory && !kind.locked;
  assign looks = state_q == StPort ? 1'b0 : state_q != StReady ? !asked_q : physical.lookup && !physical.write;
  assign wants = looks && (state_q != StReady || physical.valid);
  always_comb begin : words_read
    a_word = '0;
    b_word = '0;
    if (a_hit) a_word = word_q[{a_place, word[3:2]}];
    if (a_hit && !a_fixed && physical.side_valid && physical.side_addr[31:2] == word)
      a_word = merge_lanes(a_word, side_data, side_sel);
    if (b_hit) b_word = word_q[{b_place, high[3:2]}];
  end
  assign hit = state_q == StReady && looks && cached && a_hit && (!crosses || b_hit);
  // A word that has come for a request in the order of the requests: the first of what was asked for last.
  always_comb begin : read_word
    part_done = 1'b0;
    part = '0;
    if (state_q == StLow || state_q == StHigh) begin
      if (asked_q) begin
        part_done = bus.data_beat && !fill_q;
        part = bus.data;
      end else if (cached && a_hit) begin
        part_done = 1'b1;
        part = a_word;
      end else if (cached && covers) begin
        part_done = 1'b1;
        part = buffered;
      end
    end
  end
  assign may_ask = !fill_q && !(state_q == StReady && physical.side_valid) &&
      (empty || (cached && all_memory && !overlaps));

  assign bus.read_valid = wants && may_ask && !(cached && a_hit) && !(cached && covers);
  assign bus.read_line = cached && kind.keep;
  assign bus.read_lock = kind.locked;
  assign bus.read_walk = kind.walk;
  assign bus.read_space = kind.space;
  assign bus.read_addr = word;
  assign bus.read_sel = word_sel;

  // A read beside a store is taken if it hits: the store may change the instruction that reads, and a device is not
  // read for one that is not executed.
  assign physical.ready = state_q == StReady &&
      (physical.write ? room && !in_fill : hit || !physical.side_valid);
  assign port_done = state_q == StPort && empty && !bus.writing;
  assign physical.done = hit || (part_done && (state_q == StHigh || !crosses)) || port_done;
  always_comb begin : answer
    physical.rdata = '0;
    unique case (state_q)
      StReady: if (hit) physical.rdata = extract({b_word, a_word}, physical.size, physical.addr[1:0]);
      StLow: physical.rdata = extract({32'b0, part}, size_q, lane_q);
      default: physical.rdata = extract({part, low_data_q}, size_q, lane_q);
    endcase
  end

  assign status.quiet = empty && state_q == StReady && !fill_q;
  // ---- to whoever counts
  assign status.reading = state_q != StReady || (wants && !hit && physical.ready);
  assign status.uncached = !cached || !kind.keep ||
      (device_known_q[word[14:12]] && device_page_q[word[14:12]] == word[31:15]);
  assign status.read_blocked = wants && !(cached && (a_hit || covers)) && !(bus.read_valid && bus.read_ready);
  assign status.store_waits = physical.valid && physical.write && !physical.ready;
  assign status.store_room = room;
  assign status.read_hit = wants && hit;
  assign status.read_miss = part_done && cached && !(asked_q && !(kind.keep && bus.cacheable)) &&
      (state_q == StHigh || !crosses);
  assign status.write_hit = side_stores ? b_hit : stores && memory && a_hit && (!crosses || b_hit);
  assign status.write_miss = side_stores ? !b_hit : stores && memory && !(a_hit && (!crosses || b_hit));
  assign status.fill = fill_begin;
  assign status.uncached_read = asked_q && bus.data_beat && !fill_q && !fill_begin;
  assign status.merge = merges;
  assign status.forward = part_done && !asked_q && !a_hit;
  assign status.beside = side_stores;

  // ---- the line
  assign fill_begin = asked_q && bus.data_beat && !fill_q && bus.cacheable && !bus.last;
  assign fill_end = fill_q && bus.data_beat && bus.last && !fill_drop_q &&
      !(bus.snoop && bus.snoop_line == fill_line_q);

  task automatic take_read();
    state_q <= StLow;
    asked_q <= bus.read_valid && bus.read_ready;
    low_q <= low;
    high_q <= high;
    sel_q <= sel;
    lane_q <= physical.addr[1:0];
    size_q <= physical.size;
    kind_q <= kind;
  endtask

  always_ff @(posedge clk_i) begin : words
    if (fill_begin) word_q[{fill_place, word[3:2]}] = bus.data;
    if (fill_q && bus.data_beat) word_q[{fill_place_q, fill_word_q}] = bus.data;
    if (stores && a_hit && !a_fixed) word_q[{a_place, low[3:2]}] = merge_lanes(a_word, store_data[31:0], sel[3:0]);
    if (side_stores && b_hit && !b_fixed)
      word_q[{b_place, physical.side_addr[3:2]}] =
          merge_lanes(word_q[{b_place, physical.side_addr[3:2]}], side_data, side_sel);
    if (stores && b_hit && !b_fixed) word_q[{b_place, high[3:2]}] = merge_lanes(b_word, store_data[63:32], sel[7:4]);
  end

  always_ff @(posedge clk_i) begin : control
    if (state_q == StReady) begin
      if (wants && !hit && physical.ready) take_read();
      if (stores && !memory) state_q <= StPort;
    end else if (state_q == StPort) begin
      if (port_done) state_q <= StReady;
    end else begin
      if (bus.read_valid && bus.read_ready) asked_q <= 1'b1;
      if (part_done) begin
        if (asked_q && cached && !bus.cacheable) begin
          device_page_q[word[14:12]] <= word[31:15];
          device_known_q[word[14:12]] <= 1'b1;
        end
        asked_q <= 1'b0;
        low_data_q <= part;
        state_q <= state_q == StLow && crosses ? StHigh : StReady;
      end
    end
    if (bus.snoop && asked_q && bus.snoop_line == word[31:4]) fill_drop_q <= 1'b1;
    if (bus.snoop && fill_q && bus.snoop_line == fill_line_q) fill_drop_q <= 1'b1;
    if (fill_begin) begin
      fill_q <= 1'b1;
      fill_line_q <= word[31:4];
      fill_place_q <= fill_place;
      fill_word_q <= word[3:2] + 2'd1;
    end
    if (fill_q && bus.data_beat) begin
      fill_word_q <= fill_word_q + 2'd1;
      if (bus.last) fill_q <= 1'b0;
    end
    if (bus.data_beat && bus.last) fill_drop_q <= 1'b0;
    if (flush_i && (asked_q || fill_q)) fill_drop_q <= 1'b1;
    if (!rst_ni) shape_q <= shape_i;
    if (!rst_ni || load_valid_i) begin
      state_q <= StReady;
      asked_q <= 1'b0;
      fill_q <= 1'b0;
      fill_drop_q <= 1'b0;
      device_known_q <= '0;
    end
  end

endmodule
