// Lists on the command line.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <vector>

namespace strata {

/// What stands between the commas of `text`, at least one item; items may be empty.
inline std::vector<std::string> comma_list(const std::string& text) {
  std::vector<std::string> items;
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find(',', begin), text.size());
    items.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return items;
}

}  // namespace strata
