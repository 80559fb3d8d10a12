// The guest's physical memory, mapped once more so that guest address A lies at base() + A. What is
// no plain memory, or may not be written, faults there (SIGSEGV), and so do 2 GiB on either side:
// an address that leaves 32 bits by a displacement reaches nothing.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "models/engine/engine.h"

namespace strata::jit {

class GuestWindow {
 public:
  /// Regions that are no shared mappings of the host stay out.
  explicit GuestWindow(std::span<const MemoryRegion> regions);
  ~GuestWindow();
  GuestWindow(const GuestWindow&) = delete;
  GuestWindow& operator=(const GuestWindow&) = delete;

  /// Whether there is any memory in it.
  bool useful() const { return !regions_.empty(); }
  std::uint8_t* base() const { return base_; }

  /// Writes to the 4 KiB of host memory at `page` fault from now on, or no longer.
  void guard(const std::uint8_t* page, bool guarded);

 private:
  std::uint8_t* reserved_ = nullptr;
  std::uint8_t* base_ = nullptr;
  std::vector<MemoryRegion> regions_;
};

}  // namespace strata::jit
