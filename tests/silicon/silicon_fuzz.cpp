// The long run of the comparison with the host's CPU:
//   silicon_fuzz [--engine NAME] [--seed N] [--instructions N | --seconds N] [--failures N]
// of the interpreter, or of it and the engine named.
// Exit code 0: no difference (or the host cannot: the reason is printed), 1: a difference, printed
// small, 2: wrong arguments.
#include <algorithm>
#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

#include "tests/differential/fuzz_options.h"
#include "tests/silicon/silicon_machine.h"

namespace {

/// Takes --engine out of the arguments; null: there is no such engine.
const strata::test::SoftwareEngineEntry* take_engine(std::vector<char*>& words) {
  const auto option = std::ranges::find(words, std::string_view("--engine"));
  if (option == words.end()) return &strata::test::software_engines()[0];
  const auto name = option + 1;
  if (name == words.end()) return nullptr;
  const auto* engine = strata::test::find_software_engine(*name);
  words.erase(option, name + 1);
  return engine;
}

}  // namespace

int main(int count, char** arguments) {
  std::vector<char*> words(arguments, arguments + count);
  const auto* engine = take_engine(words);
  if (engine == nullptr) {
    std::fprintf(stderr, "%s: --engine needs the name of a software engine\n", arguments[0]);
    return 2;
  }
  if (const std::string lacking = engine->lacking(); !lacking.empty()) {
    std::printf("silicon: skipped: %s\n", lacking.c_str());
    return 0;
  }
  strata::test::FuzzOptions options;
  if (!options.parse(static_cast<int>(words.size()), words.data())) return 2;
  std::string reason;
  const auto machine = strata::test::SiliconMachine::create(reason, *engine);
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
      std::printf("silicon: %.*s and the host's CPU differ: %s\n",
                  static_cast<int>(engine->name.size()), engine->name.data(), report.c_str());
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
  for (const auto& [name, number] : machine->engine_counters()) {
    std::printf("silicon: %s %llu\n", name.c_str(), static_cast<unsigned long long>(number));
  }
  return failures == 0 ? 0 : 1;
}
