#include "tests/rtl/keyboard/keyboard_twins.h"

#include <gtest/gtest.h>

#include "models/keyboard/keyboard_core.h"
#include "models/keyboard/keyboard_model.h"
#include "models/keyboard/keyboard_time.h"
#include "tests/rtl/bus/verilated_context.h"

namespace strata::test {
namespace {

constexpr std::uint64_t kCpuHz = kTick * STRATA_KEYBOARD_HZ;

class CoreKeyboard final : public KeyboardPort {
 public:
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
  void press(std::span<const KeyCode> keys) override {
    event_ = ++now_;
    core_.press(keys, now_);
  }
  bool irq() const override { return core_.irq(); }
  bool a20() const override { return core_.a20(); }
  bool asleep() const override { return core_.next_event() == kNever; }
  KeyboardState state() override { return core_.state(now_); }
  void load(const KeyboardState& state) override { core_.load_state(state, now_); }

 private:
  void on_irq(bool level) {
    if (level) rises.push_back(event_);
  }

  void on_reset(bool level) {
    if (level) resets.push_back(event_);
  }

  Cycle event_ = 0;
  KeyboardCore core_{
      {[this](bool level) { on_irq(level); }, {}, [this](bool level) { on_reset(level); }}, kCpuHz};
};

class RtlKeyboard final : public KeyboardPort {
 public:
  std::uint32_t read(std::uint32_t offset, unsigned bytes) override {
    const std::uint32_t word = access({.adr = offset & ~3u, .sel = lanes(offset, bytes)});
    return word >> (8 * (offset % 4)) & (bytes == 4 ? ~0u : (1u << (8 * bytes)) - 1);
  }
  void write(std::uint32_t offset, unsigned bytes, std::uint32_t value) override {
    access({.adr = offset & ~3u,
            .dat = value << (8 * (offset % 4)),
            .sel = lanes(offset, bytes),
            .we = true});
  }
  void idle(Cycle cycles) override {
    for (Cycle i = 0; i < cycles; ++i) edge({});
  }
  void press(std::span<const KeyCode> keys) override { edge({}, keys); }
  bool irq() const override { return model_.irq(); }
  bool a20() const override { return model_.a20(); }
  bool asleep() const override { return model_.idle(); }
  KeyboardState state() override { return model_.state(); }
  void load(const KeyboardState& state) override { model_.load_state(state); }

 private:
  static std::uint8_t lanes(std::uint32_t offset, unsigned bytes) {
    return static_cast<std::uint8_t>(((1u << bytes) - 1) << (offset % 4));
  }

  std::uint32_t access(KeyboardModel::Request request) {
    request.cyc = request.stb = true;
    edge(request);
    EXPECT_TRUE(model_.ack());
    const std::uint32_t data = model_.dat();
    edge(request);
    EXPECT_FALSE(model_.ack());
    return data;
  }

  void edge(const KeyboardModel::Request& request, std::span<const KeyCode> keys = {}) {
    ++now_;
    const bool tick = time_.ticks_at(now_) != time_.ticks_at(now_ - 1) && !model_.idle();
    if (!tick && !request.stb && keys.empty()) return;  // as in the platform
    const bool before = model_.irq();
    model_.clock(request, tick, keys);
    if (model_.irq() && !before) rises.push_back(now_);
    if (model_.reset()) resets.push_back(now_);
  }

  OwnedContext context_ = new_context();
  KeyboardModel model_{context_.get(), "keyboard"};
  KeyboardTime time_{kCpuHz};
};

}  // namespace

std::unique_ptr<KeyboardPort> make_keyboard(KeyboardKind kind) {
  if (kind == KeyboardKind::kCore) return std::make_unique<CoreKeyboard>();
  return std::make_unique<RtlKeyboard>();
}

}  // namespace strata::test
