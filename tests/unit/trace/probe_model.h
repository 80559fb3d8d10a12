// Two instances of wave_probe in one context, and what their ports showed after each clock.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include "models/base/types.h"

class VerilatedContext;
class Vwave_probe;

namespace strata {
class WaveRecorder;
}

namespace strata::test {

/// Digits by full signal name, as a wave file should have them.
using ProbeValues = std::map<std::string, std::string>;

class ProbePair {
 public:
  ProbePair();
  ~ProbePair();

  void add_to(WaveRecorder& recorder);

  /// A rising and falling edge of strata.alpha; of strata.beta only in every third cycle. `enable`
  /// goes to both.
  void clock(Cycle cycle, bool enable = true);

  /// Two clocks of both with reset.
  void reset();

  ProbeValues values() const;

 private:
  std::unique_ptr<VerilatedContext> context_;
  std::unique_ptr<Vwave_probe> alpha_;
  std::unique_ptr<Vwave_probe> beta_;
};

}  // namespace strata::test
