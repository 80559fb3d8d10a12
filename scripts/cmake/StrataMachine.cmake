# strata_machine_table(FOLDER [TABLE FILE] [SLOTS FOLDER...]): what scripts/machine_table makes of
# models/machine/machine.txt, or another table, and of the devices in slots, as files below FOLDER. Made when CMake
# configures, because headers are among them; a changed table configures again. STRATA_GENERATED_DIR has those of
# this build.
find_program(STRATA_PYTHON python3 REQUIRED DOC "Runs the generators in scripts")
set(STRATA_GENERATED_DIR "${PROJECT_BINARY_DIR}/generated")
set(STRATA_DEVICES "" CACHE PATH "Folder of devices of one's own, each a folder as scripts/new-device writes it")

function(strata_machine_table folder)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "TABLE" "SLOTS")
  set(script "${PROJECT_SOURCE_DIR}/scripts/machine_table")
  set(table "${PROJECT_SOURCE_DIR}/models/machine/machine.txt")
  if(arg_TABLE)
    set(table "${arg_TABLE}")
  endif()
  set(lines ${arg_SLOTS})
  list(TRANSFORM lines APPEND "/slot.txt")
  set_property(DIRECTORY "${PROJECT_SOURCE_DIR}" APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS
               "${script}" "${table}" "${PROJECT_SOURCE_DIR}/models/machine/reserved_words.txt" ${lines})
  execute_process(COMMAND "${STRATA_PYTHON}" "${script}" --output "${folder}" --table "${table}" ${arg_SLOTS}
                  RESULT_VARIABLE status)
  if(status)
    message(FATAL_ERROR "The machine's description cannot be used")
  endif()
endfunction()

# Devices in slots: a folder each, in devices/ and in STRATA_DEVICES.
file(GLOB slot_folders CONFIGURE_DEPENDS
     "${PROJECT_SOURCE_DIR}/devices/*/slot.txt" "${STRATA_DEVICES}/*/slot.txt")
list(TRANSFORM slot_folders REPLACE "/slot.txt$" "")
if(STRATA_DEVICES)
  file(GLOB own_slots "${STRATA_DEVICES}/*/slot.txt")
  if(NOT own_slots)
    message(FATAL_ERROR "STRATA_DEVICES: no folder in ${STRATA_DEVICES} has a slot.txt; name the folder above those of the devices, or nothing")
  endif()
endif()
strata_machine_table("${STRATA_GENERATED_DIR}" SLOTS ${slot_folders})
