#include "models/machine/event_queue.h"

#include <cassert>

namespace strata {

unsigned EventQueue::add(Device& device) {
  const auto slot = static_cast<unsigned>(slots_.size());
  slots_.push_back({&device, kNever});
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
  slots_[slot].next = next;
  if (slot == first_ || next < next_ || (next == next_ && slot < first_)) find_next();
}

void EventQueue::find_next() {
  first_ = 0;
  next_ = kNever;
  for (unsigned slot = 0; slot < slots_.size(); ++slot) {
    if (slots_[slot].next < next_) {
      first_ = slot;
      next_ = slots_[slot].next;
    }
  }
}

}  // namespace strata
