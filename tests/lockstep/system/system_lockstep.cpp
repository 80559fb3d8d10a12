// Runs random system programs in lockstep for as long as asked:
//   system_lockstep [--seed N] [--seconds N | --programs N] [--retirements N] [--features NAMES]
//                   [--waves FOLDER]
// Prints what ran; exits with 1 after a difference, which it prints shrunk, 2 for bad arguments.
#include <charconv>
#include <chrono>
#include <cstring>
#include <iostream>
#include <optional>
#include <string_view>

#include "tests/lockstep/system/lockstep_run.h"

namespace strata::test {
namespace {

struct Arguments {
  LockstepPlan plan;
  std::uint32_t seconds = 0;
  std::uint32_t programs = 20;
};

bool number(std::string_view text, auto& value) {
  const auto result = std::from_chars(text.data(), text.data() + text.size(), value);
  return result.ec == std::errc() && result.ptr == text.data() + text.size();
}

bool set(Arguments& arguments, std::string_view name, std::string_view value) {
  if (name == "--seed") return number(value, arguments.plan.first_seed);
  if (name == "--seconds") return number(value, arguments.seconds);
  if (name == "--programs") return number(value, arguments.programs);
  if (name == "--retirements") return number(value, arguments.plan.retirements);
  if (name == "--waves") {
    arguments.plan.wave_folder = value;
    return true;
  }
  const std::optional<std::uint32_t> features = features_of(value);
  arguments.plan.features = features.value_or(0);
  return name == "--features" && features.has_value();
}

int run(Arguments arguments) {
  using Clock = std::chrono::steady_clock;
  const Clock::time_point end = Clock::now() + std::chrono::seconds(arguments.seconds);
  arguments.plan.go_on = [&](std::uint32_t programs) {
    return arguments.seconds != 0 ? Clock::now() < end : programs < arguments.programs;
  };
  const LockstepSummary summary = run_lockstep_programs(arguments.plan);
  for (const std::string& failure : summary.failures) {
    std::cout << "finding: " << failure << '\n';
  }
  std::cout << "lockstep: seeds " << arguments.plan.first_seed << " to "
            << arguments.plan.first_seed + summary.programs - 1 << ", features "
            << feature_names(arguments.plan.features) << ": " << summary.coverage.text();
  return summary.failures.empty() ? 0 : 1;
}

}  // namespace
}  // namespace strata::test

int main(int argc, char** argv) {
  strata::test::Arguments arguments;
  for (int n = 1; n < argc; n += 2) {
    if (n + 1 == argc || !strata::test::set(arguments, argv[n], argv[n + 1])) {
      std::cerr
          << "system_lockstep: bad argument '" << argv[n] << "'; legal are --seed, --seconds, "
          << "--programs, --retirements with a number, --features NAME+NAME, --waves FOLDER\n";
      return 2;
    }
  }
  return strata::test::run(arguments);
}
