# strata_machine_table(FOLDER [TABLE FILE]): what scripts/machine_table makes of models/machine/machine.txt, or
# another table, as files below FOLDER. Made when CMake configures, because headers are among them; a changed
# table configures again. STRATA_GENERATED_DIR has those of this build.
find_program(STRATA_PYTHON python3 REQUIRED DOC "Runs the generators in scripts")
set(STRATA_GENERATED_DIR "${PROJECT_BINARY_DIR}/generated")

function(strata_machine_table folder)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "TABLE" "")
  set(script "${PROJECT_SOURCE_DIR}/scripts/machine_table")
  set(table "${PROJECT_SOURCE_DIR}/models/machine/machine.txt")
  if(arg_TABLE)
    set(table "${arg_TABLE}")
  endif()
  set_property(DIRECTORY "${PROJECT_SOURCE_DIR}" APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS
               "${script}" "${table}")
  execute_process(COMMAND "${STRATA_PYTHON}" "${script}" --output "${folder}" --table "${table}"
                  RESULT_VARIABLE status)
  if(status)
    message(FATAL_ERROR "The machine's description cannot be used")
  endif()
endfunction()

strata_machine_table("${STRATA_GENERATED_DIR}")
