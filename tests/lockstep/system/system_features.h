// What a random system program may use. Engines get these one by one, so each can be left out.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "models/isa/cpu_family.h"

namespace strata::test {

enum Feature : std::uint32_t {
  kRings = 1u << 0,          // levels 1 to 3, call gates, returns to an outer level
  kTasks = 1u << 1,          // task state segments, task gates, nested returns
  kV86 = 1u << 2,            // virtual-8086 mode
  kPaging = 1u << 3,         // 4 KiB pages
  kBigPages = 1u << 4,       // 4 MiB and global pages (with kPaging)
  kDebug = 1u << 5,          // single step and debug registers
  kInterrupts = 1u << 6,     // external interrupts
  kNmi = 1u << 7,            //
  kSelfModifying = 1u << 8,  // code that is written, then jumped to, and changes itself
  kNewOpcodes = 1u << 9,     // 80386 opcodes beyond the first CPU's, and the 486's and Pentium's
  kAlignment = 1u << 10,     // EFLAGS.AC with CR0.AM
};
inline constexpr std::uint32_t kNoFeatures = 0;
inline constexpr std::uint32_t kAllFeatures = (1u << 11) - 1;
inline constexpr unsigned kFeatureCount = 11;

/// The processor a program with `features` is made for: a 386 where that has them all.
constexpr CpuFamily family_of(std::uint32_t features) {
  constexpr std::uint32_t kLater = kBigPages | kNewOpcodes | kAlignment;
  return (features & kLater) != 0 ? CpuFamily::k586 : CpuFamily::k386;
}

/// "rings+paging", "none", "all".
std::string feature_names(std::uint32_t features);

/// The reverse; a leading '-' takes a feature out of all ("-nmi-debug"). Nothing for an unknown
/// name.
std::optional<std::uint32_t> features_of(std::string_view names);

}  // namespace strata::test
