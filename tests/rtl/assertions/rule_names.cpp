#include "tests/rtl/assertions/rule_names.h"

#include <fstream>
#include <regex>
#include <sstream>

namespace strata::test {

std::set<std::string> rule_names(const std::string& path) {
  std::ifstream file(STRATA_SOURCE_DIR "/rtl/" + path);
  std::stringstream text;
  text << file.rdbuf();
  const std::string source = text.str();
  const std::regex label("(\\w+):\\s+assert property");
  std::set<std::string> names;
  for (std::sregex_iterator match(source.begin(), source.end(), label), end; match != end;
       ++match) {
    names.insert((*match)[1]);
  }
  return names;
}

}  // namespace strata::test
