// Whatever holds a part of the machine's state says it and takes it as a value: the C++ cores of
// the devices, their TLM shells and the wrappers of their RTL. Twins have the same State, so one
// can take what the other said.
#pragma once

#include <cstdint>
#include <span>

#include "models/base/state_fields.h"
#include "models/base/types.h"

namespace strata {

/// State as bytes, for whoever need not know whose it is.
class Stateful {
 public:
  virtual ~Stateful() = default;

  /// The architectural state right after edge `now`, between two accesses. Nothing changes by being
  /// asked. A C++ core has been brought to `now` (Device::advance).
  virtual StateBytes save(Cycle now) const = 0;

  /// Replaces the state by one that save() gave, of this object or of a twin, as if this were the
  /// moment right after edge `now`; times in it count from there. Output wires get their levels;
  /// sinks and logs hear nothing. False, and nothing done, if the bytes are none of this State.
  virtual bool load(std::span<const std::uint8_t> bytes, Cycle now) = 0;

  /// The reset line of the machine: as load() of `power_on`, its own state at power-on, but for
  /// what a battery or plain memory keeps. A C++ core has been brought to `now`.
  virtual void pull_reset(std::span<const std::uint8_t> power_on, Cycle now) {
    load(power_on, now);
  }
};

/// The same with the type: a class that derives from it has to say and take a State (a struct as in
/// models/base/state_fields.h). Where something outlives a reset, State::keep(before) copies it.
template <typename State, typename Base = Stateful>
class WithState : public Base {
 public:
  virtual State state(Cycle now) const = 0;
  virtual void load_state(const State& state, Cycle now) = 0;

  StateBytes save(Cycle now) const final { return to_bytes(state(now)); }

  bool load(std::span<const std::uint8_t> bytes, Cycle now) final {
    State state;
    if (!from_bytes(bytes, state)) return false;
    load_state(state, now);
    return true;
  }

  void pull_reset(std::span<const std::uint8_t> power_on, Cycle now) final {
    State after;
    from_bytes(power_on, after);
    if constexpr (requires { after.keep(after); }) after.keep(state(now));
    load_state(after, now);
  }
};

}  // namespace strata
