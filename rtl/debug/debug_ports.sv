// POST code, debug console and exit ports. Block of offsets: 0 = port 80, 5 = port E9, 8 = port F4.
//
// Each is one byte lane: of a wider access only the bytes at these offsets count, the others read all
// ones. The POST port reads back its last value, the console port reads E9 (so that a guest can tell it
// is there), the exit port reads all ones.
//
// Time: a bus request sampled at edge n is acknowledged, and its byte given away, at edge n+1.
//
// Load and unload port: load_valid_i replaces the state, which is what the POST port reads, at the clock's
// edge; between two accesses only. state_o is the state at the latest rising edge of unload_clk_i, which no
// other register sees: being asked changes nothing. A chip ties both low.
module debug_ports
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

    // to the platform; each valid for one cycle
    output logic       post_valid_o,
    output logic [7:0] post_o,
    output logic       char_valid_o,
    output logic [7:0] char_o,
    output logic       exit_valid_o,
    output logic [7:0] exit_o,

    // load and unload port
    input  logic        load_valid_i,
    input  logic [31:0] load_state_i,  // models/debug/debug_state.h
    input  logic        unload_clk_i,
    output logic [31:0] state_o,

    // to the clock control
    output logic idle_o  // no access in progress
);

  localparam logic [7:0] CONSOLE_PRESENT = 8'hE9;

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

  // The byte of a 32-bit word that has `offset` in the block.
  function automatic logic [7:0] byte_at(logic [31:0] word, int unsigned offset);
    return word[8*(offset%4)+:8];
  endfunction

  // Whether the access in progress writes the byte at `offset`.
  function automatic logic writes(logic access, logic [3:2] adr, logic [3:0] sel,
                                  int unsigned offset);
    return access && adr == 2'(offset / 4) && sel[offset%4];
  endfunction

  always_ff @(posedge clk_i) begin
    post_valid_o <= rst_ni && writes(access_q && we_q, adr_q, sel_q, DEBUG_BLOCK_POST);
    char_valid_o <= rst_ni && writes(access_q && we_q, adr_q, sel_q, DEBUG_BLOCK_CONSOLE);
    exit_valid_o <= rst_ni && writes(access_q && we_q, adr_q, sel_q, DEBUG_BLOCK_EXIT);
    if (!rst_ni) begin
      post_o <= 8'h00;
    end else if (load_valid_i) begin
      post_o <= load_state_i[7:0];
    end else if (writes(access_q && we_q, adr_q, sel_q, DEBUG_BLOCK_POST)) begin
      post_o <= byte_at(wdata_q, DEBUG_BLOCK_POST);
    end
    char_o <= byte_at(wdata_q, DEBUG_BLOCK_CONSOLE);
    exit_o <= byte_at(wdata_q, DEBUG_BLOCK_EXIT);
  end

  always_ff @(posedge clk_i) begin
    wb_ack_o <= rst_ni && access_q;
    if (access_q) begin
      wb_dat_o <= 32'hFFFF_FFFF;
      if (adr_q == 2'(DEBUG_BLOCK_POST / 4)) wb_dat_o[8*(DEBUG_BLOCK_POST%4)+:8] <= post_o;
      if (adr_q == 2'(DEBUG_BLOCK_CONSOLE / 4)) begin
        wb_dat_o[8*(DEBUG_BLOCK_CONSOLE%4)+:8] <= CONSOLE_PRESENT;
      end
    end
  end

  always_ff @(posedge unload_clk_i) state_o <= 32'(post_o);

  logic unused;
  assign unused = ^load_state_i[31:8];

  assign idle_o = !access_q && !wb_ack_o;

endmodule
