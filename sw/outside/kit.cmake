# What guests outside the tree are built with: the kit as a library, its compiler flags for CMake and for make.
# `cmake --install` puts it into share/strata/guest (scripts/cmake/StrataInstall.cmake).
set(STRATA_OUTSIDE_DIR "${STRATA_GUEST_DIR}/outside")
set(kit_library "${STRATA_OUTSIDE_DIR}/libstrata-guest.a")
add_custom_command(
    OUTPUT "${kit_library}"
    COMMAND "${CMAKE_COMMAND}" -E make_directory "${STRATA_OUTSIDE_DIR}"
    COMMAND "${CMAKE_COMMAND}" -E rm -f "${kit_library}"
    COMMAND "${CMAKE_AR}" rcsD "${kit_library}" ${strata_kit_objects}
    DEPENDS ${strata_kit_objects}
    COMMENT "Archiving the guest kit"
    VERBATIM)
set_property(GLOBAL APPEND PROPERTY STRATA_GUEST_FILES "${kit_library}")

# Source lines, for profiles.
list(JOIN STRATA_GUEST_ASM_FLAGS " " guest_asm_flags)
string(APPEND guest_asm_flags " -g1")
list(JOIN STRATA_GUEST_CODE_FLAGS " " guest_code_flags)
string(APPEND guest_code_flags " -g1")
list(JOIN STRATA_GUEST_LINK_FLAGS " " guest_link_flags)
configure_file(outside/strata-guest.cmake.in "${STRATA_OUTSIDE_DIR}/strata-guest.cmake" @ONLY)
configure_file(outside/strata-guest.mk.in "${STRATA_OUTSIDE_DIR}/strata-guest.mk" @ONLY)
