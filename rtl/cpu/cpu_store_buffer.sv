// Store buffer: words that are stored and not yet on the bus, in program order. A store that follows into the newest
// word joins it, where the cache has said that it is memory; that cannot be told from two stores at once. A read that
// misses the cache finds here what is younger than memory.
module cpu_store_buffer
  import cpu_pkg::*;
#(
    parameter int unsigned Entries = 8
) (
    input logic clk_i,
    input logic rst_ni,
    input logic load_valid_i,  // of the load port: the old state's stores are done by then

    // from the data cache: a store, of one word or two
    input  logic        push_i,
    input  logic        push_high_i,
    input  logic        push_walk_i,   // of the page walker
    input  logic [ 1:0] push_space_i,  // Wishbone tga
    input  logic [31:2] low_addr_i,
    input  logic [ 3:0] low_sel_i,
    input  logic [31:0] low_data_i,
    input  logic        low_memory_i,  // the cache has the word: it is memory
    input  logic [31:2] high_addr_i,
    input  logic [ 3:0] high_sel_i,
    input  logic [31:0] high_data_i,
    input  logic        high_memory_i,
    output logic        joins_o,       // the store, or the first word of it, joins the one before it
    output logic        room_o,        // for two words
    output logic        empty_o,
    output logic        memory_o,      // all that is here is for memory

    // from the data cache: a word to be read
    input  logic        look_i,
    input  logic [31:2] look_addr_i,
    input  logic [ 3:0] look_sel_i,
    output logic        overlaps_o,  // there is something of its line,
    output logic        covers_o,    // and it is just all that is asked for
    output logic [31:0] data_o,

    cpu_bus_if.store_buffer bus
);

  localparam int unsigned IndexBits = $clog2(Entries);
  typedef logic [IndexBits-1:0] index_t;

  typedef struct packed {
    logic        memory;
    logic        walk;
    logic [ 1:0] space;
    logic [ 3:0] sel;
  } entry_t;

  entry_t               entry_q[Entries];
  // These three can be looked at by who compares memory in the middle of a run.
  logic [31:2]          addr_q [Entries]  /* verilator public_flat_rd */;
  logic [31:0]          data_q[Entries];
  index_t               head_q            /* verilator public_flat_rd */;
  logic [IndexBits:0]   count_q           /* verilator public_flat_rd */;
  logic [IndexBits:0]   others_q;                                            // entries not known to be memory

  index_t newest;
  logic   goes;  // the head does
  logic   joins;
  index_t tail;       // where the next word goes,
  index_t high_tail;  // and the upper one

  assign newest = head_q + index_t'(count_q) - index_t'(1);
  assign tail = head_q + index_t'(count_q);
  assign high_tail = joins ? tail : tail + index_t'(1);
  assign goes = bus.write_valid && bus.write_ready;
  assign joins = low_memory_i && count_q != '0 && !(goes && count_q == (IndexBits + 1)'(1)) &&
      entry_q[newest].memory && entry_q[newest].walk == push_walk_i && addr_q[newest] == low_addr_i;

  assign joins_o = push_i && joins;
  assign empty_o = count_q == '0;
  assign memory_o = others_q == '0;
  assign room_o = count_q <= (IndexBits + 1)'(Entries - 2);

  // The youngest counts.
  always_comb begin : look
    overlaps_o = 1'b0;
    covers_o = 1'b0;
    data_o = '0;
    if (look_i)
      for (int n = 0; n < int'(Entries); n++)
        if (n < int'(count_q) && addr_q[head_q + index_t'(n)][31:4] == look_addr_i[31:4]) begin
          overlaps_o = 1'b1;
          if (addr_q[head_q + index_t'(n)][3:2] == look_addr_i[3:2]) begin
            covers_o = entry_q[head_q + index_t'(n)].memory &&
                (look_sel_i & ~entry_q[head_q + index_t'(n)].sel) == 4'd0;
            data_o = data_q[head_q + index_t'(n)];
          end
        end
  end

  assign bus.write_valid = count_q != '0;
  assign bus.write_walk = entry_q[head_q].walk;
  assign bus.write_space = entry_q[head_q].space;
  assign bus.write_addr = addr_q[head_q];
  assign bus.write_sel = entry_q[head_q].sel;
  assign bus.write_data = data_q[head_q];

  // Memories, as those of the caches (cpu_tags).
  always_ff @(posedge clk_i) begin : entries
    if (push_i && joins) begin
      entry_q[newest].sel = entry_q[newest].sel | low_sel_i;
      data_q[newest] = merge_lanes(data_q[newest], low_data_i, low_sel_i);
    end else if (push_i) begin
      entry_q[tail] = '{low_memory_i, push_walk_i, push_space_i, low_sel_i};
      addr_q[tail] = low_addr_i;
      data_q[tail] = low_data_i;
    end
    if (push_i && push_high_i) begin
      entry_q[high_tail] = '{high_memory_i, push_walk_i, push_space_i, high_sel_i};
      addr_q[high_tail] = high_addr_i;
      data_q[high_tail] = high_data_i;
    end
  end

  always_ff @(posedge clk_i) begin : control
    count_q <= count_q + (IndexBits + 1)'(push_i && !joins) + (IndexBits + 1)'(push_i && push_high_i) -
        (IndexBits + 1)'(goes);
    others_q <= others_q + (IndexBits + 1)'(push_i && !low_memory_i) +
        (IndexBits + 1)'(push_i && push_high_i && !high_memory_i) - (IndexBits + 1)'(goes && !entry_q[head_q].memory);
    if (goes) head_q <= head_q + index_t'(1);
    if (!rst_ni || load_valid_i) begin
      head_q <= '0;
      count_q <= '0;
      others_q <= '0;
    end
  end

endmodule
