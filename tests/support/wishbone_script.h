// A Wishbone master in the cycle-accurate platform that makes accesses from a list, one after the
// other, and notes when each was acknowledged and what it read.
#pragma once

#include <vector>

#include "models/bus/clock_driver.h"
#include "models/bus/wishbone.h"

namespace strata::test {

class WishboneScript : public ClockedModule {
 public:
  struct Access {
    Cycle not_before = 0;  // the request goes out at this edge or later
    WishboneRequest request;
    Cycle acknowledged = kNever;  // the cycle after whose edge ack was high
    std::uint32_t data = 0;
  };

  sc_core::sc_out<WishboneRequest> request;
  sc_core::sc_in<WishboneResponse> response;
  std::vector<Access> accesses;

  WishboneScript(const sc_core::sc_module_name& name, ClockDriver& clock)
      : ClockedModule(name, clock), request("request"), response("response") {}

  /// Appends a byte access at `offset`.
  void read(std::uint32_t offset, Cycle not_before = 0) {
    accesses.push_back({not_before, byte_request(offset, false, 0)});
  }
  void write(std::uint32_t offset, std::uint8_t value, Cycle not_before = 0) {
    accesses.push_back({not_before, byte_request(offset, true, value)});
  }

 private:
  static WishboneRequest byte_request(std::uint32_t offset, bool we, std::uint8_t value) {
    WishboneRequest request;
    request.adr = offset & ~3u;
    request.sel = static_cast<std::uint8_t>(1u << (offset & 3));
    request.dat = std::uint32_t{value} << (8 * (offset & 3));
    request.cyc = request.stb = true;
    request.we = we;
    return request;
  }

  bool clock_edge(Cycle cycle) override {
    if (waiting_ && response.read().ack) {
      accesses[next_].acknowledged = cycle - 1;
      accesses[next_].data = response.read().dat;
      ++next_;
      waiting_ = false;
      request.write({});
    } else if (!waiting_ && next_ < accesses.size() && cycle >= accesses[next_].not_before) {
      waiting_ = true;
      request.write(accesses[next_].request);
    }
    return next_ < accesses.size();
  }

  std::size_t next_ = 0;
  bool waiting_ = false;
};

}  // namespace strata::test
