// What a run took from each label of the guest's (call 21 of port ABBA) to the next.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "models/base/types.h"
#include "platform/profile/profile.h"

namespace strata {

class LabelSpans {
 public:
  /// The guest calls what follows `label`; so far there were `cycle` cycles and `instructions`.
  void on_label(const std::string& label, Cycle cycle, std::uint64_t instructions);

  /// Those of each label, in the order they came first, up to now; what was before the first one
  /// has no name. Empty without labels.
  std::vector<ProfileLabel> spans(Cycle cycle, std::uint64_t instructions) const;

 private:
  static void end(std::vector<ProfileLabel>& spans, std::size_t which, Cycle cycles,
                  std::uint64_t instructions);

  std::vector<ProfileLabel> spans_;
  std::size_t current_ = 0;  // in spans_
  Cycle begun_ = 0;
  std::uint64_t begun_instructions_ = 0;
};

}  // namespace strata
