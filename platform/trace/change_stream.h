// The binary form in which changes leave the simulation: as few bytes and instructions as possible,
// since a machine changes a hundred signals a cycle. A chunk is a whole number of cycles of 32-bit
// words:
//
//   marker    bits 23:0 zero, bits 31:24 a ChangeMarker; then the cycle, low word first
//   change    bits 23:0 the signal's code; up to 8 bits wide: the value in bits 31:24;
//             wider: (bits + 31) / 32 words follow, least significant first
#pragma once

#include <cstdint>
#include <vector>

#include "models/base/types.h"
#include "platform/trace/signal_table.h"

namespace strata {

enum class ChangeMarker : std::uint8_t {
  kChanges = 1,  // what changed at this cycle follows
  kAll = 2,      // the values of all signals follow
  kUnknown = 3,  // recording stopped: nothing is known from this cycle on
};

inline constexpr std::uint32_t kMaxInlineBits = 8;
inline constexpr std::uint32_t kCodeMask = 0x00FF'FFFF;
inline constexpr unsigned kInlineShift = 24;

struct ChangeChunk {
  std::vector<std::uint32_t> words;  // storage; the first `size` count
  std::size_t size = 0;
  Cycle first_cycle = 0;
  Cycle last_cycle = 0;
  std::vector<std::uint32_t> state_before;  // all signals' words before the chunk, by code
};

/// Where chunks go. One producer calls it, always from the same thread.
class ChangeSink {
 public:
  virtual ~ChangeSink() = default;

  /// Before the first chunk. `table` is complete and may be amended here.
  virtual void begin(SignalTable& table) = 0;

  /// Takes a filled chunk (null: none yet) and gives one to fill, at least `min_words` long.
  virtual ChangeChunk* exchange(ChangeChunk* filled, std::size_t min_words) = 0;

  /// The last chunk; no calls follow.
  virtual void end(ChangeChunk* last) = 0;
};

/// Decodes the record at `p`: visitor.marker(kind, cycle) or visitor.change(code, bits, const
/// words*). Returns the next one.
template <typename Visitor>
const std::uint32_t* decode_record(const std::uint32_t* p,
                                   const std::vector<std::uint32_t>& bits_of_code,
                                   Visitor& visitor) {
  const std::uint32_t head = *p++;
  const std::uint32_t code = head & kCodeMask;
  if (code == 0) {
    const Cycle cycle = p[0] | Cycle{p[1]} << 32;
    visitor.marker(static_cast<ChangeMarker>(head >> kInlineShift), cycle);
    return p + 2;
  }
  const std::uint32_t bits = bits_of_code[code];
  if (bits <= kMaxInlineBits) {
    const std::uint32_t value = head >> kInlineShift;
    visitor.change(code, bits, &value);
    return p;
  }
  visitor.change(code, bits, p);
  return p + (bits + 31) / 32;
}

/// The same for all records of a chunk.
template <typename Visitor>
void decode_changes(const ChangeChunk& chunk, const SignalTable& table, Visitor& visitor) {
  const std::uint32_t* p = chunk.words.data();
  const std::uint32_t* const end = p + chunk.size;
  while (p != end) p = decode_record(p, table.bits_of_code(), visitor);
}

}  // namespace strata
