// The devices in slots: one a slot.txt that CMake found, in devices/ and in STRATA_DEVICES.
#pragma once

#include <memory>
#include <span>

#include "models/machine/bus_map.h"
#include "models/slot/slot_model.h"

namespace strata {

struct Slot {
  const char* name;
  BusWindow window;  // window.device is its number on the bus
  int irq;           // its line of the 8259 pair, -1 for none
  std::unique_ptr<SlotModel> (*make)(VerilatedContext* context, const char* name);
};

std::span<const Slot> slots();

}  // namespace strata
