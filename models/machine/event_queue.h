// What devices will do by themselves, in order of time: the clock of a machine without a simulation
// kernel. It holds no events, but asks each device when it next has one.
#pragma once

#include <cstdint>
#include <vector>

#include "models/base/device.h"
#include "models/base/types.h"

namespace strata {

class EventQueue {
 public:
  /// Interrupt request lines as a set: bit n is line n. kUnknownLines: any may move.
  using Lines = std::uint32_t;
  static constexpr Lines kUnknownLines = ~Lines{0};

  /// `device`, whose events can move `lines`, outlives the queue. Returns its slot: 0, 1, ...
  unsigned add(Device& device, Lines lines = kUnknownLines);

  /// When the next device acts by itself; kNever if none will.
  Cycle next() const { return next_; }

  /// The same of devices whose events can bring an interrupt: one of their lines is not masked. Who
  /// has not come so far by then may bring all others up to date later.
  Cycle next_interrupting() const { return next_interrupting_; }

  /// What the interrupt controllers mask from now on, lines 0 to 15.
  void set_masked(std::uint16_t lines) {
    masked_ = lines;
    find_next();
  }

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
    Lines lines = kUnknownLines;
    Cycle next = kNever;
  };

  void move(unsigned slot, Cycle next);
  void find_next();
  bool interrupts(const Slot& slot) const { return (slot.lines & ~Lines{masked_}) != 0; }

  std::vector<Slot> slots_;
  std::uint16_t masked_ = 0;
  Cycle next_ = kNever;
  Cycle next_interrupting_ = kNever;
  unsigned first_ = 0;  // the slot of next_
};

}  // namespace strata
