// How people write when a machine is switched on, as its CMOS clock has it: host, or a date with or
// without a time, in UTC.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "models/base/result.h"
#include "platform/machine_config.h"

namespace strata {

struct RtcStart {
  bool host = false;  // the host's clock says it when the machine is made
  std::int64_t seconds = kRtcStart;

  std::int64_t now() const;
};

/// "2026-01-01T00:00:00".
std::string rtc_text(std::int64_t seconds);

/// An error is one line.
std::optional<Error> parse_rtc(const std::string& text, RtcStart& start);

}  // namespace strata
