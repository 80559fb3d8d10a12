// A checker beside the caches: every line that one of them holds is, in every clock, what memory
// holds, with the CPU's own buffered stores in it. So is what every hit reads.
#pragma once

#include <cstdint>
#include <deque>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "tests/rtl/cpu/cpu_bench.h"

namespace strata::test {

class CacheWatch {
 public:
  /// `memory` is the bench's, from address 0 on; both outlive the watch.
  CacheWatch(CpuBench& bench, std::span<const std::uint8_t> memory)
      : bench_(bench), memory_(memory) {}

  /// Another master stores at `address` in front of the next clock.
  void on_write_elsewhere(std::uint32_t address) {
    told_.emplace_back(address & ~(kCacheLine - 1), bench_.clocks());
  }

  /// To be called after each clock. Empty, or which line is not as it should be.
  std::string check();

  /// Lines that have been compared, clock by clock.
  std::uint64_t compared() const { return compared_; }

 private:
  std::string check(CpuModel::Cache cache);
  bool is_known(std::uint32_t line) const;
  std::uint32_t word(std::uint32_t address) const;

  CpuBench& bench_;
  std::span<const std::uint8_t> memory_;
  std::vector<CpuModel::BufferedStore> stores_;               // that memory has yet to see
  std::deque<std::pair<std::uint32_t, std::uint64_t>> told_;  // line, clock: not known inside yet
  std::uint64_t compared_ = 0;
};

}  // namespace strata::test
