// A POST card: watches what the CPU writes to one I/O port, whoever answers there, and reports the
// bytes as POST codes, as port 80's are.
#pragma once

#include <cstdint>
#include <functional>

#include "models/base/event_log.h"
#include "models/base/types.h"

namespace strata {

class PostCard {
 public:
  /// `sink` gets each code; `log` (null: nobody listens) outlives the card and gets "post 4a", unit
  /// "debug".
  PostCard(std::uint16_t port, std::function<void(std::uint8_t code)> sink, EventLog* log);

  /// A write of 1 to 4 bytes to the ports from `port` on.
  void on_write(Cycle now, std::uint16_t port, unsigned bytes, std::uint32_t value);

 private:
  std::uint16_t port_;
  std::function<void(std::uint8_t)> sink_;
  EventLog* log_;
};

}  // namespace strata
