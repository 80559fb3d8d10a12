// The A20 gate in the tables of pages that engines reach memory by.
#include "models/isa/guest_memory.h"

#include <gtest/gtest.h>

#include <array>
#include <vector>

namespace strata {
namespace {

constexpr std::uint32_t kMib = 1u << 20;
constexpr std::uint32_t kPage = GuestMemory::kPageMask + 1;

/// Where nothing is mapped: what is asked for.
class Holes final : public EngineBus {
 public:
  std::uint32_t port_read(std::uint16_t, unsigned) override { return 0; }
  void port_write(std::uint16_t, unsigned, std::uint32_t) override {}
  std::uint32_t mmio_read(std::uint32_t physical, unsigned) override {
    read.push_back(physical);
    return 0;
  }
  void mmio_write(std::uint32_t physical, unsigned, std::uint32_t) override {
    written.push_back(physical);
  }
  std::uint8_t acknowledge_interrupt() override { return 0; }

  std::vector<std::uint32_t> read, written;
};

class GuestMemoryA20 : public testing::Test {
 protected:
  GuestMemoryA20() : ram_(4 * kMib), rom_(kPage) {
    // A hole in the first MiB, and a ROM before its end.
    memory.map(0, 0xB8000, ram_.data(), true);
    memory.map(0xC0000, 0xFF000 - 0xC0000, ram_.data() + 0xC0000, true);
    memory.map(0xFF000, kPage, rom_.data(), false);
    memory.map(kMib, 3 * kMib, ram_.data() + kMib, true);
    for (std::uint32_t mib = 0; mib < 4; ++mib) memory.write(mib * kMib, 10 + mib);
  }

  std::uint32_t at(std::uint32_t physical) { return memory.read<std::uint32_t>(physical); }

  Holes bus;
  GuestMemory memory{bus};
  std::vector<std::uint8_t> ram_, rom_;
};

TEST_F(GuestMemoryA20, ClosedTheOddMiBsAreTheEvenOnes) {
  const auto values = [this] { return std::array{at(0), at(kMib), at(2 * kMib), at(3 * kMib)}; };
  EXPECT_EQ(values(), (std::array{10u, 11u, 12u, 13u}));
  memory.set_a20(false);
  EXPECT_EQ(values(), (std::array{10u, 10u, 12u, 12u}));
  memory.write(3 * kMib, 20u);
  memory.set_a20(true);
  EXPECT_EQ(values(), (std::array{10u, 11u, 20u, 13u}));
}

TEST_F(GuestMemoryA20, TablesAndRegionsAreAsTheProcessorHasThem) {
  memory.set_a20(false);
  const auto number = [](std::uint32_t physical) { return physical >> GuestMemory::kPageShift; };
  EXPECT_EQ(memory.readable_pages()[number(kMib + kPage)], ram_.data() + kPage);
  EXPECT_EQ(memory.writable_pages()[number(kMib + kPage)], ram_.data() + kPage);
  EXPECT_EQ(memory.readable_pages()[number(kMib + 0xFF000)], rom_.data());
  EXPECT_EQ(memory.writable_pages()[number(kMib + 0xFF000)], nullptr);
  EXPECT_EQ(memory.readable_pages()[number(kMib + 0xB8000)], nullptr);
  ASSERT_NE(memory.region_of(kMib + 8), nullptr);
  EXPECT_EQ(memory.region_of(kMib + 8)->host, ram_.data());
  EXPECT_EQ(memory.region_of(kMib + 0xB8000), nullptr);
}

TEST_F(GuestMemoryA20, DevicesAreAccessedAtTheEvenMiB) {
  memory.set_a20(false);
  memory.read<std::uint8_t>(kMib + 0xB8000);
  memory.write<std::uint16_t>(kMib + 0xB8002, 1);
  memory.write<std::uint8_t>(kMib + 0xFF000, 1);
  EXPECT_EQ(bus.read, std::vector<std::uint32_t>{0xB8000});
  EXPECT_EQ(bus.written, (std::vector<std::uint32_t>{0xB8002, 0xFF000}));
}

TEST_F(GuestMemoryA20, AnAccessOverTheEndOfAnEvenMiBGoesOnAtItsBeginning) {
  memory.write(2 * kMib, 0x11223344u);
  memory.write<std::uint16_t>(3 * kMib - 2, 0x5566);
  memory.set_a20(false);
  EXPECT_EQ(at(3 * kMib - 2), 0x33445566u);
}

}  // namespace
}  // namespace strata
