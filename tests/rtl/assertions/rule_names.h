// The assertions of a module of rules, and clocking such a module alone.
#pragma once

#include <gtest/gtest.h>

#include <set>
#include <string>

#include "models/base/verilated_model.h"
#include "verilated.h"

namespace strata::test {

/// The labels of the assertions in a file of rtl/.
std::set<std::string> rule_names(const std::string& path);

/// A module of rules by itself: whatever its ports say is what happened.
template <typename Model>
class RuleRig {
 public:
  RuleRig() {
    context_.fatalOnError(false);
    ports.rst_ni = 0;
    clock();
    clock();
    ports.rst_ni = 1;
    clock();
  }
  ~RuleRig() { end_model(ports); }
  RuleRig(const RuleRig&) = delete;
  RuleRig& operator=(const RuleRig&) = delete;

  /// One clock with the ports as they are. What Verilator printed: a line for each assertion that
  /// failed, with its label.
  std::string clock() {
    // The thread's may be that of a model that is gone.
    Verilated::threadContextp(&context_);
    testing::internal::CaptureStdout();
    ports.clk_i = 0;
    ports.eval();
    ports.clk_i = 1;
    ports.eval();
    return testing::internal::GetCapturedStdout();
  }

 private:
  VerilatedContext context_;

 public:
  Model ports{&context_};
};

}  // namespace strata::test
