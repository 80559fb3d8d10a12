// A device, whichever twin, as the state contract sees it: steps that take the same cycles on both
// twins, everything that can be observed of it, and its state as bytes.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "models/base/state_fields.h"
#include "models/base/types.h"

namespace strata::test {

struct Step {
  enum class Kind { kRead, kWrite, kIdle, kLine, kAcknowledge } kind = Kind::kIdle;
  std::uint32_t offset = 0;  // kLine: the request line
  unsigned bytes = 1;
  std::uint32_t value = 0;  // kIdle: cycles; kLine: level
};

class StateRig {
 public:
  virtual ~StateRig() = default;

  virtual StateBytes save() = 0;
  /// Also sets the rig's time. False if the device refuses the bytes.
  virtual bool load(const StateBytes& state, Cycle now) = 0;

  /// What is outside the device and its state: the medium. Copied and put back as a whole.
  virtual std::shared_ptr<const void> surroundings() const { return nullptr; }
  virtual void put_back(const std::shared_ptr<const void>&) {}

  virtual void apply(const Step& step) = 0;
  Cycle now() const { return now_; }

  /// What was seen since the latest call: values read, levels of the output wire, bytes sent, log
  /// lines.
  std::vector<std::string> observed() {
    std::vector<std::string> seen;
    seen.swap(observed_);
    return seen;
  }

 protected:
  void observe(const std::string& what, std::uint64_t value) {
    observed_.push_back(std::to_string(now_) + " " + what + " " + std::to_string(value));
  }

  Cycle now_ = 0;
  std::vector<std::string> observed_;
};

enum class Twin { kCore, kRtl };

using Random = std::function<std::uint32_t()>;

// device_scripts.cpp
std::vector<Step> ata_steps(const Random& random);
std::vector<Step> debug_steps(const Random& random);
std::vector<Step> keyboard_steps(const Random& random);
std::vector<Step> pic_steps(const Random& random);
std::vector<Step> pit_steps(const Random& random);
std::vector<Step> rtc_steps(const Random& random);
std::vector<Step> uart_steps(const Random& random);
std::vector<Step> vga_steps(const Random& random);

/// What the contract test needs of each device.
struct DeviceUnderTest {
  const char* name;
  std::unique_ptr<StateRig> (*make)(Twin twin);
  /// The next few steps of a random script.
  std::vector<Step> (*steps)(const Random& random);
  /// Of its block, any bytes side by side of which it takes at one edge; 0 where each takes one.
  std::uint32_t block_bytes;
  /// Text of the fields in which two states differ.
  std::string (*differences)(const StateBytes& a, const StateBytes& b);
};

/// Every device there is.
const std::vector<DeviceUnderTest>& devices_under_test();

}  // namespace strata::test
