// Transfers between disk and memory for the block behind port ABBA: their checks, and the moving,
// of several at once where they follow each other.
#pragma once

#include <cstdint>
#include <functional>
#include <mutex>
#include <span>
#include <vector>

#include "models/base/disk_backend.h"
#include "models/pv/pv_memory.h"
#include "models/pv/pv_page.h"

namespace strata {

class PvTransfers {
 public:
  using Error = std::uint32_t;  // 0 or STRATA_PV_ERROR_

  /// Both outlive the object.
  PvTransfers(const PvMemory& memory, DiskBackend& disk) : memory_(memory), disk_(disk) {}

  struct Result {
    std::uint32_t done = 0;  // transfers that succeeded, from the first on
    Error error = 0;         // of the one behind them; 0: it has not been tried
  };

  /// Carries out transfer 0 of `count`, which are not 0, and at once with it those behind it that
  /// move the sectors behind its own in the same direction. The memory that is the shared page is
  /// left to a transfer of its own, because what is done with a transfer is written there. Each is
  /// read, by `load`(number), once for each time it is looked at, and then checked. Callable from
  /// any thread; then one after another.
  Result carry_out(std::uint32_t count, const std::function<pv_transfer(std::uint32_t)>& load);

 private:
  Error check(const pv_transfer& transfer, std::span<std::uint8_t>& buffer) const;
  void add(const pv_transfer& transfer, std::span<std::uint8_t> buffer);
  Result move();

  const PvMemory& memory_;
  DiskBackend& disk_;
  std::mutex mutex_;
  // What is to be moved at once.
  std::uint32_t direction_ = 0;
  std::uint64_t lba_ = 0;
  std::uint64_t end_lba_ = 0;
  std::vector<std::uint32_t> sectors_;           // of each transfer
  std::vector<std::span<std::uint8_t>> pieces_;  // of memory, joined where they meet
};

}  // namespace strata
