# Compiler flags every target of ours shares, as the interface library strata_options.
if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release CACHE STRING "Build type" FORCE)
endif()

# Never NDEBUG, which CMake's own flags have: an assertion is a bug of ours and must be seen in every build.
# tests/unit/base holds it.
foreach(language C CXX)
  set(CMAKE_${language}_FLAGS_RELEASE "-O2")
  set(CMAKE_${language}_FLAGS_RELWITHDEBINFO "-O1 -g1")
  set(CMAKE_${language}_FLAGS_MINSIZEREL "-Os")
endforeach()

if(NOT STRATA_PREBUILT)
  add_library(strata_options INTERFACE)
  target_compile_options(strata_options INTERFACE
      -Wall -Wextra -Wpedantic -Werror -Wshadow -Wconversion -Wno-sign-conversion)
  target_include_directories(strata_options INTERFACE "${PROJECT_SOURCE_DIR}" "${STRATA_GENERATED_DIR}")
endif()

# strata_together(TARGET): eight sources at a time are compiled as one, in a third of the time. Most of it is that of
# the headers and templates they have in common; what is optimised for speed is compiled alone. So names in unnamed
# namespaces differ from source to source of the target.
#
# With sanitizers it is not optimised: that takes almost half of the compiler's time, and the tests none.
function(strata_together target)
  set_target_properties(${target} PROPERTIES UNITY_BUILD ON UNITY_BUILD_BATCH_SIZE 8)
  if(STRATA_SANITIZE)
    target_compile_options(${target} PRIVATE -O0)
  endif()
endfunction()

# Without vptr: it looks for wrong casts to derived classes, of which there are none here, and takes a tenth of the
# time to build.
if(STRATA_SANITIZE)
  add_compile_options(-fsanitize=address,undefined -fno-sanitize=vptr -fno-omit-frame-pointer
                      -fno-sanitize-recover=undefined)
  # The shared library of the latter does not write where scripts/sanitize has it (log_path).
  add_link_options(-fsanitize=address,undefined -static-libubsan)
endif()

# Coverage for libFuzzer in everything; its main() only in the targets of tests/fuzz.
if(STRATA_FUZZ)
  link_libraries(atomic)  # clang leaves Verilator's runtime a call to it
  add_compile_options(-fsanitize=fuzzer-no-link,address,undefined -fno-omit-frame-pointer
                      -fno-sanitize-recover=undefined)
  add_link_options(-fsanitize=address,undefined)
endif()
