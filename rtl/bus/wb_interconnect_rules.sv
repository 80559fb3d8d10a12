// What the interconnect promises, bound to it (wb_interconnect_bind.svh) in a build with assertions: who has
// the bus and for how long, and that an acknowledge goes where it belongs. Wishbone B4's own rules are asked of
// each of its ports (rtl/common/wishbone_rules.sv). LOCK is B4's 3.1.3; "in turn" is the interconnect's own word.
// There is no ERR and no RTY that an ACK would exclude. Left out: which slave an address belongs to.
module wb_interconnect_rules #(
    parameter int unsigned Masters = 3,
    parameter int unsigned Slaves = 4,
    parameter int unsigned MemorySlave = 0
) (
    input logic clk_i,
    input logic rst_ni,

    // with the masters
    input logic [Masters-1:0] m_cyc_i,
    input logic [Masters-1:0] m_stb_i,
    input logic [Masters-1:0] m_lock_i,
    input logic [Masters-1:0] m_we_i,
    input logic [31:2]        m_adr_i [Masters],
    input logic [ 3:0]        m_sel_i [Masters],
    input logic [31:0]        m_dat_i [Masters],
    input logic [ 1:0]        m_tga_i [Masters],
    input logic [ 2:0]        m_cti_i [Masters],
    input logic [ 1:0]        m_bte_i [Masters],
    input logic [Masters-1:0] m_ack_i,
    input logic [31:0]        m_rdat_i,

    // with the slaves
    input logic [Slaves-1:0] s_cyc_i,
    input logic [Slaves-1:0] s_stb_i,
    input logic              s_we_i,
    input logic [31:2]       s_adr_i,
    input logic [ 3:0]       s_sel_i,
    input logic [31:0]       s_dat_i,
    input logic [ 1:0]       s_tga_i,
    input logic [ 2:0]       s_cti_i,
    input logic [ 1:0]       s_bte_i,
    input logic [Slaves-1:0] s_ack_i,

    // arbitration
    input logic        busy_i,    // a transfer is under way,
    input logic        posted_i,  // or a write to memory whose master has its ack, or gets it now,
    input logic [31:0] owner_i,   // of this master; or the latest was
    input logic [ 3:0] rest_i     // its bytes of windows to come
);

  localparam logic [1:0] TGA_INTA = 2'd2;
  localparam logic [2:0] CTI_INCREMENTING = 3'b010;

  typedef struct packed {
    logic        cyc;
    logic        stb;
    logic        we;
    logic [31:2] adr;
    logic [ 3:0] sel;
    logic [31:0] dat;
    logic [ 1:0] tga;
    logic [ 2:0] cti;
    logic [ 1:0] bte;
    logic        ack;
  } port_t;

  // ---- the ports; those of the masters a clock later, as Verilator cannot sample arrays of the top
  logic rst_nq;

  always_ff @(posedge clk_i) rst_nq <= rst_ni;

  for (genvar m = 0; m < Masters; m++) begin : gen_master
    port_t port_q;

    always_ff @(posedge clk_i)
      port_q <= '{
          m_cyc_i[m], m_stb_i[m], m_we_i[m], m_adr_i[m], m_sel_i[m], m_dat_i[m], m_tga_i[m], m_cti_i[m],
          m_bte_i[m], m_ack_i[m]
      };

    wishbone_rules #(
        .AnyBurst(1'b1)
    ) u_port (
        .clk_i,
        .rst_ni(rst_ni && rst_nq),
        .cyc_i (port_q.cyc),
        .stb_i (port_q.stb),
        .we_i  (port_q.we),
        .adr_i (port_q.adr),
        .sel_i (port_q.sel),
        .dat_i (port_q.dat),
        .tga_i (port_q.tga),
        .cti_i (port_q.cti),
        .bte_i (port_q.bte),
        .ack_i (port_q.ack)
    );
  end

  for (genvar s = 0; s < Slaves; s++) begin : gen_slave
    wishbone_rules u_port (
        .clk_i,
        .rst_ni,
        .cyc_i(s_cyc_i[s]),
        .stb_i(s_stb_i[s]),
        .we_i (s_we_i),
        .adr_i(s_adr_i),
        .sel_i(s_sel_i),
        .dat_i(s_dat_i),
        .tga_i(s_tga_i),
        .cti_i(s_cti_i),
        .bte_i(s_bte_i),
        .ack_i(s_ack_i[s])
    );
  end

  logic [Masters-1:0] owner;   // one-hot
  logic [Masters-1:0] asking;
  logic [Masters-1:0] lock_q;
  logic [Masters-1:0] passed_over;
  logic [31:0]        passes_q [Masters];  // grants to others since it asks
  logic               has_bus;      // its request is being served
  logic               has_bus_q;
  logic               held;         // the bus is not to be granted yet
  logic               granted;  // in the clock before
  logic               locked;
  logic               kept_q;
  logic               answered;
  logic               lanes_asked;  // no byte goes to the slaves that was not asked for; the words of a burst are whole
  logic               forwarded;    // what goes to the slaves is the owner's request
  logic               forwarded_q;

  assign owner = Masters'(1) << owner_i;
  assign asking = m_cyc_i & m_stb_i;
  assign has_bus = busy_i || (posted_i && m_ack_i != '0);
  assign granted = (has_bus && !has_bus_q) || (posted_i && m_ack_i != '0);
  assign held = busy_i || (posted_i && !answered);
  // LOCK was there when the bus was granted, and has been ever since.
  assign locked = (kept_q || (granted && (lock_q & owner) != '0)) && (m_cyc_i & m_lock_i & owner) != '0;
  assign answered = (s_stb_i & s_ack_i) != '0;
  assign lanes_asked =
      s_tga_i == TGA_INTA ||
      (s_cti_i == CTI_INCREMENTING ? m_cti_i[owner_i] == CTI_INCREMENTING && s_sel_i == 4'b1111
                                   : (s_sel_i & ~m_sel_i[owner_i]) == '0);
  assign forwarded = s_we_i == m_we_i[owner_i] && s_tga_i == m_tga_i[owner_i] &&
                     (!s_we_i || s_dat_i == m_dat_i[owner_i]) && lanes_asked;

  for (genvar m = 0; m < Masters; m++) begin : gen_passes
    assign passed_over[m] = passes_q[m] >= Masters;
    always_ff @(posedge clk_i) begin
      if (!rst_ni || !asking[m] || (has_bus && owner[m])) passes_q[m] <= '0;
      else if (granted && !kept_q) passes_q[m] <= passes_q[m] + 1;
    end
  end

  always_ff @(posedge clk_i) begin
    has_bus_q <= rst_ni && has_bus;
    lock_q <= m_lock_i;
    kept_q <= rst_ni && locked;
    forwarded_q <= !rst_ni || s_stb_i == '0 || forwarded || (posted_i && !has_bus);
  end

  // ---- one at a time
  one_strobed: assert property (@(posedge clk_i) disable iff (!rst_ni) $onehot0(s_stb_i));
  one_acknowledged: assert property (@(posedge clk_i) disable iff (!rst_ni) $onehot0(m_ack_i));

  // ---- the grant
  granted_asks: assert property (@(posedge clk_i) disable iff (!rst_ni) has_bus |-> (asking & owner) != '0);
  grant_held: assert property (@(posedge clk_i) disable iff (!rst_ni) held |=> $stable(owner_i));
  lock_held: assert property (@(posedge clk_i) disable iff (!rst_ni) locked |=> $stable(owner_i));
  in_turn: assert property (@(posedge clk_i) disable iff (!rst_ni) passed_over == '0);
  idle_is_quiet:
  assert property (@(posedge clk_i) disable iff (!rst_ni) !busy_i && !posted_i |-> s_stb_i == '0 && m_ack_i == '0);

  // ---- what goes through
  ack_is_owners: assert property (@(posedge clk_i) disable iff (!rst_ni) (m_ack_i & ~owner) == '0);
  ack_is_slaves:
  assert property (@(posedge clk_i) disable iff (!rst_ni)
                   m_ack_i != '0 && $past(s_stb_i) != '0 |-> $past(answered));
  nobodys_reads_ones:
  assert property (@(posedge clk_i) disable iff (!rst_ni)
                   m_ack_i != '0 && $past(s_stb_i) == '0 && !posted_i |-> m_rdat_i == '1);
  ack_is_relayed:
  assert property (@(posedge clk_i) disable iff (!rst_ni) answered && rest_i == '0 && !posted_i |=> m_ack_i != '0);
  posted_is_for_memory:
  assert property (@(posedge clk_i) disable iff (!rst_ni) posted_i |-> s_we_i && s_stb_i == Slaves'(1) << MemorySlave);
  request_is_owners: assert property (@(posedge clk_i) disable iff (!rst_ni || !rst_nq) forwarded_q);
  lanes_go_once:
  assert property (@(posedge clk_i) disable iff (!rst_ni) s_stb_i != '0 |-> (s_sel_i & rest_i) == '0);

endmodule
