# strata_test(NAME SOURCES... LIBRARIES... [LABELS...] [TIMEOUT seconds])
# One GoogleTest executable; every TEST in it is a CTest test of its own.
include(GoogleTest)

function(strata_test name)
  cmake_parse_arguments(arg "" "TIMEOUT" "SOURCES;LIBRARIES;LABELS" ${ARGN})
  if(NOT arg_TIMEOUT)
    set(arg_TIMEOUT 120)
  endif()
  add_executable(${name} ${arg_SOURCES})
  target_link_libraries(${name} PRIVATE strata_options ${arg_LIBRARIES} GTest::gtest GTest::gtest_main)
  gtest_discover_tests(${name}
      PROPERTIES TIMEOUT ${arg_TIMEOUT} LABELS "${arg_LABELS}"
      DISCOVERY_TIMEOUT 60)
endfunction()
