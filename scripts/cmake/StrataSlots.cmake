# strata_slots(NAME GENERATED): library NAME with the devices in slots that strata_machine_table() has found for
# the folder GENERATED, each Verilated; it defines strata::slots().
include_guard(GLOBAL)

function(strata_slots name generated)
  include("${generated}/slots.cmake")
  set(sources "${generated}/models/slot/slot_list.cpp")
  set(models "")
  foreach(slot IN LISTS STRATA_SLOTS)
    strata_verilate(${name}_${slot}_verilated FOREIGN
        TOP ${STRATA_SLOT_${slot}_TOP}
        SOURCES ${STRATA_SLOT_${slot}_FILES})
    list(APPEND sources "${generated}/models/slot/slot_${slot}.cpp")
    list(APPEND models ${name}_${slot}_verilated)
  endforeach()
  add_library(${name} STATIC ${sources})
  target_link_libraries(${name} PUBLIC strata_base PRIVATE ${models} strata_model_bytes strata_verilated)
endfunction()
