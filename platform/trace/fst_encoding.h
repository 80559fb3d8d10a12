// How numbers are laid out in an FST file (fst_writer.h).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace strata {

/// Room a number of 64 bits may take as a varint.
inline constexpr std::size_t kMaxVarint = 10;

/// Seven bits a byte, the lowest first; bit 7 set when more follow. Returns the end.
inline std::uint8_t* write_varint(std::uint8_t* out, std::uint64_t value) {
  for (; value >= 0x80; value >>= 7) *out++ = static_cast<std::uint8_t>(value | 0x80);
  *out++ = static_cast<std::uint8_t>(value);
  return out;
}

/// The same, fast for one and two bytes, whichever comes; may scribble on one more byte.
inline std::uint8_t* write_short_varint(std::uint8_t* out, std::uint64_t value) {
  if (value >= 1u << 14) return write_varint(out, value);
  const bool two = value >= 0x80;
  out[0] = static_cast<std::uint8_t>((value & 0x7F) | unsigned{two} << 7);
  out[1] = static_cast<std::uint8_t>(value >> 7);
  return out + 1 + two;
}

inline void put_varint(std::string& out, std::uint64_t value) {
  std::uint8_t bytes[kMaxVarint];
  const auto length = static_cast<std::size_t>(write_varint(bytes, value) - bytes);
  out.append(reinterpret_cast<const char*>(bytes), length);
}

/// The same of a signed number: bit 6 of the last byte is the sign.
inline void put_signed_varint(std::string& out, std::int64_t value) {
  while (value < -64 || value > 63) {
    out += static_cast<char>((value & 0x7F) | 0x80);
    value >>= 7;
  }
  out += static_cast<char>(value & 0x7F);
}

/// Big-endian.
inline void put_u64(std::string& out, std::uint64_t value) {
  for (int shift = 56; shift >= 0; shift -= 8) out += static_cast<char>(value >> shift);
}

/// The bytes by zlib (RFC 1950), or as they are where that is not shorter: a reader knows by the
/// length.
std::string zlib_packed(std::string_view bytes, int level);

/// The bytes as one LZ4 block.
std::string lz4_packed(std::string_view bytes);

}  // namespace strata
