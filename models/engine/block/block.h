// A basic block as the engine keeps it: instructions decoded once, each with the function that
// carries it out and goes on with the next (threaded dispatch).
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "models/base/types.h"
#include "models/isa/instruction.h"
#include "models/isa/processor.h"

namespace strata {

struct Block;
struct BlockRun;
struct Step;
struct Translation;  // models/engine/jit

/// Carries out the step's instruction and all behind it in the block. Returns the block that
/// follows; null: none is known, or the block was left before its end (BlockRun::left_at).
using StepRun = Block* (*)(Processor&, const Step*, BlockRun&);

struct Step {
  StepRun run = nullptr;
  Instruction instruction;
  std::uint16_t offset = 0;  // bytes from the block's first
  std::uint8_t index = 0;    // instructions from the block's first
};

/// What decides beside its bytes how code is run.
struct Mode {
  bool big = false;   // CS.D
  bool flat = false;  // Processor::flat()

  unsigned number() const { return (big ? 1u : 0) | (flat ? 2u : 0); }
};

struct Block {
  /// Why a block must be looked at before it runs; none: it need not.
  enum Special : std::uint8_t {
    kPlain = 0,
    kDead = 1,     // its bytes have changed
    kChecked = 2,  // its bytes may have changed: nobody is told of writes to its page
    kCounted = 4,  // its runs are counted: it may have a translation
  };
  /// Successors: behind its end, and the target of the jump it ends in.
  enum Successor : unsigned { kNext, kTarget };

  std::uint8_t special = kPlain;
  std::uint8_t count = 0;              // instructions
  std::uint16_t bytes = 0;             // from its first byte to its end, all in one page
  const std::uint8_t* page = nullptr;  // host memory of the page it lies in
  std::uint16_t offset = 0;            // of its first byte there
  Mode mode;
  std::uint32_t cycles = 0;  // of all instructions
  /// Successors in the same page; null: not known. Whatever maps the page, they are where they are.
  std::array<Block*, 2> links{};
  std::vector<Step> steps;
  std::vector<std::uint8_t> copy;  // of a checked block: the bytes it was decoded from

  std::uint32_t runs =
      0;  // of a counted block, until it was translated; of a checked one, unchanged

  // Of a counted block:
  std::uint32_t translations = 0;  // made of it so far
  std::uint64_t trapping = 0;      // by instruction: accesses what must be looked up
  Translation* translation = nullptr;
  /// Bytes beside its own that the translation has been made by: what follows.
  struct Range {
    std::uint16_t offset = 0;  // in the page
    std::uint16_t bytes = 0;
  };
  std::array<Range, 2> looked_at{};

  /// Whether the bytes it was decoded from are those of the memory.
  bool certain() const { return (special & (kDead | kChecked)) == 0; }
  const std::uint8_t* code() const { return page + offset; }
};

/// Blocks by the linear address they were last found at, in one context: what EIP and CS mean, and
/// how linear addresses are translated.
class JumpCache {
 public:
  using Context = std::uint64_t;

  Block* find(std::uint32_t linear, Context context) const {
    const Entry& entry = entries_[linear % kEntries];
    return entry.linear == linear && entry.context == context ? entry.block : nullptr;
  }
  void remember(std::uint32_t linear, Context context, Block* block) {
    entries_[linear % kEntries] = {linear, context, block};
  }
  void forget_all() { entries_.fill({}); }

 private:
  static constexpr std::size_t kEntries = 4096;
  struct Entry {
    std::uint32_t linear = 0;
    Context context = 0;
    Block* block = nullptr;
  };
  std::array<Entry, kEntries> entries_{};
};

/// What steps share while a block runs.
struct BlockRun {
  Block* block = nullptr;
  std::uint32_t entry = 0;  // EIP of the block's first instruction
  /// Whose access may reach the bus now; null: none, or Processor and clock are up to date.
  const Step* accessing = nullptr;
  /// The step behind which, or in which by `outcome`, the block was left; null: at its end.
  const Step* left_at = nullptr;
  Outcome outcome = Outcome::kDone;
  /// At its end: where to note the block that follows.
  Block** link = nullptr;
  JumpCache::Context context = 0;
  JumpCache jumps;
  Cycle cpi = 1;
  Cycle* cycle = nullptr;  // of the engine: at the block's begin
  std::uint64_t* instructions = nullptr;
};

}  // namespace strata
