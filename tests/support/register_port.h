// How a contract test talks to a device, whichever twin it is (charter, rule 3): the C++ core and
// the Verilated RTL each get an adapter, and one script of register accesses runs against both.
#pragma once

#include <cstdint>

#include "models/base/types.h"

namespace strata::test {

class RegisterPort {
 public:
  virtual ~RegisterPort() = default;
  /// Register access of 1 to 4 bytes at an offset in the device's block; takes bus time.
  virtual std::uint32_t read(std::uint32_t offset, unsigned bytes) = 0;
  virtual void write(std::uint32_t offset, unsigned bytes, std::uint32_t value) = 0;
  /// Lets `cycles` CPU clocks pass without an access.
  virtual void idle(Cycle cycles) = 0;
  /// Level of the device's interrupt output (lowest-numbered if it has several).
  virtual bool irq() const = 0;
};

}  // namespace strata::test
