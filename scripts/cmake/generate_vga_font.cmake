# Writes the VGA's character generator from GNU Unifont (Debian package unifont), run as a script:
#   cmake -DHEX=/usr/share/unifont/unifont.hex -DKIND=sv|cpp -DOUTPUT=file -P generate_vga_font.cmake
# sv: assignments to rom[0..4095], included by rtl/vga/vga_font.sv; cpp: the arrays platform/display/font.h
# declares. unifont.hex has a line a character: its code point, a colon, 16 rows of two hex digits (wide
# characters have four, none of ours is one).

# Code page 437 with the pictures of its control codes, as Unicode code points. 00 is a blank.
set(code_page_437
    0020 263A 263B 2665 2666 2663 2660 2022 25D8 25CB 25D9 2642 2640 266A 266B 263C
    25BA 25C4 2195 203C 00B6 00A7 25AC 21A8 2191 2193 2192 2190 221F 2194 25B2 25BC
    0020 0021 0022 0023 0024 0025 0026 0027 0028 0029 002A 002B 002C 002D 002E 002F
    0030 0031 0032 0033 0034 0035 0036 0037 0038 0039 003A 003B 003C 003D 003E 003F
    0040 0041 0042 0043 0044 0045 0046 0047 0048 0049 004A 004B 004C 004D 004E 004F
    0050 0051 0052 0053 0054 0055 0056 0057 0058 0059 005A 005B 005C 005D 005E 005F
    0060 0061 0062 0063 0064 0065 0066 0067 0068 0069 006A 006B 006C 006D 006E 006F
    0070 0071 0072 0073 0074 0075 0076 0077 0078 0079 007A 007B 007C 007D 007E 2302
    00C7 00FC 00E9 00E2 00E4 00E0 00E5 00E7 00EA 00EB 00E8 00EF 00EE 00EC 00C4 00C5
    00C9 00E6 00C6 00F4 00F6 00F2 00FB 00F9 00FF 00D6 00DC 00A2 00A3 00A5 20A7 0192
    00E1 00ED 00F3 00FA 00F1 00D1 00AA 00BA 00BF 2310 00AC 00BD 00BC 00A1 00AB 00BB
    2591 2592 2593 2502 2524 2561 2562 2556 2555 2563 2551 2557 255D 255C 255B 2510
    2514 2534 252C 251C 2500 253C 255E 255F 255A 2554 2569 2566 2560 2550 256C 2567
    2568 2564 2565 2559 2558 2552 2553 256B 256A 2518 250C 2588 2584 258C 2590 2580
    03B1 00DF 0393 03C0 03A3 03C3 00B5 03C4 03A6 0398 03A9 03B4 221E 03C6 03B5 2229
    2261 00B1 2265 2264 2320 2321 00F7 2248 00B0 2219 00B7 221A 207F 00B2 25A0 0020)

file(STRINGS "${HEX}" lines REGEX "^(00|01|03|20|21|22|23|25|26)[0-9A-F][0-9A-F]:")
foreach(line IN LISTS lines)
  if(line MATCHES "^([0-9A-F]+):([0-9A-F]+)$")
    set(glyph_${CMAKE_MATCH_1} "${CMAKE_MATCH_2}")
  endif()
endforeach()

set(rom "")
set(glyphs "")
set(code_points "")
set(index 0)
foreach(code_point IN LISTS code_page_437)
  set(rows "${glyph_${code_point}}")
  string(LENGTH "${rows}" digits)
  if(NOT digits EQUAL 32)
    message(FATAL_ERROR "${HEX} has no 8x16 glyph for U+${code_point}")
  endif()
  string(REGEX MATCHALL ".." rows "${rows}")
  set(glyph "")
  foreach(row IN LISTS rows)
    string(APPEND rom "rom[${index}] = 8'h${row};\n")
    string(APPEND glyph "0x${row}, ")
    math(EXPR index "${index} + 1")
  endforeach()
  string(APPEND glyphs "    Glyph{${glyph}},\n")
  string(APPEND code_points "    0x${code_point},\n")
endforeach()

if(KIND STREQUAL "sv")
  file(WRITE "${OUTPUT}" "${rom}")
else()
  file(WRITE "${OUTPUT}"
      "#include \"platform/display/font.h\"\n\n"
      "namespace strata {\n\n"
      "const std::array<Glyph, 256> kVgaFont = {{\n${glyphs}}};\n\n"
      "const std::array<char16_t, 256> kCodePage437 = {{\n${code_points}}};\n\n"
      "}  // namespace strata\n")
endif()
