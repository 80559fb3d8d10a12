// VGA text controller: 32 KiB of text memory, the CRTC's register file, input status 1, and a
// scan-out of the 80x25 text mode. Wishbone B4 classic slave; every access takes one clock.
//
// Offsets in the block: 0000-7FFF text memory, 8000 + (port - 3C0) ports 3C0-3DF, of which 3D4, 3D5
// and 3DA are there; the rest reads all ones and ignores writes.
//
// char_clk_i is one clock per eight pixels, divided from clk_i with aligned edges: the scan position
// is read and the CRTC's registers are followed without synchronisers. The bus side does not need it.
//
// Unload port: unload_text_o is word unload_index_i of text memory, unload_crtc_o the CRTC register of that
// number (19h: the index register), as of the latest rising edge of unload_clk_i, which no other register sees:
// being asked changes nothing. A chip ties unload_clk_i low. State is loaded through the bus.
module vga (
    input  logic        clk_i,
    input  logic        rst_ni,
    // Wishbone slave
    input  logic        wb_cyc_i,
    input  logic        wb_stb_i,
    input  logic        wb_we_i,
    input  logic [15:2] wb_adr_i,
    input  logic [ 3:0] wb_sel_i,
    input  logic [31:0] wb_dat_i,
    output logic        wb_ack_o,
    output logic [31:0] wb_dat_o,
    output logic        idle_o,            // bus side only: no access in progress
    // Unload port
    input  logic        unload_clk_i,
    /* verilator tracing_off */  // waves do not tell whether somebody looked
    input  logic [12:0] unload_index_i,
    output logic [31:0] unload_text_o,
    output logic [ 7:0] unload_crtc_o,
    /* verilator tracing_on */
    // Scan-out clock, and the load port of its position (tie low in a chip)
    input  logic        char_clk_i,
    input  logic        scan_load_i,
    input  logic [ 6:0] scan_column_i,
    input  logic [ 8:0] scan_line_i,
    input  logic [15:0] scan_frame_i,
    // To the screen, one cell a character clock
    output logic        pixel_valid_o,     // inside the picture
    output logic [ 6:0] pixel_column_o,    // 0..79
    output logic [ 8:0] pixel_line_o,      // 0..399
    output logic [ 7:0] pixel_row_o,       // eight pixels, leftmost in bit 7
    output logic [ 3:0] pixel_fg_o,        // colour index of the ones
    output logic [ 3:0] pixel_bg_o,        // colour index of the zeroes
    output logic [ 7:0] cell_character_o,
    output logic [ 7:0] cell_attribute_o,
    output logic        cell_cursor_o,     // the cursor is in this cell
    output logic [ 4:0] cursor_first_o,    // its scan lines
    output logic [ 4:0] cursor_last_o,
    output logic        hsync_o,           // active high
    output logic        vsync_o,           // active high
    output logic [15:0] frame_o            // frames since reset
);

  // Words of the port block, in the word address.
  localparam logic [4:2] CRTC_WORD   = 3'h5;  // 3D4-3D7
  localparam logic [4:2] STATUS_WORD = 3'h6;  // 3D8-3DB

  logic        access;
  logic        text_access;
  logic        port_access;
  logic        crtc_access;
  logic        ack_q;
  logic        text_q;
  logic [31:0] port_q;
  logic [31:0] text_dat;

  assign access      = wb_cyc_i && wb_stb_i && !ack_q;
  assign text_access = access && !wb_adr_i[15];
  assign port_access = access && wb_adr_i[15] && wb_adr_i[14:5] == '0;
  assign crtc_access = port_access && wb_adr_i[4:2] == CRTC_WORD;

  logic [ 4:0] crtc_index;
  logic [ 7:0] crtc_data;
  logic [15:0] start_address;
  logic [15:0] cursor_location;
  logic        cursor_disable;
  logic [ 6:0] column;
  logic [ 8:0] line;
  logic        display_off;
  logic        vertical_sync;
  logic [13:0] cell_adr;
  logic [15:0] text_cell;
  logic [ 7:0] glyph_character;
  logic [ 3:0] glyph_line;
  logic [ 7:0] glyph_row;

  logic [31:0] port_d;
  always_comb begin
    port_d = '1;
    if (port_access && wb_adr_i[4:2] == CRTC_WORD) port_d[15:0] = {crtc_data, 3'b0, crtc_index};
    if (port_access && wb_adr_i[4:2] == STATUS_WORD) begin
      port_d[23:16] = {4'b0, vertical_sync, 2'b0, display_off};
    end
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      ack_q  <= 1'b0;
      text_q <= 1'b0;
    end else begin
      ack_q <= access;
      if (access) begin
        text_q <= text_access;
        port_q <= port_d;
      end
    end
  end

  assign wb_ack_o = ack_q;
  assign wb_dat_o = text_q ? text_dat : port_q;
  assign idle_o   = !ack_q;

  vga_crtc u_crtc (
      .clk_i,
      .rst_ni,
      .index_we_i       (crtc_access && wb_we_i && wb_sel_i[0]),
      .index_i          (wb_dat_i[7:0]),
      .data_we_i        (crtc_access && wb_we_i && wb_sel_i[1]),
      .data_i           (wb_dat_i[15:8]),
      .index_o          (crtc_index),
      .data_o           (crtc_data),
      .start_address_o  (start_address),
      .cursor_location_o(cursor_location),
      .cursor_disable_o (cursor_disable),
      .cursor_first_o,
      .cursor_last_o,
      .unload_clk_i,
      .unload_index_i   (unload_index_i[4:0]),
      .unload_data_o    (unload_crtc_o)
  );

  vga_text_memory u_text_memory (
      .clk_i,
      .bus_read_i (text_access && !wb_we_i),
      .bus_we_i   (text_access && wb_we_i ? wb_sel_i : 4'b0),
      .bus_adr_i  (wb_adr_i[14:2]),
      .bus_dat_i  (wb_dat_i),
      .bus_dat_o  (text_dat),
      .unload_clk_i,
      .unload_adr_i(unload_index_i),
      .unload_dat_o(unload_text_o),
      .char_clk_i,
      .scan_adr_i (cell_adr),
      .scan_cell_o(text_cell)
  );

  vga_scan u_scan (
      .char_clk_i,
      .rst_ni,
      .scan_load_i,
      .scan_column_i,
      .scan_line_i,
      .scan_frame_i,
      .column_o       (column),
      .line_o         (line),
      .frame_o,
      .display_off_o  (display_off),
      .vertical_sync_o(vertical_sync)
  );

  vga_font u_font (
      .char_clk_i,
      .character_i(glyph_character),
      .line_i     (glyph_line),
      .row_o      (glyph_row)
  );

  vga_pixels u_pixels (
      .char_clk_i,
      .rst_ni,
      .column_i         (column),
      .line_i           (line),
      .frame_i          (frame_o[4:3]),
      .start_address_i  (start_address),
      .cursor_location_i(cursor_location),
      .cursor_disable_i (cursor_disable),
      .cursor_first_i   (cursor_first_o),
      .cursor_last_i    (cursor_last_o),
      .cell_adr_o       (cell_adr),
      .cell_i           (text_cell),
      .glyph_character_o(glyph_character),
      .glyph_line_o     (glyph_line),
      .glyph_row_i      (glyph_row),
      .pixel_valid_o,
      .pixel_column_o,
      .pixel_line_o,
      .pixel_row_o,
      .pixel_fg_o,
      .pixel_bg_o,
      .cell_character_o,
      .cell_attribute_o,
      .cell_cursor_o,
      .hsync_o,
      .vsync_o
  );

endmodule
