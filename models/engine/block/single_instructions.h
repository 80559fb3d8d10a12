// Instructions that are fetched one by one: those that lie in two pages, which no block holds, and
// what runs step by step.
#pragma once

#include <array>
#include <cstdint>

#include "models/isa/instruction.h"
#include "models/isa/processor.h"

namespace strata {

/// Decoded ones by address, each with the bytes it was decoded from, which are compared before each
/// use.
class SingleInstructions {
 public:
  /// The instruction at EIP, if the 16 bytes from there on can be read without a page walk and CS's
  /// limit is not near; else null. Valid until the next call.
  const Instruction* find(const Processor& p);

 private:
  static constexpr std::size_t kEntries = 256;
  using Bytes = std::array<std::uint8_t, 16>;
  struct Entry {
    Bytes bytes{};
    bool big = false;
    Instruction instruction;  // length 0: none yet
  };

  static bool read(const Processor& p, std::uint32_t linear, Bytes& bytes);

  std::array<Entry, kEntries> entries_{};
};

}  // namespace strata
