// What every plain C++ device core looks like from outside. A core knows its registers by offset
// inside its own block, never its address: models/machine/machine.txt places it.
#pragma once

#include <cstdint>
#include <functional>

#include "models/base/stateful.h"
#include "models/base/types.h"

namespace strata {

/// An output wire of a device (an interrupt request): called with the new level on each change.
using Wire = std::function<void(bool level)>;

/// A core derives from DeviceOf its State, so that none is written without.
class Device : public Stateful {
 public:
  /// Power-on state.
  virtual void reset() = 0;

  /// Reads `bytes` (1 to 4, in one dword) at `offset` in the device's block at time `now`. Bits
  /// above `bytes` are zero in the result; what is not implemented reads all ones.
  virtual std::uint32_t read(std::uint32_t offset, unsigned bytes, Cycle now) = 0;

  /// Writes the low `bytes` (1 to 4, in one dword) of `value` at `offset` at time `now`.
  virtual void write(std::uint32_t offset, unsigned bytes, std::uint32_t value, Cycle now) = 0;

  /// As EngineBus::port_write_block(), at `offset`.
  virtual std::uint32_t write_block(std::uint32_t offset, unsigned bytes, const std::uint8_t* data,
                                    std::uint32_t count) {
    static_cast<void>(offset), static_cast<void>(bytes), static_cast<void>(data);
    static_cast<void>(count);
    return 0;
  }

  /// As EngineBus::port_read_block(), at `offset`.
  virtual std::uint32_t read_block(std::uint32_t offset, unsigned bytes, std::uint8_t* data,
                                   std::uint32_t count) {
    static_cast<void>(offset), static_cast<void>(bytes), static_cast<void>(data);
    static_cast<void>(count);
    return 0;
  }

  /// Brings the device to time `now`; never called with an earlier time than before.
  virtual void advance(Cycle now) = 0;

  /// The cycle at which the device next does something by itself, or kNever. Asked again after
  /// every read, write and advance.
  virtual Cycle next_event() const = 0;
};

/// A device whose architectural state is a `State` (models/base/state_fields.h).
template <typename State>
using DeviceOf = WithState<State, Device>;

}  // namespace strata
