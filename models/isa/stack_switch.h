// Another stack: the one a more privileged level has in the TSS (SDM vol. 3, 5.8.5), or the one an
// outer return goes back to. It is checked, and filled, before SS and ESP change.
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "models/isa/segmentation.h"

namespace strata {

/// A stack that will be SS:ESP.
struct StackTarget {
  CheckedSegment segment;
  std::uint32_t esp = 0;
  unsigned level = 0;

  std::uint32_t mask() const {
    return (segment.state.attributes & attr::kBig) != 0 ? 0xFFFFFFFF : 0xFFFF;
  }
  /// Loads SS and all of ESP.
  void commit(Processor& p) const {
    segment.commit(p, kSs);
    p.gpr[kEsp] = esp;
  }
};

/// Reads the stack of `level` from the current TSS and checks it (SDM vol. 2, CALL,
/// MORE-PRIVILEGE): #TS(TR) if the field is outside the TSS, #TS(SS) for a bad segment, #SS(SS) for
/// an absent one.
bool inner_stack(Processor& p, unsigned level, std::uint32_t external, StackTarget& stack);

/// Values to be pushed together, in the order they are added.
class FrameValues {
 public:
  void add(std::uint32_t value) { values_[count_++] = value; }
  std::span<const std::uint32_t> all() const { return {values_.data(), count_}; }

 private:
  static constexpr unsigned kMost = 31 + 4;  // a call gate's parameters, SS ESP CS EIP
  std::array<std::uint32_t, kMost> values_{};
  unsigned count_ = 0;
};

/// Pushes dwords (or words) on a stack that is not loaded yet and moves its ESP. First every item's
/// place is checked, in the order of pushing, at the stack's level: #SS(SS selector, EXT
/// `external`) outside the segment, or #PF; only then anything is written.
bool push_on(Processor& p, StackTarget& stack, const FrameValues& values, bool wide,
             std::uint32_t external);

/// Pushes on the current stack; #SS(external) outside the segment.
bool push_frame(Processor& p, const FrameValues& values, bool wide, std::uint32_t external);

}  // namespace strata
