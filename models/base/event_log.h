// What a device reports of itself for the run log ("cycle 1234 ata command 30 lba 5"). Devices hold
// a pointer that is null when nobody listens, so an unwatched run pays one test.
#pragma once

#include <string>
#include <string_view>

#include "models/base/types.h"

namespace strata {

class EventLog {
 public:
  virtual ~EventLog() = default;

  /// Records that `unit` ("ata", "pic") did `what` in cycle `cycle`.
  virtual void record(Cycle cycle, std::string_view unit, std::string what) = 0;
};

}  // namespace strata
