#include "platform/trace/fst_block.h"

#include <algorithm>
#include <limits>
#include <unordered_map>

#include "platform/trace/binary_digits.h"
#include "platform/trace/byte_hash.h"

namespace strata {
namespace {

constexpr char kBlockType = 8;  // value changes with aliases, second form
constexpr char kPackedByLz4 = '4';
// Chains are told apart by their length and their ends, nearly always.
struct EndsHash {
  static constexpr std::size_t kEnd = 64;

  std::size_t operator()(std::string_view bytes) const {
    const std::string_view tail = bytes.substr(bytes.size() - std::min(bytes.size(), kEnd));
    return ByteHash()(bytes.substr(0, kEnd)) ^ ByteHash()(tail) * 3 ^ bytes.size();
  }
};
// The least that is packed: nothing so short becomes shorter.
constexpr std::size_t kMinPacked = 33;

}  // namespace

void FstBlock::add(std::uint32_t code, FstKind kind, std::uint32_t bits) {
  Chain& chain = chains_[code];
  chain.kind = kind;
  chain.bits = bits;
  if (bits <= 32) chain.shift = static_cast<std::uint8_t>((bits <= 8 ? 8 : 32) - bits);
  if (bits == 1) {
    chain.time_shift = 2;
    chain.low_bits = 2;
  } else {
    chain.value_bytes = static_cast<std::uint8_t>((bits + 7) / 8);
  }
  grow(chain, 0);
  codes_.push_back(code);
}

/// Room for a short change and `more` bytes.
void FstBlock::grow(Chain& chain, std::size_t more) {
  const std::size_t size = chain.size();
  const std::size_t capacity = std::max(2 * size, kFirstBytes) + kChangeBytes + more;
  std::unique_ptr<std::uint8_t[]> larger(new std::uint8_t[capacity]);
  if (size != 0) std::memcpy(larger.get(), chain.bytes.get(), size);
  chain.bytes = std::move(larger);
  chain.end = chain.bytes.get() + size;
  chain.full = chain.bytes.get() + capacity - kChangeBytes;
}

std::size_t FstBlock::held_bytes() const {
  std::size_t bytes = 0;
  for (const std::uint32_t code : codes_) bytes += chains_[code].size();
  return bytes;
}

void FstBlock::begin(std::uint64_t ticks) {
  begin_ = time_ = ticks;
  frame_ = frame();
  times_.clear();
  put_varint(times_, ticks);
  time_count_ = 1;
  time_index_ = 0;
}

void FstBlock::put_time(std::uint64_t ticks) {
  if (empty()) {
    first_time_ = ticks;
    begin(ticks);
    return;
  }
  put_varint(times_, ticks - time_);
  time_ = ticks;
  ++time_count_;
  ++time_index_;
}

void FstBlock::put_words(std::uint32_t code, const std::uint32_t* words) {
  Chain& chain = chains_[code];
  const std::size_t count = (chain.bits + 31) / 32;
  std::copy_n(words, count, values_.begin() + code);
  std::uint8_t* out = put_delta(chain, 0, 1, 4 * count + 4);
  // The highest bit first, at the top of the first byte; two words make one of the file's.
  const unsigned shift = static_cast<unsigned>(32 * count) - chain.bits;
  for (std::size_t i = count; i > 0; --i) {
    const std::uint64_t two = std::uint64_t{words[i - 1]} << 32 | (i > 1 ? words[i - 2] : 0);
    const std::uint32_t bytes = __builtin_bswap32(static_cast<std::uint32_t>(two << shift >> 32));
    std::memcpy(out, &bytes, sizeof bytes);
    out += sizeof bytes;
  }
  chain.end = out - (32 * count - chain.bits) / 8;
}

void FstBlock::put_real(std::uint32_t code, const std::uint32_t* words) {
  Chain& chain = chains_[code];
  std::copy_n(words, 2, values_.begin() + code);
  std::uint8_t* const out = put_delta(chain, 1, 1);
  std::memcpy(out, words, sizeof(double));
  chain.end = out + sizeof(double);
}

void FstBlock::put_string(std::uint32_t code, std::string_view text) {
  Chain& chain = chains_[code];
  std::uint8_t* const out = write_varint(put_delta(chain, 0, 1, text.size()), text.size());
  std::memcpy(out, text.data(), text.size());
  chain.end = out + text.size();
}

void FstBlock::put_unknown(std::uint32_t code) {
  Chain& chain = chains_[code];
  if (chain.bits == 1) {
    chain.end = put_delta(chain, 1, 4);
  } else {
    std::uint8_t* const out = put_delta(chain, 1, 1, chain.bits);
    std::memset(out, 'x', chain.bits);
    chain.end = out + chain.bits;
  }
  chain.known = false;
}

/// Every signal's value as text: a digit a bit; a real as it is; nothing of a string.
std::string FstBlock::frame() const {
  std::string text;
  char digits[32];
  for (const std::uint32_t code : codes_) {
    const Chain& chain = chains_[code];
    if (chain.kind == FstKind::kString) continue;
    if (chain.kind == FstKind::kReal) {
      double value = std::numeric_limits<double>::quiet_NaN();
      if (chain.known) std::memcpy(&value, &values_[code], sizeof value);
      text.append(reinterpret_cast<const char*>(&value), sizeof value);
    } else if (!chain.known) {
      text.append(chain.bits, 'x');
    } else {
      for (std::uint32_t word = (chain.bits + 31) / 32; word > 0; --word) {
        const std::uint32_t bits = std::min(chain.bits - 32 * (word - 1), 32u);
        write_word_digits(digits, values_[code + word - 1], bits);
        text.append(digits, bits);
      }
    }
  }
  return text;
}

/// The chains, each once: signals with the same changes share one. `positions` says where each
/// signal's is.
std::string FstBlock::packed_chains(std::string& positions) {
  std::string out(1, kPackedByLz4);
  std::unordered_map<std::string_view, std::int64_t, EndsHash> handles;  // by what a chain holds
  std::uint64_t without = 0;  // signals in a row that did not change
  std::size_t before = 0;     // where the chain before begins
  std::int64_t alias_before = 0;
  for (std::size_t i = 0; i < codes_.size(); ++i) {
    const Chain& chain = chains_[codes_[i]];
    if (chain.size() == 0) {
      ++without;
      continue;
    }
    if (without != 0) put_varint(positions, without << 1);
    without = 0;
    const std::string_view bytes(reinterpret_cast<const char*>(chain.bytes.get()), chain.size());
    const auto [same, first] = handles.try_emplace(bytes, static_cast<std::int64_t>(i + 1));
    if (!first) {
      // Zero: the same alias as the latest.
      const std::int64_t alias = -same->second;
      put_signed_varint(positions, (alias == alias_before ? 0 : alias) * 2 + 1);
      alias_before = alias;
      continue;
    }
    put_signed_varint(positions, static_cast<std::int64_t>(out.size() - before) * 2 + 1);
    before = out.size();
    const std::string packed = bytes.size() < kMinPacked ? std::string() : lz4_packed(bytes);
    if (packed.empty() || packed.size() >= bytes.size()) {
      put_varint(out, 0);
      out += bytes;
    } else {
      put_varint(out, bytes.size());
      out += packed;
    }
  }
  if (without != 0) put_varint(positions, without << 1);
  return out;
}

std::string FstBlock::take() {
  const std::uint64_t needed = held_bytes();  // by a reader that unpacks everything
  std::string positions;
  const std::string chains = packed_chains(positions);
  const std::string frame = zlib_packed(frame_, 4);
  const std::string times = zlib_packed(times_, 4);

  std::string body;
  put_u64(body, begin_);
  put_u64(body, time_);
  put_u64(body, needed);
  put_varint(body, frame_.size());
  put_varint(body, frame.size());
  put_varint(body, codes_.size());
  body += frame;
  put_varint(body, codes_.size());
  body += chains;
  body += positions;
  put_u64(body, positions.size());
  body += times;
  put_u64(body, times_.size());
  put_u64(body, times.size());
  put_u64(body, time_count_);

  std::string block(1, kBlockType);
  put_u64(block, body.size() + 8);
  block += body;
  for (const std::uint32_t code : codes_) {
    chains_[code].end = chains_[code].bytes.get();
    chains_[code].latest = 0;
  }
  begin(time_);
  return block;
}

}  // namespace strata
