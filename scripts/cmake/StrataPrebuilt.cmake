# Building with the libraries of another build folder of this tree, in which everything is built:
#   cmake -B build/mine -DSTRATA_PREBUILT=build/release -DSTRATA_DEVICES=FOLDER
# builds only what knows the devices in slots: their RTL, the interconnect, the machine's map, the program.
set(STRATA_PREBUILT "" CACHE PATH "A build folder whose libraries are used; see scripts/cmake/StrataPrebuilt.cmake")

if(STRATA_PREBUILT)
  # They link some of ours by name, which are not there yet; with this set that is no error.
  set(CMAKE_FIND_PACKAGE_NAME strata_libraries)
  include("${STRATA_PREBUILT}/strata_libraries.cmake")
  unset(CMAKE_FIND_PACKAGE_NAME)
  find_package(PNG REQUIRED)
  find_package(ZLIB REQUIRED)
endif()

# What differs from one set of devices to another, and what else is built in these folders.
set(STRATA_SLOT_LIBRARIES strata_bus_map strata_bus_verilated strata_bus_rtl strata_slots strata_bootrom_data strata_bench_guests strata_measure_data)
set(STRATA_SLOT_FOLDERS models/machine models/bus models/slot sw platform tests/rtl/slot)

function(strata_find_libraries folder variable)
  get_property(libraries DIRECTORY "${folder}" PROPERTY BUILDSYSTEM_TARGETS)
  get_property(subfolders DIRECTORY "${folder}" PROPERTY SUBDIRECTORIES)
  foreach(subfolder IN LISTS subfolders)
    strata_find_libraries("${subfolder}" below)
    list(APPEND libraries ${below})
  endforeach()
  set(${variable} ${libraries} PARENT_SCOPE)
endfunction()

# Writes strata_libraries.cmake, which describes the libraries of this build.
function(strata_export_libraries)
  strata_find_libraries("${PROJECT_SOURCE_DIR}" targets)
  set(libraries "")
  foreach(target IN LISTS targets)
    get_target_property(type ${target} TYPE)
    get_target_property(folder ${target} SOURCE_DIR)
    string(FIND "${folder}" "${PROJECT_SOURCE_DIR}/tests" in_tests)
    if(type MATCHES "^(STATIC|INTERFACE)_LIBRARY$" AND NOT in_tests EQUAL 0)
      list(APPEND libraries ${target})
    endif()
  endforeach()
  set(slot_libraries ${libraries})
  list(FILTER slot_libraries INCLUDE REGEX "^strata_slots_")
  list(APPEND slot_libraries ${STRATA_SLOT_LIBRARIES})
  list(REMOVE_ITEM libraries ${slot_libraries})
  export(TARGETS ${libraries} FILE "${PROJECT_BINARY_DIR}/strata_libraries.cmake")
  # So that the libraries above may link these by name.
  export(TARGETS ${slot_libraries} FILE "${PROJECT_BINARY_DIR}/strata_slot_libraries.cmake")
endfunction()
