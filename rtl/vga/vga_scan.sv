// The scan position: standard VGA 640x400 text timing, counted in character clocks of eight pixels.
// A line is 80 visible cells, 2 of front porch, 12 of horizontal sync and 6 of back porch; a frame is
// 400 visible lines, 12 of front porch, 2 of vertical sync and 35 of back porch: 70 Hz at 25 MHz.
//
// The load port sets the position in one clock, so that a simulation in which nobody watched the
// picture need not count up to where it is; a chip ties scan_load_i low.
module vga_scan (
    input  logic        char_clk_i,
    input  logic        rst_ni,
    // Load port
    input  logic        scan_load_i,
    input  logic [ 6:0] scan_column_i,
    input  logic [ 8:0] scan_line_i,
    input  logic [15:0] scan_frame_i,
    // To the pixel pipeline
    output logic [ 6:0] column_o,         // 0..99
    output logic [ 8:0] line_o,           // 0..448
    output logic [15:0] frame_o,
    // To input status 1
    output logic        display_off_o,    // outside the visible cells
    output logic        vertical_sync_o
);

  localparam logic [6:0] LAST_COLUMN     = 7'd99;
  localparam logic [6:0] VISIBLE_COLUMNS = 7'd80;
  localparam logic [8:0] LAST_LINE       = 9'd448;
  localparam logic [8:0] VISIBLE_LINES   = 9'd400;
  localparam logic [8:0] SYNC_LINE       = 9'd412;
  localparam logic [8:0] SYNC_END        = 9'd414;

  logic [ 6:0] column_q;
  logic [ 8:0] line_q;
  logic [15:0] frame_q;

  always_ff @(posedge char_clk_i) begin
    if (!rst_ni) begin
      column_q <= '0;
      line_q   <= '0;
      frame_q  <= '0;
    end else if (scan_load_i) begin
      column_q <= scan_column_i;
      line_q   <= scan_line_i;
      frame_q  <= scan_frame_i;
    end else if (column_q != LAST_COLUMN) begin
      column_q <= column_q + 7'd1;
    end else begin
      column_q <= '0;
      line_q   <= line_q + 9'd1;
      if (line_q == LAST_LINE) begin
        line_q  <= '0;
        frame_q <= frame_q + 16'd1;
      end
    end
  end

  assign column_o        = column_q;
  assign line_o          = line_q;
  assign frame_o         = frame_q;
  assign display_off_o   = column_q >= VISIBLE_COLUMNS || line_q >= VISIBLE_LINES;
  assign vertical_sync_o = line_q >= SYNC_LINE && line_q < SYNC_END;

endmodule
