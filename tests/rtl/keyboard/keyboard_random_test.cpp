// Both twins of keyboard and controller under the same random accesses and keys in the same cycles:
// what they answer, when the request rises and a reset is asked for, whether they sleep, and their
// states.
#include <gtest/gtest.h>

#include <random>

#include "models/base/state_fields.h"
#include "tests/rtl/keyboard/keyboard_twins.h"

namespace strata::test {
namespace {

constexpr std::uint8_t kControls[] = {0x20, 0x60, 0x60, 0xA7, 0xA8, 0xA9, 0xAA, 0xAB, 0xAD, 0xAE,
                                      0xC0, 0xD0, 0xD1, 0xD2, 0xD3, 0xD4, 0xDD, 0xDF, 0xE0, 0xFE};
constexpr std::uint8_t kBytes[] = {0xED, 0x07, 0xEE, 0xF0, 0x00, 0x01, 0x02, 0x03,
                                   0xF2, 0xF3, 0x7F, 0x00, 0xF4, 0xF4, 0xF5, 0xF6,
                                   0xF8, 0xFE, 0xFF, 0x45, 0x05, 0x15, 0x65, 0xEF};
constexpr std::uint8_t kCodes[] = {0x1C, 0x32, 0x75, 0x14, 0x83, 0x77, 0x12, 0x7F};

TEST(KeyboardTwins, AgreeOnRandomAccesses) {
  std::mt19937 random(8042);
  const auto below = [&](std::uint32_t limit) {
    return static_cast<std::uint32_t>(random()) % limit;
  };
  const auto core = make_keyboard(KeyboardKind::kCore);
  const auto rtl = make_keyboard(KeyboardKind::kRtl);
  const auto idle = [&](Cycle cycles) { core->idle(cycles), rtl->idle(cycles); };
  const auto write = [&](std::uint32_t offset, unsigned bytes, std::uint32_t value) {
    core->write(offset, bytes, value), rtl->write(offset, bytes, value);
  };
  unsigned bytes_read = 0;
  unsigned repeats = 0;
  for (unsigned step = 0; step < 20'000; ++step) {
    switch (below(10)) {
      case 0: write(4, 1, kControls[below(std::size(kControls))]); break;
      case 1: write(0, 1, kBytes[below(std::size(kBytes))]); break;
      case 2: write(4 * below(2), 1 + below(4), static_cast<std::uint32_t>(random())); break;
      case 3:
        // Enabled and looked at, so that more comes.
        write(4, 1, 0x60), idle(2 * kTick);
        write(0, 1, 0x01 | (below(2) << 6)), idle(2 * kTick);
        write(0, 1, 0xF4), idle(3 * kByte);
        break;
      case 4:
      case 5: {
        std::vector<KeyCode> keys(1 + below(kKeyCodesAtOnce));
        for (KeyCode& key : keys) {
          key = {static_cast<KeyCode::Prefix>(below(3)), kCodes[below(std::size(kCodes))],
                 below(2) != 0};
        }
        core->press(keys), rtl->press(keys);
        break;
      }
      case 6: idle(below(8) == 0 ? below(20'000) * kTick / 4 : below(2 * kByte)); break;
      default: {
        const std::uint32_t offset = 4 * (below(3) == 0);
        const unsigned bytes = 1 + below(4);
        const std::uint32_t value = core->read(offset, bytes);
        ASSERT_EQ(value, rtl->read(offset, bytes)) << "step " << step << " offset " << offset;
        if (offset == 0) ++bytes_read;
        break;
      }
    }
    if (core->state().repeated != 0) ++repeats;
    ASSERT_EQ(core->irq(), rtl->irq()) << "step " << step;
    ASSERT_EQ(core->a20(), rtl->a20()) << "step " << step;
    ASSERT_EQ(core->asleep(), rtl->asleep()) << "step " << step;
    ASSERT_EQ(core->state(), rtl->state()) << "step " << step << "\n"
                                           << differences(core->state(), rtl->state());
  }
  EXPECT_EQ(core->rises, rtl->rises);
  EXPECT_EQ(core->resets, rtl->resets);
  EXPECT_GT(core->rises.size(), 300u);
  EXPECT_GT(core->resets.size(), 30u);
  EXPECT_GT(bytes_read, 500u);
  EXPECT_GT(repeats, 100u);
}

/// Whatever bytes a snapshot has.
TEST(KeyboardTwins, AgreeFromAnyState) {
  std::mt19937 random(60);
  const auto core = make_keyboard(KeyboardKind::kCore);
  const auto rtl = make_keyboard(KeyboardKind::kRtl);
  for (unsigned round = 0; round < 1000; ++round) {
    StateBytes bytes = to_bytes(KeyboardState{});
    for (std::uint8_t& byte : bytes) {
      if (random() % 3 == 0) byte = static_cast<std::uint8_t>(random());
    }
    KeyboardState state;
    if (!from_bytes(bytes, state)) continue;  // a bool that is neither
    core->load(state), rtl->load(state);
    const Cycle cycles = random() % (20 * kByte);
    for (unsigned i = 0; i < 4; ++i) {
      core->idle(cycles), rtl->idle(cycles);
      ASSERT_EQ(core->read(0, 1), rtl->read(0, 1)) << "round " << round;
      ASSERT_EQ(core->state(), rtl->state()) << "round " << round << "\n"
                                             << differences(core->state(), rtl->state());
    }
  }
}

}  // namespace
}  // namespace strata::test
