#include "platform/run_confinement.h"

#include <fmt/format.h>

#include <algorithm>

#include "platform/kvm_facts.h"
#include "platform/output/standard_streams.h"
#include "platform/sandbox/sandbox.h"

namespace strata {
void confine_runs(const std::vector<const RunOptions*>& runs) {
  const auto is_open = [](const RunOptions* run) { return !run->sandbox; };
  if (std::ranges::any_of(runs, is_open)) return;
  const auto on_kvm = [](const RunOptions* run) { return run->engine->on_host_time; };
  const bool kvm = std::ranges::any_of(runs, on_kvm);
  if (kvm) prepare_kvm_facts();
  const auto error = confine(kvm);
  if (!error || std::ranges::all_of(runs, &RunOptions::quiet)) return;
  complain(fmt::format("the run is not confined: {}; --no-sandbox says that this is known",
                       error->message));
}

}  // namespace strata
