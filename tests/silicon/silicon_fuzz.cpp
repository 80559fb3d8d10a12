// The long run of the comparison with the host's CPU:
//   silicon_fuzz [--seed N] [--instructions N | --seconds N]
// Exit code 0: no difference (or the host cannot: the reason is printed), 1: a difference, printed
// small, 2: wrong arguments.
#include <charconv>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <limits>
#include <string>
#include <string_view>

#include "tests/silicon/silicon_machine.h"

namespace {

using Clock = std::chrono::steady_clock;

struct Options {
  std::uint64_t seed = 1;
  std::uint64_t instructions = 10'000'000;
  double seconds = std::numeric_limits<double>::infinity();
  std::uint64_t failures = 1;  // stop after so many
};

bool parse(int count, char** words, Options& options) {
  for (int n = 1; n + 1 < count; n += 2) {
    const std::string_view name = words[n];
    std::uint64_t value = 0;
    const char* end = words[n + 1] + std::strlen(words[n + 1]);
    if (std::from_chars(words[n + 1], end, value).ptr != end) return false;
    if (name == "--seed") {
      options.seed = value;
    } else if (name == "--instructions") {
      options.instructions = value;
    } else if (name == "--seconds") {
      options.seconds = static_cast<double>(value);
      options.instructions = std::numeric_limits<std::uint64_t>::max();
    } else if (name == "--failures") {
      options.failures = value;
    } else {
      return false;
    }
  }
  return count % 2 == 1;
}

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

}  // namespace

int main(int count, char** words) {
  Options options;
  if (!parse(count, words, options)) {
    std::fprintf(stderr, "usage: %s [--seed N] [--instructions N | --seconds N] [--failures N]\n",
                 words[0]);
    return 2;
  }
  std::string reason;
  const auto machine = strata::test::SiliconMachine::create(reason);
  if (!machine) {
    std::printf("silicon: skipped: %s\n", reason.c_str());
    return 0;
  }
  const auto& counts = machine->counts();
  const Clock::time_point start = Clock::now();
  std::uint64_t failures = 0;
  for (std::uint64_t seed = options.seed << 32;
       counts.instructions < options.instructions && failures < options.failures; ++seed) {
    const std::string report = machine->run_seed(seed);
    if (!report.empty()) {
      std::printf("silicon: the interpreter and the host's CPU differ: %s\n", report.c_str());
      ++failures;
    }
    if ((seed & 0xFF) == 0 && seconds_since(start) > options.seconds) break;
  }
  const double seconds = seconds_since(start);
  std::printf("silicon: %llu instructions in %llu sequences compared, %.1f s, %.2f million/s\n",
              static_cast<unsigned long long>(counts.instructions),
              static_cast<unsigned long long>(counts.sequences), seconds,
              static_cast<double>(counts.instructions) / seconds / 1e6);
  std::printf("silicon: %llu sequences abandoned; ended by exception:",
              static_cast<unsigned long long>(counts.abandoned));
  for (unsigned n = 0; n < 32; ++n) {
    if (counts.events[n] != 0) {
      std::printf(" %u: %llu", n, static_cast<unsigned long long>(counts.events[n]));
    }
  }
  std::printf("\n");
  return failures == 0 ? 0 : 1;
}
