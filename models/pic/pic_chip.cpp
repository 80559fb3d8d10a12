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
  const std::uint8_t lines = lines_;
  *this = PicChip(role_);
  lines_ = lines;
}

void PicChip::set_line(unsigned line, bool level) {
  const std::uint8_t mask = bit(line);
  if (!level) {
    irr_ = without(irr_, mask);
    lines_ = without(lines_, mask);
    return;
  }
  if (level_triggered_ || !(lines_ & mask)) irr_ |= mask;
  lines_ |= mask;
}

void PicChip::forget_line(unsigned line) {
  lines_ = without(lines_, bit(line));
}

unsigned PicChip::highest(std::uint8_t lines) const {
  for (unsigned i = 1; i <= 8; ++i) {
    const unsigned line = (lowest_ + i) & 7;
    if (lines >> line & 1) return line;
  }
  return kNone;
}

unsigned PicChip::request() const {
  const unsigned line = highest(without(irr_, imr_));
  if (line == kNone) return kNone;
  const unsigned serving = highest(special_mask_ ? without(isr_, imr_) : isr_);
  if (serving == kNone || rank(line) < rank(serving)) return line;
  const bool nested = fully_nested_ && role_ == Role::kMaster && line == kCascadeLine;
  return nested && line == serving ? line : kNone;
}

unsigned PicChip::acknowledge() {
  const unsigned line = request();
  if (line == kNone) return kNone;
  if (!level_triggered_) irr_ = without(irr_, bit(line));
  isr_ |= bit(line);
  if (auto_eoi_) end_of_interrupt(line, rotate_auto_eoi_);
  return line;
}

std::uint8_t PicChip::vector(unsigned line) const {
  return static_cast<std::uint8_t>(base_ | (line == kNone ? 7 : line));
}

void PicChip::end_of_interrupt(unsigned line, bool rotate) {
  if (line == kNone) return;
  isr_ = without(isr_, bit(line));
  if (rotate) lowest_ = line;
}

std::uint8_t PicChip::read(unsigned a0) {
  if (poll_) {
    // The poll word: the read is an acknowledge (data sheet, "Poll command").
    poll_ = false;
    const unsigned line = acknowledge();
    return line == kNone ? std::uint8_t{0} : static_cast<std::uint8_t>(0x80 | line);
  }
  if (a0) return imr_;
  return read_isr_ ? isr_ : irr_;
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
  level_triggered_ = value & kIcw1Level;
  cascaded_ = !(value & kIcw1Single);
  icw4_follows_ = value & kIcw1Icw4;
  irr_ = level_triggered_ ? lines_ : std::uint8_t{0};
  isr_ = 0;
  imr_ = 0;
  lowest_ = 7;
  auto_eoi_ = rotate_auto_eoi_ = fully_nested_ = false;
  special_mask_ = read_isr_ = poll_ = false;
  expect_ = Expect::kIcw2;
}

void PicChip::write_data(std::uint8_t value) {
  const Expect after3 = icw4_follows_ ? Expect::kIcw4 : Expect::kOcw1;
  switch (expect_) {
    case Expect::kIcw2:
      base_ = value & 0xF8;
      expect_ = cascaded_ ? Expect::kIcw3 : after3;
      break;
    case Expect::kIcw3: expect_ = after3; break;
    case Expect::kIcw4:
      fully_nested_ = value & kIcw4FullyNested;
      auto_eoi_ = value & kIcw4AutoEoi;
      expect_ = Expect::kOcw1;
      break;
    case Expect::kOcw1: imr_ = value; break;
  }
}

// R, SL, EOI in bits 7:5 and a line in bits 2:0 (data sheet, figure 8).
void PicChip::write_ocw2(std::uint8_t value) {
  const unsigned line = value & 7;
  const unsigned serving = highest(special_mask_ ? without(isr_, imr_) : isr_);
  switch (value >> 5) {
    case 0b000: rotate_auto_eoi_ = false; break;
    case 0b001: end_of_interrupt(serving, false); break;
    case 0b011: end_of_interrupt(line, false); break;
    case 0b100: rotate_auto_eoi_ = true; break;
    case 0b101: end_of_interrupt(serving, true); break;
    case 0b110: lowest_ = line; break;
    case 0b111: end_of_interrupt(line, true); break;
    default: break;  // 010: no operation
  }
}

void PicChip::write_ocw3(std::uint8_t value) {
  if (value & kOcw3SetMask) special_mask_ = value & kOcw3SpecialMask;
  poll_ = value & kOcw3Poll;
  if (value & kOcw3ReadRegister) read_isr_ = value & kOcw3Isr;
}

}  // namespace strata
