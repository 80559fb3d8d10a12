// A value change block of an FST file: the changes of some stretch of time, each signal's by
// itself, in the form the file has them, so that nothing is left to be made of them but to pack
// them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "platform/trace/fst_encoding.h"

namespace strata {

enum class FstKind : std::uint8_t { kVector, kReal, kString };

class FstBlock {
 public:
  /// Signals have the codes of the recording, below `codes`.
  explicit FstBlock(std::size_t codes) : chains_(codes), values_(codes, 0) {}

  /// The next signal of the file: its handle is one more than the one's before.
  void add(std::uint32_t code, FstKind kind, std::uint32_t bits);
  std::size_t signals() const { return codes_.size(); }

  /// What follows is at this time, which is later than the one before.
  void put_time(std::uint64_t ticks);

  // The values of vectors by width: up to 8 bits, up to 32, any.
  void put_byte(std::uint32_t code, std::uint32_t byte) {
    Chain& chain = chains_[code];
    values_[code] = byte;
    // A single bit is part of the time's number, and what is written behind it is not counted.
    std::uint8_t* const out = put_delta(chain, byte << 1 & chain.low_bits, chain.time_shift);
    *out = static_cast<std::uint8_t>(byte << chain.shift);
    chain.end = out + chain.value_bytes;
  }
  void put_word(std::uint32_t code, std::uint32_t word) {
    Chain& chain = chains_[code];
    values_[code] = word;
    std::uint8_t* const out = put_delta(chain, 0, 1);
    // The highest bit first, at the top of the first byte.
    const std::uint32_t bytes = __builtin_bswap32(word << chain.shift);
    std::memcpy(out, &bytes, sizeof bytes);
    chain.end = out + chain.value_bytes;
  }
  void put_words(std::uint32_t code, const std::uint32_t* words);
  void put_real(std::uint32_t code, const std::uint32_t* words);
  void put_string(std::uint32_t code, std::string_view text);
  void put_unknown(std::uint32_t code);

  /// What the block holds, in bytes.
  std::size_t held_bytes() const;
  bool empty() const { return time_count_ == 0; }

  /// The block with all that came since the last one, which ends at the latest time. The next
  /// begins there.
  std::string take();

  std::uint64_t first_time() const { return first_time_; }
  std::uint64_t latest_time() const { return time_; }

 private:
  // The changes of one signal.
  struct Chain {
    std::uint8_t* end = nullptr;         // behind the latest change
    const std::uint8_t* full = nullptr;  // where a short change would no longer fit
    std::uint32_t latest = 0;            // index of the latest change's time
    // Of a vector of up to 32 bits:
    std::uint8_t shift = 0;        // to the top of the value's first byte
    std::uint8_t value_bytes = 0;  // none of a single bit
    std::uint8_t time_shift = 1;   // the time's number stands above as many bits
    std::uint8_t low_bits = 0;     // those of them that hold the value
    FstKind kind = FstKind::kVector;
    bool known = false;  // by the latest change
    std::uint32_t bits = 0;
    std::unique_ptr<std::uint8_t[]> bytes;

    std::size_t size() const { return static_cast<std::size_t>(end - bytes.get()); }
  };

  static constexpr std::size_t kChangeBytes =
      16;  // room for a short change, and what it scribbles on
  static constexpr std::size_t kFirstBytes = 64;  // of a chain

  static void grow(Chain& chain, std::size_t bytes);

  // How much later than the signal's change before, in time stamps, above `shift` low bits, with
  // room for `more` bytes than a short change has. The caller sets the chain's end.
  std::uint8_t* put_delta(Chain& chain, std::uint32_t low, unsigned shift, std::size_t more = 0) {
    if (chain.end + more >= chain.full) grow(chain, more);
    const std::uint64_t delta = time_index_ - chain.latest;
    chain.latest = time_index_;
    chain.known = true;
    return write_short_varint(chain.end, delta << shift | low);
  }
  void begin(std::uint64_t ticks);
  std::string frame() const;
  std::string packed_chains(std::string& positions);

  std::vector<Chain> chains_;          // by code
  std::vector<std::uint32_t> values_;  // by code, of vectors and reals
  std::vector<std::uint32_t> codes_;   // of the signals in the file's order
  std::string frame_;                  // the values the block begins with
  std::string times_;
  std::uint64_t first_time_ = 0;
  std::uint64_t begin_ = 0;
  std::uint64_t time_ = 0;
  std::uint32_t time_index_ = 0;
  std::uint32_t time_count_ = 0;
};

}  // namespace strata
