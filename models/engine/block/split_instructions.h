// Instructions that lie in two pages, which no block holds.
#pragma once

#include <array>
#include <cstdint>

#include "models/isa/instruction.h"
#include "models/isa/processor.h"

namespace strata {

/// Decoded ones by address, each with the bytes it was decoded from, which are compared before each
/// use.
class SplitInstructions {
 public:
  /// The instruction at EIP, if it does lie in two pages, both plain memory, and CS's limit is not
  /// near; else null. Valid until the next call.
  const Instruction* find(const Processor& p);

 private:
  static constexpr std::size_t kEntries = 64;
  using Bytes = std::array<std::uint8_t, 16>;
  struct Entry {
    Bytes bytes{};
    bool big = false;
    Instruction instruction;  // length 0: none yet
  };

  std::array<Entry, kEntries> entries_{};
};

}  // namespace strata
