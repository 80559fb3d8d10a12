// What is counted while a guest runs, whoever counts it.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "models/base/types.h"
#include "models/isa/cpu_family.h"
#include "platform/profile/call_tree.h"
#include "platform/profile/profile.h"

namespace strata {

/// Bytes an instruction has at most (SDM vol. 2, 2.3.11).
inline constexpr std::size_t kMostCodeBytes = 15;

/// Copies code from a linear address on; how many bytes there were.
using ReadCode = std::function<std::size_t(std::uint32_t linear, std::span<std::uint8_t> bytes)>;

/// The instruction at `linear`: its bytes, or none where there is no whole instruction.
std::vector<std::uint8_t> code_at(std::uint32_t linear, bool code32, CpuFamily family,
                                  const ReadCode& read);

struct RecordedInstruction {
  std::uint32_t address = 0;  // linear
  bool code32 = false;
  std::vector<std::uint8_t> bytes;  // from `address` on, as far as they are known
  std::uint64_t executions = 0;
  std::vector<Cycle> cycles;  // by cause
};

struct Recording {
  std::vector<std::string> causes;
  std::vector<RecordedInstruction> code;  // in any order
  const CallTree* tree = nullptr;         // never null
  std::vector<ProfileLabel> labels = {};
};

}  // namespace strata
