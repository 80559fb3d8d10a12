// The Verilated ATA controller and the medium behind it, in plain C++ (its header and <systemc> do
// not compile together). Serves the controller's medium port from a DiskBackend.
#pragma once

#include <cstdint>
#include <memory>
#include <span>

#include "models/ata/ata_state.h"
#include "models/base/disk_backend.h"
#include "models/base/event_log.h"
#include "models/base/medium_port.h"
#include "models/base/wishbone_wires.h"

class VerilatedContext;
class VerilatedVcdC;
class Vata;

namespace strata {

class AtaModel {
 public:
  /// What the bus drives; adr is the byte offset in the block, bits 1:0 zero.
  using Request = WishboneRequest;

  /// Holds reset for two clocks, and leaves one without it. `disk` and `log` (null: nobody listens)
  /// outlive the model.
  AtaModel(VerilatedContext* context, const char* name, DiskBackend& disk, EventLog* log);
  ~AtaModel();

  /// The rising edge of `cycle` with `request` on the bus, and the falling edge.
  void clock(Cycle cycle, const Request& request);

  bool ack() const;
  std::uint32_t dat() const;
  bool irq() const;
  /// No timer or transfer in progress: clock() may be left out until the next request.
  bool idle() const;

  /// The state after the latest clock, between two accesses. Changes nothing but that the disk gets
  /// now what is on its way to it.
  AtaState state() const;
  /// Replaces it; takes a clock for every 32-bit word of the sector buffer. Not during an access.
  void load_state(const AtaState& state);

  void trace(VerilatedVcdC* file, int levels);

 private:
  static constexpr unsigned kSectorWords = kSectorBytes / 4;

  AtaRegisters unload_registers() const;
  void unload_buffer(std::span<std::uint8_t, kSectorBytes> data) const;
  void log_changes(Cycle cycle);

  std::unique_ptr<Vata> rtl_;
  mutable MediumPort<Vata> medium_;  // state() has it carry out what is under way
  EventLog* log_;
  bool irq_ = false;
  bool data_request_ = false;
};

}  // namespace strata
