// What random programs (random_program.h) read that is not memory, and where they must not go.
#pragma once

#include <cstdint>
#include <iterator>

#include "tests/lockstep/random_pages.h"
#include "tests/lockstep/random_program.h"
#include "tests/rtl/cpu/cpu_bench.h"

namespace strata::test {

/// The processors take turns; every other program runs on the newest.
inline CpuFamily random_family(std::uint32_t seed) {
  constexpr CpuFamily kTurns[] = {CpuFamily::k586, CpuFamily::k386, CpuFamily::k586,
                                  CpuFamily::k486};
  return kTurns[seed % std::size(kTurns)];
}

class RandomDevice final : public BenchDevice {
 public:
  RandomDevice(std::uint32_t seed, bool protected_mode)
      : random_(seed), protected_mode_(protected_mode) {}

  /// From now on the handlers go to the stop.
  void stop() { stopping_ = true; }
  /// How many places they have been given.
  std::uint64_t places() const { return places_; }

  std::uint32_t read(bool port, std::uint32_t address, unsigned) override {
    if (port && address == kPlacePort) {
      ++places_;
      return stopping_ ? kStopPlace : kFirstCode + pick(random_, 0xE000);
    }
    if (port && address == kValuePort) {
      return random_value(random_);
    }
    if (port && address == kSelectorPort) {
      return protected_mode_ ? random_code_selector(random_) : kCodeBase >> 4;
    }
    return static_cast<std::uint32_t>(random_());
  }
  void write(bool, std::uint32_t, unsigned, std::uint32_t) override {}
  std::uint8_t acknowledge() override {
    return static_cast<std::uint8_t>(pick(random_, 16) == 0 ? pick(random_, 256)
                                                            : 0x20 + pick(random_, 0xE0));
  }

 private:
  Random random_;
  bool protected_mode_;
  bool stopping_ = false;
  std::uint64_t places_ = 0;
};

/// Whether code at `linear` is in memory: fetching from device registers is different in every
/// engine.
inline bool is_in_memory(std::uint32_t linear) {
  constexpr std::uint32_t kLongest = 15;
  return linear <= kDeviceBase - kLongest ||
         (linear >= kDeviceEnd && linear <= kTableBase - kLongest);
}

/// Whether page tables are where the program cannot change them. Elsewhere, registers of devices
/// may be taken for tables.
inline bool tables_stay(const CpuState& state) {
  return (state.cr0 & cr0::kPg) == 0 || state.cr3 == kPageDirectory;
}

}  // namespace strata::test
