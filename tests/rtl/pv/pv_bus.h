// What is behind the master port of the RTL of the paravirtual interface: RAM and text memory that
// take their time.
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <cstring>
#include <random>

#include "models/base/wishbone_wires.h"
#include "models/machine/memory_map.h"
#include "tests/rtl/pv/pv_twins.h"

namespace strata::test {

class PvBus {
 public:
  explicit PvBus(PvSurroundings& surroundings) : surroundings_(surroundings) {}

  /// A cycle: what `request`, which the master shows, is answered by the coming edge.
  WishboneResponse answer(const WishboneRequest& request) {
    if (!request.stb) {
      wait_ = random() % 4;
      word_ = 0;
      return {};
    }
    if (wait_ != 0) {
      --wait_;
      return {};
    }
    const bool burst = request.cti == kCtiIncrementing;
    EXPECT_TRUE(request.cyc);
    EXPECT_EQ(request.tga, kMemorySpace);
    WishboneResponse response{.dat = access(request), .ack = true, .tgd = kTgdCacheable};
    word_ = burst && word_ < 3 ? word_ + 1 : 0;
    // The next request is there at the earliest when this answer has been seen.
    wait_ = random() % 3;
    if (word_ == 0) ++wait_;
    return response;
  }

 private:
  unsigned random() { return static_cast<unsigned>(random_()); }

  std::uint32_t access(const WishboneRequest& request) {
    std::uint8_t* at = find(request.adr + 4 * word_);
    std::uint32_t value = ~0u;
    if (at == nullptr) return value;
    if (request.we) {
      for (unsigned lane = 0; lane < 4; ++lane) {
        if (request.sel >> lane & 1) at[lane] = static_cast<std::uint8_t>(request.dat >> 8 * lane);
      }
    } else {
      std::memcpy(&value, at, sizeof value);
    }
    return value;
  }

  std::uint8_t* find(std::uint32_t address) {
    const bool text = address - STRATA_VGA_TEXT_BASE < PvSurroundings::kTextBytes;
    if (text) return &surroundings_.text_of_twin()[address - STRATA_VGA_TEXT_BASE];
    const bool ram = address < PvSurroundings::kRamBytes &&
                     address - PvSurroundings::kHole >= 0x1000 && address - 0xA0000 >= 0x60000;
    if (ram) return &surroundings_.ram_of_twin()[address];
    ADD_FAILURE() << std::hex << address << " is no RAM";
    return nullptr;
  }

  PvSurroundings& surroundings_;
  std::minstd_rand random_;
  unsigned wait_ = 0;
  unsigned word_ = 0;  // of a burst
};

}  // namespace strata::test
