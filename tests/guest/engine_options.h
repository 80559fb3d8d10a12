// The ways on which a guest of one device runs, as options of `strata run`.
#pragma once

#include <gtest/gtest.h>

#include <cctype>
#include <string>
#include <vector>

namespace strata::test {

using EngineOptions = std::vector<std::string>;

/// Every engine of virtual time, RTL with the device's C++ twin and checked by the interpreter,
/// too.
inline std::vector<EngineOptions> engines_and_twins(const std::string& device) {
  return {{"--engine=interp"},
          {"--engine=block"},
          {"--engine=jit"},
          {"--engine=rtl"},
          {"--engine=rtl", "--device=" + device + "=tlm"},
          {"--engine=rtl", "--check"}};
}

/// Letters and digits of the options: a name that a test case may have.
inline std::string name_of(const testing::TestParamInfo<EngineOptions>& test) {
  std::string name;
  for (const std::string& option : test.param) {
    for (const char c : option) {
      if (std::isalnum(static_cast<unsigned char>(c)) != 0) name += c;
    }
  }
  return name;
}

}  // namespace strata::test
