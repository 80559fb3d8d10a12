#include "platform/vary.h"

#include <fmt/format.h>

#include <algorithm>

#include "platform/comma_list.h"

namespace strata {

Result<VariedOption> parse_varied_option(const std::string& text) {
  const std::size_t equals = text.find('=');
  const Error error{fmt::format(
      "--vary: '{}' is not OPTION=V1,V2,... with two values or more, as in memory=fixed:2,sdram",
      text)};
  if (equals == std::string::npos || equals == 0) return error;
  VariedOption option{text.substr(0, equals), {}};
  for (std::string& value : comma_list(text.substr(equals + 1))) {
    if (value.empty()) return error;
    if (std::ranges::find(option.values, value) != option.values.end()) {
      return Error{fmt::format("--vary {}: {} is named twice", option.name, value)};
    }
    option.values.push_back(std::move(value));
  }
  if (option.values.size() < 2) return error;
  return option;
}

std::vector<Parameters> combine(const std::vector<VariedOption>& options) {
  std::vector<Parameters> all = {{}};
  for (const VariedOption& option : options) {
    std::vector<Parameters> longer;
    for (const Parameters& one : all) {
      for (const std::string& value : option.values) {
        longer.push_back(one);
        longer.back().emplace_back(option.name, value);
      }
    }
    all = std::move(longer);
  }
  return all;
}

}  // namespace strata
