# strata_vga_font(KIND OUTPUT): a build rule that generates the VGA's 8x16 character generator from
# Debian's unifont package as file OUTPUT; KIND is sv or cpp (see generate_vga_font.cmake).
include_guard(GLOBAL)
find_file(STRATA_UNIFONT_HEX unifont.hex PATHS /usr/share/unifont NO_DEFAULT_PATH
    DOC "GNU Unifont's glyphs")
if(NOT STRATA_UNIFONT_HEX)
  message(FATAL_ERROR "/usr/share/unifont/unifont.hex is missing; install Debian's package unifont "
                      "(scripts/bootstrap does)")
endif()

function(strata_vga_font kind output)
  set(script "${PROJECT_SOURCE_DIR}/scripts/cmake/generate_vga_font.cmake")
  add_custom_command(
      OUTPUT "${output}"
      COMMAND "${CMAKE_COMMAND}" -DHEX=${STRATA_UNIFONT_HEX} -DKIND=${kind} -DOUTPUT=${output}
              -P "${script}"
      DEPENDS "${script}" "${STRATA_UNIFONT_HEX}"
      COMMENT "Generating the VGA font (${kind})"
      VERBATIM)
endfunction()
