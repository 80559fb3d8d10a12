// A Wishbone slave that hands its accesses to a TLM-2.0 target: puts a device's C++ twin where its
// RTL would be in the cycle-accurate platform (--device ata=tlm). A request sampled at edge n is
// carried out at edge n + `latency`, which is what the RTL in its place takes, and answered after
// that edge, or later by the delay the target adds, rounded up to whole cycles.
//
// Selected byte lanes that are next to each other go as one transaction, at the offset of the
// lowest. Lanes not selected read zero.
#pragma once

#include <tlm_utils/simple_initiator_socket.h>

#include <cstdint>
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

  /// `latency`: edges from the one that samples a request to the one of the access.
  WbTlmBridge(const sc_core::sc_module_name& name, ClockDriver& clock, unsigned latency = 0);

 private:
  enum class State { kIdle, kSampled, kWaiting, kAcked };

  bool clock_edge(Cycle cycle) override;
  void start(const WishboneRequest& wishbone, Cycle cycle);
  /// One transaction on `bytes` lanes of data_ from `lane` on.
  void transfer(const WishboneRequest& wishbone, unsigned lane, unsigned bytes,
                sc_core::sc_time& delay);

  unsigned latency_;
  State state_ = State::kIdle;
  Cycle access_cycle_ = 0;
  std::uint32_t data_ = 0;
  Cycle ack_cycle_ = 0;
  tlm::tlm_generic_payload payload_;
};

}  // namespace strata
