// The two twins of the timer behind one face, OUT edges to the cycle. An access takes one cycle,
// the edge after now().
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <ostream>
#include <vector>

#include "models/machine/memory_map.h"
#include "models/pit/pit_core.h"
#include "models/pit/pit_model.h"
#include "tests/rtl/bus/verilated_context.h"
#include "tests/support/register_port.h"

namespace strata {

inline constexpr std::uint32_t kControl = 3;
inline constexpr std::uint64_t kCpuHz = 25'000'000;

// Tick k is at cycle ceil(k * 25,000,000 / 1,193,182).
inline Cycle cycle_of(std::uint64_t tick) {
  return (tick * kCpuHz + 1'193'181) / 1'193'182;
}

// The first tick after `cycle`.
inline std::uint64_t tick_after(Cycle cycle) {
  std::uint64_t tick = 1;
  while (cycle_of(tick) <= cycle) ++tick;
  return tick;
}

struct Edge {
  Cycle cycle;
  bool level;
  bool operator==(const Edge&) const = default;
};

inline std::ostream& operator<<(std::ostream& out, const Edge& edge) {
  return out << (edge.level ? "up " : "down ") << edge.cycle;
}

// A register port whose accesses take one cycle each, on the edge after now().
class PitPort : public test::RegisterPort {
 public:
  Cycle now() const { return now_; }
  std::vector<Edge> edges;  // of OUT 0, with the clock edge they follow
  /// OUT 0 stays until the next access.
  virtual bool asleep() const = 0;
  virtual PitState state() = 0;
  /// The wires of port 92.
  virtual bool a20() const = 0;
  virtual bool reset() const = 0;

 protected:
  Cycle now_ = 0;
};

class PitCorePort : public PitPort {
 public:
  std::uint32_t read(std::uint32_t offset, unsigned bytes) override {
    event_ = ++now_;
    const std::uint32_t value = core_.read(offset, bytes, now_);
    run_events();
    return value;
  }
  void write(std::uint32_t offset, unsigned bytes, std::uint32_t value) override {
    event_ = ++now_;
    core_.write(offset, bytes, value, now_);
    run_events();
  }
  void idle(Cycle cycles) override {
    now_ += cycles;
    run_events();
  }
  bool irq() const override { return core_.out0(); }
  bool asleep() const override { return core_.next_event() == kNever; }
  PitState state() override { return core_.state(now_); }
  bool a20() const override { return a20_; }
  bool reset() const override { return reset_; }

 private:
  // As the TLM shell's timer does.
  void run_events() {
    while (core_.next_event() <= now_) {
      event_ = core_.next_event();
      core_.advance(event_);
    }
  }

  Cycle event_ = 0;
  bool a20_ = false;
  bool reset_ = false;
  PitCore core_{[this](bool level) {
                  edges.push_back({event_, level});
                },
                kCpuHz,
                {.a20 = [this](bool level) { a20_ = level; },
                 .reset = [this](bool level) { reset_ = level; }}};
};

class PitRtlPort : public PitPort {
 public:
  std::uint32_t read(std::uint32_t offset, unsigned bytes) override {
    return access({.adr = offset & ~3u, .sel = lanes(offset, bytes)}) >> (8 * (offset % 4)) &
           (bytes == 4 ? ~0u : (1u << (8 * bytes)) - 1);
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
  bool irq() const override { return model_.out0(); }
  bool asleep() const override { return model_.steady(); }
  PitState state() override { return model_.state(); }
  bool a20() const override { return model_.a20(); }
  bool reset() const override { return model_.reset(); }

 private:
  static std::uint8_t lanes(std::uint32_t offset, unsigned bytes) {
    return static_cast<std::uint8_t>(((1u << bytes) - 1) << (offset % 4));
  }

  // The master drops its request at the edge that samples the ack, not before.
  void edge(const PitModel::Request& request) {
    ++now_;
    const bool tick = cycle_of(next_tick_) == now_;
    const bool refresh = (next_tick_ - 1) / 18 % 2 != 0;  // before the edge
    if (tick) ++next_tick_;
    const bool before = model_.out0();
    model_.clock(model_.ack() ? held_ : request, tick, refresh);
    if (model_.out0() != before) edges.push_back({now_, model_.out0()});
  }

  // The edge that samples the ack is left to the next step.
  std::uint32_t access(PitModel::Request request) {
    if (model_.ack())
      model_.clock(held_, false, false);  // not a cycle of the machine: clears the ack only
    request.cyc = request.stb = true;
    held_ = request;
    int edges_taken = 0;
    do {
      edge(request);
    } while (!model_.ack() && ++edges_taken < 8);
    EXPECT_TRUE(model_.ack());
    return model_.dat();
  }

  test::OwnedContext context_ = test::new_context();
  PitModel model_{context_.get(), "pit"};
  PitModel::Request held_;
  std::uint64_t next_tick_ = 1;
};

}  // namespace strata
