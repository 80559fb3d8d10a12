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

// A new count starts at the next tick, but in modes 2 and 3 only if nothing counts yet; there the
// reload takes it. Modes 1 and 5 wait for a gate edge that never comes.
bool PitCounter::loads_next_tick() const {
  if (!pending_) return false;
  switch (mode()) {
    case 0:
    case 4: return true;
    case 2:
    case 3: return !counting_;
    default: return false;
  }
}

std::uint64_t PitCounter::ticks_to_event() const {
  if (loads_next_tick()) return 1;
  if (!counting_) return kNoTick;
  switch (mode()) {
    case 0: return armed_ ? distance(count_) : kNoTick;
    case 4:
      if (!out_) return 1;
      return armed_ ? distance(count_) : kNoTick;
    case 2: return count_ == 1 ? 1 : distance(count_) - 1;
    default: return odd_ && out_ ? count_ / 2 + 1 : distance(count_) / 2;
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
  const bool periodic = mode() == 2 || (mode() == 3 && initial_ != 1);
  if (!periodic || !counting_ || pending_ || !out_) return;
  const std::uint32_t start = mode() == 3 ? initial_ & ~1u : initial_;
  if (count_ != start) return;
  const std::uint32_t period = distance(initial_);
  tick_ += (tick - tick_) / period * period;
}

void PitCounter::count_down(std::uint64_t ticks) {
  if (!counting_) return;
  const std::uint64_t step = mode() == 3 ? 2 : 1;
  const std::uint64_t down = ticks % modulus() * step % modulus();
  count_ = static_cast<std::uint32_t>((count_ + modulus() - down) % modulus());
}

// The tick of an event; count_ is what the tick before left.
void PitCounter::apply_event() {
  if (loads_next_tick()) {
    load();
    if (mode() == 4) out_ = true;
    return;
  }
  switch (mode()) {
    case 0:
      count_down(1);
      out_ = true;
      armed_ = false;
      break;
    case 4:
      count_down(1);
      out_ = !out_;
      armed_ = false;
      break;
    case 2:
      if (count_ == 1) {
        load();
        out_ = true;
      } else {
        count_down(1);
        out_ = false;
      }
      break;
    default:
      load();
      out_ = !out_;
      break;
  }
}

void PitCounter::load() {
  odd_ = initial_ & 1;
  count_ = mode() == 3 ? initial_ & ~1u : initial_;
  counting_ = true;
  armed_ = true;
  pending_ = false;
  null_ = false;
}

void PitCounter::write_control(std::uint8_t value) {
  rw_ = value >> 4 & 3;
  mode_bits_ = value >> 1 & 7;
  bcd_ = value & 1;
  out_ = mode() != 0;
  counting_ = false;
  armed_ = false;
  pending_ = false;
  null_ = true;
  write_high_ = read_high_ = false;
  count_latched_ = status_latched_ = false;
}

void PitCounter::write_count(std::uint8_t value) {
  if (mode() == 0) {
    // Mode 0: writing a count stops the old one and takes OUT low at once.
    out_ = false;
    counting_ = false;
    pending_ = false;
  }
  switch (rw_) {
    case kLowByte: new_count(value); break;
    case kHighByte: new_count(static_cast<std::uint16_t>(value << 8)); break;
    default:
      if (write_high_) new_count(static_cast<std::uint16_t>(value << 8 | low_byte_));
      if (!write_high_) low_byte_ = value;
      write_high_ = !write_high_;
      break;
  }
}

void PitCounter::new_count(std::uint16_t count) {
  initial_ = bcd_ ? from_bcd(count) : count;
  pending_ = true;
  null_ = true;
}

std::uint16_t PitCounter::shown_count() const {
  return static_cast<std::uint16_t>(bcd_ ? to_bcd(count_) : count_);
}

std::uint8_t PitCounter::read() {
  if (status_latched_) {
    status_latched_ = false;
    return latched_status_;
  }
  const std::uint16_t count = count_latched_ ? latched_count_ : shown_count();
  const bool high = rw_ == kHighByte || (rw_ == kBothBytes && read_high_);
  if (rw_ == kBothBytes) read_high_ = !read_high_;
  if (rw_ != kBothBytes || high) count_latched_ = false;
  return static_cast<std::uint8_t>(high ? count >> 8 : count);
}

void PitCounter::latch_count() {
  if (count_latched_) return;
  count_latched_ = true;
  latched_count_ = shown_count();
}

// Data sheet, figure 12: OUT, null count, RW, mode, BCD.
void PitCounter::latch_status() {
  if (status_latched_) return;
  status_latched_ = true;
  latched_status_ =
      static_cast<std::uint8_t>(out_ << 7 | null_ << 6 | rw_ << 4 | mode_bits_ << 1 | bcd_);
}

}  // namespace strata
