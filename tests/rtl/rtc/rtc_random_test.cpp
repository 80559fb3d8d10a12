// Both twins of the clock under the same random accesses in the same cycles: what they answer, when
// the request rises, whether they sleep, and their states.
#include <gtest/gtest.h>

#include <random>

#include "models/base/state_fields.h"
#include "tests/rtl/rtc/rtc_twins.h"

namespace strata::test {
namespace {

TEST(RtcTwins, AgreeOnRandomAccesses) {
  std::mt19937 random(146818);
  const auto below = [&](std::uint32_t limit) {
    return static_cast<std::uint32_t>(random()) % limit;
  };
  RtcState contents;
  contents.a = 0x26;
  for (std::uint8_t& byte : contents.bytes) byte = static_cast<std::uint8_t>(random());
  for (unsigned i = 10; i < 14; ++i) contents.bytes[i] = 0;
  const auto core = make_rtc(RtcKind::kCore, contents);
  const auto rtl = make_rtc(RtcKind::kRtl, contents);
  const auto put = [&](std::uint32_t index, std::uint32_t value) {
    core->write(0, 2, index | value << 8);
    rtl->write(0, 2, index | value << 8);
  };
  constexpr std::uint8_t kEnds[] = {0x59, 0x23, 0x31, 0x12, 0x99, 0x28, 0x11, 0x91, 0x07, 0x30};
  unsigned updates = 0;
  for (unsigned step = 0; step < 20'000; ++step) {
    switch (below(10)) {
      case 0: put(below(10), below(256)); break;
      case 1: put(below(10), kEnds[below(10)]); break;
      case 2: put(0x0A, (below(6) == 0 ? below(8) : 2) << 4 | below(16)); break;
      case 3: put(0x0B, below(256) & (below(4) == 0 ? 0xFF : 0x7F)); break;
      case 4: put(below(128), below(256)); break;
      // The byte that ends each unit, all at once.
      case 5:
        for (std::uint32_t i = 0; i < 10; ++i) put(i, kEnds[below(10)]);
        break;
      case 6:
      case 7: {
        const std::uint32_t cycles = below(4) == 0 ? 65'536 - below(300) : below(3000);
        core->idle(cycles);
        rtl->idle(cycles);
        break;
      }
      default: {
        const std::uint32_t index = below(3) == 0 ? 0x0C : below(16);
        core->write(0, 1, index);
        rtl->write(0, 1, index);
        const std::uint32_t offset = below(2);
        const unsigned bytes = 1 + below(4 - offset);
        const std::uint32_t value = core->read(offset, bytes);
        ASSERT_EQ(value, rtl->read(offset, bytes)) << "step " << step << " index " << index;
        const std::uint32_t data = value >> (8 * (1 - offset));
        if (index == 0x0C && offset + bytes > 1 && (data & 0x10) != 0) ++updates;
        break;
      }
    }
    ASSERT_EQ(core->irq(), rtl->irq()) << "step " << step;
    ASSERT_EQ(core->asleep(), rtl->asleep()) << "step " << step;
    ASSERT_EQ(core->state(), rtl->state()) << "step " << step << "\n"
                                           << differences(core->state(), rtl->state());
  }
  EXPECT_EQ(core->rises, rtl->rises);
  EXPECT_GT(core->rises.size(), 500u);
  EXPECT_GT(updates, 100u);
}

}  // namespace
}  // namespace strata::test
