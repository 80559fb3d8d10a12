// The rules of Wishbone B4 that both sides of a classic port keep, as the machine's ports use them; bound to
// every port in a build with assertions. Numbers are those of the standard's rules.
// Bursts are the machine's own: a read with CTI 010 and BTE 01 is four words from the address on, wrapping,
// with four acknowledges, or one if the slave's tag does not say that the line may be cached; the address stays, and
// no 111 ends them.
// Left out: ERR, RTY, LOCK, and what the data of a read are.
module wishbone_rules #(
    parameter bit AnyBurst = 1'b0  // of a slave that takes other bursts as single words
) (
    input logic clk_i,
    input logic rst_ni,

    // from the master
    input logic        cyc_i,
    input logic        stb_i,
    input logic        we_i,
    input logic [31:2] adr_i,
    input logic [ 3:0] sel_i,
    input logic [31:0] dat_i,
    input logic [ 1:0] tga_i,
    input logic [ 2:0] cti_i,
    input logic [ 1:0] bte_i,

    // from the slave
    input logic ack_i
);

  localparam logic [2:0] CTI_CLASSIC = 3'b000;
  localparam logic [2:0] CTI_INCREMENTING = 3'b010;
  localparam logic [1:0] BTE_WRAP4 = 2'b01;

  logic [73:0] request;
  logic        waits;

  assign request = {we_i, adr_i, sel_i, we_i ? dat_i : 32'd0, tga_i, cti_i, bte_i};
  assign waits = cyc_i && stb_i && !ack_i;

  // 3.20: CYC and STB are low after reset.
  reset_ends_cycles: assert property (@(posedge clk_i) $rose(rst_ni) |-> !cyc_i && !stb_i);
  // 3.25: CYC is high whenever STB is.
  strobe_within_cycle: assert property (@(posedge clk_i) disable iff (!rst_ni) stb_i |-> cyc_i);
  // 3.60 and the handshake (3.2.3): a request stays, and stays what it is, until it is acknowledged.
  held_until_ack:
  assert property (@(posedge clk_i) disable iff (!rst_ni) waits |=> cyc_i && stb_i && $stable(request));
  // 3.35: ACK answers CYC and STB.
  ack_answers: assert property (@(posedge clk_i) disable iff (!rst_ni) ack_i |-> cyc_i && stb_i);
  // 3.60: SEL says where data are; a request for none is none.
  selects_bytes: assert property (@(posedge clk_i) disable iff (!rst_ni) stb_i |-> sel_i != 4'd0);
  // Table 4-2: the other cycle types are reserved, or not used here.
  known_cycle_type:
  assert property (@(posedge clk_i) disable iff (!rst_ni)
                   stb_i |-> cti_i == CTI_CLASSIC || cti_i == CTI_INCREMENTING);
  bursts_read_lines:
  assert property (@(posedge clk_i) disable iff (!rst_ni)
                   stb_i && cti_i == CTI_INCREMENTING && !AnyBurst |-> !we_i && bte_i == BTE_WRAP4);

endmodule
