#include "models/machine/event_queue.h"

#include <algorithm>
#include <cassert>
#include <utility>

namespace strata {

unsigned EventQueue::add(Device& device, Lines lines) {
  const auto slot = static_cast<unsigned>(slots_.size());
  slots_.push_back({&device, lines, kNever});
  refresh(slot);
  return slot;
}

void EventQueue::refresh_all() {
  for (Slot& slot : slots_) slot.next = slot.device->next_event();
  find_next();
}

void EventQueue::run_next() {
  const unsigned slot = first_;
  const Cycle now = next_;
  slots_[slot].device->advance(now);
  refresh(slot);
  assert(slots_[slot].next > now);
}

/// Only the slot that was first, or one that overtakes it, changes who is first.
void EventQueue::move(unsigned slot, Cycle next) {
  const Cycle before = std::exchange(slots_[slot].next, next);
  const bool first = slot == first_ || next < next_ || (next == next_ && slot < first_);
  if (first || before == next_interrupting_ || next < next_interrupting_) find_next();
}

void EventQueue::find_next() {
  first_ = 0;
  next_ = kNever;
  next_interrupting_ = kNever;
  for (unsigned slot = 0; slot < slots_.size(); ++slot) {
    const Cycle next = slots_[slot].next;
    if (next < next_) {
      first_ = slot;
      next_ = next;
    }
    if (next < next_interrupting_ && interrupts(slots_[slot])) next_interrupting_ = next;
  }
}

}  // namespace strata
