// The arguments long comparisons share:
//   [--seed N] [--instructions N | --seconds N] [--failures N]
#pragma once

#include <charconv>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <limits>
#include <string_view>

namespace strata::test {

struct FuzzOptions {
  std::uint64_t seed = 1;
  std::uint64_t instructions = 10'000'000;
  double seconds = std::numeric_limits<double>::infinity();
  std::uint64_t failures = 1;  // stop after so many

  /// False, with the usage printed, for wrong arguments.
  bool parse(int count, char** words) {
    if (take(count, words)) return true;
    std::fprintf(stderr, "usage: %s [--seed N] [--instructions N | --seconds N] [--failures N]\n",
                 words[0]);
    return false;
  }

  std::uint64_t first_seed() const { return seed << 32; }

 private:
  bool take(int count, char** words) {
    for (int n = 1; n + 1 < count; n += 2) {
      const std::string_view name = words[n];
      std::uint64_t value = 0;
      const char* end = words[n + 1] + std::strlen(words[n + 1]);
      if (std::from_chars(words[n + 1], end, value).ptr != end) return false;
      if (name == "--seed") {
        seed = value;
      } else if (name == "--instructions") {
        instructions = value;
      } else if (name == "--seconds") {
        seconds = static_cast<double>(value);
        instructions = std::numeric_limits<std::uint64_t>::max();
      } else if (name == "--failures") {
        failures = value;
      } else {
        return false;
      }
    }
    return count % 2 == 1;
  }
};

class Stopwatch {
 public:
  double seconds() const {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
  }

 private:
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

}  // namespace strata::test
