# Writes a C++ source with the bytes of IMAGE, as NAME_guest(); run as a script with -DIMAGE=... -DNAME=... -DOUTPUT=...
file(READ "${IMAGE}" bytes HEX)
string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${bytes}")
file(WRITE "${OUTPUT}"
"#include \"sw/benchmarks/bench_guests.h\"

namespace strata {

std::span<const std::uint8_t> ${NAME}_guest() {
  static constexpr std::uint8_t kImage[] = {${bytes}};
  return kImage;
}

}  // namespace strata
")
