// Whole machines with devices in slots: their states go from one kind of machine to the other, and
// into a second machine of the same kind, with a device in the middle of what it does.
#include <gtest/gtest.h>

#include <cstring>
#include <fstream>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "models/slot/slot_list.h"
#include "platform/loader/guest_loader.h"
#include "platform/rtl_machine.h"
#include "tests/cli/boot_sectors.h"
#include "tests/guest/machine/guest_machine.h"
#include "tests/guest/machine/kept_state.h"
#include "tests/support/fresh_simulation.h"
#include "tests/support/temp_folder.h"
#include "tests/unit/loader/elf_builder.h"

namespace strata::test {
namespace {

constexpr unsigned kRounds = 40;

/// Forty times: starts the countdown (port 304h) and sleeps until its interrupt (line 5), whose
/// handler ends the request, adds one to the scratch register (port 300h) and says it on the debug
/// console, and adds two to the sum of the tally (9E00h:0). Exits with the scratch register.
Bytes counting_guest() {
  Bytes code = {0xFA, 0x31, 0xC0, 0x8E, 0xD8, 0x8E,    0xD0, 0xBC, 0x00,
                0x7C,                                                     // cli; ss:sp = 0:7C00
                0xC7, 0x06, 0x34, 0x00, 0x80, 0x7C,    0xA3, 0x36, 0x00,  // vector Dh = 0:7C80
                0xB0, 0x11, 0xE6, 0x20, 0xB0, 0x08,    0xE6, 0x21,        // ICW1, ICW2
                0xB0, 0x04, 0xE6, 0x21, 0xB0, 0x01,    0xE6, 0x21,        // ICW3, ICW4
                0xB0, 0xDF, 0xE6, 0x21, 0xB9, kRounds, 0x00,              // OCW1: line 5; cx
                0xBA, 0x04, 0x03, 0x66, 0xB8, 0x2C,    0x01, 0x00, 0x00,  // again: 304h, 300
                0x66, 0xEF, 0xFB, 0xF4, 0xFA, 0xE2,    0xF0,  // out; sti; hlt; cli; loop again
                0xBA, 0x00, 0x03, 0x66, 0xED, 0xE6,    0xF4, 0xFA, 0xF4};
  code.resize(0x80);
  const Bytes handler = {
      0x66, 0x50, 0x52, 0xBA, 0x08, 0x03, 0xB0, 0x00, 0xEE,              // push eax, dx; out 308h
      0xBA, 0x00, 0x03, 0x66, 0xED, 0x66, 0x40, 0x66, 0xEF,              // eax = scratch + 1
      0xE6, 0xE9,                                                        // out E9h
      0xB8, 0x00, 0x9E, 0x8E, 0xC0, 0x26, 0xC6, 0x06, 0x00, 0x00, 0x02,  // es:[0], 2
      0xB0, 0x20, 0xE6, 0x20, 0x5A, 0x66, 0x58, 0xCF};                   // EOI; pop; iret
  code.insert(code.end(), handler.begin(), handler.end());
  return boot_sector(code);
}

/// What the guest says in all.
std::string all_counts() {
  std::string counts;
  for (unsigned n = 1; n <= kRounds; ++n) counts += static_cast<char>(n);
  return counts;
}

class SlotMachine : public testing::Test {
 protected:
  SlotMachine() {
    const Bytes image = counting_guest();
    std::ofstream(guest_, std::ios::binary)
        .write(reinterpret_cast<const char*>(image.data()), static_cast<long>(image.size()));
  }

  std::unique_ptr<GuestMachine> software() { return std::make_unique<GuestMachine>(guest_); }
  /// In the SystemC simulation there is.
  std::unique_ptr<GuestMachine> rtl() {
    return std::make_unique<GuestMachine>(guest_, make_rtl_machine);
  }

  TempFolder folder_;
  const std::string guest_ = folder_.file("guest");
  FreshSimulation simulation_;
};

std::uint32_t load32(const Bytes& bytes, std::size_t at) {
  std::uint32_t value = 0;
  std::memcpy(&value, &bytes.at(at), sizeof value);
  return value;
}

// The lamp is at 3 MiB, and the tally in the highest page of conventional memory but that of port
// ABBA, where a guest's multiboot information would be.
TEST(SlotLoader, PutsNothingWhereADeviceIs) {
  const TempFolder folder;
  const auto load = [&](const ElfBuilder& elf) {
    const Bytes bytes = elf.build();
    std::ofstream(folder.file("guest"), std::ios::binary)
        .write(reinterpret_cast<const char*>(bytes.data()), static_cast<long>(bytes.size()));
    return load_guest({folder.file("guest"), "", "", 16 << 20});
  };
  const auto guest = load({});
  ASSERT_TRUE(guest.ok()) << guest.error();
  const MemoryBlock& info = guest.value().memory.at(1);
  EXPECT_EQ(info.address, 0x9D000u);
  // Multiboot specification 0.6.96, 3.3: mem_lower and mem_upper in KiB, up to the first hole; the
  // entries of the memory map: size without itself, base, length, type 1 for RAM.
  EXPECT_EQ(load32(info.bytes, 4), 0x9D000u / 1024);
  EXPECT_EQ(load32(info.bytes, 8), 2048u);
  const std::size_t map = load32(info.bytes, 48) - info.address;
  ASSERT_EQ(load32(info.bytes, 44), 3u * 24);
  const std::pair<std::uint32_t, std::uint32_t> runs[] = {
      {0, 0x9D000}, {0x100000, 0x300000}, {0x301000, 16 << 20}};
  for (std::size_t i = 0; i < std::size(runs); ++i) {
    const std::size_t at = map + 24 * i;
    EXPECT_EQ(load32(info.bytes, at), 20u);
    EXPECT_EQ(load32(info.bytes, at + 4), runs[i].first);
    EXPECT_EQ(load32(info.bytes, at + 12), runs[i].second - runs[i].first);
    EXPECT_EQ(load32(info.bytes, at + 20), 1u);
  }

  ElfBuilder elf;
  elf.segment.p_paddr = 0x2FFF80;
  const auto refused = load(elf);
  ASSERT_FALSE(refused.ok());
  EXPECT_NE(refused.error().find("overlaps the memory of device lamp at 0x300000"),
            std::string::npos)
      << refused.error();
}

TEST_F(SlotMachine, RunsAloneOnBoth) {
  ASSERT_EQ(slots().size(), 3u);
  for (const auto& guest : {software(), rtl()}) {
    const RunResult result = guest->run_whole();
    ASSERT_EQ(result.end, RunEnd::kExited);
    EXPECT_EQ(result.status, kRounds);
    EXPECT_EQ(result.console, all_counts());
  }
}

TEST_F(SlotMachine, MovesBetweenTheKindsOfMachineWhileItCounts) {
  const auto machines = std::pair(software(), rtl());
  GuestMachine* here = machines.first.get();
  GuestMachine* there = machines.second.get();
  RunOutcome outcome{.end = RunEnd::kCycleLimit, .status = 0, .report = {}};
  std::string console;
  unsigned moves = 0;
  for (;; ++moves) {
    constexpr Cycle kPieces[] = {97, 211, 41, 503, 139};
    outcome = here->run_to(here->machine->cycles() + kPieces[moves % std::size(kPieces)]);
    console += std::exchange(here->console, {});
    if (outcome.end != RunEnd::kCycleLimit) break;
    const KeptState state(here->machine->save_state());
    console += std::exchange(here->console, {});
    // The guest may have left on the way to the boundary.
    outcome = here->run_to(here->machine->cycles());
    if (outcome.end != RunEnd::kCycleLimit) break;
    ASSERT_FALSE(there->machine->load_state(state.state));
    std::swap(here, there);
  }
  ASSERT_EQ(outcome.end, RunEnd::kExited);
  EXPECT_EQ(outcome.status, kRounds);
  EXPECT_EQ(console, all_counts());
  EXPECT_GT(moves, 40u);
}

/// Half the run in `first`, the other in `second`.
void expect_moved(GuestMachine& first, const std::function<GuestMachine&()>& second) {
  while (first.console.size() < kRounds / 2) {
    ASSERT_EQ(first.run_to(first.machine->cycles() + 50).end, RunEnd::kCycleLimit);
  }
  ASSERT_EQ(first.run_to(first.machine->cycles() + 100).end, RunEnd::kCycleLimit);
  const KeptState state(first.machine->save_state());
  GuestMachine& other = second();
  ASSERT_FALSE(other.machine->load_state(state.state));
  other.forget();
  const RunResult result = other.run_whole();
  ASSERT_EQ(result.end, RunEnd::kExited);
  EXPECT_EQ(result.status, kRounds);
  EXPECT_EQ(first.console + result.console, all_counts());
}

TEST_F(SlotMachine, GoesOnInASecondSoftwareMachine) {
  const auto first = software();
  const auto second = software();
  ASSERT_EQ(second->run_whole().status, kRounds);  // what it did is to be forgotten
  expect_moved(*first, [&]() -> GuestMachine& { return *second; });
}

TEST_F(SlotMachine, GoesOnInASecondRtlMachine) {
  const auto first = rtl();
  std::unique_ptr<FreshSimulation> simulation;
  std::unique_ptr<GuestMachine> second;
  expect_moved(*first, [&]() -> GuestMachine& {
    simulation = std::make_unique<FreshSimulation>();
    second = rtl();
    return *second;
  });
}

}  // namespace
}  // namespace strata::test
