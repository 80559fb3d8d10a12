# Assertions in the Verilated models: what they check, and how Verilator is told.
#
# With STRATA_RTL_ASSERTIONS, which the preset debug sets, every model is built with assertions, with `unique
# case` checked, and with random values in what has not been reset (seeded by the model's context). What is
# asserted is in modules of rtl/ whose names end in _rules; a model without assertions does not contain them.
option(STRATA_RTL_ASSERTIONS "Build RTL models with assertions and random initial values" OFF)

set(STRATA_FAST_MODEL_OPTIONS --x-assign fast --x-initial fast --noassert)
set(STRATA_CHECKED_MODEL_OPTIONS --assert --x-assign unique --x-initial unique)

# Appends to SOURCES of the caller the rules of the model's top and what binds them to it: the folder's own
# (TOP_rules.sv, TOP_bind.svh), or those of the Wishbone port where the top is a slave with one. A FOREIGN
# model's top is always such a slave, in the first of its sources.
macro(strata_bind_rules name)
  set(top_source "${arg_SOURCES}")
  list(FILTER top_source INCLUDE REGEX "/${arg_TOP}\\.sv$")
  if(arg_FOREIGN)
    list(GET arg_SOURCES 0 top_source)
  endif()
  if(top_source)
    cmake_path(GET top_source PARENT_PATH top_folder)
    file(READ "${top_source}" top_text)
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${top_source}")
    set(wishbone "${PROJECT_SOURCE_DIR}/rtl/common/wishbone_rules.sv")
    if(NOT arg_FOREIGN AND EXISTS "${top_folder}/${arg_TOP}_bind.svh")
      list(APPEND arg_SOURCES "${wishbone}" "${top_folder}/${arg_TOP}_rules.sv" "${top_folder}/${arg_TOP}_bind.svh")
    elseif(arg_FOREIGN OR top_text MATCHES "output logic +wb_ack_o")
      set(TOP "${arg_TOP}")
      set(ADDRESS "30'd0")
      if(top_text MATCHES "wb_adr_i")
        set(ADDRESS "30'(wb_adr_i)")
      endif()
      set(bind "${CMAKE_CURRENT_BINARY_DIR}/${name}_bind.svh")
      configure_file("${PROJECT_SOURCE_DIR}/rtl/common/wishbone_slave_bind.svh.in" "${bind}" @ONLY)
      list(APPEND arg_SOURCES "${wishbone}" "${bind}")
    endif()
  endif()
endmacro()
