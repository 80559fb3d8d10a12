// Character generator ROM: 256 glyphs of code page 437, eight pixels by sixteen lines, leftmost pixel
// in bit 7. The contents are generated at build time (scripts/cmake/generate_vga_font.cmake).
module vga_font (
    input  logic       char_clk_i,
    input  logic [7:0] character_i,
    input  logic [3:0] line_i,
    output logic [7:0] row_o
);

  logic [7:0] rom[4096];

  initial begin
    `include "vga_font_rom.svh"
  end

  always_ff @(posedge char_clk_i) row_o <= rom[{character_i, line_i}];

endmodule
