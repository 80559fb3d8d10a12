// The two ends of a transfer in SystemC, for tests of what is between them.
#pragma once

#include <deque>
#include <systemc>
#include <vector>

#include "models/bus/clock_driver.h"
#include "models/bus/wishbone.h"

namespace strata::test {

// Issues queued requests as the CPU does: strobe dropped, or the next request raised, at the edge
// that samples the (last) ack.
class Master : public ClockedModule {
 public:
  struct Answer {
    Cycle cycle;  // the edge that sampled the ack
    std::uint32_t dat;
    std::uint8_t tgd;
    bool operator==(const Answer&) const = default;
  };

  sc_core::sc_out<WishboneRequest> request;
  sc_core::sc_in<WishboneResponse> response;
  std::deque<WishboneRequest> queue;
  std::vector<Cycle> issued;  // the edge that raised each request
  std::vector<Answer> answers;

  Master(const sc_core::sc_module_name& name, ClockDriver& clock)
      : ClockedModule(name, clock), request("request"), response("response") {}

 private:
  bool clock_edge(Cycle cycle) override {
    if (acks_left_ > 0) {
      if (!response.read().ack) return true;
      answers.push_back({cycle, response.read().dat, response.read().tgd});
      if (--acks_left_ > 0) return true;
      request.write({});
    }
    if (queue.empty()) return true;
    const WishboneRequest next = queue.front();
    queue.pop_front();
    acks_left_ = next.cti == kCtiIncrementing ? 4 : 1;
    issued.push_back(cycle);
    request.write(next);
    return true;
  }

  unsigned acks_left_ = 0;
};

// Sampled at edge n, acks after edge n + wait with the address it saw.
class Slave : public ClockedModule {
 public:
  sc_core::sc_in<WishboneRequest> request;
  sc_core::sc_out<WishboneResponse> response;
  unsigned wait = 0;
  std::vector<WishboneRequest> seen;

  Slave(const sc_core::sc_module_name& name, ClockDriver& clock)
      : ClockedModule(name, clock), request("request"), response("response") {}

 private:
  bool clock_edge(Cycle) override {
    const WishboneRequest& wires = request.read();
    if (acked_) {
      acked_ = false;
      response.write({});
    } else if (wires.stb && waited_++ == wait) {
      seen.push_back(wires);
      acked_ = true;
      waited_ = 0;
      response.write({wires.adr, true});
    }
    return true;
  }

  bool acked_ = false;
  unsigned waited_ = 0;
};

}  // namespace strata::test
