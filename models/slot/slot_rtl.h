// The RTL of a device in a slot in the cycle-accurate platform.
#pragma once

#include <memory>

#include "models/base/stateful.h"
#include "models/bus/clock_driver.h"
#include "models/bus/wishbone.h"
#include "models/slot/slot_list.h"

namespace strata {

class SlotRtl : public ClockedModule, public Stateful {
 public:
  sc_core::sc_in<WishboneRequest> request;  // adr: byte offset in the device's block
  sc_core::sc_out<WishboneResponse> response;
  sc_core::sc_out<bool> irq;

  /// `context` outlives the module.
  SlotRtl(const sc_core::sc_module_name& name, const Slot& slot, ClockDriver& clock,
          VerilatedContext* context);

  StateBytes save(Cycle now) const override;
  bool load(std::span<const std::uint8_t> bytes, Cycle now) override;

  void trace(VerilatedVcdC* file, int levels) { model_->trace(file, levels); }

 private:
  bool clock_edge(Cycle cycle) override;

  std::unique_ptr<SlotModel> model_;
};

}  // namespace strata
