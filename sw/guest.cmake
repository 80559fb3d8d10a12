# How guest programs are built: for a bare i386, with no library of the host's. Compiled by custom
# commands, because the flags of the host's targets (sanitizers, say) must not reach them.
find_program(STRATA_OBJCOPY objcopy REQUIRED)

set(STRATA_GUEST_DIR "${PROJECT_BINARY_DIR}/sw")
# How code for the machine is made; the kit that is installed says the same (sw/outside).
# -Wa,-march=i386+no87 makes the assembler refuse whatever a 386 without a 387 does not have, be it
# written by hand or by the compiler.
set(STRATA_GUEST_ASM_FLAGS -m32 -march=i386 -Wa,-march=i386+no87)
set(STRATA_GUEST_CODE_FLAGS
    ${STRATA_GUEST_ASM_FLAGS} -mgeneral-regs-only -fcf-protection=none
    -O2 -ffreestanding -fno-pic -fno-pie -fno-stack-protector -fno-asynchronous-unwind-tables
    -fno-strict-aliasing -fno-tree-loop-distribute-patterns -mpreferred-stack-boundary=2 -std=gnu11)
set(STRATA_GUEST_LINK_FLAGS
    -m32 -nostdlib -static -no-pie -Wl,--build-id=none -Wl,-z,noexecstack -Wl,--gc-sections)
set(STRATA_GUEST_FLAGS ${STRATA_GUEST_CODE_FLAGS}
    -Wall -Wextra -Werror -Wconversion -Wno-sign-conversion -Wstrict-prototypes)
# Source lines for profiles, with names below the tree wherever it is. What is loaded stays the same.
set(STRATA_GUEST_LINE_FLAGS -g1 "-ffile-prefix-map=${PROJECT_SOURCE_DIR}/=")

# strata_guest_objects(VARIABLE sources...): compiles C and assembly sources, sets VARIABLE to the objects. Sources
# are in sw/, or given with their whole path: those are not written to our rules, and warnings do not end the build.
function(strata_guest_objects variable)
  set(objects "")
  foreach(source IN LISTS ARGN)
    set(path "${PROJECT_SOURCE_DIR}/sw/${source}")
    set(object "${STRATA_GUEST_DIR}/objects/${source}.o")
    if(IS_ABSOLUTE "${source}")
      set(path "${source}")
      set(object "${STRATA_GUEST_DIR}/objects/elsewhere${source}.o")
    endif()
    get_filename_component(folder "${object}" DIRECTORY)
    set(flags ${STRATA_GUEST_FLAGS})
    if(IS_ABSOLUTE "${source}")
      list(REMOVE_ITEM flags -Werror)
    endif()
    if(source MATCHES "\\.S$")
      set(flags ${STRATA_GUEST_ASM_FLAGS})
    endif()
    add_custom_command(
        OUTPUT "${object}"
        COMMAND "${CMAKE_COMMAND}" -E make_directory "${folder}"
        COMMAND "${CMAKE_C_COMPILER}" ${flags} ${STRATA_GUEST_LINE_FLAGS} -I "${PROJECT_SOURCE_DIR}" -I "${STRATA_GENERATED_DIR}" -MD -MF "${object}.d" -MT "${object}"
                -c "${path}" -o "${object}"
        DEPENDS "${path}"
        DEPFILE "${object}.d"
        COMMENT "Compiling guest source ${source}"
        VERBATIM)
    list(APPEND objects "${object}")
  endforeach()
  set(${variable} ${objects} PARENT_SCOPE)
endfunction()

# strata_guest(NAME sources...): <build>/sw/NAME.elf, a multiboot guest linked with the kit. Sets NAME_objects.
function(strata_guest name)
  strata_guest_objects(objects ${ARGN})
  set(${name}_objects ${objects} PARENT_SCOPE)
  set(output "${STRATA_GUEST_DIR}/${name}.elf")
  set(script "${PROJECT_SOURCE_DIR}/sw/start/guest.ld")
  add_custom_command(
      OUTPUT "${output}"
      COMMAND "${CMAKE_C_COMPILER}" ${STRATA_GUEST_LINK_FLAGS} -Wl,-T,${script} ${strata_kit_objects} ${objects} -o "${output}"
      DEPENDS ${strata_kit_objects} ${objects} "${script}"
      COMMENT "Linking guest ${name}.elf"
      VERBATIM)
  set_property(GLOBAL APPEND PROPERTY STRATA_GUEST_FILES "${output}")
endfunction()

# strata_native(NAME): <build>/sw/NAME.native, the objects of guest NAME as a process of the host (sw/native); a
# 32-bit one that needs no library.
function(strata_native name)
  set(output "${STRATA_GUEST_DIR}/${name}.native")
  add_custom_command(
      OUTPUT "${output}"
      COMMAND "${CMAKE_C_COMPILER}" ${STRATA_GUEST_LINK_FLAGS} ${strata_native_objects} ${${name}_objects} -o "${output}"
      DEPENDS ${strata_native_objects} ${${name}_objects}
      COMMENT "Linking ${name}.native"
      VERBATIM)
  set_property(GLOBAL APPEND PROPERTY STRATA_GUEST_FILES "${output}")
endfunction()

# strata_no_native(NAME REASON): says in <build>/sw/NAME.no-native why there is none.
function(strata_no_native name reason)
  file(CONFIGURE OUTPUT "${STRATA_GUEST_DIR}/${name}.no-native" CONTENT "${reason}\n")
endfunction()

# strata_raw_image(NAME SOURCE EXTENSION): one assembly source linked at ADDRESS as <build>/sw/NAME.EXTENSION.
function(strata_raw_image name source extension address)
  strata_guest_objects(object ${source})
  set(linked "${STRATA_GUEST_DIR}/objects/${name}.elf")
  set(output "${STRATA_GUEST_DIR}/${name}.${extension}")
  add_custom_command(
      OUTPUT "${output}"
      COMMAND "${CMAKE_C_COMPILER}" -m32 -nostdlib -static -no-pie -Wl,--build-id=none
              -Wl,-Ttext=${address} -Wl,-e,${address} ${object} -o "${linked}"
      COMMAND "${STRATA_OBJCOPY}" -O binary -j .text "${linked}" "${output}"
      DEPENDS ${object}
      COMMENT "Linking guest ${name}.${extension}"
      VERBATIM)
  set_property(GLOBAL APPEND PROPERTY STRATA_GUEST_FILES "${output}")
endfunction()
