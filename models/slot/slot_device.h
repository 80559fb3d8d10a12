// A device in a slot as software engines see it: its RTL behind the face of a plain C++ device.
//
// The RTL is clocked when it is accessed and when it has an event, up to the time of either; while
// it is idle it is not clocked at all. An access takes the clocks it takes after its `now`, in
// which virtual time stands still. So the interrupt line moves in the cycle in which it would in
// the cycle-accurate machine if the device says when (next_event_o); a device that does not is
// clocked every cycle while it is not idle, which is as exact and slow.
//
// State: all registers of the RTL, as Verilator saves them (model_bytes.h).
#pragma once

#include <cstdint>
#include <memory>
#include <span>

#include "models/base/device.h"
#include "models/slot/slot_list.h"

namespace strata {

class SlotDevice final : public Device {
 public:
  /// `irq` is called with each new level.
  SlotDevice(const Slot& slot, Wire irq);

  StateBytes save(Cycle now) const override;
  bool load(std::span<const std::uint8_t> bytes, Cycle now) override;

  void reset() override;
  std::uint32_t read(std::uint32_t offset, unsigned bytes, Cycle now) override;
  void write(std::uint32_t offset, unsigned bytes, std::uint32_t value, Cycle now) override;
  void advance(Cycle now) override;
  Cycle next_event() const override;

 private:
  void clock(const WishboneRequest& request);
  void catch_up(Cycle now);
  std::uint32_t access(std::uint32_t offset, unsigned bytes, bool write, std::uint32_t value,
                       Cycle now);

  const Slot& slot_;
  Wire irq_;
  std::shared_ptr<VerilatedContext> context_;
  std::unique_ptr<SlotModel> model_;
  Cycle cycle_ = 0;  // of the latest edge
  bool level_ = false;
};

}  // namespace strata
