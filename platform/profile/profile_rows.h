// A profile summed up by function, by source line or by instruction, as reports show it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "platform/profile/profile.h"

namespace strata {

enum class ProfileUnit { kFunction, kLine, kInstruction };

struct ProfileRow {
  std::string name;         // "sieve", "primes.c:31", "sieve+0x1c"
  std::string line;         // of an instruction: its source line, if known
  std::string disassembly;  // of an instruction
  std::uint32_t address = 0;
  std::uint64_t calls = 0;       // of functions
  std::uint64_t executions = 0;  // instructions carried out
  Cycle cycles = 0;              // in itself
  Cycle total = 0;               // of a function: with all it has called; else as cycles
  std::vector<Cycle> by_cause;

  std::optional<double> cpi() const;
  /// Index of the cause with the most cycles; none without cycles.
  std::optional<std::size_t> main_cause() const;
};

/// By cycles, the most first; equal ones by address. What has neither cycles nor executions nor
/// calls is left out.
std::vector<ProfileRow> rows_of(const Profile& profile, ProfileUnit unit);

/// Of one instruction.
ProfileRow row_of(const Profile& profile, const ProfileInstruction& instruction);

/// "mov eax, [ebp+8]".
std::string disassembly_of(const Profile& profile, const ProfileInstruction& instruction);

/// "primes.c:31"; empty where no line is known.
std::string line_name(const Profile& profile, const ProfileInstruction& instruction);

/// Cycles of the whole run by cause.
std::vector<Cycle> cycles_by_cause(const Profile& profile);

}  // namespace strata
