# Writes a C++ source with the bytes of IMAGE; run as a script with -DIMAGE=... -DOUTPUT=...
file(READ "${IMAGE}" bytes HEX)
string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${bytes}")
file(WRITE "${OUTPUT}"
"#include \"sw/measure/measure_data.h\"

namespace strata {
namespace {
constexpr std::uint8_t kImage[] = {${bytes}};
static_assert(sizeof(kImage) == kMeasureBytes);
}  // namespace

std::span<const std::uint8_t, kMeasureBytes> measure_image() {
  return std::span<const std::uint8_t, kMeasureBytes>(kImage);
}

}  // namespace strata
")
