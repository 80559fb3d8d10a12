#include "models/pic/pic_core.h"

#include <cstdio>
#include <string>
#include <utility>

namespace strata {
namespace {

constexpr std::uint32_t kSlaveOffset = 4;

}  // namespace

PicCore::PicCore(Wire intr, EventLog* log) : intr_(std::move(intr)), log_(log) {}

void PicCore::on_mask(std::function<void(std::uint16_t lines)> listener) {
  mask_listener_ = std::move(listener);
  told_mask_ = masked_lines();
  mask_listener_(told_mask_);
}

std::uint16_t PicCore::masked_lines() const {
  const unsigned master = master_.state().imr;
  const unsigned slave = (master >> kCascadeLine & 1) != 0 ? 0xFF : slave_.state().imr;
  return static_cast<std::uint16_t>(master | slave << 8);
}

void PicCore::tell_mask() {
  const std::uint16_t mask = masked_lines();
  if (mask == told_mask_ || !mask_listener_) return;
  told_mask_ = mask;
  mask_listener_(mask);
}

void PicCore::reset() {
  master_.reset();
  slave_.reset();
  settle();
  tell_mask();
}

PicState PicCore::state(Cycle) const {
  return {.intr = level_, .master = master_.state(), .slave = slave_.state()};
}

// What the RTL had not carried through the cascade yet goes through at once.
void PicCore::load_state(const PicState& state, Cycle) {
  master_.load_state(state.master);
  slave_.load_state(state.slave);
  level_ = state.intr;
  if (intr_) intr_(level_);
  settle();
  tell_mask();
}

// Registers are bytes; a wider access is several, lowest first, as the bus would split it.
std::uint32_t PicCore::read(std::uint32_t offset, unsigned bytes, Cycle) {
  std::uint32_t value = 0;
  for (unsigned i = 0; i < bytes; ++i) {
    PicChip* chip = chip_at(offset + i);
    const std::uint32_t byte = chip ? chip->read((offset + i) & 1) : 0xFF;
    value |= byte << (8 * i);
  }
  settle();
  return value;
}

void PicCore::write(std::uint32_t offset, unsigned bytes, std::uint32_t value, Cycle) {
  for (unsigned i = 0; i < bytes; ++i) {
    PicChip* chip = chip_at(offset + i);
    if (chip) chip->write((offset + i) & 1, static_cast<std::uint8_t>(value >> (8 * i)));
  }
  settle();
  tell_mask();
}

PicChip* PicCore::chip_at(std::uint32_t offset) {
  if (offset < 2) return &master_;
  if (offset >= kSlaveOffset && offset < kSlaveOffset + 2) return &slave_;
  return nullptr;
}

void PicCore::set_irq(unsigned line, bool level, Cycle now) {
  if (line == kCascadeLine) return;
  PicChip& chip = line < 8 ? master_ : slave_;
  if (level && !chip.line(line & 7)) log_irq(line, now);
  chip.set_line(line & 7, level);
  settle();
}

std::uint8_t PicCore::acknowledge(Cycle now) {
  const unsigned line = master_.acknowledge();
  std::uint8_t vector = master_.vector(line);
  if (line == kCascadeLine && master_.cascaded()) {
    vector = slave_.vector(slave_.acknowledge());
    // The slave's INT drops between the INTA pulses, so a further request of it is a new edge.
    master_.forget_line(kCascadeLine);
  }
  settle();
  if (log_) {
    char text[] = "inta vector 00";
    std::snprintf(text, sizeof text, "inta vector %02x", vector);
    log_->record(now, "pic", text);
  }
  return vector;
}

void PicCore::log_irq(unsigned line, Cycle now) const {
  if (log_) log_->record(now, "pic", "irq " + std::to_string(line));
}

void PicCore::settle() {
  master_.resample();
  slave_.resample();
  master_.set_line(kCascadeLine, slave_.interrupt());
  set_intr(master_.interrupt());
}

void PicCore::set_intr(bool level) {
  if (level == level_) return;
  level_ = level;
  if (intr_) intr_(level);
}

}  // namespace strata
