// The two UART twins under the same pseudo-random accesses: every value read, the interrupt line
// after every access and the bytes sent must agree.
#include <random>

#include "tests/rtl/uart/uart_twins.h"

namespace strata::test {
namespace {

class StepSource {
 public:
  std::uint32_t below(std::uint32_t limit) { return static_cast<std::uint32_t>(random_()) % limit; }

 private:
  std::mt19937 random_{16550};
};

TEST(UartTwins, AgreeOnRandomAccesses) {
  SentBytes core_sent;
  SentBytes rtl_sent;
  const auto core = make_uart(UartKind::kCore, 5'000'000, core_sent);
  const auto rtl = make_uart(UartKind::kRtl, 5'000'000, rtl_sent);
  const auto write = [&](std::uint32_t offset, std::uint32_t value) {
    core->write(offset, 1, value);
    rtl->write(offset, 1, value);
  };
  StepSource source;
  for (unsigned i = 0; i < 50000; ++i) {
    const std::uint32_t dice = source.below(16);
    if (dice < 5) {
      write(0, source.below(256));
    } else if (dice == 5) {
      write(1, source.below(4));
    } else if (dice == 6) {
      write(2, source.below(8));
    } else if (dice == 7 && source.below(8) == 0) {
      // Line settings only between characters: at the edge that ends one the core has the new
      // settings, the RTL still the old ones.
      core->idle(20000);
      rtl->idle(20000);
      const std::uint32_t lcr = source.below(32);
      write(3, lcr | 0x80);
      write(0, 1 + source.below(2));
      write(1, 0);
      write(3, lcr);
      write(4, source.below(32));
    } else if (dice == 8) {
      const Cycle cycles = source.below(2000);
      core->idle(cycles);
      rtl->idle(cycles);
    } else {
      const std::uint32_t offset = source.below(8);
      ASSERT_EQ(core->read(offset, 1), rtl->read(offset, 1))
          << "step " << i << " offset " << offset;
    }
    ASSERT_EQ(core->irq(), rtl->irq()) << "step " << i;
    ASSERT_EQ(core->now(), rtl->now());
  }
  EXPECT_EQ(core_sent, rtl_sent);
  EXPECT_GT(core_sent.size(), 1000u);
}

}  // namespace
}  // namespace strata::test
