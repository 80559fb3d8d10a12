# strata_verilate(NAME [FOREIGN] TOP module SOURCES files... [PARAMETERS -Gname=value...] [ASSERT])
#
# FOREIGN: not written to this project's rules; Verilator's warnings are shown and the build goes on.
#
# Translates SystemVerilog to a C++ model library NAME with header "V<top>.h". The generated files
# are gathered in two unity sources whose names are known beforehand, so Ninja compiles them like any
# other: the fast one optimised, the slow one (construction, trace declarations) not. ASSERT keeps the
# assertions of the sources in every build.
include(StrataHeaders)
include(StrataRtlAssertions)
find_program(VERILATOR verilator REQUIRED)
find_program(STRATA_PYTHON python3 REQUIRED)
set(VERILATOR_INCLUDE_DIR "/usr/share/verilator/include" CACHE PATH "Verilator's runtime sources")
set(STRATA_RTL_WAIVERS "${PROJECT_SOURCE_DIR}/rtl/lint/waivers.vlt")
option(STRATA_COVERAGE "Count what of the RTL is reached; scripts/coverage builds with it" OFF)

# Verilator's runtime, with platform/trace's change stream in place of its VCD writer: the folder
# platform/trace/verilated holds a verilated_vcd_c.h that comes before Verilator's own.
if(NOT STRATA_PREBUILT AND NOT TARGET strata_verilated)
  set(trace_dir "${PROJECT_SOURCE_DIR}/platform/trace")
  set(trace_sources
      "${trace_dir}/verilated/verilated_vcd_c.cpp"
      "${trace_dir}/plain_vcd_sink.cpp"
      "${trace_dir}/signal_table.cpp"
      "${trace_dir}/vcd_writer.cpp"
      "${trace_dir}/wave_writer.cpp")
  set_source_files_properties(${trace_sources} PROPERTIES COMPILE_OPTIONS
      "-Wall;-Wextra;-Wpedantic;-Werror;-Wshadow;-Wconversion;-Wno-sign-conversion")
  set(runtime_sources
      "${VERILATOR_INCLUDE_DIR}/verilated.cpp"
      "${VERILATOR_INCLUDE_DIR}/verilated_save.cpp"
      "${VERILATOR_INCLUDE_DIR}/verilated_threads.cpp")
  set_source_files_properties(${runtime_sources} PROPERTIES COMPILE_OPTIONS
      "$<$<BOOL:${STRATA_SANITIZE}>:-fno-sanitize=all>")
  add_library(strata_verilated STATIC ${runtime_sources} ${trace_sources})
  target_include_directories(strata_verilated SYSTEM PUBLIC
      "${trace_dir}/verilated" "${VERILATOR_INCLUDE_DIR}" "${VERILATOR_INCLUDE_DIR}/vltstd")
  target_include_directories(strata_verilated PUBLIC "${PROJECT_SOURCE_DIR}")
  target_compile_definitions(strata_verilated PUBLIC VM_TRACE=1 VM_TRACE_VCD=1)
  target_link_libraries(strata_verilated PUBLIC Threads::Threads INTERFACE $<LINK_ONLY:strata_output>)
  if(STRATA_RTL_ASSERTIONS)
    target_compile_definitions(strata_verilated PUBLIC STRATA_RTL_ASSERTIONS)
  endif()
  if(STRATA_COVERAGE)
    target_sources(strata_verilated PRIVATE
        "${VERILATOR_INCLUDE_DIR}/verilated_cov.cpp"
        "${PROJECT_SOURCE_DIR}/scripts/cmake/verilated_coverage.cpp")
    target_compile_definitions(strata_verilated PUBLIC VM_COVERAGE=1)
  endif()
endif()

# Adds the cover properties of the sources (scripts/coverage.d/points.py) to a model: appends their file to
# SOURCES of the caller and sets `coverage_options`.
macro(strata_cover_points name)
  set(points "${CMAKE_CURRENT_BINARY_DIR}/${name}.points.sv")
  set(points_script "${PROJECT_SOURCE_DIR}/scripts/coverage.d/points.py")
  add_custom_command(
      OUTPUT "${points}"
      COMMAND "${STRATA_PYTHON}" "${points_script}" --top ${arg_TOP} --output "${points}" ${arg_SOURCES}
      DEPENDS ${arg_SOURCES} "${points_script}" "${PROJECT_SOURCE_DIR}/scripts/microcode"
      COMMENT "Writing the cover points of ${arg_TOP}"
      VERBATIM)
  list(APPEND arg_SOURCES "${points}")
  set(coverage_options --coverage-user)
endmacro()

function(strata_verilate name)
  cmake_parse_arguments(arg "ASSERT;FOREIGN" "TOP" "SOURCES;PARAMETERS;DEPENDS" ${ARGN})
  set(warnings -Wall)
  if(arg_FOREIGN)
    list(APPEND warnings -Wno-fatal --savable)
  endif()
  set(dir "${CMAKE_CURRENT_BINARY_DIR}/${name}.verilated")
  set(fast "${dir}/${name}_fast.cpp")
  set(slow "${dir}/${name}_slow.cpp")
  set(coverage_options "")
  if(STRATA_COVERAGE AND NOT arg_FOREIGN)
    strata_cover_points(${name})
  endif()
  set(value_options ${STRATA_FAST_MODEL_OPTIONS})
  if(STRATA_RTL_ASSERTIONS)
    strata_bind_rules(${name})
  endif()
  if(STRATA_RTL_ASSERTIONS OR arg_ASSERT)
    set(value_options ${STRATA_CHECKED_MODEL_OPTIONS})
  endif()
  add_custom_command(
      # With the headers: whoever includes them is compiled again in the same build.
      OUTPUT "${fast}" "${slow}" "${dir}/V${arg_TOP}.h" "${dir}/V${arg_TOP}_inputs.h"
      # What an earlier run left is not overwritten where the new one names its files otherwise.
      COMMAND "${CMAKE_COMMAND}" -E rm -rf "${dir}"
      COMMAND "${CMAKE_COMMAND}" -E make_directory "${dir}"
      COMMAND "${VERILATOR}" --cc ${warnings} --trace --trace-structs --no-trace-params -O3 ${value_options}
              --top-module ${arg_TOP} --Mdir "${dir}" ${coverage_options} ${arg_PARAMETERS}
              "${STRATA_RTL_WAIVERS}" ${arg_SOURCES}
      COMMAND "${CMAKE_COMMAND}" -DDIR=${dir} -DTOP=${arg_TOP} -DFAST=${fast} -DSLOW=${slow}
              -DPYTHON=${STRATA_PYTHON} -DFOREIGN=${arg_FOREIGN}
              -P "${PROJECT_SOURCE_DIR}/scripts/cmake/gather_verilated.cmake"
      DEPENDS ${arg_SOURCES} ${arg_DEPENDS} "${STRATA_RTL_WAIVERS}"
              "${PROJECT_SOURCE_DIR}/scripts/cmake/gather_verilated.cmake"
              "${PROJECT_SOURCE_DIR}/scripts/cmake/guard_trace.py"
              "${PROJECT_SOURCE_DIR}/scripts/cmake/one_base.py"
      WORKING_DIRECTORY "${PROJECT_SOURCE_DIR}"
      COMMENT "Verilating ${arg_TOP}"
      VERBATIM)
  # What Verilator wrote, as its runtime above, is not ours to mend, and slow to build and run with sanitizers. Our wrappers have them.
  # The platform's speed is the fast files'. -O2 is the fastest there: -O3 takes 1.04 to 1.1 times as long for a cycle.
  set(plain -w $<$<BOOL:${STRATA_SANITIZE}>:-fno-sanitize=all>)
  # Flags of a byte each that were just written are not read as vectors: a load wider than the stores before it waits for
  # them, which was a quarter of the CPU's time.
  set(fast_options -O2 -fno-tree-slp-vectorize ${plain})
  set(slow_options -O0 ${plain})
  add_library(${name}_slow OBJECT "${slow}")
  target_compile_options(${name}_slow PRIVATE ${slow_options})
  add_library(${name} STATIC "${fast}" $<TARGET_OBJECTS:${name}_slow>)
  target_compile_options(${name} PRIVATE ${fast_options})
  target_include_directories(${name} SYSTEM PUBLIC "${dir}")
  target_link_libraries(${name} PUBLIC strata_verilated)
  target_link_libraries(${name}_slow PRIVATE strata_verilated)
  if(NOT STRATA_PREBUILT)
    strata_use_headers(${name} verilated_fast ${fast_options})
    strata_use_headers(${name}_slow verilated_slow ${slow_options})
  endif()
endfunction()
