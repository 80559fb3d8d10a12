# strata_test(NAME [SYSTEMC] [APART] [FIRST] SOURCES... LIBRARIES... [LABELS...])
# One GoogleTest executable; every TEST in it is a CTest test of its own. The target strata_tests_LABEL builds all of
# a label. The time limit only ends what hangs: the longest takes half a minute, on a host that has others to serve
# many times that. SYSTEMC: most of the sources include SystemC.
#
# APART: not strata_together().
# FIRST: started before all others where tests run side by side, since one of them takes longest.
include(GoogleTest)
include(StrataHeaders)

# Optimising GoogleTest's macros takes a third of a test's build and gains nothing: what takes a test's time is in
# the libraries.
set(STRATA_TEST_OPTIONS -O0)

function(strata_test name)
  cmake_parse_arguments(arg "SYSTEMC;APART;FIRST" "" "SOURCES;LIBRARIES;LABELS" ${ARGN})
  add_executable(${name} ${arg_SOURCES})
  target_link_libraries(${name} PRIVATE strata_options ${arg_LIBRARIES} GTest::gtest GTest::gtest_main)
  target_compile_options(${name} PRIVATE ${STRATA_TEST_OPTIONS})
  if(arg_SYSTEMC)
    strata_use_headers(${name} test_systemc ${STRATA_TEST_OPTIONS})
  else()
    strata_use_headers(${name} test ${STRATA_TEST_OPTIONS})
  endif()
  if(NOT arg_APART)
    strata_together(${name})
  endif()
  set(order "")
  if(arg_FIRST)
    set(order COST 100)
  endif()
  gtest_discover_tests(${name} PROPERTIES TIMEOUT 3600 ${order} DISCOVERY_TIMEOUT 1200)
  strata_label_tests(${name} ${arg_LABELS})
  foreach(label IN LISTS arg_LABELS)
    if(NOT TARGET strata_tests_${label})
      add_custom_target(strata_tests_${label})
    endif()
    add_dependencies(strata_tests_${label} ${name})
  endforeach()
endfunction()

# gtest_discover_tests() takes lists apart, so of several labels a test would get the first only. CTest reads this
# file after the one that gtest_discover_tests() has it read, which sets <name>_TESTS once the program is built.
function(strata_label_tests name)
  set(file "${CMAKE_CURRENT_BINARY_DIR}/${name}_labels.cmake")
  file(WRITE "${file}.new" "\
if(DEFINED ${name}_TESTS)
  set_tests_properties(\${${name}_TESTS} PROPERTIES LABELS \"${ARGN}\")
else()
  set_tests_properties(${name}_NOT_BUILT PROPERTIES LABELS \"${ARGN}\")
endif()
")
  file(RENAME "${file}.new" "${file}")
  set_property(DIRECTORY APPEND PROPERTY TEST_INCLUDE_FILES "${file}")
endfunction()
