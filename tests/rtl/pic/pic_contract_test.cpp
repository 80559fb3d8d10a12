// The 8259A pair, one script for both twins; what is expected is the data sheet's (Intel 231468).
#include <gtest/gtest.h>

#include <cstdint>
#include <memory>

#include "models/pic/pic_core.h"
#include "models/pic/pic_model.h"
#include "tests/rtl/bus/verilated_context.h"
#include "tests/support/register_port.h"

namespace strata {
namespace {

constexpr std::uint32_t kMaster = 0;
constexpr std::uint32_t kSlave = 4;

// A register port with request lines and the INTA cycle.
class PicPort : public test::RegisterPort {
 public:
  virtual void set_irq(unsigned line, bool level) = 0;
  virtual std::uint8_t acknowledge() = 0;
};

class CorePort : public PicPort {
 public:
  std::uint32_t read(std::uint32_t offset, unsigned bytes) override {
    return core_.read(offset, bytes, ++now_);
  }
  void write(std::uint32_t offset, unsigned bytes, std::uint32_t value) override {
    core_.write(offset, bytes, value, ++now_);
  }
  void idle(Cycle cycles) override { core_.advance(now_ += cycles); }
  bool irq() const override { return intr_; }
  void set_irq(unsigned line, bool level) override { core_.set_irq(line, level, ++now_); }
  std::uint8_t acknowledge() override { return core_.acknowledge(++now_); }

 private:
  Cycle now_ = 0;
  bool intr_ = false;
  PicCore core_{[this](bool level) { intr_ = level; }};
};

// Lets the wires settle after each step: three edges carry a slave's request to INTR.
class RtlPort : public PicPort {
 public:
  std::uint32_t read(std::uint32_t offset, unsigned bytes) override {
    return access({.adr = offset & ~3u, .sel = lanes(offset, bytes)}) >> (8 * (offset & 3)) &
           (bytes == 4 ? ~0u : (1u << (8 * bytes)) - 1);
  }
  void write(std::uint32_t offset, unsigned bytes, std::uint32_t value) override {
    access({.adr = offset & ~3u,
            .dat = value << (8 * (offset & 3)),
            .sel = lanes(offset, bytes),
            .we = true});
  }
  void idle(Cycle cycles) override {
    for (Cycle i = 0; i < cycles; ++i) model_.clock({}, lines_);
  }
  bool irq() const override { return model_.intr(); }
  void set_irq(unsigned line, bool level) override {
    lines_ = static_cast<std::uint16_t>(level ? lines_ | 1u << line : lines_ & ~(1u << line));
    idle(3);
    EXPECT_FALSE(model_.idle() && changes_later());
  }
  std::uint8_t acknowledge() override {
    return static_cast<std::uint8_t>(access({.sel = 0xF, .inta = true}));
  }

 private:
  static std::uint8_t lanes(std::uint32_t offset, unsigned bytes) {
    return static_cast<std::uint8_t>(((1u << bytes) - 1) << (offset & 3));
  }

  std::uint32_t access(PicModel::Request request) {
    request.cyc = request.stb = true;
    int edges = 0;
    do {
      model_.clock(request, lines_);
    } while (!model_.ack() && ++edges < 8);
    EXPECT_TRUE(model_.ack());
    const std::uint32_t dat = model_.dat();
    model_.clock(request, lines_);  // the master samples the ack here
    EXPECT_FALSE(model_.ack());
    idle(4);
    EXPECT_TRUE(model_.idle());
    return dat;
  }

  // Whether INTR still moves although the model said it is idle.
  bool changes_later() {
    const bool before = model_.intr();
    idle(4);
    return model_.intr() != before;
  }

  test::OwnedContext context_ = test::new_context();
  PicModel model_{context_.get(), "pic"};
  std::uint16_t lines_ = 0;
};

template <typename Port>
class PicContract : public testing::Test {
 protected:
  // Vectors 20h and 28h, 8086 mode, everything unmasked, as a PC's BIOS programs it.
  void initialise(std::uint8_t icw1 = 0x11, std::uint8_t master_icw4 = 0x01,
                  std::uint8_t slave_icw4 = 0x01) {
    write(kMaster, icw1), write(kMaster + 1, 0x20), write(kMaster + 1, 0x04);
    write(kMaster + 1, master_icw4), write(kMaster + 1, 0x00);
    write(kSlave, icw1), write(kSlave + 1, 0x28), write(kSlave + 1, 0x02);
    write(kSlave + 1, slave_icw4), write(kSlave + 1, 0x00);
  }

  void write(std::uint32_t offset, std::uint8_t value) { port.write(offset, 1, value); }
  std::uint32_t read(std::uint32_t offset) { return port.read(offset, 1); }
  std::uint32_t isr(std::uint32_t chip) {
    write(chip, 0x0B);
    return read(chip);
  }
  std::uint32_t irr(std::uint32_t chip) {
    write(chip, 0x0A);
    return read(chip);
  }
  void eoi(std::uint32_t chip) { write(chip, 0x20); }
  void raise(unsigned line) { port.set_irq(line, true); }
  void lower(unsigned line) { port.set_irq(line, false); }
  void pulse(unsigned line) { lower(line), raise(line); }
  bool intr() { return port.irq(); }
  std::uint32_t inta() { return port.acknowledge(); }

  Port port;
};

using Twins = testing::Types<CorePort, RtlPort>;
TYPED_TEST_SUITE(PicContract, Twins);

TYPED_TEST(PicContract, NothingIsRequestedBeforeInitialisation) {
  this->raise(1);
  this->raise(9);
  EXPECT_FALSE(this->intr());
}

TYPED_TEST(PicContract, RequestGivesItsVectorAndStaysInServiceUntilEoi) {
  this->initialise();
  EXPECT_FALSE(this->intr());
  this->raise(1);
  EXPECT_TRUE(this->intr());
  EXPECT_EQ(this->irr(kMaster), 0x02u);
  EXPECT_EQ(this->inta(), 0x21u);
  EXPECT_FALSE(this->intr());
  EXPECT_EQ(this->irr(kMaster), 0x00u);
  EXPECT_EQ(this->isr(kMaster), 0x02u);
  this->eoi(kMaster);
  EXPECT_EQ(this->isr(kMaster), 0x00u);
  EXPECT_FALSE(this->intr());  // the line is still high, but there was no new edge
}

TYPED_TEST(PicContract, SlaveRequestComesThroughLineTwo) {
  this->initialise();
  this->raise(14);
  EXPECT_TRUE(this->intr());
  EXPECT_EQ(this->irr(kMaster), 0x04u);
  EXPECT_EQ(this->irr(kSlave), 0x40u);
  EXPECT_EQ(this->inta(), 0x2Eu);
  EXPECT_EQ(this->isr(kMaster), 0x04u);
  EXPECT_EQ(this->isr(kSlave), 0x40u);
  this->eoi(kSlave);
  this->eoi(kMaster);
  EXPECT_EQ(this->isr(kMaster), 0x00u);
  EXPECT_EQ(this->isr(kSlave), 0x00u);
  this->pulse(14);
  EXPECT_EQ(this->inta(), 0x2Eu);
}

TYPED_TEST(PicContract, FullyNestedHigherLineInterruptsLowerWaits) {
  this->initialise();
  this->raise(4);
  EXPECT_EQ(this->inta(), 0x24u);
  this->raise(6);
  EXPECT_FALSE(this->intr());
  this->raise(1);
  EXPECT_TRUE(this->intr());
  EXPECT_EQ(this->inta(), 0x21u);
  EXPECT_EQ(this->isr(kMaster), 0x12u);
  this->eoi(kMaster);  // non-specific: line 1, the highest in service
  EXPECT_EQ(this->isr(kMaster), 0x10u);
  EXPECT_FALSE(this->intr());
  this->eoi(kMaster);
  EXPECT_TRUE(this->intr());
  EXPECT_EQ(this->inta(), 0x26u);
}

TYPED_TEST(PicContract, ASecondSlaveRequestIsSeenAfterTheFirst) {
  this->initialise();
  this->raise(14);
  this->raise(12);
  EXPECT_EQ(this->inta(), 0x2Cu);
  EXPECT_FALSE(this->intr());
  this->eoi(kSlave);
  this->eoi(kMaster);
  EXPECT_TRUE(this->intr());
  EXPECT_EQ(this->inta(), 0x2Eu);
}

TYPED_TEST(PicContract, MaskStopsALineAndReadsBack) {
  this->initialise();
  this->write(kMaster + 1, 0xFD);
  EXPECT_EQ(this->read(kMaster + 1), 0xFDu);
  this->raise(3);
  EXPECT_FALSE(this->intr());
  EXPECT_EQ(this->irr(kMaster), 0x08u);
  this->write(kMaster + 1, 0xF5);
  EXPECT_TRUE(this->intr());
  EXPECT_EQ(this->inta(), 0x23u);
}

TYPED_TEST(PicContract, ARequestThatGoesAwayIsSpurious) {
  this->initialise();
  this->raise(3);
  this->lower(3);
  EXPECT_FALSE(this->intr());
  EXPECT_EQ(this->inta(), 0x27u);
  EXPECT_EQ(this->isr(kMaster), 0x00u);
}

TYPED_TEST(PicContract, LevelTriggeredRequestsAgainWhileHigh) {
  this->initialise(0x19);
  this->raise(5);
  EXPECT_EQ(this->inta(), 0x25u);
  EXPECT_FALSE(this->intr());
  this->eoi(kMaster);
  EXPECT_TRUE(this->intr());
  this->lower(5);
  EXPECT_FALSE(this->intr());
}

TYPED_TEST(PicContract, InitialisationForgetsEdges) {
  this->initialise();
  this->raise(1);
  this->initialise();
  EXPECT_FALSE(this->intr());
  EXPECT_EQ(this->irr(kMaster), 0x00u);
  this->pulse(1);
  EXPECT_TRUE(this->intr());
}

TYPED_TEST(PicContract, SingleModeTakesNoIcw3AndHasNoSlave) {
  // ICW1 SNGL and IC4: ICW2, ICW4, then OCW1.
  this->write(kMaster, 0x13);
  this->write(kMaster + 1, 0x40);
  this->write(kMaster + 1, 0x01);
  this->write(kMaster + 1, 0xA5);
  EXPECT_EQ(this->read(kMaster + 1), 0xA5u);
  // Without IC4: ICW2, then OCW1.
  this->write(kMaster, 0x12);
  this->write(kMaster + 1, 0x48);
  this->write(kMaster + 1, 0x5A);
  EXPECT_EQ(this->read(kMaster + 1), 0x5Au);
}

TYPED_TEST(PicContract, SpecificEoiEndsItsLineOnly) {
  this->initialise();
  this->raise(4);
  this->inta();
  this->raise(1);
  this->inta();
  this->write(kMaster, 0x64);
  EXPECT_EQ(this->isr(kMaster), 0x02u);
}

TYPED_TEST(PicContract, RotationOnNonSpecificEoiMakesTheLineLowest) {
  this->initialise();
  this->raise(4);
  EXPECT_EQ(this->inta(), 0x24u);
  this->write(kMaster, 0xA0);  // line 4 lowest: 5 is highest
  EXPECT_EQ(this->isr(kMaster), 0x00u);
  this->pulse(4);
  this->raise(6);
  this->raise(1);
  EXPECT_EQ(this->inta(), 0x26u);
  this->eoi(kMaster);
  EXPECT_EQ(this->inta(), 0x21u);
  this->eoi(kMaster);
  EXPECT_EQ(this->inta(), 0x24u);
}

TYPED_TEST(PicContract, RotationOnSpecificEoi) {
  this->initialise();
  this->raise(4);
  this->inta();
  this->write(kMaster, 0xE4);
  EXPECT_EQ(this->isr(kMaster), 0x00u);
  this->raise(0);
  this->raise(5);
  EXPECT_EQ(this->inta(), 0x25u);
}

TYPED_TEST(PicContract, SetPriorityCommand) {
  this->initialise();
  this->write(kMaster, 0xC5);  // line 5 lowest: order 6 7 0 1 2 3 4 5
  this->raise(0);
  this->raise(6);
  this->raise(5);
  EXPECT_EQ(this->inta(), 0x26u);
  this->eoi(kMaster);
  EXPECT_EQ(this->inta(), 0x20u);
  EXPECT_FALSE(this->intr());
  this->eoi(kMaster);
  EXPECT_EQ(this->inta(), 0x25u);
}

TYPED_TEST(PicContract, AutomaticEoiLeavesNothingInService) {
  this->initialise(0x11, 0x03, 0x03);
  this->raise(4);
  EXPECT_EQ(this->inta(), 0x24u);
  EXPECT_EQ(this->isr(kMaster), 0x00u);
  this->raise(12);
  this->raise(14);
  EXPECT_EQ(this->inta(), 0x2Cu);
  EXPECT_TRUE(this->intr());  // the slave's second request is a new edge for the master
  EXPECT_EQ(this->inta(), 0x2Eu);
  EXPECT_FALSE(this->intr());
}

TYPED_TEST(PicContract, RotationInAutomaticEoi) {
  this->initialise(0x11, 0x03);
  this->write(kMaster, 0x80);
  this->raise(3);
  EXPECT_EQ(this->inta(), 0x23u);  // 3 becomes lowest
  this->pulse(3);
  this->raise(4);
  EXPECT_EQ(this->inta(), 0x24u);  // 4 becomes lowest
  this->write(kMaster, 0x00);      // rotation off
  EXPECT_EQ(this->inta(), 0x23u);
  this->pulse(3);
  this->raise(5);
  EXPECT_EQ(this->inta(), 0x25u);
}

TYPED_TEST(PicContract, SpecialMaskLetsLowerLinesThrough) {
  this->initialise();
  this->raise(1);
  this->inta();
  this->raise(4);
  EXPECT_FALSE(this->intr());
  this->write(kMaster + 1, 0x02);  // mask the line in service
  EXPECT_FALSE(this->intr());
  this->write(kMaster, 0x68);  // special mask mode
  EXPECT_TRUE(this->intr());
  EXPECT_EQ(this->inta(), 0x24u);
  this->eoi(kMaster);  // does not clear a masked line's bit
  EXPECT_EQ(this->isr(kMaster), 0x02u);
  this->write(kMaster, 0x48);
  this->raise(5);
  EXPECT_FALSE(this->intr());
}

TYPED_TEST(PicContract, SpecialFullyNestedSlaveInterruptsItself) {
  this->initialise(0x11, 0x11);
  this->raise(14);
  EXPECT_EQ(this->inta(), 0x2Eu);
  this->raise(9);
  EXPECT_TRUE(this->intr());
  EXPECT_EQ(this->inta(), 0x29u);
  EXPECT_EQ(this->isr(kSlave), 0x42u);

  this->initialise();
  this->pulse(14);
  EXPECT_EQ(this->inta(), 0x2Eu);
  this->pulse(9);
  EXPECT_FALSE(this->intr());
}

TYPED_TEST(PicContract, PollTakesTheRequest) {
  this->initialise();
  this->write(kMaster, 0x0C);
  EXPECT_EQ(this->read(kMaster) & 0x80, 0x00u);
  this->raise(5);
  this->write(kMaster, 0x0C);
  EXPECT_EQ(this->read(kMaster), 0x85u);
  EXPECT_EQ(this->isr(kMaster), 0x20u);
  EXPECT_FALSE(this->intr());
  this->raise(3);
  this->write(kMaster, 0x0C);
  EXPECT_EQ(this->read(kMaster + 1), 0x83u);  // the next read, whichever
  EXPECT_EQ(this->read(kMaster + 1), 0x00u);
}

TYPED_TEST(PicContract, WideAccessesAreTheirBytes) {
  this->initialise();
  this->port.write(kMaster, 2, 0xA50B);  // OCW3, then OCW1
  EXPECT_EQ(this->port.read(kMaster, 2), 0xA500u);
  EXPECT_EQ(this->port.read(kMaster, 4), 0xFFFFA500u);
  EXPECT_EQ(this->port.read(kMaster + 2, 2), 0xFFFFu);
}

// In clocks: IRR after one edge, INTR after two; through the slave after three.
TEST(PicRtlTiming, IntrFollowsALineAfterTwoEdgesThroughTheSlaveAfterThree) {
  const auto context = test::new_context();
  PicModel model(context.get(), "pic");
  const auto write = [&model](std::uint32_t offset, std::uint8_t value) {
    const PicModel::Request request{.adr = offset & ~3u,
                                    .dat = std::uint32_t{value} << (8 * (offset & 1)),
                                    .sel = static_cast<std::uint8_t>(1 << (offset & 1)),
                                    .cyc = true,
                                    .stb = true,
                                    .we = true};
    model.clock(request, 0);
    EXPECT_TRUE(model.ack());
    model.clock(request, 0);
    EXPECT_FALSE(model.ack());
  };
  for (const std::uint32_t chip : {kMaster, kSlave}) {
    write(chip, 0x13), write(chip + 1, 0x20), write(chip + 1, 0x01), write(chip + 1, 0x00);
  }
  for (int i = 0; i < 4; ++i) model.clock({}, 0);
  ASSERT_TRUE(model.idle());
  model.clock({}, 0x0002);
  EXPECT_FALSE(model.intr());
  EXPECT_FALSE(model.idle());
  model.clock({}, 0x0002);
  EXPECT_TRUE(model.intr());
  for (int i = 0; i < 4; ++i) model.clock({}, 0);
  EXPECT_FALSE(model.intr());
  model.clock({}, 0x4000);
  model.clock({}, 0x4000);
  EXPECT_FALSE(model.intr());
  model.clock({}, 0x4000);
  EXPECT_TRUE(model.intr());
}

}  // namespace
}  // namespace strata
