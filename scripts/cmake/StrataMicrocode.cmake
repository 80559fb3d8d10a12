# strata_microcode(OUTPUT): a build rule that assembles rtl/cpu/microcode/*.uc to the package
# cpu_microcode_pkg as file OUTPUT.
include_guard(GLOBAL)
find_program(STRATA_PYTHON python3 REQUIRED DOC "Runs the microcode assembler")

function(strata_microcode output)
  set(assembler "${PROJECT_SOURCE_DIR}/scripts/microcode")
  set(types "${PROJECT_SOURCE_DIR}/rtl/cpu/cpu_microcode_types_pkg.sv")
  file(GLOB sources CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/rtl/cpu/microcode/*.uc")
  get_filename_component(folder "${output}" DIRECTORY)
  file(MAKE_DIRECTORY "${folder}")
  add_custom_command(
      OUTPUT "${output}"
      COMMAND "${STRATA_PYTHON}" "${assembler}" --output "${output}"
      DEPENDS "${assembler}" "${types}" ${sources}
      COMMENT "Assembling the microcode"
      VERBATIM)
endfunction()
