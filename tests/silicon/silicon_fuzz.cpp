// The long run of the comparison with the host's CPU:
//   silicon_fuzz [--seed N] [--instructions N | --seconds N] [--failures N]
// Exit code 0: no difference (or the host cannot: the reason is printed), 1: a difference, printed
// small, 2: wrong arguments.
#include <cstdio>
#include <string>

#include "tests/differential/fuzz_options.h"
#include "tests/silicon/silicon_machine.h"

int main(int count, char** words) {
  strata::test::FuzzOptions options;
  if (!options.parse(count, words)) return 2;
  std::string reason;
  const auto machine = strata::test::SiliconMachine::create(reason);
  if (!machine) {
    std::printf("silicon: skipped: %s\n", reason.c_str());
    return 0;
  }
  const auto& counts = machine->counts();
  const strata::test::Stopwatch watch;
  std::uint64_t failures = 0;
  for (std::uint64_t seed = options.first_seed();
       counts.instructions < options.instructions && failures < options.failures; ++seed) {
    const std::string report = machine->run_seed(seed);
    if (!report.empty()) {
      std::printf("silicon: the interpreter and the host's CPU differ: %s\n", report.c_str());
      ++failures;
    }
    if ((seed & 0xFF) == 0 && watch.seconds() > options.seconds) break;
  }
  const double seconds = watch.seconds();
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
