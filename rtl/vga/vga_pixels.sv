// The pixel pipeline, one cell a character clock, three clocks from a scan position to its pixels:
//   fetch    the position's cell is read from text memory
//   glyph    the cell's row of pixels is read from the font
//   compose  cursor and blinking are applied, the outputs registered
//
// Attribute: bits 3:0 foreground, 6:4 background, 7 blink (as after a BIOS mode set). The cursor
// blinks with 8 frames on and 8 off, characters with 16 and 16; frame 0 starts with both on. The start
// address takes effect at once; a real VGA waits for the vertical retrace.
module vga_pixels (
    input  logic        char_clk_i,
    input  logic        rst_ni,
    // From the scan position
    input  logic [ 6:0] column_i,
    input  logic [ 8:0] line_i,
    input  logic [ 4:3] frame_i,            // the bits that time blinking
    // From the CRTC
    input  logic [15:0] start_address_i,
    input  logic [15:0] cursor_location_i,
    input  logic        cursor_disable_i,
    input  logic [ 4:0] cursor_first_i,
    input  logic [ 4:0] cursor_last_i,
    // Text memory's scan port
    output logic [13:0] cell_adr_o,        // decoded from the position, which is registered
    input  logic [15:0] cell_i,            // attribute, character; one clock after the address
    // Font
    output logic [ 7:0] glyph_character_o,
    output logic [ 3:0] glyph_line_o,
    input  logic [ 7:0] glyph_row_i,       // one clock after the character
    // To the screen
    output logic        pixel_valid_o,
    output logic [ 6:0] pixel_column_o,
    output logic [ 8:0] pixel_line_o,
    output logic [ 7:0] pixel_row_o,
    output logic [ 3:0] pixel_fg_o,
    output logic [ 3:0] pixel_bg_o,
    output logic [ 7:0] cell_character_o,
    output logic [ 7:0] cell_attribute_o,
    output logic        cell_cursor_o,     // the cursor is in this cell, drawn on this line or not
    output logic        hsync_o,
    output logic        vsync_o
);

  localparam logic [6:0] VISIBLE_COLUMNS = 7'd80;
  localparam logic [8:0] VISIBLE_LINES   = 9'd400;
  localparam logic [6:0] HSYNC_COLUMN    = 7'd82;
  localparam logic [6:0] HSYNC_END       = 7'd94;
  localparam logic [8:0] VSYNC_LINE      = 9'd412;
  localparam logic [8:0] VSYNC_END       = 9'd414;

  // What travels with a cell through the pipeline.
  typedef struct packed {
    logic       visible;
    logic [6:0] column;
    logic [8:0] line;
    logic       cursor_cell;
    logic       cursor_drawn;
    logic       blink_off;     // blinking characters are in their dark phase
    logic       hsync;
    logic       vsync;
  } place_t;

  place_t      fetch_d, fetch_q;
  place_t      glyph_q;
  logic [15:0] glyph_cell_q;

  // Fetch: 80 cells a row of sixteen lines, 80 = 64 + 16. Text memory repeats in the counter's 16 bits.
  logic [15:0] counter;
  assign cell_adr_o = counter[13:0];
  always_comb begin
    counter = start_address_i + {5'b0, line_i[8:4], 6'b0} + {7'b0, line_i[8:4], 4'b0}
                 + {9'b0, column_i};
    fetch_d.visible      = column_i < VISIBLE_COLUMNS && line_i < VISIBLE_LINES;
    fetch_d.column       = column_i;
    fetch_d.line         = line_i;
    fetch_d.cursor_cell  = fetch_d.visible && counter == cursor_location_i && !cursor_disable_i
                           && cursor_first_i < 5'd16 && cursor_first_i <= cursor_last_i;
    fetch_d.cursor_drawn = fetch_d.cursor_cell && !frame_i[3] && {1'b0, line_i[3:0]} >= cursor_first_i
                           && {1'b0, line_i[3:0]} <= cursor_last_i;
    fetch_d.blink_off    = frame_i[4];
    fetch_d.hsync        = column_i >= HSYNC_COLUMN && column_i < HSYNC_END;
    fetch_d.vsync        = line_i >= VSYNC_LINE && line_i < VSYNC_END;
  end

  assign glyph_character_o = cell_i[7:0];
  assign glyph_line_o      = fetch_q.line[3:0];

  // Compose
  logic [7:0] row_d;
  always_comb begin
    row_d = glyph_row_i;
    if (glyph_cell_q[15] && glyph_q.blink_off) row_d = '0;
    if (glyph_q.cursor_drawn) row_d = '1;
  end

  always_ff @(posedge char_clk_i) begin
    if (!rst_ni) begin
      fetch_q       <= '0;
      glyph_q       <= '0;
      pixel_valid_o <= 1'b0;
      cell_cursor_o <= 1'b0;
      hsync_o       <= 1'b0;
      vsync_o       <= 1'b0;
    end else begin
      fetch_q       <= fetch_d;
      glyph_q       <= fetch_q;
      pixel_valid_o <= glyph_q.visible;
      cell_cursor_o <= glyph_q.cursor_cell;
      hsync_o       <= glyph_q.hsync;
      vsync_o       <= glyph_q.vsync;
    end
    glyph_cell_q     <= cell_i;
    pixel_column_o   <= glyph_q.column;
    pixel_line_o     <= glyph_q.line;
    pixel_row_o      <= row_d;
    pixel_fg_o       <= glyph_cell_q[11:8];
    pixel_bg_o       <= {1'b0, glyph_cell_q[14:12]};
    cell_character_o <= glyph_cell_q[7:0];
    cell_attribute_o <= glyph_cell_q[15:8];
  end

endmodule
