// Random pages and calls: RAM, screen, disk, what the platform hears and the interrupt are those of
// a small model written from the description alone, and nothing outside is touched.
#include <gtest/gtest.h>

#include "tests/rtl/pv/pv_random_page.h"
#include "tests/rtl/pv/pv_reference.h"
#include "tests/rtl/pv/pv_rig.h"

namespace strata::test {
namespace {

constexpr unsigned kCalls = 4000;

class PvFuzz : public testing::TestWithParam<std::tuple<PvKind, unsigned>> {
 protected:
  static PvKind kind() { return std::get<0>(GetParam()); }
  static unsigned seed() { return std::get<1>(GetParam()); }

  /// The rig hears the console character by character.
  void take_console(std::string& heard) {
    std::string::size_type at = 0;
    while ((at = heard.find("console ", at)) != std::string::npos) {
      heard.erase(at, 8);
      heard.erase(heard.find_last_of('\n'), 1);
    }
  }

  void compare(unsigned round, std::uint32_t number) {
    ASSERT_TRUE(std::equal(reference_.ram.begin(), reference_.ram.end(), rig_.ram.begin()))
        << "RAM after call " << round << ", number " << number;
    ASSERT_TRUE(std::equal(reference_.text.begin(), reference_.text.end(), rig_.text.begin()))
        << "screen after call " << round << ", number " << number;
    ASSERT_EQ(reference_.disk, rig_.disk.bytes) << "call " << round << ", number " << number;
    ASSERT_EQ(reference_.irq, !rig_.irq.empty() && rig_.irq.back()) << "call " << round;
    take_console(reference_.heard);
    ASSERT_EQ(reference_.heard, rig_.heard) << "call " << round << ", number " << number;
    reference_.heard.clear();
    rig_.heard.clear();
  }

  PvRig rig_{kind()};
  PvReference reference_;
};

TEST_P(PvFuzz, DoesWhatTheDescriptionSaysAndNothingElse) {
  std::mt19937 random(seed());
  const auto byte = [&random] { return static_cast<std::uint8_t>(random()); };
  std::generate_n(rig_.ram.begin(), PvRig::kRamBytes, byte);
  std::ranges::generate(rig_.disk.bytes, byte);
  reference_.ram.assign(rig_.ram.begin(), rig_.ram.end() - PvRig::kBehind);
  reference_.text.assign(rig_.text.begin(), rig_.text.end() - PvRig::kBehind);
  reference_.disk = rig_.disk.bytes;
  reference_.hole = {PvRig::kHole, PvRig::kHole + 0x1000};

  PvRandomPage pages(seed(), PvRig::kRamBytes, PvRig::kSectors, PvRig::kHole);
  std::map<std::uint32_t, unsigned> statuses;
  for (unsigned round = 0; round < kCalls; ++round) {
    const std::uint32_t number = pages.number();
    pages.fill(number, rig_.page());
    rig_.page().status = STRATA_PV_PENDING;
    std::memcpy(&reference_.ram[STRATA_PV_PAGE], &rig_.page(), sizeof(pv_page));
    rig_.call(number, round);
    reference_.call(number, round, PvRig::kInstructions);
    ASSERT_NO_FATAL_FAILURE(compare(round, number));
    ++statuses[rig_.page().status];
    if (pages.below(3) == 0) {
      EXPECT_EQ(rig_.twin->read(STRATA_PV_BLOCK_CALL, 2, round), 0xF000u);
      reference_.irq = false;
    }
  }
  EXPECT_TRUE(rig_.nothing_behind());
  EXPECT_EQ(rig_.disk.out_of_range, 0u);
  // Of everything there was enough: no error, each error of a call, and none (the ring).
  for (const std::uint32_t status :
       {0u, 1u, 2u, 3u, 4u, 5u, 6u, std::uint32_t{STRATA_PV_PENDING}}) {
    EXPECT_GE(statuses[status], 10u) << status;
  }
}

INSTANTIATE_TEST_SUITE_P(Twins, PvFuzz,
                         testing::Combine(testing::Values(PvKind::kCore, PvKind::kRtl),
                                          testing::Values(1u, 2u, 3u)),
                         [](const auto& tested) {
                           return testing::PrintToString(std::get<0>(tested.param)) +
                                  std::to_string(std::get<1>(tested.param));
                         });

}  // namespace
}  // namespace strata::test
