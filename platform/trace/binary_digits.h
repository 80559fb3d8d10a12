// Words as the ASCII binary digits both wave formats are made of.
#pragma once

#include <array>
#include <cstdint>
#include <cstring>

namespace strata {

inline constexpr std::array<std::array<char, 8>, 256> kByteDigits = [] {
  std::array<std::array<char, 8>, 256> digits{};
  for (unsigned byte = 0; byte < 256; ++byte) {
    for (unsigned bit = 0; bit < 8; ++bit) digits[byte][bit] = (byte >> (7 - bit)) & 1 ? '1' : '0';
  }
  return digits;
}();

/// The digits of byte `index` of `word`.
inline void write_byte_digits(char* out, std::uint32_t word, unsigned index) {
  std::memcpy(out, kByteDigits[word >> (8 * index) & 0xFF].data(), 8);
}

/// The lowest `count` (1 to 32) bits of `word`, highest first. Returns the end; up to 32 characters
/// are written whatever `count` is, because fixed sizes are fast.
inline char* write_word_digits(char* out, std::uint32_t word, unsigned count) {
  word <<= 32 - count;
  write_byte_digits(out, word, 3);
  write_byte_digits(out + 8, word, 2);
  write_byte_digits(out + 16, word, 1);
  write_byte_digits(out + 24, word, 0);
  return out + count;
}

/// All `bits` of a vector, highest first. Returns the end; up to 31 characters after it are
/// written.
inline char* write_digits(char* out, std::uint32_t bits, const std::uint32_t* words) {
  std::uint32_t word = (bits + 31) / 32 - 1;
  out = write_word_digits(out, words[word], bits - 32 * word);
  while (word > 0) out = write_word_digits(out, words[--word], 32);
  return out;
}

}  // namespace strata
