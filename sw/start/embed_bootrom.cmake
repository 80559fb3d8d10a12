# Writes a C++ source with the bytes of IMAGE; run as a script with -DIMAGE=... -DOUTPUT=...
file(READ "${IMAGE}" bytes HEX)
string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${bytes}")
file(WRITE "${OUTPUT}"
"#include \"sw/start/bootrom_data.h\"

namespace strata {
namespace {
constexpr std::uint8_t kImage[] = {${bytes}};
static_assert(sizeof(kImage) == STRATA_ROM_SIZE);
}  // namespace

std::span<const std::uint8_t, STRATA_ROM_SIZE> bootrom_image() {
  return std::span<const std::uint8_t, STRATA_ROM_SIZE>(kImage);
}

}  // namespace strata
")
