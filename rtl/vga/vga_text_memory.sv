// 32 KiB of text memory with two ports, each with its own clock: the bus reads and writes words by
// byte lane, the scan-out reads cells of character and attribute. Both read ports are registered; a
// read in the cycle of a write to the same word gives the old contents. Contents after reset are
// whatever they were.
module vga_text_memory (
    // Bus port
    input  logic        clk_i,
    input  logic        bus_read_i,
    input  logic [ 3:0] bus_we_i,     // byte lanes to write
    input  logic [12:0] bus_adr_i,    // in words
    input  logic [31:0] bus_dat_i,
    output logic [31:0] bus_dat_o,
    // Unload port (vga.sv)
    input  logic        unload_clk_i,
    /* verilator tracing_off */  // waves do not tell whether somebody looked
    input  logic [12:0] unload_adr_i, // in words
    output logic [31:0] unload_dat_o,
    /* verilator tracing_on */
    // Scan port
    input  logic        char_clk_i,
    input  logic [13:0] scan_adr_i,   // in cells
    output logic [15:0] scan_cell_o   // attribute, character
);

  logic [31:0] memory[8192];

  always_ff @(posedge clk_i) begin
    for (int lane = 0; lane < 4; lane++) begin
      if (bus_we_i[lane]) memory[bus_adr_i][8*lane+:8] <= bus_dat_i[8*lane+:8];
    end
    if (bus_read_i) bus_dat_o <= memory[bus_adr_i];
  end

  always_ff @(posedge unload_clk_i) unload_dat_o <= memory[unload_adr_i];

  always_ff @(posedge char_clk_i) begin
    scan_cell_o <= memory[scan_adr_i[13:1]][{scan_adr_i[0], 4'b0}+:16];
  end

endmodule
