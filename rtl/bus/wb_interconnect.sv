// Wishbone B4 interconnect: several masters, a slave port for each device; both by number, as
// bus_map_pkg (models/machine/machine.txt) lists them.
//
// Decoding goes byte by byte. A word in which the selected bytes belong to several windows becomes
// one access of each, the window with the lowest address first; bytes nobody owns read all ones and
// are dropped when written. Memory space outside the windows goes to the memory, interrupt
// acknowledge to the interrupt controllers. models/machine/bus_map.h follows the same rule.
//
// Latency: a request sampled at edge n is on the slave's wires after edge n; an ack sampled from the
// slave at edge m is on the master's wires after edge m. The master's next request is sampled two
// edges later, which is the first edge that can see it, because the master samples the ack in between.
// A further window of the same word costs two edges more than its slave takes. A word nobody owns is
// acknowledged after edge n.
//
// Writes to memory are posted: they cannot fail and nobody passes them, so they are acknowledged after edge n, while
// memory still takes the word. The master's next request is sampled at edge m, where memory's ack is: with memory
// that answers at once a word is written every two cycles.
//
// The data tag goes to the master with the data of the slave that acknowledges: whether the 16-byte line
// may be cached, which is one slave's, as windows of memory space begin and end at multiples of 16. What
// nobody owns may not.
//
// Arbitration: round robin, a transfer (or burst) each. A master that has LOCK and CYC high through
// its transfers keeps the bus until it drops one of them (Wishbone B4, 3.1.3, LOCK_O).
//
// Bursts: a read with CTI 010 and BTE 01 (four words, wrapping) to memory ends with the slave's fourth
// ack, or with the first if that does not say that the line may be cached; its words are whole whatever SEL says.
// The acks are relayed as they come, one a cycle at best. All other CTI and BTE values, and bursts
// to other slaves, are taken as classic cycles: one ack for each request.
//
// Left out: ERR and RTY, giving up a cycle before its ack.
module wb_interconnect
  import bus_map_pkg::*;
#(
    parameter int unsigned Masters = MASTERS
) (
    input logic clk_i,
    input logic rst_ni,

    // from the masters
    input  logic [Masters-1:0] m_cyc_i,
    input  logic [Masters-1:0] m_stb_i,
    input  logic [Masters-1:0] m_lock_i,
    input  logic [Masters-1:0] m_we_i,
    input  logic [31:2]        m_adr_i [Masters],
    input  logic [ 3:0]        m_sel_i [Masters],
    input  logic [31:0]        m_dat_i [Masters],
    input  logic [ 1:0]        m_tga_i [Masters],  // 0 memory, 1 I/O, 2 interrupt acknowledge
    input  logic [ 2:0]        m_cti_i [Masters],
    input  logic [ 1:0]        m_bte_i [Masters],
    output logic [Masters-1:0] m_ack_o,
    output logic [31:0]        m_dat_o,            // for the one whose ack is high
    output logic [ 1:0]        m_tgd_o,            // and whether its line may be cached

    // to the slaves; valid for the one whose stb is high
    output logic [SLAVES-1:0] s_cyc_o,
    output logic [SLAVES-1:0] s_stb_o,
    output logic              s_we_o,
    output logic [31:2]       s_adr_o,           // offset in the slave's block; memory: physical address
    output logic [ 3:0]       s_sel_o,
    output logic [31:0]       s_dat_o,
    output logic [ 1:0]       s_tga_o,
    output logic [ 2:0]       s_cti_o,           // 010 or 000
    output logic [ 1:0]       s_bte_o,
    input  logic [SLAVES-1:0] s_ack_i,
    input  logic [31:0]       s_dat_i [SLAVES],
    input  logic [ 1:0]       s_tgd_i [SLAVES],  // with the ack of a read: bit 0, its line may be cached

    // to the clock control
    output logic idle_o  // no cycle in progress
);

  localparam int unsigned OwnerBits = Masters > 1 ? $clog2(Masters) : 1;
  localparam int unsigned SlaveBits = $clog2(SLAVES);

  typedef logic [OwnerBits-1:0] owner_t;
  typedef logic [SlaveBits-1:0] slave_t;

  typedef enum logic [2:0] {
    StIdle,       // waiting for a master's request
    StForward,    // on a slave's wires, waiting for its ack
    StNext,       // the next window of the same word
    StTurnaround, // ack on the master's wires; its request is still the old one
    StPosted      // on memory's wires, waiting for its ack; the master has been answered
  } state_e;

  // What a word's selected bytes are at first: some of one window.
  typedef struct packed {
    logic [ 3:0] lanes;  // none: nobody owns any
    logic [ 3:0] rest;   // of other windows
    slave_t      slave;
    logic [31:2] adr;
  } target_t;

  localparam logic [1:0] TGA_MEMORY = 2'd0;
  localparam logic [1:0] TGA_INTA = 2'd2;
  localparam logic [2:0] CTI_CLASSIC = 3'b000;
  localparam logic [2:0] CTI_INCREMENTING = 3'b010;
  localparam logic [1:0] BTE_WRAP4 = 2'b01;

  // The bytes of a word from `first` to `last`.
  function automatic logic [3:0] lanes_in(logic [31:2] word, logic [31:0] first, logic [31:0] last);
    logic [3:0] lanes;
    lanes = 4'b0000;
    if (word >= first[31:2] && word <= last[31:2]) begin
      lanes = 4'b1111;
      if (word == first[31:2]) lanes &= 4'b1111 << first[1:0];
      if (word == last[31:2]) lanes &= 4'b1111 >> ~last[1:0];
    end
    return lanes;
  endfunction

  // The loop ends with the lowest window, which is the first in order.
  function automatic target_t io_target(logic [31:2] word, logic [3:0] sel);
    target_t    found;
    logic [3:0] lanes, owned;
    found = '0;
    owned = 4'b0000;
    for (int i = int'(IO_WINDOWS) - 1; i >= 0; i--) begin
      lanes = sel & lanes_in(word, IO_WINDOW[i].first, IO_WINDOW[i].last);
      owned |= lanes;
      if (lanes != 4'b0000) begin
        found.lanes = lanes;
        found.slave = slave_t'(IO_WINDOW[i].slave);
        found.adr   = word - IO_WINDOW[i].first[31:2] + IO_WINDOW[i].offset[31:2];
      end
    end
    found.rest = owned & ~found.lanes;
    return found;
  endfunction

  // Windows of memory space are whole lines, and so whole words.
  function automatic target_t memory_target(logic [31:2] word, logic [3:0] sel);
    target_t found;
    found.lanes = sel;
    found.rest  = 4'b0000;
    found.slave = slave_t'(MEMORY_SLAVE);
    found.adr   = word;
    for (int i = 0; i < int'(MEMORY_WINDOWS); i++) begin
      if (word >= MEMORY_WINDOW[i].first[31:2] && word <= MEMORY_WINDOW[i].last[31:2]) begin
        found.slave = slave_t'(MEMORY_WINDOW[i].slave);
        found.adr   = word - MEMORY_WINDOW[i].first[31:2] + MEMORY_WINDOW[i].offset[31:2];
      end
    end
    return found;
  endfunction

  function automatic target_t target_of(logic [1:0] tga, logic [31:2] word, logic [3:0] sel);
    if (tga == TGA_MEMORY) return memory_target(word, sel);
    if (tga == TGA_INTA) return '{4'b1111, 4'b0000, slave_t'(ACKNOWLEDGE_SLAVE), '0};
    return io_target({16'd0, word[15:2]}, sel);
  endfunction

  // The one of those who ask that comes first behind `latest`, in a circle.
  function automatic owner_t next_owner(logic [Masters-1:0] asking, owner_t latest);
    owner_t next, i;
    next = latest;
    for (int step = int'(Masters); step > 0; step--) begin
      i = owner_t'((32'(latest) + 32'(step)) % Masters);
      if (asking[i]) next = i;
    end
    return next;
  endfunction

  state_e      state_q;
  owner_t      owner_q;      // of the transfer, or of the one before
  logic        locked_q;     // it was a locked one
  slave_t      slave_q;
  logic [ 1:0] acks_left_q;  // after the next one
  logic [ 3:0] rest_q;       // bytes that belong to further windows
  logic [ 3:0] lanes_q;      // bytes of this window
  logic        further_q;    // there was a window before this one

  // The next request, if there is one. While a lock is held only its master is listened to.
  task automatic arbitrate();
    logic   held;
    owner_t owner;
    held     = locked_q && m_cyc_i[owner_q] && m_lock_i[owner_q];
    owner    = held ? owner_q : next_owner(m_cyc_i & m_stb_i, owner_q);
    locked_q <= held;
    if (m_cyc_i[owner] && m_stb_i[owner]) begin
      owner_q     <= owner;
      locked_q    <= m_lock_i[owner];
      further_q   <= 1'b0;
      acks_left_q <= '0;
      s_we_o      <= m_we_i[owner];
      s_dat_o     <= m_dat_i[owner];
      start_part(owner, m_sel_i[owner],
                 !m_we_i[owner] && m_cti_i[owner] == CTI_INCREMENTING && m_bte_i[owner] == BTE_WRAP4);
    end
  endtask

  // The access of the first window that `sel` is in.
  task automatic start_part(owner_t owner, logic [3:0] sel, logic burst);
    target_t target;
    target = target_of(m_tga_i[owner], m_adr_i[owner], sel);
    slave_q <= target.slave;
    rest_q  <= target.rest;
    lanes_q <= target.lanes;
    s_adr_o <= target.adr;
    s_sel_o <= target.lanes;
    s_tga_o <= m_tga_i[owner];
    s_cti_o <= CTI_CLASSIC;
    s_bte_o <= '0;
    if (burst && target.slave == slave_t'(MEMORY_SLAVE)) begin
      s_cti_o     <= CTI_INCREMENTING;
      s_bte_o     <= BTE_WRAP4;
      s_sel_o     <= 4'b1111;
      lanes_q     <= 4'b1111;
      acks_left_q <= 2'd3;
    end
    if (target.lanes == 4'b0000) begin
      m_ack_o[owner] <= 1'b1;
      m_dat_o        <= '1;
      m_tgd_o        <= 2'd0;
      state_q        <= StTurnaround;
    end else begin
      s_stb_o[target.slave] <= 1'b1;
      state_q               <= StForward;
      if (m_we_i[owner] && target.slave == slave_t'(MEMORY_SLAVE)) begin
        m_ack_o[owner] <= 1'b1;
        state_q        <= StPosted;
      end
    end
  endtask

  task automatic take_ack();
    logic [31:0] word;
    word = s_dat_i[slave_q] | ~{{8{lanes_q[3]}}, {8{lanes_q[2]}}, {8{lanes_q[1]}}, {8{lanes_q[0]}}};
    m_dat_o <= further_q ? m_dat_o & word : word;
    m_tgd_o <= s_tgd_i[slave_q];
    if (rest_q != 4'b0000) begin
      s_stb_o   <= '0;
      further_q <= 1'b1;
      state_q   <= StNext;
    end else begin
      m_ack_o[owner_q] <= 1'b1;
      acks_left_q      <= acks_left_q - 2'd1;
      if (acks_left_q == '0 || (acks_left_q == 2'd3 && !s_tgd_i[slave_q][0])) begin
        s_stb_o <= '0;
        state_q <= StTurnaround;
      end
    end
  endtask

  // One process and one case on the state: while idle nothing but the test of the requests is evaluated.
  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      state_q     <= StIdle;
      owner_q     <= '0;
      locked_q    <= 1'b0;
      slave_q     <= '0;
      acks_left_q <= '0;
      m_ack_o     <= '0;
      s_stb_o     <= '0;
    end else begin
      unique case (state_q)
        StIdle: arbitrate();

        StForward: begin
          m_ack_o <= '0;
          if (s_ack_i[slave_q]) take_ack();
        end

        // The master holds its request; the slave's ack is gone after this edge.
        StNext: start_part(owner_q, rest_q, 1'b0);

        StPosted: begin
          m_ack_o <= '0;
          if (s_ack_i[slave_q]) begin
            s_stb_o <= '0;
            state_q <= StIdle;
            if (m_ack_o == '0) arbitrate();  // else the master's request is still the old one
          end
        end

        default: begin  // StTurnaround
          m_ack_o <= '0;
          state_q <= StIdle;
        end
      endcase
    end
  end

  // A cycle of this interconnect is one strobe (or one burst) long.
  assign s_cyc_o = s_stb_o;

  assign idle_o = state_q == StIdle;
endmodule
