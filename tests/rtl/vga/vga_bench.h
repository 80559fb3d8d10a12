// The Verilated VGA controller on a bench of its own: a bus master the test drives by hand.
#pragma once

#include <systemc>

#include "models/vga/vga_rtl.h"
#include "tests/rtl/vga/verilated_host.h"
#include "tests/support/fresh_simulation.h"
#include "tests/support/register_port.h"

namespace strata::test {

class VgaBench : public RegisterPort {
 public:
  VgaBench()
      : clock_("clock", sc_core::sc_time(40, sc_core::SC_NS)),
        vga_("vga", clock_, host_.context()) {
    vga_.request(request_);
    vga_.response(response_);
    VgaState state = vga_.state(0);
    state.text = {};  // what was never written may be anything
    vga_.load_state(state, 0);
  }

  VgaRtl& vga() { return vga_; }
  VerilatedHost& host() { return host_; }

  std::uint32_t read(std::uint32_t offset, unsigned bytes) override {
    return access(offset, bytes, 0, false);
  }
  void write(std::uint32_t offset, unsigned bytes, std::uint32_t value) override {
    access(offset, bytes, value, true);
  }
  void idle(Cycle cycles) override {
    settle();
    sc_core::sc_start(clock_.period() * static_cast<double>(cycles));
  }
  bool irq() const override { return false; }

  /// The edge at which the latest access was sampled and answered.
  Cycle latest_edge() const { return latest_edge_; }
  Cycle cycle() const { return clock_.cycle(); }
  /// Clock cycles from a request on the wires to its ack, of the latest access.
  unsigned latest_wait() const { return latest_wait_; }

 private:
  // Half a cycle past an edge, so that running for a period passes exactly one.
  void settle() {
    if (settled_) return;
    settled_ = true;
    sc_core::sc_start(clock_.period() * 1.5);
  }

  // As on the bus, an access that leaves its dword is two.
  std::uint32_t access(std::uint32_t offset, unsigned bytes, std::uint32_t value, bool we) {
    const unsigned lane = offset & 3;
    if (lane + bytes > 4) {
      const unsigned low = 4 - lane;
      const std::uint32_t first = access(offset, low, value, we);
      return first | access(offset + low, bytes - low, value >> (8 * low), we) << (8 * low);
    }
    settle();
    WishboneRequest r;
    r.adr = offset & ~3u;
    r.dat = value << (8 * lane);
    r.sel = static_cast<std::uint8_t>(((1u << bytes) - 1) << lane);
    r.cyc = r.stb = true;
    r.we = we;
    request_.write(r);
    latest_wait_ = 0;
    do {
      sc_core::sc_start(clock_.period());
      ++latest_wait_;
    } while (!response_.read().ack && latest_wait_ < 100);
    latest_edge_ = clock_.cycle();
    const std::uint32_t dat = response_.read().dat >> (8 * lane);
    sc_core::sc_start(clock_.period());  // the master samples its ack,
    request_.write({});                  // and drops its request
    return bytes == 4 ? dat : dat & ((1u << (8 * bytes)) - 1);
  }

  FreshSimulation simulation_;
  VerilatedHost host_;
  ClockDriver clock_;
  VgaRtl vga_;
  sc_core::sc_signal<WishboneRequest> request_{"request"};
  sc_core::sc_signal<WishboneResponse> response_{"response"};
  bool settled_ = false;
  Cycle latest_edge_ = 0;
  unsigned latest_wait_ = 0;
};

}  // namespace strata::test
