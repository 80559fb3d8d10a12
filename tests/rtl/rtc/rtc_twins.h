// The two twins of the clock behind one face, both in the same time: an access takes two cycles,
// one that carries it out and one in which the master sees the ack.
#pragma once

#include <cstdint>
#include <memory>
#include <ostream>
#include <vector>

#include "models/base/types.h"
#include "models/rtc/rtc_state.h"
#include "tests/support/register_port.h"

namespace strata::test {

enum class RtcKind { kCore, kRtl };

inline std::ostream& operator<<(std::ostream& out, RtcKind kind) {
  return out << (kind == RtcKind::kCore ? "Core" : "Rtl");
}

/// Two cycles a tick of the crystal: tick k is at cycle 2k.
inline constexpr std::uint64_t kRtcCpuHz = 65'536;

/// Offset 0 is port 70, 1 port 71.
class RtcPort : public RegisterPort {
 public:
  Cycle now() const { return now_; }
  /// It says that the interrupt request stays as it is until the next access.
  virtual bool asleep() const = 0;
  virtual RtcState state() = 0;

  std::uint8_t get(std::uint8_t index) {
    write(0, 1, index);
    return static_cast<std::uint8_t>(read(1, 1));
  }
  void put(std::uint8_t index, std::uint8_t value) { write(0, 2, index | value << 8); }
  void idle_to(Cycle cycle) { idle(cycle - now_); }

  std::vector<Cycle> rises;  // of the interrupt request, with the edge they follow

 protected:
  Cycle now_ = 0;
};

std::unique_ptr<RtcPort> make_rtc(RtcKind kind, const RtcState& contents);

}  // namespace strata::test
