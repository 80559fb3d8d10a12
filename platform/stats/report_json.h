// A run's figures as a JSON value, for documents that hold several.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>

#include "platform/stats/run_report.h"

namespace strata {

/// The fields of the documents and their meaning (README.md).
inline constexpr int kReportSchema = 1;

nlohmann::ordered_json to_json_value(const RunReport& report);

template <typename T>
nlohmann::ordered_json or_null(const std::optional<T>& value) {
  return value ? nlohmann::ordered_json(*value) : nlohmann::ordered_json(nullptr);
}

}  // namespace strata
