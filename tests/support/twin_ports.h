// RegisterPorts for the two twins of a device. Both keep the same time: an access takes three
// cycles, one for the slave to sample the request, one in which it takes effect (the cycle of the
// ack), one for the master to see the ack. So one script gives the same cycles on both.
#pragma once

#include <gtest/gtest.h>

#include <functional>

#include "models/base/device.h"
#include "tests/support/register_port.h"

namespace strata::test {

class TwinPort : public RegisterPort {
 public:
  /// The current cycle; an access just made took effect one cycle before.
  virtual Cycle now() const = 0;
};

/// The plain C++ core. Its events run when they are due, as an engine would have them.
class CorePort : public TwinPort {
 public:
  CorePort(Device& core, const bool& irq) : core_(core), irq_(irq) {}

  std::uint32_t read(std::uint32_t offset, unsigned bytes) override {
    pass(1);
    const std::uint32_t value = core_.read(offset, bytes, ++now_);
    pass(1);
    return value;
  }

  void write(std::uint32_t offset, unsigned bytes, std::uint32_t value) override {
    pass(1);
    core_.write(offset, bytes, value, ++now_);
    pass(1);
  }

  void idle(Cycle cycles) override { pass(cycles); }
  bool irq() const override { return irq_; }
  Cycle now() const override { return now_; }

 private:
  void pass(Cycle cycles) {
    const Cycle end = now_ + cycles;
    while (core_.next_event() <= end) core_.advance(core_.next_event());
    now_ = end;
  }

  Device& core_;
  const bool& irq_;
  Cycle now_ = 0;
};

/// A Verilated model as a Wishbone master sees it. Not clocked while it says it is idle, as in the
/// platform. Accesses do not cross a 32-bit word.
template <typename Model>
class ModelPort : public TwinPort {
 public:
  explicit ModelPort(Model& model) : model_(model) {}

  std::uint32_t read(std::uint32_t offset, unsigned bytes) override {
    const std::uint32_t word = access(false, offset, bytes, 0);
    const std::uint32_t mask = bytes == 4 ? ~0u : (1u << (8 * bytes)) - 1;
    return word >> (8 * (offset % 4)) & mask;
  }

  void write(std::uint32_t offset, unsigned bytes, std::uint32_t value) override {
    access(true, offset, bytes, value);
  }

  void idle(Cycle cycles) override {
    for (Cycle i = 0; i < cycles; ++i) step();
  }

  bool irq() const override {
    if constexpr (requires { model_.irq(); }) {
      return model_.irq();
    } else {
      return false;
    }
  }

  Cycle now() const override { return now_; }

 private:
  std::uint32_t access(bool we, std::uint32_t offset, unsigned bytes, std::uint32_t value) {
    EXPECT_LE(offset % 4 + bytes, 4u);
    request_ = {.adr = offset & ~3u,
                .dat = value << (8 * (offset % 4)),
                .sel = static_cast<std::uint8_t>(((1u << bytes) - 1) << (offset % 4)),
                .cyc = true,
                .stb = true,
                .we = we};
    step();
    EXPECT_FALSE(model_.ack());
    step();
    EXPECT_TRUE(model_.ack());
    const std::uint32_t data = model_.dat();
    step();  // the master drops its request at the edge that samples the ack
    EXPECT_FALSE(model_.ack());
    request_ = {};
    return data;
  }

  void step() {
    ++now_;
    if (asleep_ && !request_.stb) return;
    if constexpr (requires { model_.clock(now_, request_); }) {
      model_.clock(now_, request_);
    } else {
      model_.clock(request_);
    }
    asleep_ = model_.idle() && !request_.stb;
  }

  Model& model_;
  typename Model::Request request_;
  bool asleep_ = false;
  Cycle now_ = 0;
};

}  // namespace strata::test
