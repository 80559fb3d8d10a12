// A run's figures as a JSON value, for documents that hold several.
#pragma once

#include <nlohmann/json.hpp>

#include "platform/stats/run_report.h"

namespace strata {

/// The fields of the documents and their meaning (README.md).
inline constexpr int kReportSchema = 1;

nlohmann::ordered_json to_json_value(const RunReport& report);

}  // namespace strata
