// The CRT controller's register file: index at 3D4, data at 3D5 (IBM VGA, CRT controller registers).
//
// Registers 00-18 hold what is written; those the scan-out follows are outputs: cursor start and end with
// the off bit (0A, 0B), start address (0C, 0D) and cursor location (0E, 0F). Reading an index past 18
// gives FF. Reset leaves what a BIOS leaves after setting mode 3.
// Left out: what 00-07, 09 bit 5, 10-12, 15 and 16 say of timing (the scan-out is always the standard 640x400
// one), the vertical interrupt (11 bits 5:4), memory refresh (11 bit 6), write protection (11 bit 7) and the
// light pen (03 bit 7, 10, 11 read); preset row scan and byte panning (08), cell height and double scan (09),
// cursor skew (0B bits 6:5), row pitch (13), underline (14 bits 4:0), doubleword addresses (14 bits 6:5), mode
// control (17), split screen (18 with 07 bit 4 and 09 bit 6).
module vga_crtc (
    input  logic        clk_i,
    input  logic        rst_ni,
    // From the bus side; both enables may be high at once (16-bit write to 3D4)
    input  logic        index_we_i,         // write index_i to 3D4
    input  logic [ 7:0] index_i,
    input  logic        data_we_i,          // write data_i to the register the index selects
    input  logic [ 7:0] data_i,
    // To the bus side
    output logic [ 4:0] index_o,
    output logic [ 7:0] data_o,             // the selected register
    // To the scan-out
    output logic [15:0] start_address_o,    // in cells
    output logic [15:0] cursor_location_o,  // in cells
    output logic        cursor_disable_o,
    output logic [ 4:0] cursor_first_o,     // scan lines of the cell
    output logic [ 4:0] cursor_last_o,
    // Unload port (vga.sv)
    input  logic        unload_clk_i,
    /* verilator tracing_off */  // waves do not tell whether somebody looked
    input  logic [ 4:0] unload_index_i,
    output logic [ 7:0] unload_data_o
    /* verilator tracing_on */
);

  localparam int unsigned REGISTERS = 25;

  // Mode 3 with a cursor on lines 13 and 14.
  localparam logic [7:0] MODE_3[REGISTERS] = '{
      8'h5F, 8'h4F, 8'h50, 8'h82, 8'h55, 8'h81, 8'hBF, 8'h1F,
      8'h00, 8'h4F, 8'h0D, 8'h0E, 8'h00, 8'h00, 8'h00, 8'h00,
      8'h9C, 8'h8E, 8'h8F, 8'h28, 8'h1F, 8'h96, 8'hB9, 8'hA3,
      8'hFF
  };

  logic [7:0] register_q[REGISTERS];
  logic [4:0] index_q;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      index_q    <= '0;
      register_q <= MODE_3;
    end else begin
      if (index_we_i) index_q <= index_i[4:0];
      if (data_we_i) begin
        // With both at once the data goes to the index written with it.
        if (index_we_i && index_i[4:0] < 5'(REGISTERS)) register_q[index_i[4:0]] <= data_i;
        if (!index_we_i && index_q < 5'(REGISTERS)) register_q[index_q] <= data_i;
      end
    end
  end

  always_ff @(posedge unload_clk_i) begin
    unload_data_o <= unload_index_i < 5'(REGISTERS) ? register_q[unload_index_i] : 8'(index_q);
  end

  assign index_o           = index_q;
  assign data_o            = index_q < 5'(REGISTERS) ? register_q[index_q] : 8'hFF;
  assign cursor_disable_o  = register_q['h0A][5];
  assign cursor_first_o    = register_q['h0A][4:0];
  assign cursor_last_o     = register_q['h0B][4:0];
  assign start_address_o   = {register_q['h0C], register_q['h0D]};
  assign cursor_location_o = {register_q['h0E], register_q['h0F]};

  // Bits 7:5 of the index are reserved.
  logic unused;
  assign unused = ^index_i[7:5];

endmodule
