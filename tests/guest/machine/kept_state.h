// A machine's state, kept.
#pragma once

#include <cstdint>
#include <vector>

#include "platform/machine_state.h"

namespace strata::test {

/// A state that outlives its machine's next step.
struct KeptState {
  explicit KeptState(const MachineState& from)
      : state(from), ram(from.ram.begin(), from.ram.end()) {
    state.ram = ram;
  }
  KeptState(const KeptState&) = delete;
  KeptState& operator=(const KeptState&) = delete;

  MachineState state;
  std::vector<std::uint8_t> ram;
};

}  // namespace strata::test
