// What a run took where the guest marked its region of interest, for --stats on every engine: the
// host's time, cycles and exits between the marks, all passes together.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "models/base/types.h"

namespace strata {

struct MarkedFigures {
  std::uint64_t passes = 0;
  double seconds = 0;
  Cycle cycles = 0;
  std::map<std::string, std::uint64_t> exits;
};

/// Takes them. A mark within a region that began, or after it ended, does not count.
class MarkWatch {
 public:
  using Exits = std::map<std::string, std::uint64_t>;

  void on_mark(bool begins, Cycle cycles, const Exits& exits) {
    const Clock::time_point now = Clock::now();
    if (begins == inside_) return;
    inside_ = begins;
    if (begins) {
      cycles_ = cycles;
      exits_ = exits;
      begin_ = Clock::now();
      return;
    }
    ++figures_.passes;
    figures_.seconds += std::chrono::duration<double>(now - begin_).count();
    figures_.cycles += cycles - cycles_;
    for (const auto& [kind, count] : exits) {
      const auto before = exits_.find(kind);
      const std::uint64_t more = count - (before == exits_.end() ? 0 : before->second);
      if (more != 0) figures_.exits[kind] += more;
    }
  }

  /// Nothing where the guest has not marked a whole region.
  std::optional<MarkedFigures> figures() const {
    if (figures_.passes == 0) return std::nullopt;
    return figures_;
  }

 private:
  using Clock = std::chrono::steady_clock;

  MarkedFigures figures_;
  bool inside_ = false;
  Clock::time_point begin_;
  Cycle cycles_ = 0;
  Exits exits_;
};

}  // namespace strata
