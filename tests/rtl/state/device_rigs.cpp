#include <gtest/gtest.h>

#include "models/ata/ata_core.h"
#include "models/ata/ata_model.h"
#include "models/debug/debug_core.h"
#include "models/debug/debug_model.h"
#include "models/keyboard/keyboard_core.h"
#include "models/keyboard/keyboard_model.h"
#include "models/keyboard/keyboard_time.h"
#include "models/machine/memory_map.h"
#include "models/pic/pic_core.h"
#include "models/pic/pic_model.h"
#include "models/pit/pit_core.h"
#include "models/pit/pit_model.h"
#include "models/pit/pit_time.h"
#include "models/rtc/rtc_core.h"
#include "models/rtc/rtc_model.h"
#include "models/rtc/rtc_time.h"
#include "models/uart/uart_core.h"
#include "models/uart/uart_model.h"
#include "models/vga/vga_core.h"
#include "models/vga/vga_model.h"
#include "platform/disk/memory_disk.h"
#include "tests/rtl/bus/verilated_context.h"
#include "tests/rtl/state/state_rig.h"

namespace strata::test {
namespace {

constexpr std::uint32_t kCpuHz = 25'000'000;
constexpr std::uint64_t kDiskSectors = 24;

/// What both twins of a rig have: the wire, the sinks, the log, the time of an access. One takes
/// two cycles and `latency` more: the edge that samples it and the one at which the master sees the
/// ack.
class Rig : public StateRig {
 public:
  explicit Rig(unsigned latency) : latency_(latency), log_(*this) {}

  void apply(const Step& step) override {
    switch (step.kind) {
      case Step::Kind::kRead: observe("read", read(step.offset, step.bytes)); break;
      case Step::Kind::kWrite: write(step.offset, step.bytes, step.value); break;
      case Step::Kind::kIdle: idle(step.value); break;
      case Step::Kind::kLine: set_line(step.offset, step.value != 0); break;
      case Step::Kind::kAcknowledge: observe("vector", acknowledge()); break;
    }
    observe("wire", wire());
  }

 protected:
  virtual std::uint32_t read(std::uint32_t offset, unsigned bytes) = 0;
  virtual void write(std::uint32_t offset, unsigned bytes, std::uint32_t value) = 0;
  virtual void idle(Cycle cycles) = 0;
  virtual void set_line(unsigned, bool) {}
  virtual std::uint8_t acknowledge() { return 0; }
  virtual bool wire() { return false; }

  std::function<void(std::uint8_t)> sink(const char* name) {
    return [this, name](std::uint8_t byte) { observe(name, byte); };
  }
  EventLog* log() { return &log_; }

  const unsigned latency_;

 private:
  class Log : public EventLog {
   public:
    explicit Log(Rig& rig) : rig_(rig) {}
    void record(Cycle cycle, std::string_view, std::string what) override {
      rig_.observed_.push_back(std::to_string(cycle) + " log " + what);
    }

   private:
    Rig& rig_;
  };
  Log log_;
};

/// The plain C++ core, its events when they are due.
class CoreRig : public Rig {
 public:
  using Rig::Rig;
  StateBytes save() override { return device().save(now_); }
  bool load(const StateBytes& state, Cycle now) override {
    now_ = now;
    return device().load(state, now);
  }

 protected:
  virtual Device& device() = 0;
  bool wire() override { return wire_; }
  Wire to_wire() {
    return [this](bool level) { wire_ = level; };
  }

  std::uint32_t read(std::uint32_t offset, unsigned bytes) override {
    idle(latency_);
    const std::uint32_t value = device().read(offset, bytes, ++now_);
    idle(1);
    return value;
  }
  void write(std::uint32_t offset, unsigned bytes, std::uint32_t value) override {
    idle(latency_);
    device().write(offset, bytes, value, ++now_);
    idle(1);
  }
  void idle(Cycle cycles) override {
    const Cycle end = now_ + cycles;
    while (device().next_event() <= end) {
      now_ = device().next_event();
      device().advance(now_);
    }
    now_ = end;
    device().advance(now_);
  }

 private:
  bool wire_ = false;
};

/// A Verilated model with a Wishbone master; not clocked while it says it is idle.
template <typename Model>
class ModelRig : public Rig {
 public:
  using Rig::Rig;
  StateBytes save() override { return to_bytes(model().state()); }
  bool load(const StateBytes& bytes, Cycle now) override {
    auto state = model().state();
    if (!from_bytes(bytes, state)) return false;
    model().load_state(state);
    now_ = now;
    asleep_ = false;
    return true;
  }

 protected:
  virtual Model& model() = 0;
  virtual void edge(const typename Model::Request& request) = 0;
  bool wire() override {
    if constexpr (requires(Model & m) { m.irq(); }) {
      return model().irq();
    } else {
      return false;
    }
  }
  /// The latest edge may not be the last that changes something.
  void wake() { asleep_ = false; }

  std::uint32_t read(std::uint32_t offset, unsigned bytes) override {
    const std::uint32_t word = access(request(offset, bytes, 0, false));
    return word >> (8 * (offset % 4)) & (bytes == 4 ? ~0u : (1u << (8 * bytes)) - 1);
  }
  void write(std::uint32_t offset, unsigned bytes, std::uint32_t value) override {
    access(request(offset, bytes, value, true));
  }
  void idle(Cycle cycles) override {
    for (Cycle i = 0; i < cycles; ++i) step({});
  }

  std::uint32_t access(typename Model::Request request) {
    request.cyc = request.stb = true;
    for (unsigned i = 0; i <= latency_; ++i) {
      EXPECT_FALSE(model().ack());
      step(request);
    }
    EXPECT_TRUE(model().ack());
    const std::uint32_t data = model().dat();
    step(request);
    EXPECT_FALSE(model().ack());
    return data;
  }

 private:
  static typename Model::Request request(std::uint32_t offset, unsigned bytes, std::uint32_t value,
                                         bool we) {
    return {.adr = offset & ~3u,
            .dat = value << (8 * (offset % 4)),
            .sel = static_cast<std::uint8_t>(((1u << bytes) - 1) << (offset % 4)),
            .we = we};
  }

  void step(const typename Model::Request& request) {
    ++now_;
    if (asleep_ && !request.stb) return;
    edge(request);
    asleep_ = model().idle() && !request.stb;
  }

  bool asleep_ = false;
};

// ---- ATA

class AtaCoreRig final : public CoreRig {
 public:
  AtaCoreRig() : CoreRig(1) {}
  std::shared_ptr<const void> surroundings() const override {
    return std::make_shared<MemoryDisk>(disk_);
  }
  void put_back(const std::shared_ptr<const void>& disk) override {
    disk_ = *static_cast<const MemoryDisk*>(disk.get());
  }

 private:
  Device& device() override { return core_; }
  MemoryDisk disk_{kDiskSectors};
  AtaCore core_{disk_, to_wire(), log()};
};

class AtaRtlRig final : public ModelRig<AtaModel> {
 public:
  AtaRtlRig() : ModelRig(1) {
    AtaState state = model_.state();
    state.buffer = {};  // what was never written may be anything
    model_.load_state(state);
  }
  std::shared_ptr<const void> surroundings() const override {
    return std::make_shared<MemoryDisk>(disk_);
  }
  void put_back(const std::shared_ptr<const void>& disk) override {
    disk_ = *static_cast<const MemoryDisk*>(disk.get());
  }

 private:
  AtaModel& model() override { return model_; }
  void edge(const AtaModel::Request& request) override { model_.clock(now_, request); }
  OwnedContext context_ = new_context();
  MemoryDisk disk_{kDiskSectors};
  AtaModel model_{context_.get(), "ata", disk_, log()};
};

// ---- POST code, debug console, exit

class DebugCoreRig final : public CoreRig {
 public:
  DebugCoreRig() : CoreRig(1) {}

 private:
  Device& device() override { return core_; }
  DebugCore core_{{sink("post"), sink("console"), sink("exit")}, log()};
};

class DebugRtlRig final : public ModelRig<DebugModel> {
 public:
  DebugRtlRig() : ModelRig(1) {}

 private:
  DebugModel& model() override { return model_; }
  void edge(const DebugModel::Request& request) override { model_.clock(now_, request); }
  OwnedContext context_ = new_context();
  DebugModel model_{context_.get(), "debug", {sink("post"), sink("console"), sink("exit")}, log()};
};

// ---- 8259A pair: three edges carry a slave's request to INTR, so each step waits for them.

constexpr Cycle kPicSettle = 4;

class PicCoreRig final : public CoreRig {
 public:
  PicCoreRig() : CoreRig(0) {}
  void apply(const Step& step) override {
    settled_ = false;
    CoreRig::apply(step);
    idle(kPicSettle);
    settled_ = true;
    observe("intr", wire());
  }

 private:
  Device& device() override { return core_; }
  void set_line(unsigned line, bool level) override { core_.set_irq(line, level, ++now_); }
  std::uint8_t acknowledge() override {
    const std::uint8_t vector = core_.acknowledge(++now_);
    idle(1);
    return vector;
  }
  // Before the wires have settled the twins need not agree.
  bool wire() override { return settled_ && CoreRig::wire(); }
  bool settled_ = false;
  PicCore core_{to_wire()};
};

class PicRtlRig final : public ModelRig<PicModel> {
 public:
  PicRtlRig() : ModelRig(0) {}
  void apply(const Step& step) override {
    settled_ = false;
    ModelRig::apply(step);
    idle(kPicSettle);
    settled_ = true;
    observe("intr", wire());
  }

 private:
  PicModel& model() override { return model_; }
  void edge(const PicModel::Request& request) override { model_.clock(request, lines_); }
  void set_line(unsigned line, bool level) override {
    lines_ = static_cast<std::uint16_t>(level ? lines_ | 1u << line : lines_ & ~(1u << line));
    wake();
    idle(1);
  }
  std::uint8_t acknowledge() override {
    return static_cast<std::uint8_t>(access({.sel = 0xF, .inta = true}));
  }
  bool wire() override { return settled_ && model_.intr(); }
  // The wires are not the controllers'; whoever loads them drives the levels they were loaded with.
  bool load(const StateBytes& bytes, Cycle now) override {
    if (!ModelRig::load(bytes, now)) return false;
    const PicState state = model_.state();
    lines_ = static_cast<std::uint16_t>((state.master.lines & ~4u) | state.slave.lines << 8);
    return true;
  }
  bool settled_ = false;
  OwnedContext context_ = new_context();
  PicModel model_{context_.get(), "pic"};
  std::uint16_t lines_ = 0;
};

// ---- 8254

class PitCoreRig final : public CoreRig {
 public:
  PitCoreRig() : CoreRig(0) {}

 private:
  Device& device() override { return core_; }
  bool wire() override { return core_.out0(); }
  PitCore core_{[this](bool level) { observe("out0", level); }, kCpuHz};
};

class PitRtlRig final : public ModelRig<PitModel> {
 public:
  PitRtlRig() : ModelRig(0) {}

 private:
  PitModel& model() override { return model_; }
  void edge(const PitModel::Request& request) override {
    const std::uint64_t before = time_.ticks_at(now_ - 1);
    model_.clock(request, time_.ticks_at(now_) != before,
                 before / STRATA_PIT_REFRESH_TICKS % 2 != 0);
    if (model_.out0() != out0_) observe("out0", out0_ = model_.out0());
  }
  bool wire() override { return model_.out0(); }
  bool load(const StateBytes& bytes, Cycle now) override {
    if (!ModelRig::load(bytes, now)) return false;
    observe("out0", out0_ = model_.out0());
    return true;
  }
  OwnedContext context_ = new_context();
  PitModel model_{context_.get(), "pit"};
  PitTime time_{kCpuHz};
  bool out0_ = true;
};

// ---- MC146818, with a second of 65536 cycles

constexpr std::uint32_t kRtcCpuHz = 65'536;

RtcState rtc_at_power_on() {
  RtcState state;
  state.a = 0x26;
  state.b = 0x02;
  return state;
}

class RtcCoreRig final : public CoreRig {
 public:
  RtcCoreRig() : CoreRig(0) {}

 private:
  Device& device() override { return core_; }
  RtcCore core_{to_wire(), kRtcCpuHz, rtc_at_power_on()};
};

class RtcRtlRig final : public ModelRig<RtcModel> {
 public:
  RtcRtlRig() : ModelRig(0) {}

 private:
  RtcModel& model() override { return model_; }
  void edge(const RtcModel::Request& request) override {
    model_.clock(request, time_.ticks_at(now_) != time_.ticks_at(now_ - 1));
  }
  OwnedContext context_ = new_context();
  RtcModel model_{context_.get(), "rtc", rtc_at_power_on()};
  RtcTime time_{kRtcCpuHz};
};

// ---- 8042, with 40 cycles a tick; a line is a key

constexpr std::uint32_t kKeyboardCpuHz = 40 * STRATA_KEYBOARD_HZ;

KeyCode key_of(unsigned word) {
  return {.prefix = static_cast<KeyCode::Prefix>(word >> 8 & 3),
          .code = static_cast<std::uint8_t>(word),
          .up = (word >> 10 & 1) != 0};
}

class KeyboardCoreRig final : public CoreRig {
 public:
  KeyboardCoreRig() : CoreRig(0) {}

 private:
  Device& device() override { return core_; }
  void set_line(unsigned word, bool) override {
    const KeyCode key = key_of(word);
    core_.press({&key, 1}, ++now_);
  }
  void on_reset(bool level) {
    if (level) observe("reset", 1);
  }
  KeyboardCore core_{{to_wire(), {}, [this](bool level) { on_reset(level); }}, kKeyboardCpuHz};
};

class KeyboardRtlRig final : public ModelRig<KeyboardModel> {
 public:
  KeyboardRtlRig() : ModelRig(0) {}

 private:
  KeyboardModel& model() override { return model_; }
  void set_line(unsigned word, bool) override {
    ++now_;
    const KeyCode key = key_of(word);
    clock({}, {&key, 1});
    wake();
  }
  void edge(const KeyboardModel::Request& request) override { clock(request, {}); }
  void clock(const KeyboardModel::Request& request, std::span<const KeyCode> keys) {
    model_.clock(request, time_.ticks_at(now_) != time_.ticks_at(now_ - 1), keys);
    if (model_.reset()) observe("reset", 1);
  }
  OwnedContext context_ = new_context();
  KeyboardModel model_{context_.get(), "keyboard"};
  KeyboardTime time_{kKeyboardCpuHz};
};

// ---- 16550

class UartCoreRig final : public CoreRig {
 public:
  UartCoreRig() : CoreRig(1) {}

 private:
  Device& device() override { return core_; }
  UartCore core_{kCpuHz, sink("sent"), to_wire()};
};

class UartRtlRig final : public ModelRig<UartModel> {
 public:
  UartRtlRig() : ModelRig(1) {}

 private:
  UartModel& model() override { return model_; }
  void edge(const UartModel::Request& request) override { model_.clock(request); }
  OwnedContext context_ = new_context();
  UartModel model_{context_.get(), "uart", kCpuHz, sink("sent")};
};

// ---- VGA

class VgaCoreRig final : public CoreRig {
 public:
  VgaCoreRig() : CoreRig(0) {}

 private:
  Device& device() override { return core_; }
  VgaCore core_;
};

class VgaRtlRig final : public ModelRig<VgaModel> {
 public:
  VgaRtlRig() : ModelRig(0) {
    VgaState state = model_.state();
    state.text = {};  // what was never written may be anything
    model_.load_state(state);
  }

 private:
  VgaModel& model() override { return model_; }
  void edge(const VgaModel::Request& request) override {
    model_.set_request(request);
    model_.clock();
  }
  OwnedContext context_ = new_context();
  VgaModel model_{context_.get(), "vga"};
};

template <typename Core, typename Rtl>
std::unique_ptr<StateRig> make(Twin twin) {
  if (twin == Twin::kCore) return std::make_unique<Core>();
  return std::make_unique<Rtl>();
}

template <typename State>
std::string difference(const StateBytes& a, const StateBytes& b) {
  auto left = std::make_unique<State>();
  auto right = std::make_unique<State>();
  if (!from_bytes(a, *left) || !from_bytes(b, *right)) return "not states";
  return differences(*left, *right);
}

}  // namespace

const std::vector<DeviceUnderTest>& devices_under_test() {
  constexpr std::uint32_t kVgaBytes = STRATA_VGA_BLOCK_PORTS + 0x20;
  static const std::vector<DeviceUnderTest> table = {
      {"ata", make<AtaCoreRig, AtaRtlRig>, ata_steps, 12, difference<AtaState>},
      {"debug", make<DebugCoreRig, DebugRtlRig>, debug_steps, 12, difference<DebugState>},
      {"keyboard", make<KeyboardCoreRig, KeyboardRtlRig>, keyboard_steps, 8,
       difference<KeyboardState>},
      {"pic", make<PicCoreRig, PicRtlRig>, pic_steps, 0, difference<PicState>},
      {"pit", make<PitCoreRig, PitRtlRig>, pit_steps, 0, difference<PitState>},
      {"rtc", make<RtcCoreRig, RtcRtlRig>, rtc_steps, 4, difference<RtcState>},
      {"uart", make<UartCoreRig, UartRtlRig>, uart_steps, 8, difference<UartState>},
      {"vga", make<VgaCoreRig, VgaRtlRig>, vga_steps, kVgaBytes, difference<VgaState>},
  };
  return table;
}

}  // namespace strata::test
