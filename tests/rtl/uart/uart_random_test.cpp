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
  std::string text(20'000, ' ');
  for (std::size_t i = 0; i < text.size(); ++i) text[i] = static_cast<char>(i * 7);
  const auto core = make_uart(UartKind::kCore, 5'000'000, core_sent, sender_of(text));
  const auto rtl = make_uart(UartKind::kRtl, 5'000'000, rtl_sent, sender_of(text));
  const auto write = [&](std::uint32_t offset, std::uint32_t value) {
    core->write(offset, 1, value);
    rtl->write(offset, 1, value);
  };
  StepSource source;
  unsigned received = 0;
  for (unsigned i = 0; i < 100'000; ++i) {
    const std::uint32_t dice = source.below(16);
    if (dice < 4) {
      write(0, source.below(256));
    } else if (dice == 4) {
      write(1, source.below(16));
    } else if (dice == 5 && source.below(4) == 0) {
      write(2, source.below(256));
    } else if (dice == 6) {
      write(4, source.below(4) == 0 ? source.below(32) : 0x0B);
    } else if (dice == 7 && source.below(8) == 0) {
      const std::uint32_t lcr = source.below(32);
      write(3, lcr | 0x80);
      write(0, 1 + source.below(2));
      write(1, 0);
      write(3, lcr);
    } else if (dice == 8) {
      const Cycle cycles = source.below(2000);
      core->idle(cycles);
      rtl->idle(cycles);
    } else {
      const unsigned bytes = source.below(4) == 0 ? 4 : 1;
      const std::uint32_t offset = bytes == 4 ? source.below(2) * 4 : source.below(8);
      const std::uint32_t value = core->read(offset, bytes);
      ASSERT_EQ(value, rtl->read(offset, bytes)) << "step " << i << " offset " << offset;
      received += offset == 0 && value != 0;
    }
    ASSERT_EQ(core->irq(), rtl->irq()) << "step " << i;
    ASSERT_EQ(core->now(), rtl->now());
  }
  EXPECT_EQ(core_sent, rtl_sent);
  EXPECT_GT(core_sent.size(), 1000u);
  EXPECT_GT(received, 1000u);
}

}  // namespace
}  // namespace strata::test
