// A device's RTL and its TLM twin behind the Wishbone bridge, side by side on the same wires as in
// the cycle-accurate machine: random accesses, in random cycles, are answered in the same cycle
// with the same data, wires move in the same cycle, and states are equal.
#include <gtest/gtest.h>

#include <functional>
#include <random>
#include <string>
#include <vector>

#include "models/bus/clocked_signal.h"
#include "models/bus/wb_tlm_bridge.h"
#include "models/debug/debug_rtl.h"
#include "models/debug/debug_tlm.h"
#include "models/keyboard/keyboard_rtl.h"
#include "models/keyboard/keyboard_tlm.h"
#include "models/pic/pic_rtl.h"
#include "models/pic/pic_tlm.h"
#include "models/pit/pit_rtl.h"
#include "models/pit/pit_tlm.h"
#include "models/rtc/rtc_rtl.h"
#include "models/rtc/rtc_tlm.h"
#include "models/uart/uart_rtl.h"
#include "models/uart/uart_tlm.h"
#include "tests/rtl/bus/verilated_context.h"
#include "tests/support/event_recorder.h"
#include "tests/support/fresh_simulation.h"

namespace strata::test {
namespace {

constexpr std::uint32_t kHz = 25'000'000;
const sc_core::sc_time kHalf = kPeriod / 2;
constexpr unsigned kCycles = 1'000'000;
constexpr unsigned kLines = 16;
constexpr unsigned kCascadeLine = 2;

class Random {
 public:
  std::uint32_t operator()() { return static_cast<std::uint32_t>(engine_()); }

 private:
  std::mt19937 engine_{20261128};
};

using IrqSignal = sc_core::sc_signal<bool, sc_core::SC_MANY_WRITERS>;

/// What one twin shows: its answers, its output wire, and what it gives away, with the cycle.
struct Seen {
  explicit Seen(const std::string& name, ClockDriver& clock)
      : response((name + "_response").c_str(), clock), wire((name + "_wire").c_str()) {}
  ClockedSignal<WishboneResponse> response;
  IrqSignal wire;
  std::vector<std::pair<Cycle, unsigned>> given;
  EventRecorder log;
};

/// The master of both, which also moves the request lines and compares.
class Master : public ClockedModule {
 public:
  using MakeRequest = std::function<WishboneRequest(Random&)>;

  Master(ClockDriver& clock, MakeRequest make)
      : ClockedModule("master", clock), make_(std::move(make)) {}

  ClockedSignal<WishboneRequest> request{"request", clock()};
  Seen rtl{"rtl", clock()};
  Seen tlm{"tlm", clock()};
  sc_core::sc_vector<IrqSignal> lines{"lines", kLines};

  /// Between two accesses.
  bool at_rest() const { return !request.read().cyc; }
  unsigned accesses = 0;
  unsigned wire_changes = 0;
  Cycle failed_at = 0;

 private:
  bool clock_edge(Cycle cycle) override {
    if (failed_at == 0 && !same()) failed_at = cycle;
    if (const bool wire = rtl.wire.read(); wire != wire_) {
      wire_ = wire;
      ++wire_changes;
    }
    if (random_() % 16 == 0) move_line();
    if (rtl.response.read().ack) {
      request.write({});
      ++accesses;
      // Often at once, sometimes after long enough for timers.
      gap_ = random_() % 32 == 0 ? random_() % 2000 : random_() % 6;
    } else if (at_rest() && gap_-- == 0) {
      request.write(make_(random_));
    }
    return true;
  }

  bool same() const {
    const WishboneResponse& r = rtl.response.read();
    const WishboneResponse& t = tlm.response.read();
    const WishboneRequest& asked = request.read();
    std::uint32_t lanes = 0;
    for (unsigned lane = 0; lane < 4; ++lane) {
      if (asked.sel >> lane & 1) lanes |= 0xFFu << (8 * lane);
    }
    if (asked.we) lanes = 0;
    return r.ack == t.ack && (!r.ack || ((r.dat ^ t.dat) & lanes) == 0) &&
           rtl.wire.read() == tlm.wire.read();
  }

  void move_line() {
    const unsigned line = random_() % kLines;
    if (line != kCascadeLine) lines[line].write(random_() % 2 != 0);
  }

  MakeRequest make_;
  Random random_;
  unsigned gap_ = 4;
  bool wire_ = false;
};

WishboneRequest access(Random& random, std::uint32_t word, unsigned sel, std::uint32_t data) {
  return {.adr = word,
          .dat = data,
          .sel = static_cast<std::uint8_t>(sel),
          .tga = kIoSpace,
          .cyc = true,
          .stb = true,
          .we = random() % 2 != 0};
}

/// A run of lanes as an access has them.
unsigned random_lanes(Random& random, unsigned lanes) {
  const unsigned first = random() % lanes;
  const unsigned bytes = 1 + random() % (lanes - first);
  return ((1u << bytes) - 1) << first;
}

class Twins : public testing::Test {
 protected:
  template <typename Rtl, typename Tlm>
  void bind(Rtl& rtl, WbTlmBridge& bridge, Tlm& tlm) {
    rtl.request(master->request), rtl.response(master->rtl.response);
    bridge.request(master->request), bridge.response(master->tlm.response);
    bridge.initiator_socket.bind(tlm.target_socket);
    rtl_ = &rtl, tlm_ = &tlm;
  }

  void make_master(Master::MakeRequest make) {
    master = std::make_unique<Master>(clock, std::move(make));
  }

  /// Runs, looking at the states now and then.
  void run() {
    unsigned compared = 0;
    for (Cycle cycle = 10; cycle < kCycles; cycle += 37) {
      run_past(cycle, kPeriod);
      // The wires of the edge before have settled; nothing of an access is left anywhere.
      if (!master->at_rest() || master->rtl.response.read().ack) continue;
      sc_core::sc_start(kHalf);
      ASSERT_EQ(rtl_->save(cycle), tlm_->save(cycle)) << "cycle " << cycle;
      ++compared;
      if (between) between(cycle);
      ASSERT_EQ(master->failed_at, 0u);
    }
    EXPECT_GT(compared, 500u);
    EXPECT_GT(master->accesses, 1000u);
    EXPECT_EQ(master->rtl.given, master->tlm.given);
    EXPECT_EQ(master->rtl.log.events, master->tlm.log.events);
  }

  auto giver(Seen& seen) {
    return [this, &seen](std::uint8_t byte) { seen.given.emplace_back(clock.cycle(), byte); };
  }

  FreshSimulation simulation;
  OwnedContext context = new_context();
  ClockDriver clock{"clock", kPeriod};
  std::unique_ptr<Master> master;
  std::function<void(Cycle cycle)> between;  // what comes from elsewhere, after the edge of a cycle
  Stateful* rtl_ = nullptr;
  Stateful* tlm_ = nullptr;
};

/// Command words as programs write them (Intel 231468), with all sorts of others between; one
/// access in four is an interrupt acknowledge.
WishboneRequest pic_request(Random& random) {
  if (random() % 4 == 0) {
    return {.sel = 1, .tga = kInterruptAcknowledge, .cyc = true, .stb = true};
  }
  constexpr std::uint8_t kCommands[] = {0x11, 0x19, 0x13, 0x20, 0x20, 0x20, 0x60, 0xA0,
                                        0xE3, 0x0A, 0x0B, 0x0C, 0x68, 0x48, 0x80, 0x00};
  const bool likely = random() % 8 != 0;
  const std::uint32_t command = likely ? kCommands[random() % 16] : random() & 0xFF;
  const std::uint32_t data = random() % 4 == 0 ? random() & 0xFF : random() & random() & 0xFF;
  return access(random, random() % 2 * 4, random_lanes(random, 2), command | data << 8);
}

TEST_F(Twins, InterruptControllers) {
  make_master(pic_request);
  PicRtl rtl("pic_rtl", clock, context.get(), &master->rtl.log);
  WbTlmBridge bridge("bridge", clock, 0, WbTlmBridge::Lanes::kOneAnEdge);
  PicTlm tlm("pic_tlm", clock, &master->tlm.log);
  bind(rtl, bridge, tlm);
  bridge.on_acknowledge([&] { return tlm.acknowledge(); });
  for (unsigned line = 0; line < kLines; ++line) {
    if (line == kCascadeLine) continue;
    rtl.irq[line](master->lines[line]), tlm.irq[line](master->lines[line]);
  }
  rtl.intr(master->rtl.wire), tlm.intr(master->tlm.wire);
  run();
  EXPECT_GT(master->wire_changes, 1000u);
}

/// Control words, in binary (a count in BCD has digits up to 9), and counts that are small mostly.
WishboneRequest pit_request(Random& random) {
  if (random() % 8 == 0) {
    WishboneRequest request = access(random, 0, 8, (random() & 0xFE) << 24);
    request.we = true;
    return request;
  }
  if (random() % 8 == 0) return access(random, 4, 2u << random() % 2, random());  // ports 61, 92
  const std::uint32_t data = random() % 2 != 0 ? random() : random() & 0x0F0F0F;
  return access(random, 0, random_lanes(random, 3), data);
}

TEST_F(Twins, Timer) {
  make_master(pit_request);
  PitRtl rtl("pit_rtl", clock, context.get(), kHz);
  WbTlmBridge bridge("bridge", clock, 0, WbTlmBridge::Lanes::kOneAnEdge);
  PitTlm tlm("pit_tlm", kHz, kPeriod, kHalf);
  bind(rtl, bridge, tlm);
  rtl.irq(master->rtl.wire), tlm.irq(master->tlm.wire);
  using Line = sc_core::sc_signal<bool, sc_core::SC_MANY_WRITERS>;
  Line rtl_a20("rtl_a20"), tlm_a20("tlm_a20"), rtl_reset("rtl_reset"), tlm_reset("tlm_reset");
  rtl.a20(rtl_a20), tlm.a20(tlm_a20);
  rtl.reset(rtl_reset), tlm.reset(tlm_reset);
  run();
  EXPECT_GT(master->wire_changes, 100u);
  EXPECT_EQ(rtl_a20.read(), tlm_a20.read());
  EXPECT_EQ(rtl_reset.read(), tlm_reset.read());
}

/// Registers more often than memory; the fastest rates and alarms at any time, as a run has not a
/// tenth of a second.
WishboneRequest rtc_request(Random& random) {
  const std::uint32_t index = random() % 2 != 0 ? 0x0A + random() % 3 : random() & 0x7F;
  const std::uint32_t data = index == 0x0A ? 0x23 + random() % 3 : random() & 0x7F;
  return access(random, 0, random_lanes(random, 4), index | data << 8);
}

TEST_F(Twins, Clock) {
  RtcState contents;
  contents.a = 0x23;
  make_master(rtc_request);
  RtcRtl rtl("rtc_rtl", clock, context.get(), kHz, contents);
  WbTlmBridge bridge("bridge", clock, 0);
  RtcTlm tlm("rtc_tlm", kHz, contents, kPeriod, kHalf);
  bind(rtl, bridge, tlm);
  rtl.irq(master->rtl.wire), tlm.irq(master->tlm.wire);
  run();
  EXPECT_GT(master->wire_changes, 100u);
}

/// Commands that answer, and bytes for the keyboard that change much; sometimes anything.
WishboneRequest keyboard_request(Random& random) {
  constexpr std::uint8_t kCommands[] = {0x20, 0xAA, 0xA9, 0xAE, 0xD0, 0xD2, 0xD3, 0xC0};
  constexpr std::uint8_t kBytes[] = {0xF4, 0xEE, 0xF2, 0xED, 0x02, 0xF0, 0x01, 0xFE};
  const bool control = random() % 2 != 0;
  const bool likely = random() % 16 != 0;
  const std::uint32_t some = control ? kCommands[random() % 8] : kBytes[random() % 8];
  return access(random, control ? 4 : 0, random_lanes(random, 4), likely ? some : random() & 0xFF);
}

TEST_F(Twins, Keyboard) {
  make_master(keyboard_request);
  KeyboardRtl rtl("keyboard_rtl", clock, context.get(), kHz);
  WbTlmBridge bridge("bridge", clock, 0);
  KeyboardTlm tlm("keyboard_tlm", kHz, kPeriod, kHalf);
  bind(rtl, bridge, tlm);
  rtl.irq(master->rtl.wire), tlm.irq(master->tlm.wire);
  using Line = sc_core::sc_signal<bool, sc_core::SC_MANY_WRITERS>;
  Line rtl_a20("rtl_a20"), tlm_a20("tlm_a20"), rtl_reset("rtl_reset"), tlm_reset("tlm_reset");
  rtl.a20(rtl_a20), tlm.a20(tlm_a20);
  rtl.reset(rtl_reset), tlm.reset(tlm_reset);
  constexpr KeyCode kKeys[] = {{KeyCode::kPlain, 0x1C, false},
                               {KeyCode::kE0, 0x75, false},
                               {KeyCode::kE0, 0x75, true},
                               {KeyCode::kPlain, 0x1C, true}};
  between = [&](Cycle cycle) {
    if (cycle % 8 != 0) return;
    const std::span keys(kKeys, 1 + cycle % 4);
    rtl.press(keys), tlm.press(keys, cycle + 1);
    ASSERT_EQ(rtl_a20.read(), tlm_a20.read()) << cycle;
  };
  run();
  EXPECT_GT(master->wire_changes, 100u);
}

/// Anything, but divisors of up to three (while DLAB is 1, which is seldom) and seldom loopback, so
/// that characters end and are given away.
class UartRequests {
 public:
  WishboneRequest operator()(Random& random) {
    const bool low = random() % 4 != 0;
    std::uint32_t data = random();
    if (random() % 64 != 0) data &= low ? 0x7FFFFFFFu : 0xFFFFFFEFu;
    if (low && dlab_) data = (data & 0xFFFF0003) | 1;
    WishboneRequest request = access(random, low ? 0 : 4, random_lanes(random, 4), data);
    if (low && request.we && request.sel & 8) dlab_ = data >> 31;
    return request;
  }

 private:
  bool dlab_ = false;
};

TEST_F(Twins, Uart) {
  make_master(UartRequests());
  UartRtl rtl("uart_rtl", clock, context.get(), kHz, giver(master->rtl));
  WbTlmBridge bridge("bridge", clock, 1);
  UartTlm tlm("uart_tlm", kHz, giver(master->tlm), kPeriod, kHalf);
  bind(rtl, bridge, tlm);
  rtl.irq(master->rtl.wire), tlm.irq(master->tlm.wire);
  run();
  EXPECT_GT(master->wire_changes, 100u);
  EXPECT_GT(master->rtl.given.size(), 20u);
}

TEST_F(Twins, DebugPorts) {
  make_master([](Random& random) {
    return access(random, random() % 3 * 4, random_lanes(random, 4), random());
  });
  DebugSinks rtl_sinks{giver(master->rtl), giver(master->rtl), giver(master->rtl)};
  DebugSinks tlm_sinks{giver(master->tlm), giver(master->tlm), giver(master->tlm)};
  DebugRtl rtl("debug_rtl", clock, context.get(), rtl_sinks, &master->rtl.log);
  WbTlmBridge bridge("bridge", clock, 1);
  DebugTlm tlm("debug_tlm", tlm_sinks, &master->tlm.log, kPeriod);
  bind(rtl, bridge, tlm);
  run();
  EXPECT_GT(master->rtl.given.size(), 1000u);
}

}  // namespace
}  // namespace strata::test
