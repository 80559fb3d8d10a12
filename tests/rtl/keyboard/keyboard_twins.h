// The two twins of keyboard and controller behind one face, both in the same time: an access takes
// two cycles, one that carries it out and one in which the master sees the ack.
#pragma once

#include <cstdint>
#include <memory>
#include <ostream>
#include <span>
#include <vector>

#include "models/base/key_code.h"
#include "models/base/types.h"
#include "models/keyboard/keyboard_state.h"
#include "models/machine/memory_map.h"
#include "tests/support/register_port.h"

namespace strata::test {

enum class KeyboardKind { kCore, kRtl };

inline std::ostream& operator<<(std::ostream& out, KeyboardKind kind) {
  return out << (kind == KeyboardKind::kCore ? "Core" : "Rtl");
}

/// Cycles a tick of the keyboard's line: tick k is at cycle 20k.
inline constexpr Cycle kTick = 20;
inline constexpr Cycle kByte = STRATA_KEYBOARD_BYTE_TICKS * kTick;

/// Offset 0 is port 60, 4 port 64.
class KeyboardPort : public RegisterPort {
 public:
  Cycle now() const { return now_; }
  /// At the next edge.
  virtual void press(std::span<const KeyCode> keys) = 0;
  virtual bool a20() const = 0;
  /// It says that nothing changes until the next access or key.
  virtual bool asleep() const = 0;
  virtual KeyboardState state() = 0;
  virtual void load(const KeyboardState& state) = 0;

  void idle_to(Cycle cycle) { idle(cycle - now_); }

  std::vector<Cycle> rises;   // of the interrupt request, with the edge they follow
  std::vector<Cycle> resets;  // that were asked for

 protected:
  Cycle now_ = 0;
};

std::unique_ptr<KeyboardPort> make_keyboard(KeyboardKind kind);

}  // namespace strata::test
