// The machine's page frames as the monitor gives them out: to a guest's frame when it is touched
// first, and to tables of the monitor's own. Numbers go up from 1; a frame that was a table is
// given out again.
#pragma once

#include <cstdint>
#include <vector>

namespace strata {

class MachineFrames {
 public:
  MachineFrames();

  /// The frame a guest's frame is in; 0: none yet.
  std::uint32_t known(std::uint32_t guest_frame) const { return machine_of_[guest_frame]; }
  /// The same, given out if there is none yet.
  std::uint32_t of(std::uint32_t guest_frame);
  /// The reverse.
  std::uint32_t guest_frame(std::uint32_t machine_frame) const { return guest_of_[machine_frame]; }

  std::uint32_t take_table();
  void give_back(std::uint32_t machine_frame);

  /// Tables given out and not given back, now and at most.
  std::uint32_t tables() const { return tables_; }
  std::uint32_t most_tables() const { return most_tables_; }

 private:
  std::uint32_t take();

  std::vector<std::uint32_t> machine_of_;  // by guest frame
  std::vector<std::uint32_t> guest_of_;    // by machine frame
  std::vector<std::uint32_t> free_;
  std::uint32_t tables_ = 0;
  std::uint32_t most_tables_ = 0;
};

}  // namespace strata
