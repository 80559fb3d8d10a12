#include "models/slot/slot_device.h"

#include <utility>

namespace strata {
namespace {

/// A device that has not answered by then never will; the access reads all ones.
constexpr unsigned kPatience = 1 << 16;

constexpr std::uint32_t lane_mask(unsigned bytes) {
  return bytes == 4 ? ~0u : (1u << (8 * bytes)) - 1;
}

}  // namespace

SlotDevice::SlotDevice(const Slot& slot, Wire irq) : slot_(slot), irq_(std::move(irq)) {
  reset();
}

void SlotDevice::reset() {
  model_.reset();
  context_ = new_verilated_context();
  model_ = slot_.make(context_.get(), slot_.name);
  cycle_ = 0;
  if (level_) irq_(false);
  level_ = false;
}

StateBytes SlotDevice::save(Cycle) const {
  return model_->state();
}

bool SlotDevice::load(std::span<const std::uint8_t> bytes, Cycle now) {
  if (!model_->load_state(bytes)) return false;
  cycle_ = now;
  level_ = model_->irq();
  irq_(level_);
  return true;
}

void SlotDevice::clock(const WishboneRequest& request) {
  model_->clock(request);
  ++cycle_;
  if (model_->irq() == level_) return;
  level_ = model_->irq();
  irq_(level_);
}

void SlotDevice::catch_up(Cycle now) {
  while (cycle_ < now && !model_->idle()) clock({});
  if (cycle_ < now) cycle_ = now;
}

std::uint32_t SlotDevice::access(std::uint32_t offset, unsigned bytes, bool write,
                                 std::uint32_t value, Cycle now) {
  catch_up(now);
  const unsigned lane = offset % 4;
  WishboneRequest request;
  request.adr = offset - lane;
  request.dat = value << (8 * lane);
  request.sel = static_cast<std::uint8_t>(((1u << bytes) - 1) << lane);
  request.tga = static_cast<std::uint8_t>(slot_.window.space);
  request.cyc = request.stb = true;
  request.we = write;
  std::uint32_t word = ~0u;
  for (unsigned left = kPatience; left > 0; --left) {
    clock(request);
    if (!model_->ack()) continue;
    word = model_->dat();
    break;
  }
  clock(request);  // the edge at which the master samples the ack: its strobe is still there
  clock({});
  return word >> (8 * lane) & lane_mask(bytes);
}

std::uint32_t SlotDevice::read(std::uint32_t offset, unsigned bytes, Cycle now) {
  return access(offset, bytes, false, 0, now);
}

void SlotDevice::write(std::uint32_t offset, unsigned bytes, std::uint32_t value, Cycle now) {
  access(offset, bytes, true, value, now);
}

void SlotDevice::advance(Cycle now) {
  catch_up(now);
}

Cycle SlotDevice::next_event() const {
  if (model_->idle()) return kNever;
  const Cycle clocks = model_->next_event();
  return clocks == kNever ? kNever : cycle_ + clocks;
}

}  // namespace strata
