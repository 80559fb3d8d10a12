// A Wishbone slave that hands its accesses to a TLM-2.0 target: puts a device's C++ twin where its
// RTL would be in the cycle-accurate platform (--device ata=tlm). A request sampled at edge n is
// carried out at edge n + `latency`, which is what the RTL in its place takes, and answered after
// that edge, or later by the delay the target adds, rounded up to whole cycles.
//
// Selected byte lanes that are next to each other go as one transaction, at the offset of the
// lowest; or one lane an edge, lowest first, where the RTL is made so. Lanes not selected read
// zero.
#pragma once

#include <tlm_utils/simple_initiator_socket.h>

#include <cstdint>
#include <functional>
#include <systemc>
#include <tlm>

#include "models/bus/clock_driver.h"
#include "models/bus/wishbone.h"

namespace strata {

class WbTlmBridge : public ClockedModule {
 public:
  sc_core::sc_in<WishboneRequest> request;
  sc_core::sc_out<WishboneResponse> response;
  tlm_utils::simple_initiator_socket<WbTlmBridge> initiator_socket;

  enum class Lanes { kTogether, kOneAnEdge };

  /// `latency`: edges from the one that samples a request to the one of the (first) access.
  WbTlmBridge(const sc_core::sc_module_name& name, ClockDriver& clock, unsigned latency = 0,
              Lanes lanes = Lanes::kTogether);

  /// Called for an interrupt acknowledge, for which TLM-2.0 has no command; returns the vector.
  void on_acknowledge(std::function<std::uint8_t()> acknowledge) {
    acknowledge_ = std::move(acknowledge);
  }

 private:
  enum class State { kIdle, kSampled, kWaiting, kAcked };

  bool clock_edge(Cycle cycle) override;
  bool access(const WishboneRequest& wishbone, Cycle cycle);
  /// One transaction on `bytes` lanes of data_ from `lane` on.
  void transfer(const WishboneRequest& wishbone, unsigned lane, unsigned bytes,
                sc_core::sc_time& delay);

  unsigned latency_;
  Lanes lanes_;
  std::function<std::uint8_t()> acknowledge_;
  State state_ = State::kIdle;
  Cycle access_cycle_ = 0;
  std::uint32_t data_ = 0;
  unsigned lane_ = 0;  // the first that has not been looked at
  Cycle ack_cycle_ = 0;
  tlm::tlm_generic_payload payload_;
};

}  // namespace strata
