# Writes a C++ source whose function FUNCTION, declared in HEADER, gives the bytes of IMAGE; run as a script with
# -DIMAGE=... -DHEADER=... -DFUNCTION=... -DOUTPUT=..., and -DBYTES=... where the header says how many there are.
file(READ "${IMAGE}" bytes HEX)
string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${bytes}")
set(extent "")
if(DEFINED BYTES)
  set(extent ", ${BYTES}")
endif()
file(WRITE "${OUTPUT}"
"#include \"${HEADER}\"

namespace strata {

std::span<const std::uint8_t${extent}> ${FUNCTION}() {
  static constexpr std::uint8_t kImage[] = {${bytes}};
  return kImage;
}

}  // namespace strata
")
