// Another stack: the one a more privileged level has in the TSS (SDM vol. 3, 5.8.5), or the one an
// outer return goes back to. It is checked, and filled, before SS and ESP change.
#pragma once

#include <array>
#include <cstddef>
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

/// Whether a stack that is not loaded yet has room for `items` dwords (or words); else #SS(SS
/// selector, EXT `external`). Pages are not asked: that is push_on()'s, behind the checks between
/// the two (SDM vol. 2, CALL and INT n, Operation).
bool room_on(Processor& p, const StackTarget& stack, std::size_t items, bool wide,
             std::uint32_t external);

/// Pushes dwords (or words) there, for which there is room, and moves its ESP. First every item's
/// place is checked, in the order of pushing, at the stack's level: #PF; only then anything is
/// written.
bool push_on(Processor& p, StackTarget& stack, const FrameValues& values, bool wide);

/// Whether the current stack has room; else #SS(external). Pages and alignment are not asked.
bool room_for_frame(Processor& p, std::size_t items, bool wide, std::uint32_t external);

/// Pushes on the current stack, which has room: #AC(external), #PF.
bool push_frame(Processor& p, const FrameValues& values, bool wide, std::uint32_t external);

/// Behind a push on the current stack that has faulted: #SS and #AC say with EXT whether an event
/// is being delivered (SDM vol. 3, 6.13), #PF stays as it is. Always false.
bool push_fault(Processor& p, std::uint32_t external);

}  // namespace strata
