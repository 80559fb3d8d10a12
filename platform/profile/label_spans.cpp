#include "platform/profile/label_spans.h"

#include <algorithm>

namespace strata {

void LabelSpans::end(std::vector<ProfileLabel>& spans, std::size_t which, Cycle cycles,
                     std::uint64_t instructions) {
  spans[which].cycles += cycles;
  spans[which].instructions += instructions;
}

void LabelSpans::on_label(const std::string& label, Cycle cycle, std::uint64_t instructions) {
  if (spans_.empty()) spans_.push_back({.name = "", .times = 1});
  end(spans_, current_, cycle - begun_, instructions - begun_instructions_);
  // The first has no name, and a label has.
  const auto known = std::ranges::find(spans_, label, &ProfileLabel::name);
  current_ = static_cast<std::size_t>(known - spans_.begin());
  if (known == spans_.end()) spans_.push_back({.name = label});
  ++spans_[current_].times;
  begun_ = cycle;
  begun_instructions_ = instructions;
}

std::vector<ProfileLabel> LabelSpans::spans(Cycle cycle, std::uint64_t instructions) const {
  std::vector<ProfileLabel> spans = spans_;
  if (!spans.empty()) end(spans, current_, cycle - begun_, instructions - begun_instructions_);
  return spans;
}

}  // namespace strata
