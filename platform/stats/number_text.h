// Numbers as people read them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "models/base/types.h"

namespace strata {

/// 1234567 as "1,234,567".
std::string group_digits(std::uint64_t value);

/// "0.5 ms", "1.23 s", "2:05 min".
std::string seconds_text(double seconds);

/// Where a run stands, for the status line.
struct RunProgress {
  Cycle cycles = 0;
  std::uint64_t instructions = 0;      // 0: not known
  double seconds = 0;                  // since the start
  double cycles_per_second = 0;        // lately
  double instructions_per_second = 0;  // lately
  std::optional<Cycle> max_cycles;
};

/// One line: cycles, MHz, MIPS where known, elapsed time, and time left where there is a limit.
std::string status_text(const RunProgress& progress);

}  // namespace strata
