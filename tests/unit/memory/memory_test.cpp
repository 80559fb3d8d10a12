// The memory map and its Wishbone face.
#include <gtest/gtest.h>

#include <array>
#include <cstring>
#include <vector>

#include "models/memory/memory_map.h"
#include "models/memory/sdram_timing.h"
#include "models/memory/wb_memory.h"
#include "tests/support/fresh_simulation.h"
#include "tests/support/random_latency.h"

namespace strata {
namespace {

using test::kPeriod;
constexpr std::uint32_t kRamBytes = 0x10000;

// 64 KiB of RAM, a ROM over its part 8000-8FFF and one that ends at 4 GiB.
class MemoryTest : public testing::Test {
 protected:
  MemoryTest() : ram(kRamBytes), low_rom(0x1000, 0xAB), top_rom(0x100, 0xCD) {}

  MemoryMap map() {
    return MemoryMap(
        ram.data(), ram.size(),
        {{0x8000, low_rom.size(), low_rom.data()}, {0xFFFFFF00, top_rom.size(), top_rom.data()}});
  }

  test::FreshSimulation simulation;
  std::vector<std::uint8_t> ram;
  std::vector<std::uint8_t> low_rom;
  std::vector<std::uint8_t> top_rom;
};

TEST_F(MemoryTest, RegionsEndWhereTheNextBegins) {
  const MemoryMap memory = map();
  struct Expected {
    std::uint32_t address, first, last;
    bool mapped, writable;
  };
  const std::array<Expected, 9> all = {{{0, 0, 0x7FFF, true, true},
                                        {0x7FFF, 0, 0x7FFF, true, true},
                                        {0x8000, 0x8000, 0x8FFF, true, false},
                                        {0x8FFF, 0x8000, 0x8FFF, true, false},
                                        {0x9000, 0x9000, 0xFFFF, true, true},
                                        {0x10000, 0x10000, 0xFFFFFEFF, false, false},
                                        {0xFFFFFEFF, 0x10000, 0xFFFFFEFF, false, false},
                                        {0xFFFFFF00, 0xFFFFFF00, 0xFFFFFFFF, true, false},
                                        {0xFFFFFFFF, 0xFFFFFF00, 0xFFFFFFFF, true, false}}};
  for (const Expected& expected : all) {
    const auto region = memory.find(expected.address);
    EXPECT_EQ(region.first, expected.first) << std::hex << expected.address;
    EXPECT_EQ(region.last, expected.last) << std::hex << expected.address;
    EXPECT_EQ(region.bytes != nullptr, expected.mapped) << std::hex << expected.address;
    EXPECT_EQ(region.writable != nullptr, expected.writable) << std::hex << expected.address;
  }
  EXPECT_EQ(memory.find(0x9000).writable, ram.data() + 0x9000);
}

TEST_F(MemoryTest, AnAccessAcrossRegionsTakesFromEach) {
  const MemoryMap memory = map();
  ram[0x7FFF] = 0x11;
  std::array<std::uint8_t, 2> data{};
  EXPECT_TRUE(memory.read(0x7FFF, data.data(), 2));
  EXPECT_EQ(data, (std::array<std::uint8_t, 2>{0x11, 0xAB}));
  EXPECT_TRUE(memory.read(0xFFFFFEFF, data.data(), 2));
  EXPECT_EQ(data, (std::array<std::uint8_t, 2>{0xFF, 0xCD}));
  EXPECT_FALSE(memory.read(0x20000, data.data(), 2));
  EXPECT_EQ(data, (std::array<std::uint8_t, 2>{0xFF, 0xFF}));
}

TEST_F(MemoryTest, WritesToRomAreDropped) {
  const MemoryMap memory = map();
  const std::array<std::uint8_t, 2> data = {0x55, 0x66};
  EXPECT_TRUE(memory.write(0x8FFF, data.data(), 2));
  EXPECT_EQ(low_rom[0xFFF], 0xAB);
  EXPECT_EQ(ram[0x9000], 0x66);
  EXPECT_FALSE(memory.write(0x30000, data.data(), 2));
}

class WbMemoryTest : public MemoryTest {
 protected:
  // Past edge 1, so that each further period holds one edge.
  void elaborate(unsigned latency) { elaborate(std::make_unique<FixedLatency>(latency)); }

  void elaborate(std::unique_ptr<MemoryTiming> timing) {
    memory = std::make_unique<WbMemory>("memory", clock, map(), std::move(timing));
    memory->request(request);
    memory->response(response);
    sc_core::sc_start(kPeriod * 1.25);
  }

  // The word acked after each edge from the one that samples the request on; nothing is -1.
  std::vector<std::int64_t> answers(const WishboneRequest& wires, int edges, int acks) {
    std::vector<std::int64_t> seen;
    request.write(wires);
    for (int i = 0; i < edges; ++i) {
      sc_core::sc_start(kPeriod);
      // The master drops its strobe at the edge after the one whose outputs carry the last ack.
      if (acks == 0) request.write({});
      if (response.read().ack) --acks;
      seen.push_back(response.read().ack ? std::int64_t{response.read().dat} : -1);
    }
    return seen;
  }

  // What a read of the line at `line` is told of caching, the same for each of its words and for
  // bursts; else 255.
  unsigned tags(std::uint32_t line) {
    const std::uint8_t tag = classic_tag(line);
    for (std::uint32_t word = 0; word < 4; ++word) {
      request.write(read_of(line + 4 * word, true));
      for (int left = tag == kTgdNone ? 1 : 4; left > 0;) {
        sc_core::sc_start(kPeriod);
        if (!response.read().ack) continue;
        --left;
        if (response.read().tgd != tag) return 255;
      }
      sc_core::sc_start(kPeriod);
      request.write({});
      sc_core::sc_start(kPeriod);
      if (classic_tag(line + 4 * word) != tag) return 255;
    }
    return tag;
  }

  std::uint8_t classic_tag(std::uint32_t adr) {
    request.write(read_of(adr, false));
    do {
      sc_core::sc_start(kPeriod);
    } while (!response.read().ack);
    const std::uint8_t tag = response.read().tgd;
    sc_core::sc_start(kPeriod);
    request.write({});
    sc_core::sc_start(kPeriod);
    return tag;
  }

  WishboneRequest read_of(std::uint32_t adr, bool burst) {
    return {.adr = adr,
            .sel = 0xF,
            .cti = burst ? kCtiIncrementing : kCtiClassic,
            .bte = burst ? kBteWrap4 : std::uint8_t{0},
            .cyc = true,
            .stb = true};
  }

  void store(std::uint32_t address, std::uint32_t word) {
    std::memcpy(ram.data() + address, &word, sizeof word);
  }

  ClockDriver clock{"clock", kPeriod};
  sc_core::sc_signal<WishboneRequest> request{"request"};
  sc_core::sc_signal<WishboneResponse> response{"response"};
  std::unique_ptr<WbMemory> memory;
};

using Words = std::vector<std::int64_t>;

TEST_F(WbMemoryTest, LatencyIsTheCyclesBeforeTheAck) {
  elaborate(3);
  store(0x100, 0x12345678);
  EXPECT_EQ(answers(read_of(0x100, false), 7, 1), (Words{-1, -1, -1, 0x12345678, -1, -1, -1}));
}

TEST_F(WbMemoryTest, LatencyZeroAcksAtOnceAndOnce) {
  elaborate(0);
  store(0x100, 0x87654321);
  EXPECT_EQ(answers(read_of(0x100, false), 4, 1), (Words{0x87654321, -1, -1, -1}));
}

TEST_F(WbMemoryTest, BurstGivesAWordACycleWrappingInTheLine) {
  elaborate(2);
  for (std::uint32_t i = 0; i < 8; ++i) store(0x200 + 4 * i, i);
  EXPECT_EQ(answers(read_of(0x208, true), 8, 4), (Words{-1, -1, 2, 3, 0, 1, -1, -1}));
  EXPECT_EQ(answers(read_of(0x210, true), 8, 4), (Words{-1, -1, 4, 5, 6, 7, -1, -1}));
}

// Latencies as in sdram_timing_test.cpp; the request is sampled at edge 2. At 200 MHz the memory
// has half the clock, and every other cycle a word.
TEST_F(WbMemoryTest, AnSdramAnswersABurstAtItsOwnPace) {
  elaborate(std::make_unique<SdramTiming>(sdram_cycles(200'000'000), ram.size(), 1));
  for (std::uint32_t i = 0; i < 4; ++i) store(0x200 + 4 * i, i);
  EXPECT_EQ(answers(read_of(0x208, true), 18, 4),
            (Words{-1, -1, -1, -1, -1, -1, -1, -1, -1, -1, 2, -1, 3, -1, 0, -1, 1, -1}));
  EXPECT_EQ(memory->busy_cycles(), 17u);
  EXPECT_EQ(answers(read_of(0x8000, false), 3, 1), (Words{-1, 0xABABABAB, -1}));
  EXPECT_EQ(memory->busy_cycles(), 19u);
}

TEST_F(WbMemoryTest, RandomDelaysLoseNoWord) {
  elaborate(std::make_unique<test::RandomLatency>(1));
  for (std::uint32_t i = 0; i < 4; ++i) store(0x200 + 4 * i, i);
  for (unsigned n = 0; n < 200; ++n) {
    Words words;
    for (const std::int64_t word : answers(read_of(0x208, true), 400, 4)) {
      if (word >= 0) words.push_back(word);
    }
    ASSERT_EQ(words, (Words{2, 3, 0, 1}));
  }
}

// Wishbone B4, table 4-3: in a four-beat wrap burst from word n the order is n, n + 1, ...
// modulo 4.
TEST_F(WbMemoryTest, ABurstStartsAtAnyWordOfTheLine) {
  elaborate(1);
  for (std::uint32_t i = 0; i < 4; ++i) store(0x340 + 4 * i, 0x10 + i);
  EXPECT_EQ(answers(read_of(0x340, true), 7, 4), (Words{-1, 0x10, 0x11, 0x12, 0x13, -1, -1}));
  EXPECT_EQ(answers(read_of(0x344, true), 7, 4), (Words{-1, 0x11, 0x12, 0x13, 0x10, -1, -1}));
  EXPECT_EQ(answers(read_of(0x348, true), 7, 4), (Words{-1, 0x12, 0x13, 0x10, 0x11, -1, -1}));
  EXPECT_EQ(answers(read_of(0x34C, true), 7, 4), (Words{-1, 0x13, 0x10, 0x11, 0x12, -1, -1}));
}

// A line that begins in RAM and ends in ROM, one the other way round, and the last of RAM, which is
// half there: none of them may be cached, so a burst ends with its first word.
TEST_F(WbMemoryTest, ABurstOfALineThatIsNotAllOneIsAWord) {
  low_rom.resize(0x1008, 0xAB);
  ram.resize(kRamBytes + 8);
  memory = std::make_unique<WbMemory>(
      "memory", clock, MemoryMap(ram.data(), ram.size(), {{0x7FF8, 0x1000, low_rom.data()}}), 0);
  memory->request(request);
  memory->response(response);
  sc_core::sc_start(kPeriod * 1.25);
  for (const std::uint32_t line : {0x7FF0u, 0x8FF0u}) {
    for (std::uint32_t i = 0; i < 16; i += 4) store(line + i, i);
  }
  store(0x10004, 0x54);
  const std::int64_t rom = 0xABABABAB;
  EXPECT_EQ(answers(read_of(0x7FF4, true), 3, 1), (Words{4, -1, -1}));
  EXPECT_EQ(answers(read_of(0x7FF8, true), 3, 1), (Words{rom, -1, -1}));
  EXPECT_EQ(answers(read_of(0x8FFC, true), 3, 1), (Words{0xC, -1, -1}));
  EXPECT_EQ(answers(read_of(0x10004, true), 3, 1), (Words{0x54, -1, -1}));
  for (const std::uint32_t line : {0x7FF0u, 0x8FF0u, 0x10000u}) EXPECT_EQ(tags(line), kTgdNone);
  EXPECT_EQ(tags(0x7FE0), kTgdCacheable);
  EXPECT_EQ(tags(0x8000), kTgdFixed);
  EXPECT_EQ(tags(0x9000), kTgdCacheable);
  EXPECT_EQ(tags(0xFFF0), kTgdCacheable);
}

TEST_F(WbMemoryTest, RamMayBeCachedAndRomIsFixed) {
  elaborate(1);
  EXPECT_EQ(tags(0), kTgdCacheable);
  EXPECT_EQ(tags(0x7FF0), kTgdCacheable);
  EXPECT_EQ(tags(0x8000), kTgdFixed);  // ROM over RAM
  EXPECT_EQ(tags(0x8FF0), kTgdFixed);
  EXPECT_EQ(tags(0x9000), kTgdCacheable);
  EXPECT_EQ(tags(0xFFF0), kTgdCacheable);
  EXPECT_EQ(tags(0x10000), kTgdNone);  // nothing
  EXPECT_EQ(tags(0x20000), kTgdNone);
}

TEST_F(WbMemoryTest, WritesObeyTheLanesAndLeaveRomAlone) {
  elaborate(1);
  store(0x100, 0x44332211);
  WishboneRequest write = read_of(0x100, false);
  write.we = true;
  write.dat = 0xDDCCBBAA;
  write.sel = 0b0110;
  answers(write, 4, 1);
  EXPECT_EQ(ram[0x100], 0x11);
  EXPECT_EQ(ram[0x101], 0xBB);
  EXPECT_EQ(ram[0x102], 0xCC);
  EXPECT_EQ(ram[0x103], 0x44);
  write.adr = 0x8000;
  write.sel = 0xF;
  answers(write, 4, 1);
  EXPECT_EQ(low_rom[0], 0xAB);
  EXPECT_EQ(answers(read_of(0x8000, false), 3, 1), (Words{-1, 0xABABABAB, -1}));
}

TEST_F(WbMemoryTest, NothingMappedReadsAllOnes) {
  elaborate(0);
  EXPECT_EQ(answers(read_of(0x20000, false), 2, 1), (Words{0xFFFFFFFF, -1}));
  EXPECT_EQ(answers(read_of(0xFFFFFFF0, false), 2, 1), (Words{0xCDCDCDCD, -1}));
}

}  // namespace
}  // namespace strata
