#include "models/rtc/rtc_core.h"

#include <algorithm>
#include <utility>

#include "models/rtc/rtc_calendar.h"
#include "models/rtc/rtc_registers.h"

namespace strata {
namespace {

constexpr std::uint32_t kIndex = 0;
constexpr std::uint32_t kData = 1;
constexpr std::uint8_t kNmiOff = 0x80;

// The update, in ticks of the second (data sheet, "update cycle times": 244 us and 1984 us).
constexpr std::uint32_t kTicksASecond = STRATA_RTC_HZ;
constexpr std::uint32_t kUpdateBegins = kTicksASecond / 2;
constexpr std::uint32_t kUpdateSoon = kUpdateBegins - 8;
constexpr std::uint32_t kUpdateEnds = kUpdateBegins + 65;

bool alarm_is(std::uint8_t alarm, std::uint8_t time) {
  constexpr std::uint8_t kAny = 0xC0;
  return (alarm & kAny) == kAny || alarm == time;
}

/// Ticks from `divider` until it is next at `at`: 1 to a second's.
std::uint32_t ticks_until(std::uint32_t at, std::uint32_t divider) {
  return (at - divider - 1) % kTicksASecond + 1;
}

}  // namespace

RtcCore::RtcCore(Wire irq, std::uint64_t cpu_hz, const RtcState& contents)
    : wire_(std::move(irq)), time_(cpu_hz), contents_(contents), state_(contents) {}

void RtcCore::reset() {
  state_ = contents_;
  tick_ = 0;
  held_ = 0;
  held_until_ = kNever;
  settle();
}

// ---- accesses ----

std::uint32_t RtcCore::read(std::uint32_t offset, unsigned bytes, Cycle now) {
  run_before(now);
  std::uint32_t value = 0;
  for (unsigned i = 0; i < bytes; ++i) {
    const std::uint32_t byte = offset + i == kData ? read_byte(now) : 0xFF;
    value |= byte << (8 * i);
  }
  settle();
  return value;
}

void RtcCore::write(std::uint32_t offset, unsigned bytes, std::uint32_t value, Cycle now) {
  run_before(now);
  run_to_cycle(now);
  for (unsigned i = 0; i < bytes; ++i) {
    const auto byte = static_cast<std::uint8_t>(value >> (8 * i));
    if (offset + i == kIndex) {
      state_.index = byte & 0x7F;
      state_.nmi_off = byte & kNmiOff;
    } else if (offset + i == kData) {
      write_byte(byte);
    }
  }
  settle();
}

std::uint8_t RtcCore::read_byte(Cycle now) {
  switch (state_.index) {
    case kRtcA: return state_.a | (update_in_progress() ? kRtcUpdateInProgress : 0);
    case kRtcB: return state_.b;
    case kRtcC: return read_flags(now);
    case kRtcD: return kRtcPowerGood;
    default: return state_.bytes[state_.index];
  }
}

std::uint8_t RtcCore::read_flags(Cycle now) {
  const std::uint8_t flags = std::exchange(state_.flags, std::uint8_t{0});
  run_to_cycle(now);
  held_ = std::exchange(state_.flags, std::uint8_t{0});
  if (held_ != 0) held_until_ = now + 1;
  return flags | (flags & state_.b ? kRtcInterrupt : 0);
}

void RtcCore::write_byte(std::uint8_t value) {
  switch (state_.index) {
    case kRtcA:
      state_.a = value & ~kRtcUpdateInProgress;
      if ((value & kRtcDividerReset) == kRtcDividerReset) state_.divider = 0;
      break;
    case kRtcB:
      // SET going high takes UIE back ("register B").
      state_.b = value & kRtcSet ? value & ~kRtcUpdate : value;
      break;
    case kRtcC:
    case kRtcD: break;
    default: state_.bytes[state_.index] = value; break;
  }
}

// ---- time ----

void RtcCore::advance(Cycle now) {
  run_to_cycle(now);
  settle();
}

void RtcCore::run_before(Cycle now) {
  if (now > 0) advance(now - 1);
}

void RtcCore::run_to_cycle(Cycle now) {
  run_to(time_.ticks_at(now));
  if (now < held_until_) return;
  state_.flags |= std::exchange(held_, std::uint8_t{0});
  held_until_ = kNever;
}

void RtcCore::run_to(std::uint64_t tick) {
  if (!runs()) tick_ = std::max(tick_, tick);
  while (tick_ < tick) count_to_next(tick);
}

/// Up to the end of the next update, or to `tick` if that comes first.
void RtcCore::count_to_next(std::uint64_t tick) {
  const std::uint32_t to_update = ticks_until(kUpdateEnds, state_.divider);
  const auto ticks = static_cast<std::uint32_t>(std::min<std::uint64_t>(to_update, tick - tick_));
  const std::uint32_t divider = state_.divider + ticks;
  if (period() != 0 && divider / period() != state_.divider / period()) {
    state_.flags |= kRtcPeriodic;
  }
  state_.divider = static_cast<std::uint16_t>(divider % kTicksASecond);
  tick_ += ticks;
  if (ticks == to_update && !(state_.b & kRtcSet)) update();
}

void RtcCore::update() {
  count_second(state_.bytes, state_.b & kRtcBinary, state_.b & kRtc24Hours);
  state_.flags |= kRtcUpdate;
  if (alarm_matches()) state_.flags |= kRtcAlarm;
}

bool RtcCore::alarm_matches() const {
  return alarm_is(state_.bytes[kRtcSecondsAlarm], state_.bytes[kRtcSeconds]) &&
         alarm_is(state_.bytes[kRtcMinutesAlarm], state_.bytes[kRtcMinutes]) &&
         alarm_is(state_.bytes[kRtcHoursAlarm], state_.bytes[kRtcHours]);
}

bool RtcCore::runs() const {
  return (state_.a & kRtcDivider) == kRtcDividerRuns;
}

/// Of the periodic flag, in ticks; 0: never ("periodic interrupt rates").
std::uint32_t RtcCore::period() const {
  const unsigned rate = state_.a & kRtcRate;
  if (rate == 0) return 0;
  return rate <= 2 ? 64u << rate : 1u << (rate - 1);
}

bool RtcCore::update_in_progress() const {
  return runs() && !(state_.b & kRtcSet) && state_.divider >= kUpdateSoon &&
         state_.divider < kUpdateEnds;
}

Cycle RtcCore::next_event() const {
  if (irq_) return kNever;
  if (held_ & state_.b) return held_until_;
  if (!runs()) return kNever;
  std::uint32_t ticks = 0;  // 0: none
  if ((state_.b & kRtcPeriodic) && period() != 0) ticks = period() - state_.divider % period();
  if ((state_.b & (kRtcAlarm | kRtcUpdate)) && !(state_.b & kRtcSet)) {
    const std::uint32_t to_update = ticks_until(kUpdateEnds, state_.divider);
    ticks = ticks == 0 ? to_update : std::min(ticks, to_update);
  }
  return ticks == 0 ? kNever : time_.cycle_of(tick_ + ticks);
}

// ---- state ----

// What nobody asked for lags behind.
RtcState RtcCore::state(Cycle now) const {
  RtcCore core = *this;
  core.run_to_cycle(now);
  return core.state_;
}

void RtcCore::load_state(const RtcState& state, Cycle now) {
  state_ = state;
  state_.index &= 0x7F;
  state_.divider &= kTicksASecond - 1;
  state_.a &= ~kRtcUpdateInProgress;
  state_.flags &= kRtcFlags;
  for (const std::uint8_t at : {kRtcA, kRtcB, kRtcC, kRtcD}) state_.bytes[at] = 0;
  tick_ = time_.ticks_at(now);
  held_ = 0;
  held_until_ = kNever;
  irq_ = (state_.flags & state_.b) != 0;
  if (wire_) wire_(irq_);
}

void RtcCore::settle() {
  const bool level = (state_.flags & state_.b) != 0;
  if (level == irq_) return;
  irq_ = level;
  if (wire_) wire_(level);
}

}  // namespace strata
