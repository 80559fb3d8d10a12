// A translated block.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "models/engine/block/block.h"
#include "models/engine/jit/conditions.h"

namespace strata {

struct Translation;

/// A way out of a translation to a place that is known: a jump in its code that goes to the
/// translation there, once there is one.
struct TranslationEdge {
  Translation* from = nullptr;
  Translation* to = nullptr;  // null: the jump goes to the stub
  std::uint32_t eip = 0;
  // Offsets in the code buffer: of the jump's displacement; of the code it goes to while it is not
  // linked, which makes the image of the flags, if they are the host's, and jumps on; of that
  // jump's displacement; and of the code that leaves to the engine.
  std::size_t jump = 0;
  std::size_t stub = 0;
  std::size_t image_jump = 0;
  std::size_t exit = 0;
  bool host_flags = false;   // the flags are the host's here
  bool right_flags = false;  // and need nothing put right
  /// What is at `eip` replaces all flags before anybody may look, and they are not kept.
  bool flags_lost = false;
};

struct Translation {
  /// Host code that reaches the guest's memory by its window: where it faults the stub goes on.
  struct Site {
    std::size_t code = 0;  // offset in the code buffer
    std::size_t stub = 0;
    std::uint8_t index = 0;  // of the guest's instruction
  };

  Block* block = nullptr;
  std::uint32_t eip = 0;       // of its first instruction; the code is for no other
  jit::Conditions conditions;  // Conditions::for_code(segments)
  std::uint8_t segments = 0;   // that it has operands in
  bool goes_on = false;        // behind a last instruction that the interpreter carries out
  bool dead = false;           // nobody may enter it any more
  bool renew = false;          // an instruction had to be taken out of the window
  std::uint64_t trapping = 0;  // instructions that do not use the window, by their index
  // Offsets in the code buffer:
  std::size_t begin = 0;
  std::size_t end = 0;
  std::size_t entry = 0;       // with the flags' image in R11
  std::size_t host_entry = 0;  // with the flags in the host's; 0: none
  /// From which instruction on the whole block is off the budget; its count: behind it only.
  unsigned counted_from = 0;
  std::vector<Site> sites;  // by `code`
  /// Kept for a listing only: where each operation's code begins, then where the stubs do; what the
  /// operations are; how often the code was entered.
  std::vector<std::size_t> places;
  std::vector<std::string> operations;
  std::uint64_t executions = 0;
  bool listed = false;
  std::array<TranslationEdge, 2> edges;
  std::vector<TranslationEdge*> incoming;
};

}  // namespace strata
