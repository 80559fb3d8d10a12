// The assertions of a module of rules, and clocking such a module alone.
#pragma once

#include <gtest/gtest.h>

#include <set>
#include <string>

#include "verilated.h"

namespace strata::test {

/// The labels of the assertions in a file of rtl/.
std::set<std::string> rule_names(const std::string& path);

/// A module of rules by itself: whatever its ports say is what happened.
template <typename Model>
class RuleRig {
 public:
  RuleRig() {
    Verilated::threadContextp()->fatalOnError(false);
    ports.rst_ni = 0;
    clock();
    clock();
    ports.rst_ni = 1;
    clock();
  }

  /// One clock with the ports as they are. What Verilator printed: a line for each assertion that
  /// failed, with its label.
  std::string clock() {
    testing::internal::CaptureStdout();
    ports.clk_i = 0;
    ports.eval();
    ports.clk_i = 1;
    ports.eval();
    return testing::internal::GetCapturedStdout();
  }

  Model ports;
};

}  // namespace strata::test
