// Contract of the two UART twins. Expected values are those of the PC16550D data sheet; times
// follow from its 16 times baud clock of 1.8432 MHz / divisor.
#include "tests/rtl/uart/uart_registers.h"
#include "tests/rtl/uart/uart_twins.h"

namespace strata::test {
namespace {

constexpr std::uint32_t kThre = 0x20;
constexpr std::uint32_t kThreAndTemt = 0x60;

class UartContract : public testing::TestWithParam<UartKind> {
 protected:
  // Eight bits, no parity, one stop bit at 115200 baud: 160 clocks of 1.8432 MHz: 2170.14 cycles of
  // 25 MHz.
  static constexpr std::uint32_t kCpuHz = 25'000'000;
  static constexpr Cycle kCharacter = 2171;

  SentBytes sent;
  std::unique_ptr<TwinPort> port = make_uart(GetParam(), kCpuHz, sent);

  std::uint32_t in(std::uint32_t offset) { return port->read(offset, 1); }
  void out(std::uint32_t offset, std::uint32_t value) { port->write(offset, 1, value); }

  void set_line(std::uint32_t lcr, std::uint32_t divisor) {
    out(kLcr, lcr | 0x80);
    out(kDll, divisor & 0xFF);
    out(kDlm, divisor >> 8);
    out(kLcr, lcr);
  }

  /// Sends a byte and gives the cycles from its leaving THR until TEMT is 1.
  Cycle measure_character() {
    out(kThr, 'U');
    // Written in the cycle before now, in the shift register one cycle later.
    const Cycle start = port->now();
    while (in(kLsr) != kThreAndTemt) {
    }
    return port->now() - 1 - start;
  }
};

INSTANTIATE_TEST_SUITE_P(Twins, UartContract, testing::Values(UartKind::kCore, UartKind::kRtl),
                         testing::PrintToStringParamName());

TEST_P(UartContract, StartsEmptyAndQuiet) {
  EXPECT_EQ(in(kThr), 0x00u);  // the receiver
  EXPECT_EQ(in(kIer), 0x00u);
  EXPECT_EQ(in(kIir), 0x01u);
  EXPECT_EQ(in(kLcr), 0x00u);
  EXPECT_EQ(in(kMcr), 0x00u);
  EXPECT_EQ(in(kLsr), kThreAndTemt);
  EXPECT_EQ(in(kMsr), 0xB0u);  // DCD, DSR, CTS
  EXPECT_FALSE(port->irq());
}

TEST_P(UartContract, RegistersKeepWhatIsWritten) {
  out(kScr, 0xA5);
  EXPECT_EQ(in(kScr), 0xA5u);
  out(kIer, 0xFD);
  EXPECT_EQ(in(kIer), 0x0Du);  // bits 7:4 are always 0
  out(kMcr, 0xEF);
  EXPECT_EQ(in(kMcr), 0x0Fu);  // bits 7:5 are always 0
  out(kLcr, 0x1B);
  EXPECT_EQ(in(kLcr), 0x1Bu);
  EXPECT_EQ(port->read(kMcr, 4), 0xA5B0600Fu);
}

TEST_P(UartContract, DlabOpensTheDivisorOverThrAndIer) {
  out(kIer, 0x01);
  set_line(0x03, 0x1234);
  EXPECT_EQ(in(kIer), 0x01u);
  out(kLcr, 0x83);
  EXPECT_EQ(port->read(kDll, 2), 0x1234u);
  EXPECT_EQ(in(kLsr), kThreAndTemt);
  EXPECT_TRUE(sent.empty());
}

TEST_P(UartContract, CharacterTakesItsBitsOfBaudTime) {
  set_line(0x03, 1);
  const Cycle measured = measure_character();
  EXPECT_GE(measured, kCharacter);
  EXPECT_LE(measured, kCharacter + 3);  // three cycles an access
  EXPECT_EQ(sent, SentBytes{'U'});
}

TEST_P(UartContract, TemtComesExactlyAtTheEndOfTheCharacter) {
  set_line(0x03, 1);
  out(kThr, 'a');
  // The byte is in the shift register after cycle now(); an access takes effect two cycles on and
  // sees what is there after the cycle before.
  port->idle(kCharacter - 2);
  EXPECT_EQ(in(kLsr), kThre);
  port->idle(10);
  out(kThr, 'b');
  port->idle(kCharacter - 1);
  EXPECT_EQ(in(kLsr), kThreAndTemt);
}

TEST_P(UartContract, LineSettingsChangeTheTime) {
  struct Case {
    std::uint32_t lcr;
    std::uint32_t divisor;
    double bits;
  };
  // LCR: word length 5..8 in bits 1:0, stop bits in 2, parity in 3.
  for (const Case& c : {Case{0x03, 12, 10}, Case{0x00, 1, 7}, Case{0x04, 1, 7.5}, Case{0x01, 1, 8},
                        Case{0x06, 1, 10}, Case{0x0B, 1, 11}, Case{0x1F, 2, 12}}) {
    set_line(c.lcr, c.divisor);
    const double exact = c.bits * 16 * c.divisor * kCpuHz / 1843200.0;
    const auto measured = static_cast<double>(measure_character());
    EXPECT_GE(measured, exact) << std::hex << c.lcr;
    EXPECT_LE(measured, exact + 4) << std::hex << c.lcr;
  }
}

TEST_P(UartContract, DivisorZeroIsTheLongest) {
  // 7 * 16 * 65536 clocks of 1.8432 MHz at a hundredth of that rate: 73400.32 cycles.
  SentBytes bytes;
  const auto slow = make_uart(GetParam(), 18'432, bytes);
  slow->write(kLcr, 1, 0x80);
  slow->write(kDll, 2, 0);
  slow->write(kLcr, 1, 0x00);
  slow->write(kThr, 1, 'x');
  slow->idle(73401 - 2);
  EXPECT_EQ(slow->read(kLsr, 1), kThre);
  EXPECT_EQ(slow->read(kLsr, 1), kThreAndTemt);
}

TEST_P(UartContract, SlowerCpuClockGivesFewerCycles) {
  SentBytes bytes;
  const auto slow = make_uart(GetParam(), 1'000'000, bytes);
  slow->write(kLcr, 1, 0x03);
  slow->write(kThr, 1, 'x');
  slow->idle(87 - 2);  // 160 clocks of 1.8432 MHz: 86.8 cycles
  EXPECT_EQ(slow->read(kLsr, 1), kThre);
  EXPECT_EQ(slow->read(kLsr, 1), kThreAndTemt);
}

TEST_P(UartContract, ShortWordsSendOnlyTheirBits) {
  set_line(0x00, 1);
  out(kThr, 0xFF);
  EXPECT_EQ(sent, SentBytes{0x1F});
  port->idle(kCharacter);
  set_line(0x02, 1);
  out(kThr, 0xFF);
  EXPECT_EQ(sent.back(), 0x7F);
}

TEST_P(UartContract, WithoutFifoOneByteWaitsInThr) {
  set_line(0x03, 1);
  out(kThr, 'a');
  EXPECT_EQ(in(kLsr), kThre);  // in the shift register
  out(kThr, 'b');
  EXPECT_EQ(in(kLsr), 0u);
  out(kThr, 'c');  // nowhere to go
  EXPECT_EQ(sent, (SentBytes{'a'}));
  port->idle(kCharacter);
  EXPECT_EQ(sent, (SentBytes{'a', 'b'}));
  EXPECT_EQ(in(kLsr), kThre);
  port->idle(kCharacter);
  EXPECT_EQ(in(kLsr), kThreAndTemt);
  EXPECT_EQ(sent, (SentBytes{'a', 'b'}));
}

TEST_P(UartContract, FifoTakesSixteenBytesAndSendsThemWithoutGaps) {
  set_line(0x03, 1);
  out(kFcr, 0x01);
  EXPECT_EQ(in(kIir), 0xC1u);
  out(kThr, 0);
  const Cycle start = port->now();
  SentBytes expected{0};
  for (std::uint8_t i = 1; i <= 17; ++i) {
    out(kThr, i);  // the last one is one too many
    if (i <= 16) expected.push_back(i);
  }
  EXPECT_EQ(in(kLsr), 0u);
  port->idle(start + 17 * kCharacter - port->now() - 10);
  EXPECT_EQ(in(kLsr), kThre);
  EXPECT_EQ(sent, expected);
  port->idle(20);
  EXPECT_EQ(in(kLsr), kThreAndTemt);
  EXPECT_EQ(sent, expected);
}

TEST_P(UartContract, FcrResetEmptiesTheFifo) {
  set_line(0x03, 1);
  out(kFcr, 0x01);
  for (char c : {'a', 'b', 'c'}) out(kThr, static_cast<std::uint8_t>(c));
  EXPECT_EQ(in(kLsr), 0u);
  out(kFcr, 0x05);
  EXPECT_EQ(in(kLsr), kThre);
  out(kThr, 'd');
  port->idle(3 * kCharacter);
  EXPECT_EQ(sent, (SentBytes{'a', 'd'}));
  out(kFcr, 0x00);
  EXPECT_EQ(in(kIir), 0x01u);
}

TEST_P(UartContract, EnablingTheThreInterruptWhileEmptyRaisesIt) {
  out(kIer, 0x02);
  EXPECT_TRUE(port->irq());
  EXPECT_EQ(in(kIir), 0x02u);
  EXPECT_FALSE(port->irq());  // reading IIR was the acknowledgement
  EXPECT_EQ(in(kIir), 0x01u);
}

TEST_P(UartContract, ThreInterruptComesWhenThrEmpties) {
  set_line(0x03, 1);
  out(kIer, 0x02);
  in(kIir);
  out(kThr, 'a');  // at once in the shift register
  EXPECT_TRUE(port->irq());
  out(kThr, 'b');  // waits: writing THR takes the interrupt away
  EXPECT_FALSE(port->irq());
  EXPECT_EQ(in(kIir), 0x01u);
  port->idle(kCharacter);
  EXPECT_TRUE(port->irq());
  EXPECT_EQ(in(kIir), 0x02u);
  port->idle(2 * kCharacter);
  EXPECT_FALSE(port->irq());  // TEMT is no interrupt
}

TEST_P(UartContract, IerGatesTheInterrupt) {
  set_line(0x03, 1);
  out(kThr, 'a');
  port->idle(kCharacter);
  EXPECT_FALSE(port->irq());
  EXPECT_EQ(in(kIir), 0x01u);
  out(kIer, 0x02);
  EXPECT_TRUE(port->irq());
  out(kIer, 0x00);
  EXPECT_FALSE(port->irq());
}

TEST_P(UartContract, LoopbackTurnsTheModemLinesAndSendsNothing) {
  set_line(0x03, 1);
  out(kMcr, 0x1A);             // loop, OUT2, RTS
  EXPECT_EQ(in(kMsr), 0x92u);  // DCD, CTS; DSR has gone
  out(kMcr, 0x15);             // loop, OUT1, DTR
  EXPECT_EQ(in(kMsr), 0x6Bu);  // RI, DSR; all but the end of a ring
  EXPECT_EQ(in(kMsr), 0x60u);
  out(kThr, 'x');
  port->idle(kCharacter);
  EXPECT_TRUE(sent.empty());
  EXPECT_EQ(in(kLsr), kThreAndTemt | 1);
  EXPECT_EQ(in(kThr), std::uint32_t{'x'});
  EXPECT_EQ(in(kLsr), kThreAndTemt);
}

}  // namespace
}  // namespace strata::test
