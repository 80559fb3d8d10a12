# The Debian packages strata86 stands on; scripts/bootstrap installs them.
find_package(Threads REQUIRED)
find_package(GTest REQUIRED)
find_package(Boost REQUIRED COMPONENTS program_options)
find_package(Zydis REQUIRED)
find_package(fmt REQUIRED)
find_package(nlohmann_json REQUIRED)
find_path(TOMLPLUSPLUS_INCLUDE_DIR toml++/toml.h REQUIRED)  # used without its library

# Debian's libsystemc-dev ships no CMake package.
find_path(SYSTEMC_INCLUDE_DIR systemc REQUIRED)
find_library(SYSTEMC_LIBRARY systemc REQUIRED)
if(NOT STRATA_PREBUILT)
  add_library(strata_systemc INTERFACE)
  target_include_directories(strata_systemc SYSTEM INTERFACE "${SYSTEMC_INCLUDE_DIR}")
  target_link_libraries(strata_systemc INTERFACE "${SYSTEMC_LIBRARY}" Threads::Threads)
  # The library is built as C++17; its headers check that ours is the same by a symbol's name.
  target_compile_definitions(strata_systemc INTERFACE SC_CPLUSPLUS=201703L)
  add_library(strata_systemc_entry STATIC "${PROJECT_SOURCE_DIR}/scripts/cmake/systemc_entry.cpp")
  target_link_libraries(strata_systemc INTERFACE strata_systemc_entry)
  target_link_options(strata_systemc INTERFACE "LINKER:--undefined=sc_main")
endif()

# elfutils' libdw: the source lines of guests, for profiles.
find_path(LIBDW_INCLUDE_DIR elfutils/libdw.h REQUIRED)
find_library(LIBDW_LIBRARY dw REQUIRED)
find_library(LIBELF_LIBRARY elf REQUIRED)
if(NOT STRATA_PREBUILT)
  add_library(strata_libdw INTERFACE)
  target_include_directories(strata_libdw SYSTEM INTERFACE "${LIBDW_INCLUDE_DIR}")
  target_link_libraries(strata_libdw INTERFACE "${LIBDW_LIBRARY}" "${LIBELF_LIBRARY}")
endif()

# What a run may still ask the kernel for.
find_path(SECCOMP_INCLUDE_DIR seccomp.h REQUIRED)
find_library(SECCOMP_LIBRARY seccomp REQUIRED)
