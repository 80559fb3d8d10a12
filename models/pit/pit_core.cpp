#include "models/pit/pit_core.h"

#include <utility>

namespace strata {
namespace {

constexpr std::uint32_t kControl = 3;
constexpr std::uint32_t kPortB = STRATA_PIT_BLOCK_PORT_B;
constexpr std::uint32_t kPortA = STRATA_PIT_BLOCK_PORT_A;
constexpr std::uint8_t kGate = 0x01;
constexpr std::uint8_t kKept = 0x0E;
constexpr unsigned kReadBack = 3;  // counter select of the read-back command

}  // namespace

PitCore::PitCore(Wire out0, std::uint64_t cpu_hz, PitBoardWires board)
    : wire_(std::move(out0)), board_(std::move(board)), time_(cpu_hz) {
  reset();
}

void PitCore::reset() {
  const PitState state;
  for (std::size_t i = 0; i < counters_.size(); ++i) counters_[i].load_state(state.counter[i], 0);
  port_b_ = state.port_b;
  set_port_a(state.port_a);
  settle();
}

std::uint32_t PitCore::read(std::uint32_t offset, unsigned bytes, Cycle now) {
  run_before(now);
  std::uint32_t value = 0;
  for (unsigned i = 0; i < bytes; ++i) {
    std::uint32_t byte = 0xFF;
    if (offset + i < kControl) byte = counters_[offset + i].read();
    if (offset + i == kPortB) byte = read_port_b(now);
    if (offset + i == kPortA) byte = port_a_;
    value |= byte << (8 * i);
  }
  return value;
}

void PitCore::write(std::uint32_t offset, unsigned bytes, std::uint32_t value, Cycle now) {
  for (unsigned i = 0; i < bytes; ++i) {
    const auto byte = static_cast<std::uint8_t>(value >> (8 * i));
    if (offset + i == kControl) {
      write_control(byte, now);
    } else if (offset + i == kPortB) {
      write_port_b(byte, now);
    } else if (offset + i == kPortA) {
      set_port_a(byte);
    } else if (offset + i < kControl) {
      run_before(now);
      counters_[offset + i].run_to(time_.ticks_at(now));
      counters_[offset + i].write_count(byte);
    }
  }
  settle();
}

void PitCore::write_control(std::uint8_t value, Cycle now) {
  run_before(now);
  const unsigned select = value >> 6;
  if (select == kReadBack) {
    // Data sheet, figure 10: bits 5 and 4 are active low, bits 3:1 select counters.
    for (unsigned i = 0; i < counters_.size(); ++i) {
      if (!(value >> (i + 1) & 1)) continue;
      if (!(value & 0x20)) counters_[i].latch_count();
      if (!(value & 0x10)) counters_[i].latch_status();
    }
    return;
  }
  PitCounter& counter = counters_[select];
  if ((value >> 4 & 3) == 0) {
    counter.latch_count();
    return;
  }
  counter.run_to(time_.ticks_at(now));
  counter.write_control(value);
}

std::uint8_t PitCore::read_port_b(Cycle now) const {
  const bool refresh = time_.ticks_at(now == 0 ? 0 : now - 1) / STRATA_PIT_REFRESH_TICKS % 2 != 0;
  return static_cast<std::uint8_t>(counters_[2].out() << 5 | refresh << 4 | port_b_ |
                                   counters_[2].gate());
}

void PitCore::write_port_b(std::uint8_t value, Cycle now) {
  run_before(now);
  counters_[2].run_to(time_.ticks_at(now));
  counters_[2].set_gate(value & kGate);
  port_b_ = value & kKept;
}

void PitCore::set_port_a(std::uint8_t value) {
  const std::uint8_t before = std::exchange(port_a_, value & (kReset | kOpenA20));
  const auto changed = static_cast<std::uint8_t>(before ^ port_a_);
  if ((changed & kOpenA20) != 0 && board_.a20) board_.a20(a20());
  if ((changed & kReset) != 0 && board_.reset) board_.reset((port_a_ & kReset) != 0);
}

void PitCore::advance(Cycle now) {
  run_through(now);
}

Cycle PitCore::next_event() const {
  const std::uint64_t tick = counters_[0].next_event();
  return tick == PitCounter::kNoTick ? kNever : time_.cycle_of(tick);
}

// Counters nobody asked for lag behind.
PitState PitCore::state(Cycle now) const {
  PitState state;
  for (std::size_t i = 0; i < counters_.size(); ++i) {
    PitCounter counter = counters_[i];
    counter.run_to(time_.ticks_at(now));
    state.counter[i] = counter.state();
  }
  state.port_b = port_b_;
  state.port_a = port_a_;
  return state;
}

void PitCore::load_state(const PitState& state, Cycle now) {
  for (std::size_t i = 0; i < counters_.size(); ++i) {
    counters_[i].load_state(state.counter[i], time_.ticks_at(now));
  }
  port_b_ = state.port_b & kKept;
  set_port_a(state.port_a);
  out0_ = counters_[0].out();
  if (wire_) wire_(out0_);
}

// Counter 0 goes from edge to edge, so that its wire shows each of them.
void PitCore::run_through(Cycle now) {
  const std::uint64_t tick = time_.ticks_at(now);
  while (counters_[0].next_event() <= tick) {
    counters_[0].run_to(counters_[0].next_event());
    settle();
  }
  for (PitCounter& counter : counters_) counter.run_to(tick);
}

void PitCore::run_before(Cycle now) {
  if (now > 0) run_through(now - 1);
}

void PitCore::settle() {
  if (counters_[0].out() == out0_) return;
  out0_ = counters_[0].out();
  if (wire_) wire_(out0_);
}

}  // namespace strata
