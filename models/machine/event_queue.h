// What devices will do by themselves, in order of time: the clock of a machine without a simulation
// kernel. It holds no events, but asks each device when it next has one.
#pragma once

#include <vector>

#include "models/base/device.h"
#include "models/base/types.h"

namespace strata {

class EventQueue {
 public:
  /// `device` outlives the queue. Returns its slot: 0, 1, ...
  unsigned add(Device& device);

  /// When the next device acts by itself; kNever if none will.
  Cycle next() const { return next_; }

  /// Asks the device again: to be called after every access to it and every change of one of its
  /// input wires.
  void refresh(unsigned slot) {
    const Cycle before = slots_[slot].next;
    const Cycle now = slots_[slot].device->next_event();
    if (now != before) move(slot, now);
  }

  /// Asks every device again, after their states were loaded or reset.
  void refresh_all();

  /// Lets the device whose turn it is act at next(), which is not kNever. Devices of the same cycle
  /// act in the order in which they were added.
  void run_next();

 private:
  struct Slot {
    Device* device = nullptr;
    Cycle next = kNever;
  };

  void move(unsigned slot, Cycle next);
  void find_next();

  std::vector<Slot> slots_;
  Cycle next_ = kNever;
  unsigned first_ = 0;  // the slot of next_
};

}  // namespace strata
