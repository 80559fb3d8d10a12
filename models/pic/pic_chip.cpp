#include "models/pic/pic_chip.h"

namespace strata {
namespace {

// Bits of the command words (data sheet, figures 7 and 8).
constexpr unsigned kIcw1 = 0x10;
constexpr unsigned kIcw1Level = 0x08;
constexpr unsigned kIcw1Single = 0x02;
constexpr unsigned kIcw1Icw4 = 0x01;
constexpr unsigned kIcw4FullyNested = 0x10;
constexpr unsigned kIcw4AutoEoi = 0x02;
constexpr unsigned kOcw3 = 0x08;
constexpr unsigned kOcw3SetMask = 0x40;
constexpr unsigned kOcw3SpecialMask = 0x20;
constexpr unsigned kOcw3Poll = 0x04;
constexpr unsigned kOcw3ReadRegister = 0x02;
constexpr unsigned kOcw3Isr = 0x01;

constexpr unsigned kCascadeLine = 2;

std::uint8_t bit(unsigned line) {
  return static_cast<std::uint8_t>(1u << line);
}

std::uint8_t without(std::uint8_t lines, std::uint8_t mask) {
  return static_cast<std::uint8_t>(lines & ~mask);
}

}  // namespace

void PicChip::reset() {
  state_ = PicChipState{.lines = state_.lines};
}

void PicChip::set_line(unsigned line, bool level) {
  const std::uint8_t mask = bit(line);
  if (!level) {
    state_.irr = without(state_.irr, mask);
    state_.lines = without(state_.lines, mask);
    return;
  }
  if (state_.level_triggered || !(state_.lines & mask)) state_.irr |= mask;
  state_.lines |= mask;
}

void PicChip::resample() {
  if (state_.level_triggered) state_.irr = state_.lines;
}

void PicChip::forget_line(unsigned line) {
  state_.lines = without(state_.lines, bit(line));
}

unsigned PicChip::highest(std::uint8_t lines) const {
  for (unsigned i = 1; i <= 8; ++i) {
    const unsigned line = (state_.lowest + i) & 7;
    if (lines >> line & 1) return line;
  }
  return kNone;
}

unsigned PicChip::request() const {
  const unsigned line = highest(without(state_.irr, state_.imr));
  if (line == kNone) return kNone;
  const unsigned serving =
      highest(state_.special_mask ? without(state_.isr, state_.imr) : state_.isr);
  if (serving == kNone || rank(line) < rank(serving)) return line;
  const bool nested = state_.fully_nested && role_ == Role::kMaster && line == kCascadeLine;
  return nested && line == serving ? line : kNone;
}

unsigned PicChip::acknowledge() {
  const unsigned line = request();
  if (line == kNone) return kNone;
  if (!state_.level_triggered) state_.irr = without(state_.irr, bit(line));
  state_.isr |= bit(line);
  if (state_.auto_eoi) end_of_interrupt(line, state_.rotate_auto_eoi);
  return line;
}

std::uint8_t PicChip::vector(unsigned line) const {
  return static_cast<std::uint8_t>(state_.base | (line == kNone ? 7 : line));
}

void PicChip::end_of_interrupt(unsigned line, bool rotate) {
  if (line == kNone) return;
  state_.isr = without(state_.isr, bit(line));
  if (rotate) state_.lowest = static_cast<std::uint8_t>(line);
}

std::uint8_t PicChip::read(unsigned a0) {
  if (state_.poll) {
    // The poll word: the read is an acknowledge (data sheet, "Poll command").
    state_.poll = false;
    const unsigned line = acknowledge();
    return line == kNone ? std::uint8_t{0} : static_cast<std::uint8_t>(0x80 | line);
  }
  if (a0) return state_.imr;
  return state_.read_isr ? state_.isr : state_.irr;
}

void PicChip::write(unsigned a0, std::uint8_t value) {
  if (a0) {
    write_data(value);
  } else if (value & kIcw1) {
    write_icw1(value);
  } else if (value & kOcw3) {
    write_ocw3(value);
  } else {
    write_ocw2(value);
  }
}

// Data sheet, "Initialization command words 1 and 2", items a to f; in service is cleared too.
void PicChip::write_icw1(std::uint8_t value) {
  state_.level_triggered = value & kIcw1Level;
  state_.cascaded = !(value & kIcw1Single);
  state_.icw4_follows = value & kIcw1Icw4;
  if (!state_.level_triggered) state_.irr = 0;
  state_.isr = 0;
  state_.imr = 0;
  state_.lowest = 7;
  state_.auto_eoi = state_.rotate_auto_eoi = state_.fully_nested = false;
  state_.special_mask = state_.read_isr = state_.poll = false;
  state_.expect = PicChipState::kIcw2;
}

void PicChip::write_data(std::uint8_t value) {
  const PicChipState::Expect after3 =
      state_.icw4_follows ? PicChipState::kIcw4 : PicChipState::kOcw1;
  switch (state_.expect) {
    case PicChipState::kIcw2:
      state_.base = value & 0xF8;
      state_.expect = state_.cascaded ? PicChipState::kIcw3 : after3;
      break;
    case PicChipState::kIcw3: state_.expect = after3; break;
    case PicChipState::kIcw4:
      state_.fully_nested = value & kIcw4FullyNested;
      state_.auto_eoi = value & kIcw4AutoEoi;
      state_.expect = PicChipState::kOcw1;
      break;
    case PicChipState::kOcw1: state_.imr = value; break;
  }
}

// R, SL, EOI in bits 7:5 and a line in bits 2:0 (data sheet, figure 8).
void PicChip::write_ocw2(std::uint8_t value) {
  const unsigned line = value & 7;
  const unsigned serving =
      highest(state_.special_mask ? without(state_.isr, state_.imr) : state_.isr);
  switch (value >> 5) {
    case 0b000: state_.rotate_auto_eoi = false; break;
    case 0b001: end_of_interrupt(serving, false); break;
    case 0b011: end_of_interrupt(line, false); break;
    case 0b100: state_.rotate_auto_eoi = true; break;
    case 0b101: end_of_interrupt(serving, true); break;
    case 0b110: state_.lowest = static_cast<std::uint8_t>(line); break;
    case 0b111: end_of_interrupt(line, true); break;
    default: break;  // 010: no operation
  }
}

void PicChip::write_ocw3(std::uint8_t value) {
  if (value & kOcw3SetMask) state_.special_mask = value & kOcw3SpecialMask;
  state_.poll = value & kOcw3Poll;
  if (value & kOcw3ReadRegister) state_.read_isr = value & kOcw3Isr;
}

}  // namespace strata
