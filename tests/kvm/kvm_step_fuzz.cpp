// The long run of the comparison with KVM, half of it in real mode, half in protected mode:
//   kvm_step_fuzz [--seed N] [--instructions N | --seconds N] [--failures N]
// Exit code 0: no difference (or the host cannot: the reason is printed), 1: a difference, printed
// small, 2: wrong arguments.
#include <cstdio>
#include <string>

#include "tests/differential/fuzz_options.h"
#include "tests/kvm/kvm_step_machine.h"

namespace {

using strata::test::FuzzOptions;
using strata::test::KvmStepMachine;
using strata::test::StepMode;

/// True if there was no difference.
bool run(StepMode mode, const char* name, const FuzzOptions& options) {
  std::string reason;
  const auto machine = KvmStepMachine::create(mode, reason);
  if (!machine) {
    std::printf("kvm: skipped: %s\n", reason.c_str());
    return true;
  }
  const strata::test::Stopwatch watch;
  const auto& counts = machine->counts();
  std::uint64_t failures = 0;
  for (std::uint64_t seed = options.first_seed();
       counts.steps < options.instructions / 2 && failures < options.failures &&
       watch.seconds() < options.seconds / 2;
       ++seed) {
    const std::string report = machine->run_seed(seed);
    if (report.empty()) continue;
    std::printf("kvm: the interpreter and KVM differ in %s mode: %s\n", name, report.c_str());
    ++failures;
  }
  std::printf(
      "kvm: %s mode, %llu instructions in %llu sequences compared, %.1f s, %.1f thousand/s\n", name,
      static_cast<unsigned long long>(counts.steps),
      static_cast<unsigned long long>(counts.sequences), watch.seconds(),
      static_cast<double>(counts.steps) / watch.seconds() / 1e3);
  std::printf("kvm: %llu sequences abandoned; not emulated by this host's KVM:",
              static_cast<unsigned long long>(counts.abandoned));
  for (const auto& [mnemonic, times] : counts.not_emulated) {
    std::printf(" %s %llu", mnemonic.c_str(), static_cast<unsigned long long>(times));
  }
  std::printf("\n");
  return failures == 0;
}

}  // namespace

int main(int count, char** words) {
  FuzzOptions options;
  options.instructions = 200'000;
  if (!options.parse(count, words)) return 2;
  const bool real = run(StepMode::kReal, "real", options);
  const bool protected_mode = run(StepMode::kProtected, "protected", options);
  return real && protected_mode ? 0 : 1;
}
