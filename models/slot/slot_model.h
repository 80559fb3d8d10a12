// The Verilated RTL of a device in a slot, whatever its module is called: a Wishbone slave that the
// machine's description names in one line (scripts/machine_table) and for which nothing else is
// written in C++. models/slot/slot_model_of.h makes one of a Verilated class.
#pragma once

#include <cstdint>
#include <memory>
#include <span>

#include "models/base/state_fields.h"
#include "models/base/types.h"
#include "models/base/wishbone_wires.h"

class VerilatedContext;
class VerilatedVcdC;

namespace strata {

class SlotModel {
 public:
  virtual ~SlotModel() = default;

  /// A rising edge with `request` on the bus, and the falling edge. adr is the byte offset in the
  /// device's block, bits 1:0 zero.
  virtual void clock(const WishboneRequest& request) = 0;

  virtual bool ack() const = 0;
  virtual std::uint32_t dat() const = 0;

  /// Level of irq_o; low for a device without.
  virtual bool irq() const = 0;

  /// idle_o: nothing will change until the next request. False for a device that does not say.
  virtual bool idle() const = 0;

  /// next_event_o: while nobody asks for anything, irq_o changes in this many clocks at the
  /// earliest; at least 1, kNever for all ones. 1 for a device that does not say.
  virtual Cycle next_event() const = 0;

  /// Every register of it, between two accesses; for load_state() of a model of the same sources.
  virtual StateBytes state() = 0;

  /// False, and nothing done, if the bytes are of another model.
  virtual bool load_state(std::span<const std::uint8_t> bytes) = 0;

  virtual void trace(VerilatedVcdC* file, int levels) = 0;
};

/// A VerilatedContext of one's own, for who sees no Verilator header.
std::shared_ptr<VerilatedContext> new_verilated_context();

}  // namespace strata
