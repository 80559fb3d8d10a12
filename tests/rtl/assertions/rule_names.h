// The assertions of a module of rules, clocking such a module alone, and breaking its rules.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <set>
#include <string>
#include <vector>

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

/// How a rule is broken: a clock after each step, and the last one breaks it.
template <typename Model>
struct Breach {
  std::string rule;
  std::vector<std::function<void(Model&)>> steps;
};

/// Each is found when it is made and not earlier, and there is one at least for every rule of the
/// file `path` of rtl/.
template <typename Model>
void expect_found(const std::vector<Breach<Model>>& breaches, const std::string& path) {
  std::set<std::string> found;
  for (const Breach<Model>& breach : breaches) {
    RuleRig<Model> rig;
    std::string text;
    for (const auto& step : breach.steps) {
      EXPECT_EQ(text.find(breach.rule), std::string::npos) << breach.rule << " early: " << text;
      step(rig.ports);
      text = rig.clock();
    }
    text += rig.clock();  // some are found a clock later
    EXPECT_NE(text.find(breach.rule), std::string::npos) << breach.rule << ": " << text;
    found.insert(breach.rule);
  }
  EXPECT_EQ(found, rule_names(path));
}

}  // namespace strata::test
