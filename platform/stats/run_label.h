// Which of several compared runs: its engine and the options that were varied.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace strata {

/// Options of `strata run`, without dashes, and their values, in the order of the command line.
using Parameters = std::vector<std::pair<std::string, std::string>>;

/// "rtl memory=sdram"; the engine's name alone where nothing was varied.
inline std::string run_label(const std::string& engine, const Parameters& parameters) {
  std::string label = engine;
  for (const auto& [name, value] : parameters) label.append(" ").append(name + "=" + value);
  return label;
}

}  // namespace strata
