#include "models/engine/monitor/machine_frames.h"

#include <algorithm>

#include "models/isa/guest_memory.h"

namespace strata {

MachineFrames::MachineFrames()
    : machine_of_(std::size_t{1} << (32 - GuestMemory::kPageShift)), guest_of_(1) {}

std::uint32_t MachineFrames::take() {
  if (free_.empty()) {
    guest_of_.push_back(0);
    return static_cast<std::uint32_t>(guest_of_.size() - 1);
  }
  const std::uint32_t frame = free_.back();
  free_.pop_back();
  return frame;
}

std::uint32_t MachineFrames::of(std::uint32_t guest_frame) {
  std::uint32_t& machine_frame = machine_of_[guest_frame];
  if (machine_frame == 0) {
    machine_frame = take();
    guest_of_[machine_frame] = guest_frame;
  }
  return machine_frame;
}

std::uint32_t MachineFrames::take_table() {
  most_tables_ = std::max(most_tables_, ++tables_);
  return take();
}

void MachineFrames::give_back(std::uint32_t machine_frame) {
  --tables_;
  free_.push_back(machine_frame);
}

}  // namespace strata
