#include "tests/rtl/rtc/rtc_twins.h"

#include <gtest/gtest.h>

#include "models/rtc/rtc_core.h"
#include "models/rtc/rtc_model.h"
#include "models/rtc/rtc_time.h"
#include "tests/rtl/bus/verilated_context.h"

namespace strata::test {
namespace {

class CoreRtc final : public RtcPort {
 public:
  explicit CoreRtc(const RtcState& contents)
      : core_([this](bool level) { on_wire(level); }, kRtcCpuHz, contents) {}

  std::uint32_t read(std::uint32_t offset, unsigned bytes) override {
    event_ = ++now_;
    const std::uint32_t value = core_.read(offset, bytes, now_);
    idle(1);
    return value;
  }
  void write(std::uint32_t offset, unsigned bytes, std::uint32_t value) override {
    event_ = ++now_;
    core_.write(offset, bytes, value, now_);
    idle(1);
  }
  void idle(Cycle cycles) override {
    now_ += cycles;
    while (core_.next_event() <= now_) {
      event_ = core_.next_event();
      core_.advance(event_);
    }
  }
  bool irq() const override { return core_.irq(); }
  bool asleep() const override { return core_.next_event() == kNever; }
  RtcState state() override { return core_.state(now_); }

 private:
  void on_wire(bool level) {
    if (level) rises.push_back(event_);
  }

  Cycle event_ = 0;
  RtcCore core_;
};

class RtlRtc final : public RtcPort {
 public:
  explicit RtlRtc(const RtcState& contents) : model_(context_.get(), "rtc", contents) {}

  std::uint32_t read(std::uint32_t offset, unsigned bytes) override {
    const std::uint32_t word = access({.sel = lanes(offset, bytes)});
    return word >> (8 * offset) & (bytes == 4 ? ~0u : (1u << (8 * bytes)) - 1);
  }
  void write(std::uint32_t offset, unsigned bytes, std::uint32_t value) override {
    access({.dat = value << (8 * offset), .sel = lanes(offset, bytes), .we = true});
  }
  void idle(Cycle cycles) override {
    for (Cycle i = 0; i < cycles; ++i) edge({});
  }
  bool irq() const override { return model_.irq(); }
  bool asleep() const override { return model_.steady(); }
  RtcState state() override { return model_.state(); }

 private:
  static std::uint8_t lanes(std::uint32_t offset, unsigned bytes) {
    return static_cast<std::uint8_t>(((1u << bytes) - 1) << offset);
  }

  std::uint32_t access(RtcModel::Request request) {
    request.cyc = request.stb = true;
    edge(request);
    EXPECT_TRUE(model_.ack());
    const std::uint32_t data = model_.dat();
    edge(request);
    EXPECT_FALSE(model_.ack());
    return data;
  }

  void edge(const RtcModel::Request& request) {
    ++now_;
    const bool tick = time_.ticks_at(now_) != time_.ticks_at(now_ - 1);
    if (!tick && !request.stb) return;  // as in the platform
    const bool before = model_.irq();
    model_.clock(request, tick);
    if (model_.irq() && !before) rises.push_back(now_);
  }

  OwnedContext context_ = new_context();
  RtcModel model_;
  RtcTime time_{kRtcCpuHz};
};

}  // namespace

std::unique_ptr<RtcPort> make_rtc(RtcKind kind, const RtcState& contents) {
  if (kind == RtcKind::kCore) return std::make_unique<CoreRtc>(contents);
  return std::make_unique<RtlRtc>(contents);
}

}  // namespace strata::test
