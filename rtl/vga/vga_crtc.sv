// The CRT controller's register file: index at 3D4, data at 3D5 (IBM VGA, CRT controller registers).
//
// Registers 00-18 hold what is written; those the scan-out follows are outputs. Reading an index past
// 18 gives FF. Left out: write protection of 00-07, and timing: the scan-out is always the standard
// 640x400 one. Reset leaves what a BIOS leaves after setting mode 3.
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
    output logic [13:0] start_address_o,    // in cells, wraps in 32 KiB
    output logic [13:0] cursor_location_o,  // in cells
    output logic        cursor_disable_o,
    output logic [ 4:0] cursor_first_o,     // scan lines of the cell
    output logic [ 4:0] cursor_last_o
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

  assign index_o           = index_q;
  assign data_o            = index_q < 5'(REGISTERS) ? register_q[index_q] : 8'hFF;
  assign cursor_disable_o  = register_q['h0A][5];
  assign cursor_first_o    = register_q['h0A][4:0];
  assign cursor_last_o     = register_q['h0B][4:0];
  assign start_address_o   = {register_q['h0C][5:0], register_q['h0D]};
  assign cursor_location_o = {register_q['h0E][5:0], register_q['h0F]};

  // Bits 7:5 of the index are reserved.
  logic unused;
  assign unused = ^index_i[7:5];

endmodule
