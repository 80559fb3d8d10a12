// The receiver of the two UART twins, after the PC16550D data sheet: 8.4 FIFO operation, tables II
// and V.
#include "tests/rtl/uart/uart_registers.h"
#include "tests/rtl/uart/uart_twins.h"

namespace strata::test {
namespace {

constexpr std::uint32_t kListens = 0x03;  // DTR, RTS
constexpr std::uint32_t kLoop = 0x10;

class UartReceiver : public testing::TestWithParam<UartKind> {
 protected:
  // 115200 baud, 8 N 1: 2170.14 cycles a character.
  static constexpr std::uint32_t kCpuHz = 25'000'000;
  static constexpr Cycle kCharacter = 2171;

  void start(const std::string& text) {
    port = make_uart(GetParam(), kCpuHz, sent, sender_of(text));
    out(kLcr, 0x03);
  }
  std::uint32_t in(std::uint32_t offset) { return port->read(offset, 1); }
  void out(std::uint32_t offset, std::uint32_t value) { port->write(offset, 1, value); }

  std::string read_all() {
    std::string text;
    while (in(kLsr)&1) text += static_cast<char>(in(kRbr));
    return text;
  }

  SentBytes sent;
  std::unique_ptr<TwinPort> port;
};

INSTANTIATE_TEST_SUITE_P(Twins, UartReceiver, testing::Values(UartKind::kCore, UartKind::kRtl),
                         testing::PrintToStringParamName());

TEST_P(UartReceiver, ACharacterTakesItsBitsOfBaudTime) {
  start("ab");
  port->idle(3 * kCharacter);
  EXPECT_EQ(in(kLsr), 0x60u) << "nobody listens";
  out(kMcr, kListens);  // took effect one cycle ago
  port->idle(kCharacter - 2);
  EXPECT_EQ(in(kLsr), 0x60u);  // as of the character's last cycle but one
  EXPECT_EQ(in(kLsr), 0x61u);
  EXPECT_EQ(in(kRbr), std::uint32_t{'a'});
  EXPECT_EQ(in(kLsr), 0x60u);
  port->idle(kCharacter);
  EXPECT_EQ(in(kRbr), std::uint32_t{'b'});
  port->idle(2 * kCharacter);
  EXPECT_EQ(in(kLsr), 0x60u);
}

TEST_P(UartReceiver, WithoutFifoTheTerminalWaitsForEachByte) {
  start("abc");
  out(kIer, 0x01);
  port->idle(5 * kCharacter);
  EXPECT_TRUE(port->irq());
  EXPECT_EQ(in(kIir), 0x04u);
  EXPECT_EQ(in(kRbr), std::uint32_t{'a'});
  EXPECT_FALSE(port->irq());
  EXPECT_EQ(in(kIir), 0x01u);
  port->idle(5 * kCharacter);
  EXPECT_EQ(in(kRbr), std::uint32_t{'b'});
  EXPECT_EQ(in(kLsr), 0x60u) << "no overrun";
}

TEST_P(UartReceiver, TriggerLevelsRaiseTheInterrupt) {
  const std::pair<std::uint32_t, unsigned> levels[] = {{0x01, 1}, {0x41, 4}, {0x81, 8}, {0xC1, 14}};
  for (const auto& [fcr, level] : levels) {
    start(std::string(20, 'x'));
    out(kFcr, fcr);
    out(kIer, 0x01);
    port->idle((level - 1) * kCharacter + kCharacter / 2);
    EXPECT_FALSE(port->irq()) << level;
    port->idle(kCharacter);
    EXPECT_TRUE(port->irq()) << level;
    EXPECT_EQ(in(kIir), 0xC4u);
    in(kRbr);
    EXPECT_FALSE(port->irq()) << "below the level";
  }
}

TEST_P(UartReceiver, TimeOutComesFourCharactersLater) {
  start("abc");
  out(kFcr, 0x81);
  out(kIer, 0x01);
  port->idle(3 * kCharacter + 10);
  EXPECT_FALSE(port->irq());
  port->idle(4 * kCharacter - 40);
  EXPECT_FALSE(port->irq());
  port->idle(40);
  EXPECT_TRUE(port->irq());
  EXPECT_EQ(in(kIir), 0xCCu);
  EXPECT_EQ(in(kRbr), std::uint32_t{'a'});
  EXPECT_FALSE(port->irq()) << "reading takes it away and begins anew";
  EXPECT_EQ(in(kIir), 0xC1u);
  port->idle(4 * kCharacter);
  EXPECT_EQ(in(kIir), 0xCCu);
  EXPECT_EQ(read_all(), "bc");
  port->idle(8 * kCharacter);
  EXPECT_FALSE(port->irq()) << "there is nothing left";
}

TEST_P(UartReceiver, TheTerminalWaitsForRoomAndLosesNothing) {
  const std::string text = "The quick brown fox jumps over the lazy dog.";
  start(text);
  out(kFcr, 0xC1);
  out(kMcr, kListens);
  std::string got;
  while (got.size() < text.size()) {
    port->idle(30 * kCharacter);
    const std::string part = read_all();
    ASSERT_FALSE(part.empty());
    EXPECT_LE(part.size(), 17u);  // one more may have come while it was read
    got += part;
  }
  EXPECT_EQ(got, text);
  EXPECT_EQ(in(kLsr), 0x60u);
}

TEST_P(UartReceiver, LoopbackOverrunsAndSaysSo) {
  start("from the terminal");
  out(kMcr, kLoop | kListens);
  out(kIer, 0x04);
  out(kThr, 'a');
  port->idle(kCharacter + 10);
  out(kThr, 'b');
  port->idle(kCharacter + 10);
  EXPECT_TRUE(port->irq());
  EXPECT_EQ(in(kIir), 0x06u);
  EXPECT_EQ(in(kLsr), 0x63u);
  EXPECT_FALSE(port->irq()) << "reading LSR takes it away";
  EXPECT_EQ(in(kRbr), std::uint32_t{'b'}) << "RBR is overwritten";
  out(kFcr, 0xC1);
  for (std::uint32_t i = 0; i < 16; ++i) out(kThr, i);
  port->idle(18 * kCharacter);
  out(kThr, 16);
  port->idle(2 * kCharacter);
  EXPECT_EQ(in(kLsr), 0x63u);
  for (std::uint32_t i = 0; i < 16; ++i) EXPECT_EQ(in(kRbr), i) << "what is in the FIFO stays";
  EXPECT_EQ(in(kLsr), 0x60u);
  EXPECT_TRUE(sent.empty());
}

TEST_P(UartReceiver, ALoopbackDelaysTheTerminal) {
  start("t");
  out(kMcr, kListens);
  port->idle(kCharacter / 2);
  out(kMcr, kLoop);
  port->idle(3 * kCharacter);
  EXPECT_EQ(in(kLsr), 0x60u);
  out(kMcr, kListens);
  port->idle(kCharacter + 10);
  EXPECT_EQ(in(kRbr), std::uint32_t{'t'});
}

TEST_P(UartReceiver, FcrResetEmptiesItAlone) {
  start("abc");
  out(kFcr, 0x81);
  out(kMcr, kListens);
  port->idle(10 * kCharacter);
  out(kIer, 0x01);
  EXPECT_TRUE(port->irq());  // the time-out
  out(kFcr, 0x83);
  EXPECT_FALSE(port->irq());
  EXPECT_EQ(in(kLsr), 0x60u);
  EXPECT_EQ(in(kRbr), 0u);
}

TEST_P(UartReceiver, ModemLinesInterruptWhereTheyChange) {
  start("");
  out(kIer, 0x08);
  EXPECT_FALSE(port->irq());
  out(kMcr, kLoop | 0x0B);  // DCD, DSR and CTS stay
  EXPECT_FALSE(port->irq());
  out(kMcr, kLoop | 0x0F);  // a ring begins
  EXPECT_FALSE(port->irq());
  EXPECT_EQ(in(kMsr), 0xF0u);
  out(kMcr, kLoop | 0x0B);  // and ends
  EXPECT_TRUE(port->irq());
  EXPECT_EQ(in(kIir), 0x00u);
  EXPECT_EQ(in(kMsr), 0xB4u);
  EXPECT_FALSE(port->irq());
  EXPECT_EQ(in(kMsr), 0xB0u);
}

TEST_P(UartReceiver, InterruptsComeByPriority) {
  start("");
  out(kMcr, kLoop | 0x01);
  out(kThr, 'a');
  port->idle(kCharacter + 10);
  out(kThr, 'b');
  port->idle(kCharacter + 10);
  out(kIer, 0x0F);
  EXPECT_EQ(in(kIir), 0x06u);
  in(kLsr);
  EXPECT_EQ(in(kIir), 0x04u);
  in(kRbr);
  EXPECT_EQ(in(kIir), 0x02u);  // and reading it takes it away
  EXPECT_EQ(in(kIir), 0x00u);
  in(kMsr);
  EXPECT_EQ(in(kIir), 0x01u);
  EXPECT_FALSE(port->irq());
}

}  // namespace
}  // namespace strata::test
