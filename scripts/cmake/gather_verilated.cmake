# Writes the two unity sources strata_verilate() compiles; run as a script after Verilator.
file(GLOB generated "${DIR}/V${TOP}*.cpp")
list(SORT generated)
set(fast_text "")
set(slow_text "")
foreach(file IN LISTS generated)
  if(file MATCHES "__Slow\\.cpp$|__Syms\\.cpp$")
    string(APPEND slow_text "#include \"${file}\"\n")
  else()
    string(APPEND fast_text "#include \"${file}\"\n")
  endif()
endforeach()
file(WRITE "${FAST}" "${fast_text}")
file(WRITE "${SLOW}" "${slow_text}")

file(GLOB traces "${DIR}/V${TOP}__Trace__*.cpp")
list(FILTER traces EXCLUDE REGEX "__Slow\\.cpp$")
execute_process(COMMAND "${PYTHON}" "${CMAKE_CURRENT_LIST_DIR}/guard_trace.py" ${traces} COMMAND_ERROR_IS_FATAL ANY)

file(GLOB cycles "${DIR}/V${TOP}___024root__DepSet_*.cpp")
list(FILTER cycles EXCLUDE REGEX "__Slow\\.cpp$")
execute_process(COMMAND "${PYTHON}" "${CMAKE_CURRENT_LIST_DIR}/one_base.py" ${cycles} COMMAND_ERROR_IS_FATAL ANY)

# V<top>_inputs.h: V<top>.h and, first, clear_inputs(), which makes all its inputs zero. Where registers start with random
# values, inputs do too, and nobody would drive those that a wrapper has no use for.
file(STRINGS "${DIR}/V${TOP}.h" ports REGEX "^ *VL_IN")
set(clears "")
foreach(port IN LISTS ports)
  string(REGEX REPLACE "^ *VL_IN[0-9W]*\\(\\(?&([A-Za-z0-9_]+).*" "\\1" name "${port}")
  string(APPEND clears "  std::memset(&rtl.${name}, 0, sizeof rtl.${name});\n")
endforeach()

# And lower_clocks(): clk_i and unload_clk_i fall. Nothing of ours waits for a falling edge or reads a clock as data, so evaluating
# the model would find nothing to do but to note that they are low, which is noted here. A foreign model is evaluated.
file(STRINGS "${DIR}/V${TOP}___024root.h" clocks REGEX "__Vtrigrprev__TOP__(unload_)?clk_i;")
set(lowers "")
set(notes "")
foreach(clock IN LISTS clocks)
  string(REGEX REPLACE ".*__Vtrigrprev__TOP__([A-Za-z0-9_]+);.*" "\\1" name "${clock}")
  string(APPEND lowers "  rtl.${name} = 0;\n")
  string(APPEND notes "  rtl.rootp->__Vtrigrprev__TOP__${name} = 0;\n")
endforeach()
if(FOREIGN OR NOT clocks)
  set(lowers "  rtl.clk_i = 0;\n")
  set(notes "  rtl.eval();\n")
endif()
file(WRITE "${DIR}/V${TOP}_inputs.h" "\
#pragma once\n#include <cstring>\n#include \"V${TOP}.h\"\n#include \"V${TOP}___024root.h\"\n
inline void clear_inputs(V${TOP}& rtl) {\n${clears}}\n
inline void lower_clocks(V${TOP}& rtl) {\n${lowers}${notes}}\n")
