// Port ABBA on the bus: the page's address is read there, the number of a call written. Block of offsets: 2 to 5 are
// ports ABBA to ABBD, the rest reads all ones. A request sampled at edge n takes effect and is acknowledged at edge n+1.
module pv_port
  import memory_map_pkg::*;
(
    input logic clk_i,
    input logic rst_ni,

    // from the bus
    input  logic        wb_cyc_i,
    input  logic        wb_stb_i,
    input  logic        wb_we_i,
    input  logic [ 3:2] wb_adr_i,
    input  logic [ 3:0] wb_sel_i,
    input  logic [31:0] wb_dat_i,
    output logic        wb_ack_o,
    output logic [31:0] wb_dat_o,

    // load port
    input logic        load_valid_i,
    input logic [31:0] load_number_i,

    output logic [31:0] number_o,       // written last, byte by byte
    output logic [31:0] number_next_o,  // with what the access in progress writes
    output logic        called_o,       // it writes the last byte of it
    output logic        looked_o,       // it reads the first byte of the page's address
    output logic        idle_o
);

  localparam int unsigned LastPort = PV_BLOCK_CALL + PV_PORTS - 1;

  logic        access_q;
  logic        we_q;
  logic [ 3:2] adr_q;
  logic [ 3:0] sel_q;
  logic [31:0] wdata_q;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      access_q <= 1'b0;
    end else begin
      access_q <= wb_cyc_i && wb_stb_i && !wb_ack_o && !access_q && !load_valid_i;
    end
    we_q    <= wb_we_i;
    adr_q   <= wb_adr_i;
    sel_q   <= wb_sel_i;
    wdata_q <= wb_dat_i;
  end

  // Whether the access in progress has the byte at `offset`.
  function automatic logic selects(logic [3:2] adr, logic [3:0] sel, int unsigned offset);
    return adr == 2'(offset / 4) && sel[offset%4];
  endfunction

  assign called_o = access_q && we_q && selects(adr_q, sel_q, LastPort);
  assign looked_o = access_q && !we_q && selects(adr_q, sel_q, PV_BLOCK_CALL);
  assign idle_o   = !access_q && !wb_ack_o;

  always_comb begin
    number_next_o = number_o;
    for (int unsigned i = 0; i < PV_PORTS; i++) begin
      if (access_q && we_q && selects(adr_q, sel_q, PV_BLOCK_CALL + i)) begin
        number_next_o[8*i+:8] = wdata_q[8*((PV_BLOCK_CALL+i)%4)+:8];
      end
    end
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      number_o <= '0;
      wb_ack_o <= 1'b0;
    end else begin
      number_o <= load_valid_i ? load_number_i : number_next_o;
      wb_ack_o <= access_q;
    end
    wb_dat_o <= '1;
    for (int unsigned i = 0; i < PV_PORTS; i++) begin
      if (adr_q == 2'((PV_BLOCK_CALL + i) / 4)) begin
        wb_dat_o[8*((PV_BLOCK_CALL+i)%4)+:8] <= 8'(PV_PAGE >> (8 * i));
      end
    end
  end

endmodule
