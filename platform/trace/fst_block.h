// A value change block of an FST file: the changes of some stretch of time, each signal's by
// itself, in the form the file has them, so that nothing is left to be made of them but to pack
// them.
#pragma once

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

  // The values of vectors by width: one bit, up to 8, up to 32, any.
  void put_bit(std::uint32_t code, std::uint32_t bit) {
    Chain& chain = chains_[code];
    values_[code] = bit;
    put_delta(chain, bit << 1, 2);
  }
  void put_byte(std::uint32_t code, std::uint32_t byte) {
    Chain& chain = chains_[code];
    values_[code] = byte;
    std::uint8_t* const out = put_delta(chain, 0, 1);
    *out = static_cast<std::uint8_t>(byte << chain.shift);
    end(chain, out + 1);
  }
  void put_word(std::uint32_t code, std::uint32_t word) {
    Chain& chain = chains_[code];
    values_[code] = word;
    std::uint8_t* const out = put_delta(chain, 0, 1);
    // The highest bit first, at the top of the first byte.
    const std::uint32_t bytes = __builtin_bswap32(word << (32 - chain.bits));
    std::memcpy(out, &bytes, sizeof bytes);
    end(chain, out + (chain.bits + 7) / 8);
  }
  void put_words(std::uint32_t code, const std::uint32_t* words);
  void put_real(std::uint32_t code, const std::uint32_t* words);
  void put_string(std::uint32_t code, std::string_view text);
  void put_unknown(std::uint32_t code);

  /// About what the block will need of memory, in bytes.
  std::size_t held_bytes() const { return held_bytes_; }
  bool empty() const { return time_count_ == 0; }

  /// The block with all that came since the last one, which ends at the latest time. The next
  /// begins there.
  std::string take();

  std::uint64_t first_time() const { return first_time_; }
  std::uint64_t latest_time() const { return time_; }

 private:
  // The changes of one signal.
  struct Chain {
    std::unique_ptr<std::uint8_t[]> bytes;
    std::uint32_t size = 0;
    std::uint32_t capacity = 0;
    std::uint32_t latest = 0;  // index of the latest change's time
    std::uint32_t bits = 0;
    std::uint8_t shift = 0;  // of a vector of up to 8 bits, to the top of a byte
    FstKind kind = FstKind::kVector;
    bool known = false;  // by the latest change
  };

  static constexpr std::uint32_t kChangeBytes = 16;  // room for a short change, and what it clears

  std::uint8_t* room(Chain& chain, std::size_t bytes) {
    if (chain.capacity - chain.size < bytes) grow(chain, bytes);
    return chain.bytes.get() + chain.size;
  }
  static void grow(Chain& chain, std::size_t bytes);

  // How much later than the signal's change before, in time stamps, above `shift` low bits.
  std::uint8_t* put_delta(Chain& chain, std::uint32_t low, unsigned shift, std::size_t more = 0) {
    std::uint8_t* const out = room(chain, kChangeBytes + more);
    const std::uint64_t delta = time_index_ - chain.latest;
    chain.latest = time_index_;
    chain.known = true;
    std::uint8_t* const behind = write_varint(out, delta << shift | low);
    end(chain, behind);
    return behind;
  }
  void end(Chain& chain, const std::uint8_t* behind) {
    const auto size = static_cast<std::uint32_t>(behind - chain.bytes.get());
    held_bytes_ += size - chain.size;
    chain.size = size;
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
  std::size_t held_bytes_ = 0;
};

}  // namespace strata
