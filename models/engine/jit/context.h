// What translated code and the engine share: R15 points to the Processor, and all of this lies at a
// fixed distance from it.
#pragma once

#include <array>
#include <cstdint>

#include "models/engine/jit/translation.h"

namespace strata::jit {

/// Why translated code has come back.
enum class Exit : std::uint32_t {
  kEdge,    // JitContext::edge is not linked, or too few instructions are left; EIP is its target
  kMiss,    // nothing is known to follow at EIP, or too few instructions are left
  kBudget,  // too few instructions are left at EIP, where flags are lost
  kStep,    // in or behind an instruction that the interpreter carried out
};

struct JitContext {
  /// Where an indirect jump goes on: code by `key`, EIP below and the tag of the context above.
  struct Jump {
    std::uint64_t key = 0;
    const std::uint8_t* code = nullptr;
  };
  static constexpr unsigned kJumps = 4096;

  void* engine = nullptr;
  /// Carries out instruction `index` of the translation by the interpreter's handler; not 0: leave.
  std::uint32_t (*step)(void* engine, Translation* translation, std::uint32_t index) = nullptr;
  std::uint8_t* window = nullptr;
  std::uint8_t* const* readable = nullptr;  // pages by linear address
  std::uint8_t* const* writable = nullptr;
  std::uint64_t tag = 0;    // in bits 63:32
  std::uint32_t flags = 0;  // status flags, at their places in EFLAGS; other bits are anything
  std::int32_t budget = 0;  // instructions that may be begun, less kReserve
  std::uint32_t scratch = 0;
  Exit exit = Exit::kMiss;
  TranslationEdge* edge = nullptr;
  std::array<Jump, kJumps> jumps{};
};

/// Instructions that are left at least when translated code comes back for want of budget: two
/// blocks, the one that has just run and the one that must run where flags are lost.
inline constexpr std::int32_t kReserve = 128;

/// Distances from the Processor that R15 points to.
struct Offsets {
  std::int32_t gpr = 0;
  std::int32_t eip = 0;
  std::int32_t segments = 0;  // CpuState::seg
  std::int32_t context = 0;
};

}  // namespace strata::jit
