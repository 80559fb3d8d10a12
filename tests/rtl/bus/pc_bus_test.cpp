// rtl/bus/wb_interconnect.sv made for the machine of pc_machine.txt: dwords that several devices
// share, several masters, locked accesses. The rule by which an access is cut is also asked of
// models/machine/bus_map.h, so that RTL and C++ agree to the byte.
#include <gtest/gtest.h>

#include <array>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "models/bus/bus_model.h"
#include "models/machine/bus_map.h"
#include "tests/rtl/bus/verilated_context.h"

namespace strata {
namespace {

constexpr unsigned kMasters = 3;

BusModel::Request access(WishboneSpace space, std::uint32_t word, unsigned sel,
                         bool write = false) {
  BusModel::Request request;
  request.adr = word;
  request.sel = static_cast<std::uint8_t>(sel);
  request.tga = space;
  request.cyc = request.stb = true;
  request.we = write;
  request.dat = 0xD3D2D1D0;
  return request;
}

/// What a slave was asked for.
struct Seen {
  unsigned device;
  std::uint32_t adr;
  unsigned sel;
  bool operator==(const Seen&) const = default;
};

std::ostream& operator<<(std::ostream& out, const Seen& seen) {
  return out << machine_devices()[seen.device].name << ' ' << seen.adr << '/' << seen.sel;
}

class PcBus : public testing::Test {
 protected:
  PcBus() {
    EXPECT_EQ(BusModel::masters(), kMasters);
    EXPECT_EQ(BusModel::slaves(), machine_devices().size());
  }

  /// One clock with every slave answering in the clock after its strobe, byte n of the word with
  /// C0h + 10h * device + n. Gives who was acknowledged.
  std::optional<unsigned> clock() {
    for (unsigned slave = 0; slave < BusModel::slaves(); ++slave) {
      const bool answers = bus.active() == slave && !answered;
      bus.set_response(slave, {.dat = answers ? answer_of(slave) : 0, .ack = answers});
      if (answers) {
        const BusModel::Request wires = bus.slave_request(slave);
        seen.push_back({slave, wires.adr, wires.sel});
        order.push_back(wires.dat);
      }
    }
    answered = bus.active() != BusModel::kNoSlave && !answered;
    bus.clock();
    ++clocks;
    for (unsigned master = 0; master < kMasters; ++master) {
      if (bus.ack(master)) return master;
    }
    return std::nullopt;
  }

  static std::uint32_t answer_of(unsigned slave) { return 0x03020100 + 0x10101010 * (slave + 1); }

  /// A whole access of master 0: the word it reads. Lanes not selected are not defined.
  std::uint32_t run(const BusModel::Request& request) {
    bus.set_request(0, request);
    for (unsigned left = 40; left > 0; --left) {
      if (!clock()) continue;
      const std::uint32_t word = bus.dat();
      clock();  // the master samples its ack
      bus.set_request(0, {});
      EXPECT_TRUE(bus.idle());
      return word;
    }
    ADD_FAILURE() << "no ack";
    return 0;
  }

  test::OwnedContext context = test::new_context();
  BusModel bus{context.get(), "bus"};
  bool answered = false;
  unsigned clocks = 0;
  std::vector<Seen> seen;
  std::vector<std::uint32_t> order;
};

unsigned device(const std::string& name) {
  for (unsigned i = 0; i < machine_devices().size(); ++i) {
    if (machine_devices()[i].name == name) return i;
  }
  ADD_FAILURE() << name;
  return 0;
}

TEST_F(PcBus, TwoDevicesInOneDwordEachGetTheirBytes) {
  // inw 60h: the keyboard's byte and the system port's.
  EXPECT_EQ(run(access(kIoSpace, 0x60, 0b0011)) & 0xFFFF,
            (answer_of(device("keyboard")) & 0xFF) | (answer_of(device("system")) & 0xFF00));
  EXPECT_EQ(seen, (std::vector<Seen>{{device("keyboard"), 0, 1}, {device("system"), 0, 2}}));
  seen.clear();
  // outw 3F6h
  run(access(kIoSpace, 0x3F4, 0b1100, true));
  EXPECT_EQ(seen, (std::vector<Seen>{{device("disk"), 8, 4}, {device("diskette"), 4, 8}}));
  EXPECT_EQ(order.back(), 0xD3D2D1D0u);
}

TEST_F(PcBus, OneByteGoesToItsDeviceAlone) {
  run(access(kIoSpace, 0x60, 0b0010));
  run(access(kIoSpace, 0x3F4, 0b1000));
  run(access(kIoSpace, 0x64, 0b0001));
  EXPECT_EQ(seen,
            (std::vector<Seen>{
                {device("system"), 0, 2}, {device("diskette"), 4, 8}, {device("keyboard"), 4, 1}}));
}

TEST_F(PcBus, LanesNobodyOwnsReadAllOnes) {
  EXPECT_EQ(run(access(kIoSpace, 0x60, 0b1111)) >> 16, 0xFFFFu);
  EXPECT_EQ(run(access(kIoSpace, 0x64, 0b1111)) >> 8, 0xFFFFFFu);
  EXPECT_EQ(run(access(kIoSpace, 0x60, 0b1100)) >> 16, 0xFFFFu);
  EXPECT_EQ(run(access(kIoSpace, 0x200, 0b1111)), 0xFFFFFFFFu);
}

// Every word of I/O space that a window is in or beside, every lanes side by side.
TEST_F(PcBus, RtlAndBusMapCutEveryAccessTheSameWay) {
  std::set<std::uint32_t> words = {0x200, 0xFFFC};
  for (const BusWindow& window : machine_bus_map().windows()) {
    if (window.space != kIoSpace) continue;
    for (std::uint32_t at = window.first - 4; at <= window.last + 4; at += 4)
      words.insert(at & ~3u);
  }
  unsigned parts = 0;
  for (const std::uint32_t word : words) {
    for (unsigned first = 0; first < 4; ++first) {
      for (unsigned bytes = 1; first + bytes <= 4; ++bytes) {
        seen.clear();
        run(access(kIoSpace, word, ((1u << bytes) - 1) << first));
        std::vector<Seen> expected;
        machine_bus_map().for_each_part(
            kIoSpace, word + first, bytes,
            [&](const BusWindow* window, std::uint32_t at, unsigned count) {
              if (window == nullptr) return;
              expected.push_back(
                  {window->device, window->offset_of(at) & ~3u, ((1u << count) - 1) << at % 4});
            });
        EXPECT_EQ(seen, expected) << std::hex << word + first << '/' << bytes;
        parts += static_cast<unsigned>(expected.size());
      }
    }
  }
  EXPECT_GT(parts, 50u);
}

TEST_F(PcBus, SeveralWindowsOfMemorySpace) {
  run(access(kMemorySpace, 0xFFFC, 0xF));
  run(access(kMemorySpace, 0x10000, 0xF));
  run(access(kMemorySpace, 0x1003C, 0xF));
  run(access(kMemorySpace, 0x10040, 0xF));
  run(access(kMemorySpace, 0x10084, 0xF));
  EXPECT_EQ(seen, (std::vector<Seen>{{device("mem"), 0xFFFC, 0xF},
                                     {device("frame"), 0, 0xF},
                                     {device("frame"), 0x3C, 0xF},
                                     {device("mem"), 0x10040, 0xF},
                                     {device("frame"), 0x44, 0xF}}));
}

// Request at edge 0, slave at 1, its ack at 2, the turn at 3: a further window costs the slave's
// clock and two more.
TEST_F(PcBus, AFurtherWindowCostsTwoEdgesMoreThanItsSlave) {
  run(access(kIoSpace, 0x60, 0b0001));
  const unsigned one = clocks;
  clocks = 0;
  run(access(kIoSpace, 0x60, 0b0011));
  EXPECT_EQ(clocks, one + 2);
}

class PcArbiter : public PcBus {
 protected:
  /// Clocks until `transfers` transfers are acknowledged; each master repeats its request at once,
  /// as long as it has one, and holds it until it is acknowledged, whatever it wants by then. Gives
  /// the masters in the order of their acks.
  std::string run(unsigned transfers) {
    std::string masters;
    for (unsigned left = 40 * transfers; left > 0 && masters.size() < transfers; --left) {
      for (unsigned i = 0; i < kMasters; ++i) {
        if (!waits[i]) bus.set_request(i, wants[i]);
        waits[i] = waits[i] || wants[i].stb;
      }
      const auto master = clock();
      if (ended) waits[*ended] = false;  // at this edge it has sampled its ack
      ended = master;
      if (master) masters += static_cast<char>('0' + *master);
    }
    return masters;
  }

  std::array<BusModel::Request, kMasters> wants;
  std::array<bool, kMasters> waits{};
  std::optional<unsigned> ended;
};

TEST_F(PcArbiter, EveryMasterThatAsksGetsItsTurn) {
  for (unsigned i = 0; i < kMasters; ++i) wants[i] = access(kMemorySpace, 0x100 * i, 0xF);
  EXPECT_EQ(run(9), "120120120");
  wants[1] = {};  // behind the request it has made already
  EXPECT_EQ(run(7), "1202020");
  wants[2] = {};
  EXPECT_EQ(run(4), "2000");
}

TEST_F(PcArbiter, AMastersOwnAccessReachesItsAddress) {
  wants[2] = access(kMemorySpace, 0x1234, 0b0011, true);
  wants[2].dat = 0x5678;
  ASSERT_EQ(run(1), "2");
  wants[2] = {};
  run(1);  // nobody asks any more; memory takes the posted word
  EXPECT_EQ(seen, (std::vector<Seen>{{device("mem"), 0x1234, 3}}));
  EXPECT_EQ(order, (std::vector<std::uint32_t>{0x5678}));
}

// Wishbone B4, 3.1.3: once a locked cycle has begun, nobody else is granted the bus until LOCK_O or
// CYC_O is negated.
TEST_F(PcArbiter, ALockedReadAndWriteAreNotParted) {
  for (unsigned i = 0; i < kMasters; ++i) wants[i] = access(kMemorySpace, 0x100 * i, 0xF);
  wants[1].lock = true;
  ASSERT_EQ(run(3), "111");
  // Between two transfers the strobe is low; the lock holds.
  wants[1].stb = false;
  EXPECT_EQ(run(1), "");
  wants[1].stb = true;
  EXPECT_EQ(run(1), "1");
  wants[1].lock = false;
  EXPECT_EQ(run(3), "201");
}

TEST_F(PcArbiter, ALockEndsWithItsCycle) {
  wants[0] = access(kMemorySpace, 0, 0xF);
  wants[1] = access(kMemorySpace, 0x100, 0xF);
  wants[1].lock = true;
  ASSERT_EQ(run(2), "11");
  wants[1].cyc = wants[1].stb = false;
  EXPECT_EQ(run(3), "000");
}

TEST_F(PcArbiter, ABurstIsNotParted) {
  wants[0] = access(kMemorySpace, 0, 0xF);
  wants[0].cti = kCtiIncrementing;
  wants[0].bte = kBteWrap4;
  wants[2] = access(kMemorySpace, 0x200, 0xF);
  bus.set_request(0, wants[0]);
  bus.clock();
  for (unsigned word = 0; word < 4; ++word) {
    bus.set_request(2, wants[2]);
    bus.set_response(0, {.dat = word, .ack = true, .tgd = kTgdCacheable});
    bus.clock();
    EXPECT_TRUE(bus.ack(0));
    EXPECT_FALSE(bus.ack(2));
    EXPECT_EQ(bus.dat(), word);
  }
}

}  // namespace
}  // namespace strata
