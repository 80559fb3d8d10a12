// What the handlers of a random system program ask, and every other port and device register:
// random numbers, some of them with a meaning (system_map.h). Knows no engine.
#pragma once

#include <cstdint>

#include "tests/lockstep/system/system_pages.h"
#include "tests/lockstep/system/system_program.h"

namespace strata::test {

class SystemDevice {
 public:
  SystemDevice(std::uint32_t seed, std::uint32_t features) : random_(seed), features_(features) {}

  std::uint32_t read(bool port, std::uint32_t address);
  void write(bool port, std::uint32_t address, std::uint32_t value);

  /// Vector of the next external interrupt.
  std::uint8_t vector();

  /// The program is stuck (or must not be): whatever handler comes next goes on elsewhere, and
  /// interrupts lead to one that can.
  void force_plan(bool force) { force_plan_ = force; }

  /// How many decisions the handlers have asked for.
  std::uint64_t choices() const { return choices_; }

 private:
  std::uint32_t choice();
  std::uint32_t steps();
  std::uint32_t plan();
  std::uint32_t place();
  std::uint32_t entry();
  bool has(std::uint32_t feature) const { return (features_ & feature) != 0; }

  Random random_;
  std::uint32_t features_;
  bool force_plan_ = false;
  std::uint64_t choices_ = 0;
  bool fault_pending_ = false;  // fault_ is to be mended
  std::uint32_t fault_ = 0;
  PageChange change_;
  SystemProgram::Destination destination_;
};

}  // namespace strata::test
