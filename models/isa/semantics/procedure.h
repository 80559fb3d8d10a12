// Procedure frames and bounds (SDM vol. 1, 6.6 and 7.3.8.4): ENTER BOUND. LEAVE is in
// data_transfer.h.
#pragma once

#include "models/isa/semantics/operands.h"

namespace strata::semantics {

/// The items an ENTER pushes, each checked when it is added and all written at the end, so that a
/// fault leaves memory as it was.
template <typename T>
class NewFrame {
 public:
  explicit NewFrame(Processor& p) : p_(p), top_(p.gpr[kEsp] & p.stack_mask()) {}

  /// Offset of the item added last.
  std::uint32_t top() const { return top_; }

  bool add(T value) {
    top_ = (top_ - kSize) & p_.stack_mask();
    items_[count_] = {.offset = top_, .value = value, .place = {}};
    return p_.locate<T>(kSs, top_, items_[count_++].place);
  }

  /// Reads a pointer of the enclosing frame. Where a stack pointer above the frame pointer made the
  /// two overlap, that is what was pushed over it.
  bool read(std::uint32_t offset, T& value) {
    if (!p_.read<T>(kSs, offset, value)) {
      return false;
    }
    for (unsigned n = 0; n < count_; ++n) {
      lay_over(items_[n], offset, value);
    }
    return true;
  }

  void write() {
    for (unsigned n = 0; n < count_; ++n) {
      p_.store<T>(items_[n].place, items_[n].value);
    }
  }

 private:
  static constexpr std::uint32_t kSize = sizeof(T);
  static constexpr unsigned kMost = 1 + 31;  // the old frame pointer, then one a level

  struct Item {
    std::uint32_t offset;
    T value;
    Location<T> place;
  };

  /// Replaces the bytes of `value`, which is at `offset`, that `item` covers.
  void lay_over(const Item& item, std::uint32_t offset, T& value) const {
    for (unsigned byte = 0; byte < kSize; ++byte) {
      const std::uint32_t into = (offset + byte - item.offset) & p_.stack_mask();
      if (into < kSize) {
        const T mask = static_cast<T>(T{0xFF} << (8 * byte));
        const T pushed = static_cast<T>((item.value >> (8 * into)) & 0xFF);
        value = static_cast<T>((value & ~mask) | (pushed << (8 * byte)));
      }
    }
  }

  Processor& p_;
  std::uint32_t top_;
  unsigned count_ = 0;
  std::array<Item, kMost> items_;
};

/// ENTER imm16, imm8: the frame pointer, the pointers of the enclosing frames and the new one are
/// pushed, then room is made. The stack has to hold an item at its new top too: "#SS(0) if the new
/// value of the SP or ESP register is outside the stack segment limit" (SDM vol. 2).
struct Enter {
  template <typename T>
  static Outcome run(Processor& p, const Instruction& i) {
    const std::uint32_t mask = p.stack_mask();
    const unsigned level = i.displacement & 31;
    NewFrame<T> frame(p);
    if (!frame.add(p.reg<T>(kEbp))) {
      return Outcome::kFault;
    }
    const std::uint32_t pointer = (p.gpr[kEsp] & ~mask) | frame.top();
    for (unsigned n = 1; n < level; ++n) {
      T enclosing;
      if (!frame.read((p.gpr[kEbp] - n * static_cast<std::uint32_t>(sizeof(T))) & mask,
                      enclosing) ||
          !frame.add(enclosing)) {
        return Outcome::kFault;
      }
    }
    if (level > 0 && !frame.add(static_cast<T>(pointer))) {
      return Outcome::kFault;
    }
    const std::uint32_t top = (frame.top() - (i.immediate & 0xFFFF)) & mask;
    Location<T> end;
    if (!p.locate<T>(kSs, top, end)) {
      return Outcome::kFault;
    }
    frame.write();
    p.set_reg<T>(kEbp, static_cast<T>(pointer));
    p.set_masked(kEsp, mask, top);
    return Outcome::kDone;
  }
};

/// BOUND r, m: #BR unless the signed register lies between the two signed limits, both included
struct Bound {
  template <typename T>
  static Outcome run(Processor& p, const Instruction& i) {
    T lower;
    T upper;
    if (!p.read<T>(i.segment, p.effective_address(i), lower) ||
        !p.read<T>(i.segment, p.item_address(i, sizeof(T)), upper)) {
      return Outcome::kFault;
    }
    using Signed = std::make_signed_t<T>;
    const auto index = static_cast<Signed>(p.reg<T>(i.reg));
    const bool inside = index >= static_cast<Signed>(lower) && index <= static_cast<Signed>(upper);
    return inside ? Outcome::kDone : p.raised(vector::kBound);
  }
};

}  // namespace strata::semantics
