// WbTlmBridge: lanes to offset and size, and the cycle of the ack.
#include "models/bus/wb_tlm_bridge.h"

#include <gtest/gtest.h>
#include <tlm_utils/simple_target_socket.h>

#include <cstring>
#include <string>
#include <vector>

#include "tests/support/fresh_simulation.h"

namespace strata {
namespace {

using test::kPeriod;

class Target : public sc_core::sc_module {
 public:
  tlm_utils::simple_target_socket<Target> socket;
  std::vector<std::string> log;  // "write 4 2 3344"
  sc_core::sc_time delay;
  explicit Target(const sc_core::sc_module_name& name) : sc_module(name), socket("socket") {
    socket.register_b_transport(this, &Target::b_transport);
  }

 private:
  void b_transport(tlm::tlm_generic_payload& payload, sc_core::sc_time& time) {
    std::uint32_t value = 0x44332211;
    const unsigned bytes = payload.get_data_length();
    if (payload.is_write()) value = 0;
    if (payload.is_write()) std::memcpy(&value, payload.get_data_ptr(), bytes);
    if (!payload.is_write()) std::memcpy(payload.get_data_ptr(), &value, bytes);
    char text[64];
    std::snprintf(text, sizeof text, "%s %u %u %x", payload.is_write() ? "write" : "read",
                  static_cast<unsigned>(payload.get_address()), bytes, value);
    log.emplace_back(text);
    time += delay;
    payload.set_response_status(tlm::TLM_OK_RESPONSE);
  }
};

class WbTlmBridgeTest : public testing::Test {
 protected:
  WbTlmBridgeTest() {
    bridge.request(request);
    bridge.response(response);
    bridge.initiator_socket.bind(target.socket);
    // Past edge 1, so that each further period holds one edge (sc_start stops before its end time).
    sc_core::sc_start(kPeriod * 1.25);
  }

  // One access; returns the edges from the one that sampled the request to the one whose outputs
  // carry the ack, and keeps the word in `dat`.
  int access(bool we, std::uint32_t adr, std::uint8_t sel, std::uint32_t value) {
    request.write({.adr = adr,
                   .dat = value,
                   .sel = sel,
                   .tga = kIoSpace,
                   .cyc = true,
                   .stb = true,
                   .we = we});
    int edges = -1;
    do {
      sc_core::sc_start(kPeriod);
      ++edges;
    } while (!response.read().ack && edges < 100);
    dat = response.read().dat;
    // The master samples the ack at the next edge and drops its strobe there.
    sc_core::sc_start(kPeriod);
    EXPECT_FALSE(response.read().ack);
    request.write({});
    sc_core::sc_start(kPeriod);
    EXPECT_FALSE(response.read().ack);
    return edges;
  }

  test::FreshSimulation simulation;
  ClockDriver clock{"clock", kPeriod};
  WbTlmBridge bridge{"bridge", clock};
  Target target{"target"};
  sc_core::sc_signal<WishboneRequest> request{"request_wires"};
  sc_core::sc_signal<WishboneResponse> response{"response_wires"};
  std::uint32_t dat = 0;
};

TEST_F(WbTlmBridgeTest, ContiguousLanesAreOneAccess) {
  access(true, 4, 0b0001, 0xAABBCCDD);
  access(true, 4, 0b1000, 0xAABBCCDD);
  access(true, 4, 0b0110, 0xAABBCCDD);
  access(true, 8, 0b1111, 0xAABBCCDD);
  EXPECT_EQ(target.log, (std::vector<std::string>{"write 4 1 dd", "write 7 1 aa", "write 5 2 bbcc",
                                                  "write 8 4 aabbccdd"}));
}

TEST_F(WbTlmBridgeTest, ThreeLanesAreOneAccessAndLanesApartAreTwo) {
  access(true, 0, 0b1110, 0xAABBCCDD);
  access(true, 0, 0b0111, 0xAABBCCDD);
  access(true, 0, 0b1001, 0xAABBCCDD);
  EXPECT_EQ(target.log, (std::vector<std::string>{"write 1 3 aabbcc", "write 0 3 bbccdd",
                                                  "write 0 1 dd", "write 3 1 aa"}));
}

TEST_F(WbTlmBridgeTest, ReadDataComesOnTheSelectedLanes) {
  access(false, 0, 0b1111, 0);
  EXPECT_EQ(dat, 0x44332211u);
  access(false, 0, 0b1100, 0);
  EXPECT_EQ(dat, 0x22110000u);
  access(false, 0, 0b0010, 0);
  EXPECT_EQ(dat, 0x00001100u);
}

TEST_F(WbTlmBridgeTest, AckFollowsTheRequestByTheTargetsDelay) {
  EXPECT_EQ(access(false, 0, 0b0001, 0), 0);
  target.delay = kPeriod * 3;
  EXPECT_EQ(access(false, 0, 0b0001, 0), 3);
  target.delay = kPeriod * 2 + sc_core::sc_time(1, sc_core::SC_NS);
  EXPECT_EQ(access(false, 0, 0b0001, 0), 3);
  EXPECT_EQ(target.log.size(), 3u);
}

TEST(WbTlmBridge, CarriesARequestOutAfterItsLatency) {
  const test::FreshSimulation simulation;
  ClockDriver clock{"clock", kPeriod};
  WbTlmBridge bridge{"bridge", clock, 2};
  Target target{"target"};
  sc_core::sc_signal<WishboneRequest> request{"request"};
  sc_core::sc_signal<WishboneResponse> response{"response"};
  bridge.request(request);
  bridge.response(response);
  bridge.initiator_socket.bind(target.socket);
  sc_core::sc_start(kPeriod * 1.25);
  request.write({.sel = 1, .cyc = true, .stb = true});
  sc_core::sc_start(kPeriod * 2);  // the sampling edge and one more
  EXPECT_TRUE(target.log.empty());
  EXPECT_FALSE(response.read().ack);
  sc_core::sc_start(kPeriod);
  EXPECT_EQ(target.log.size(), 1u);
  EXPECT_TRUE(response.read().ack);
}

}  // namespace
}  // namespace strata
