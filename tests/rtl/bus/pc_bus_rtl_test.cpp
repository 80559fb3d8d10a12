// BusRtl with several masters: what each asks for reaches the slave once, whoever asks next.
#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <random>
#include <string>
#include <vector>

#include "models/bus/bus_rtl.h"
#include "tests/rtl/bus/bus_ends.h"
#include "tests/rtl/bus/verilated_context.h"
#include "tests/support/fresh_simulation.h"

namespace strata {
namespace {

constexpr unsigned kMasters = 3;
constexpr unsigned kMemory = 0;  // numbers of slaves in pc_machine.txt
constexpr unsigned kDisk = 4;
constexpr std::uint32_t kDiskPort = 0x1F0;
using test::kPeriod;

class SeveralMasters : public testing::Test {
 protected:
  SeveralMasters() {
    for (unsigned i = 0; i < kMasters; ++i) {
      test::Master& master = masters.emplace_back(("m" + std::to_string(i)).c_str(), clock);
      bus.master(i).request(master_requests[i]), master.request(master_requests[i]);
      bus.master(i).response(master_responses[i]), master.response(master_responses[i]);
    }
    for (unsigned i = 0; i < BusModel::slaves(); ++i) {
      bus.slave(i).request(requests[i]), bus.slave(i).response(responses[i]);
    }
    memory.request(requests[kMemory]), memory.response(responses[kMemory]);
    disk.request(requests[kDisk]), disk.response(responses[kDisk]);
  }

  static WishboneRequest read_of(std::uint32_t adr) {
    return {.adr = adr, .sel = 0xF, .tga = kMemorySpace, .cyc = true, .stb = true};
  }

  test::FreshSimulation simulation;
  test::OwnedContext context = test::new_context();
  ClockDriver clock{"clock", kPeriod};
  BusRtl bus{"bus", clock, context.get()};
  test::Slave memory{"memory", clock};
  test::Slave disk{"disk", clock};
  std::deque<test::Master> masters;
  sc_core::sc_vector<sc_core::sc_signal<WishboneRequest>> master_requests{"mq", kMasters};
  sc_core::sc_vector<sc_core::sc_signal<WishboneResponse>> master_responses{"mr", kMasters};
  sc_core::sc_vector<sc_core::sc_signal<WishboneRequest>> requests{"q", BusModel::slaves()};
  sc_core::sc_vector<sc_core::sc_signal<WishboneResponse>> responses{"r", BusModel::slaves()};
};

// Masters come and go at random: each access is made once and answered to who asked.
TEST_F(SeveralMasters, EachAccessIsMadeOnceAndAnsweredToItsMaster) {
  std::mt19937 random(1);
  memory.wait = 1;
  std::vector<std::uint32_t> asked;
  std::vector<std::vector<std::uint32_t>> by_master(kMasters);
  for (std::uint32_t n = 0; n < 300; ++n) {
    const auto i = static_cast<unsigned>(random() % kMasters);
    const std::uint32_t adr = 0x1000 + 4 * n;
    masters[i].queue.push_back(read_of(adr));
    by_master[i].push_back(adr);
    asked.push_back(adr);
    sc_core::sc_start(kPeriod * static_cast<double>(random() % 12));
  }
  sc_core::sc_start(kPeriod * 4000);
  std::vector<std::uint32_t> seen;
  for (const WishboneRequest& request : memory.seen) seen.push_back(request.adr);
  std::ranges::sort(seen);
  EXPECT_EQ(seen, asked);
  for (unsigned i = 0; i < kMasters; ++i) {
    std::vector<std::uint32_t> answers;  // the slave answers with the address
    for (const auto& answer : masters[i].answers) answers.push_back(answer.dat);
    EXPECT_EQ(answers, by_master[i]) << "master " << i;
  }
}

// Behind a posted write the next access goes to another slave at once. That memory's ack is gone by
// then is seen by the rules of the slaves' ports, in a build with assertions.
TEST_F(SeveralMasters, TheDiskIsAskedRightBehindAPostedWrite) {
  memory.wait = 3;
  WishboneRequest write = read_of(0x1000);
  write.we = true;
  WishboneRequest read = read_of(kDiskPort);
  read.tga = kIoSpace;
  masters[0].queue = {write, read, write, read};
  sc_core::sc_start(kPeriod * 100);
  EXPECT_EQ(memory.seen.size(), 2u);
  EXPECT_EQ(disk.seen.size(), 2u);
  EXPECT_EQ(masters[0].answers.size(), 4u);
}

}  // namespace
}  // namespace strata
