#include "models/pit/pit_counter.h"

namespace strata {
namespace {

// RW bits of the control word.
constexpr unsigned kLowByte = 1;
constexpr unsigned kHighByte = 2;
constexpr unsigned kBothBytes = 3;

std::uint32_t from_bcd(std::uint32_t bcd) {
  return (bcd >> 12 & 15) * 1000 + (bcd >> 8 & 15) * 100 + (bcd >> 4 & 15) * 10 + (bcd & 15);
}

std::uint32_t to_bcd(std::uint32_t n) {
  return (n / 1000 % 10) << 12 | (n / 100 % 10) << 8 | (n / 10 % 10) << 4 | n % 10;
}

}  // namespace

// "Gate pin operations": a low gate stops modes 0, 2, 3 and 4; modes 1 and 5 look at its edge only.
bool PitCounter::counts() const {
  return state_.counting && (state_.gate || mode() == 1 || mode() == 5);
}

// A new count starts at the next tick, but in modes 2 and 3 only if nothing counts yet; there the
// reload takes it. Modes 1 and 5 wait for the gate to rise, which starts modes 2 and 3 anew.
bool PitCounter::loads_next_tick() const {
  if (mode() == 0 || mode() == 4) return state_.pending;
  if (state_.triggered) return state_.pending || state_.counting;
  return (mode() == 2 || mode() == 3) && state_.pending && !state_.counting;
}

std::uint64_t PitCounter::ticks_to_event() const {
  if (loads_next_tick() || state_.triggered) return 1;
  const bool strobes = (mode() == 4 || mode() == 5) && !state_.out;
  if (strobes) return 1;
  if (!counts()) return kNoTick;
  switch (mode()) {
    case 2: return state_.count == 1 ? 1 : distance() - 1;
    case 3: return state_.odd && state_.out ? binary(state_.count) / 2 + 1 : distance() / 2;
    default: return state_.armed ? distance() : kNoTick;
  }
}

std::uint64_t PitCounter::next_event() const {
  const std::uint64_t ticks = ticks_to_event();
  return ticks == kNoTick ? kNoTick : tick_ + ticks;
}

void PitCounter::run_to(std::uint64_t tick) {
  while (tick_ < tick) {
    skip_whole_periods(tick);
    const std::uint64_t ticks = ticks_to_event();
    if (ticks > tick - tick_) {
      count_down(tick - tick_);
      tick_ = tick;
    } else {
      count_down(ticks - 1);
      tick_ += ticks;
      apply_event();
    }
  }
}

// A counter nobody asked for a long time: whole periods leave it as it is.
void PitCounter::skip_whole_periods(std::uint64_t tick) {
  const bool periodic = mode() == 2 || (mode() == 3 && state_.initial != 1);
  if (!periodic || !counts() || state_.pending || state_.triggered || !state_.out) return;
  if (state_.count != loaded_count()) return;
  const std::uint32_t period = state_.initial ? binary(state_.initial) : modulus();
  tick_ += (tick - tick_) / period * period;
}

void PitCounter::count_down(std::uint64_t ticks) {
  if (!counts()) return;
  const std::uint64_t step = mode() == 3 ? 2 : 1;
  const std::uint64_t down = ticks % modulus() * step % modulus();
  const auto count =
      static_cast<std::uint32_t>((binary(state_.count) + modulus() - down) % modulus());
  state_.count = static_cast<std::uint16_t>(state_.bcd ? to_bcd(count) : count);
}

// The tick of an event; state_.count is what the tick before left.
void PitCounter::apply_event() {
  const bool loads = loads_next_tick();
  const bool without_count = state_.triggered && !loads;
  state_.triggered = false;
  if (loads) {
    load();
    if (mode() != 0) state_.out = mode() != 1;
    return;
  }
  if (without_count) return;
  switch (mode()) {
    case 0:
    case 1:
      count_down(1);
      state_.out = true;
      state_.armed = false;
      break;
    case 4:
    case 5:
      count_down(1);
      state_.out = !state_.out;
      state_.armed = false;
      break;
    case 2:
      if (state_.count == 1) {
        load();
        state_.out = true;
      } else {
        count_down(1);
        state_.out = false;
      }
      break;
    default:
      load();
      state_.out = !state_.out;
      break;
  }
}

void PitCounter::load() {
  state_.odd = state_.initial & 1;
  state_.count = loaded_count();
  state_.counting = true;
  state_.armed = true;
  state_.pending = false;
  state_.null = false;
}

void PitCounter::write_control(std::uint8_t value) {
  state_.rw = static_cast<std::uint8_t>(value >> 4 & 3);
  state_.mode_bits = static_cast<std::uint8_t>(value >> 1 & 7);
  state_.bcd = value & 1;
  state_.out = mode() != 0;
  state_.counting = false;
  state_.armed = false;
  state_.pending = false;
  state_.triggered = false;
  state_.null = true;
  state_.write_high = state_.read_high = false;
  state_.count_latched = state_.status_latched = false;
}

void PitCounter::set_gate(bool level) {
  const bool looks_at_edge = mode() != 0 && mode() != 4;
  if (level && !state_.gate && looks_at_edge) state_.triggered = true;
  if (!level && (mode() == 2 || mode() == 3)) state_.out = true;
  state_.gate = level;
}

void PitCounter::write_count(std::uint8_t value) {
  if (mode() == 0) {
    // Mode 0: writing a count stops the old one and takes OUT low at once.
    state_.out = false;
    state_.counting = false;
    state_.pending = false;
  }
  switch (state_.rw) {
    case kLowByte: new_count(value); break;
    case kHighByte: new_count(static_cast<std::uint16_t>(value << 8)); break;
    default:
      if (state_.write_high) new_count(static_cast<std::uint16_t>(value << 8 | state_.low_byte));
      if (!state_.write_high) state_.low_byte = value;
      state_.write_high = !state_.write_high;
      break;
  }
}

void PitCounter::new_count(std::uint16_t count) {
  state_.initial = count;
  state_.pending = true;
  state_.null = true;
}

std::uint32_t PitCounter::binary(std::uint16_t count) const {
  return state_.bcd ? from_bcd(count) : count;
}

// Mode 3 counts in steps of two, from an even count.
std::uint16_t PitCounter::loaded_count() const {
  return static_cast<std::uint16_t>(mode() == 3 ? state_.initial & ~1u : state_.initial);
}

std::uint8_t PitCounter::read() {
  if (state_.status_latched) {
    state_.status_latched = false;
    return state_.latched_status;
  }
  const std::uint16_t count = state_.count_latched ? state_.latched_count : state_.count;
  const bool high = state_.rw == kHighByte || (state_.rw == kBothBytes && state_.read_high);
  if (state_.rw == kBothBytes) state_.read_high = !state_.read_high;
  if (state_.rw != kBothBytes || high) state_.count_latched = false;
  return static_cast<std::uint8_t>(high ? count >> 8 : count);
}

PitCounterState PitCounter::state() const {
  PitCounterState state = state_;
  if (!state.count_latched) state.latched_count = 0;
  if (!state.status_latched) state.latched_status = 0;
  return state;
}

void PitCounter::load_state(const PitCounterState& state, std::uint64_t tick) {
  state_ = state;
  tick_ = tick;
}

void PitCounter::latch_count() {
  if (state_.count_latched) return;
  state_.count_latched = true;
  state_.latched_count = state_.count;
}

// Data sheet, figure 12: OUT, null count, RW, mode, BCD.
void PitCounter::latch_status() {
  if (state_.status_latched) return;
  state_.status_latched = true;
  state_.latched_status = static_cast<std::uint8_t>(
      state_.out << 7 | state_.null << 6 | state_.rw << 4 | state_.mode_bits << 1 | state_.bcd);
}

}  // namespace strata
