# strata_use_headers(TARGET SET [OPTIONS...]): large headers of other projects are most of what the compiler reads of many sources.
# Those of a set are read once for all its targets. Only such headers are in a set, so that no source stands on what
# another of ours includes. The targets of a set have the same compiler options: OPTIONS, and those of the set's
# libraries.
set(STRATA_HEADERS_systemc <systemc> <tlm>)
set(STRATA_HEADERS_systemc_LIBRARIES strata_options strata_systemc)
set(STRATA_HEADERS_test <gtest/gtest.h>)
set(STRATA_HEADERS_test_LIBRARIES strata_options GTest::gtest)
set(STRATA_HEADERS_test_systemc <gtest/gtest.h> <systemc> <tlm>)
set(STRATA_HEADERS_test_systemc_LIBRARIES strata_options GTest::gtest strata_systemc)
set(STRATA_HEADERS_verilated_fast <verilated.h> <verilated_vcd_c.h>)
set(STRATA_HEADERS_verilated_fast_LIBRARIES strata_verilated)
set(STRATA_HEADERS_verilated_slow <verilated.h> <verilated_vcd_c.h>)
set(STRATA_HEADERS_verilated_slow_LIBRARIES strata_verilated)

function(strata_use_headers target set)
  set(headers strata_${set}_headers)
  if(NOT TARGET ${headers})
    set(source "${PROJECT_BINARY_DIR}/${headers}.cpp")
    file(CONFIGURE OUTPUT "${source}" CONTENT "")
    add_library(${headers} OBJECT EXCLUDE_FROM_ALL "${source}")
    target_link_libraries(${headers} PRIVATE ${STRATA_HEADERS_${set}_LIBRARIES})
    target_compile_options(${headers} PRIVATE ${ARGN})
    target_precompile_headers(${headers} PRIVATE ${STRATA_HEADERS_${set}})
  endif()
  target_precompile_headers(${target} REUSE_FROM ${headers})

  # Verilator's headers want more of SystemC's where they come behind them.
  get_target_property(sources ${target} SOURCES)
  list(FILTER sources INCLUDE REGEX "_model\\.cpp$")
  set_source_files_properties(${sources} PROPERTIES SKIP_PRECOMPILE_HEADERS ON)
endfunction()
