// Tags of a cache: which lines of 16 bytes it holds, by physical address, and where. Two lines can be looked up in a
// cycle, both in the cycle they are asked for; that costs nothing in the simulator when nobody asks. Ways are replaced
// in turn, those without a line first.
// Less than all of it can be used: sets up to `last_set_i` and ways up to `last_way_i`, both powers of two less 1, which
// change in reset only. A tag is the whole address of its line, so it does not matter which bits chose the set.
module cpu_tags #(
    parameter int unsigned Sets = 128,
    parameter int unsigned Ways = 4,
    parameter int unsigned Forgets = 1,
    localparam int unsigned SetBits = $clog2(Sets),
    localparam int unsigned WayBits = $clog2(Ways),
    localparam int unsigned PlaceBits = SetBits + WayBits
) (
    input logic clk_i,
    input logic rst_ni,        // each of these makes it empty
    input logic load_valid_i,
    input logic flush_i,

    input logic [SetBits-1:0] last_set_i,
    input logic [WayBits-1:0] last_way_i,

    input  logic                 a_lookup_i,
    input  logic [31:4]          a_line_i,
    output logic                 a_hit_o,
    output logic [PlaceBits-1:0] a_place_o,  // set and way
    output logic                 a_fixed_o,  // writing does not change it

    input  logic                 b_lookup_i,
    input  logic [31:4]          b_line_i,
    output logic                 b_hit_o,
    output logic [PlaceBits-1:0] b_place_o,
    output logic                 b_fixed_o,

    // a line is being filled, from the cycle of its first word, in which its place is free of what was there
    input  logic                 begin_i,
    input  logic [31:4]          begin_line_i,
    output logic [PlaceBits-1:0] begin_place_o,
    // and is there
    input  logic                 end_i,
    input  logic [PlaceBits-1:0] end_place_i,
    input  logic [31:4]          end_line_i,
    input  logic                 end_fixed_i,

    // lines that are here no longer
    input logic [Forgets-1:0] forget_i,
    input logic [31:4]        forget_line_i[Forgets]
);

  typedef struct packed {
    logic        valid;
    logic        fixed;
    logic [31:4] line;
  } tag_t;

  // Memories: written below only, in one order, and read by nobody at the edge, so blocking assignments are safe; the
  // simulator then keeps no second copy, and a flush is a loop.
  tag_t               tag_q   [Sets * Ways];
  logic [WayBits-1:0] victim_q[Sets];

  function automatic logic [SetBits-1:0] set_of(logic [31:4] line);
    return line[4+:SetBits] & last_set_i;
  endfunction

  function automatic logic [PlaceBits-1:0] place(logic [31:4] line, int way);
    return {set_of(line), WayBits'(way)};
  endfunction

  // Whether a line is here, and in which way.
  function automatic logic [WayBits:0] way_of(logic [31:4] line);
    way_of = '0;
    for (int way = 0; way < int'(Ways); way++)
      if (tag_q[place(line, way)].valid && tag_q[place(line, way)].line == line) way_of = {1'b1, WayBits'(way)};
  endfunction

  always_comb begin : lookup_a
    {a_hit_o, a_place_o} = '0;
    a_fixed_o = 1'b0;
    if (a_lookup_i) begin
      a_place_o[PlaceBits-1:WayBits] = set_of(a_line_i);
      {a_hit_o, a_place_o[WayBits-1:0]} = way_of(a_line_i);
      a_fixed_o = tag_q[a_place_o].fixed;
    end
  end

  always_comb begin : lookup_b
    {b_hit_o, b_place_o} = '0;
    b_fixed_o = 1'b0;
    if (b_lookup_i) begin
      b_place_o[PlaceBits-1:WayBits] = set_of(b_line_i);
      {b_hit_o, b_place_o[WayBits-1:0]} = way_of(b_line_i);
      b_fixed_o = tag_q[b_place_o].fixed;
    end
  end

  always_comb begin : replace
    logic [WayBits-1:0] way;
    way = '0;
    if (begin_i) begin
      way = victim_q[set_of(begin_line_i)] & last_way_i;
      for (int n = 0; n < int'(Ways); n++)
        if (!tag_q[place(begin_line_i, n)].valid && WayBits'(n) <= last_way_i) way = WayBits'(n);
    end
    begin_place_o = {set_of(begin_line_i), way};
  end

  always_ff @(posedge clk_i) begin
    if (begin_i) begin
      tag_q[begin_place_o].valid = 1'b0;
      victim_q[set_of(begin_line_i)] = begin_place_o[WayBits-1:0] + WayBits'(1);
    end
    if (end_i) tag_q[end_place_i] = '{valid: 1'b1, fixed: end_fixed_i, line: end_line_i};
    for (int n = 0; n < int'(Forgets); n++)
      if (forget_i[n])
        for (int way = 0; way < int'(Ways); way++)
          if (tag_q[place(forget_line_i[n], way)].line == forget_line_i[n])
            tag_q[place(forget_line_i[n], way)].valid = 1'b0;
    if (flush_i || load_valid_i || !rst_ni) begin
      for (int n = 0; n < int'(Sets * Ways); n++) tag_q[n].valid = 1'b0;
      for (int n = 0; n < int'(Sets); n++) victim_q[n] = '0;
    end
  end

endmodule
