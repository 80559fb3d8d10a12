// Machine::save_state() and load_state(): run, save, go on, load, go on the same; and from one kind
// of machine to the other.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <memory>
#include <vector>

#include "platform/rtl_machine.h"
#include "tests/guest/machine/guest_machine.h"
#include "tests/support/fresh_simulation.h"

namespace strata::test {
namespace {

/// A state that outlives its machine's next step.
struct KeptState {
  explicit KeptState(const MachineState& from)
      : state(from), ram(from.ram.begin(), from.ram.end()) {
    state.ram = ram;
  }
  KeptState(const KeptState&) = delete;
  KeptState& operator=(const KeptState&) = delete;

  MachineState state;
  std::vector<std::uint8_t> ram;
};

/// A machine with its disk and what can be seen of a guest at its end.
class Rig {
 public:
  static constexpr std::uint64_t kSectors = 64;

  Rig(const std::string& file, bool rtl) {
    auto image = load_guest({.guest = std::string(STRATA_GUESTS) + "/" + file,
                             .bios = {},
                             .append = {},
                             .memory_bytes = 16u << 20});
    if (!image) throw std::runtime_error(image.error());
    image_ = std::move(*image);
    config_.guest = &image_;
    config_.disk = &disk;
    if (rtl) {
      machine = std::move(*make_rtl_machine(config_));
    } else {
      machine = std::move(*make_software_machine(config_, make_interpreter));
    }
  }

  RunOutcome run_to(Cycle limit) {
    RunControl control({.max_cycles = limit, .timeout = {}});
    return machine->run(control);
  }

  struct Seen {
    RunEnd end;
    unsigned status;
    Cycle cycles;
    std::string screen;
    std::vector<std::uint8_t> disk;
    bool operator==(const Seen&) const = default;
  };

  Seen run_whole() {
    const RunOutcome outcome = run_to(kNever);
    Seen seen{outcome.end, outcome.status, machine->cycles(), {}, {}};
    for (const TextCell& cell : machine->screen().cells) {
      seen.screen += static_cast<char>(cell.character);
      seen.screen += static_cast<char>(cell.attribute);
    }
    std::array<std::uint8_t, kSectorBytes> sector;
    for (std::uint64_t lba = 0; lba < kSectors; ++lba) {
      EXPECT_TRUE(disk.read_sector(lba, sector));
      seen.disk.insert(seen.disk.end(), sector.begin(), sector.end());
    }
    return seen;
  }

  MemoryDisk disk{kSectors};
  std::unique_ptr<Machine> machine;

 private:
  MachineConfig config_;
  GuestImage image_;
};

void PrintTo(const Rig::Seen& seen, std::ostream* out) {
  *out << "end " << static_cast<int>(seen.end) << " status " << seen.status << " after "
       << seen.cycles << " cycles, screen starts '" << seen.screen.substr(0, 40) << "'";
}

/// Saves at `points` parts of the run, goes on to the end, loads, goes on to the same end.
void expect_same_after_loading(Rig& rig, unsigned points) {
  const KeptState start(rig.machine->save_state());
  const MemoryDisk new_disk = rig.disk;
  const Rig::Seen whole = rig.run_whole();
  ASSERT_EQ(whole.end, RunEnd::kExited);
  ASSERT_EQ(whole.status, 0u);
  for (unsigned point = 1; point < points; ++point) {
    ASSERT_FALSE(rig.machine->load_state(start.state));
    rig.disk = new_disk;
    const Cycle limit =
        start.state.cycle + (whole.cycles - start.state.cycle) * point / points + point;
    ASSERT_EQ(rig.run_to(limit).end, RunEnd::kCycleLimit);
    const KeptState state(rig.machine->save_state());
    const MemoryDisk disk = rig.disk;
    const Rig::Seen seen = rig.run_whole();
    ASSERT_EQ(seen.status, 0u);

    ASSERT_FALSE(rig.machine->load_state(state.state));
    rig.disk = disk;
    ASSERT_EQ(rig.run_whole(), seen) << "saved at " << state.state.cycle;
  }
}

class MachineStateGuest : public testing::TestWithParam<const char*> {};

TEST_P(MachineStateGuest, SoftwareMachineGoesOnTheSame) {
  Rig rig(GetParam(), false);
  expect_same_after_loading(rig, 20);
}

TEST_P(MachineStateGuest, ASecondMachineSaysWhatItHasTaken) {
  Rig first(GetParam(), false);
  Rig second(GetParam(), false);
  ASSERT_EQ(second.run_whole().status, 0u);
  ASSERT_EQ(first.run_to(second.machine->cycles() / 2).end, RunEnd::kCycleLimit);
  const MachineState given = first.machine->save_state();
  ASSERT_FALSE(second.machine->load_state(given));
  const MachineState taken = second.machine->save_state();
  EXPECT_EQ(taken.cycle, given.cycle);
  EXPECT_EQ(second.machine->cycles(), given.cycle);
  EXPECT_EQ(std::memcmp(&taken.cpu, &given.cpu, sizeof given.cpu), 0);
  EXPECT_EQ(taken.devices, given.devices);
  EXPECT_TRUE(std::ranges::equal(taken.ram, given.ram));
}

TEST_P(MachineStateGuest, RtlMachineGoesOnTheSameToTheCycle) {
  const FreshSimulation simulation;
  Rig rig(GetParam(), true);
  expect_same_after_loading(rig, 6);
}

TEST_P(MachineStateGuest, MovesBetweenTheKindsOfMachine) {
  const FreshSimulation simulation;
  Rig rtl(GetParam(), true);
  Rig software(GetParam(), false);
  const KeptState start(software.machine->save_state());
  const Rig::Seen whole = software.run_whole();
  ASSERT_EQ(whole.status, 0u);
  Cycle limit = 0;
  for (unsigned move = 0; move < 3; ++move) {
    // Some of it here, some there, the rest here.
    ASSERT_FALSE(software.machine->load_state(start.state));
    software.disk = MemoryDisk(Rig::kSectors);
    limit = whole.cycles * (move + 1) / 5;
    ASSERT_EQ(software.run_to(limit).end, RunEnd::kCycleLimit);
    const KeptState first(software.machine->save_state());
    ASSERT_FALSE(rtl.machine->load_state(first.state));
    rtl.disk = software.disk;
    ASSERT_EQ(rtl.run_to(limit + 20000).end, RunEnd::kCycleLimit);
    const KeptState second(rtl.machine->save_state());
    EXPECT_GT(second.state.cycle, first.state.cycle);
    ASSERT_FALSE(software.machine->load_state(second.state));
    software.disk = rtl.disk;
    const Rig::Seen seen = software.run_whole();
    EXPECT_EQ(seen.status, 0u);
    EXPECT_EQ(seen.screen, whole.screen);
    EXPECT_EQ(seen.disk, whole.disk);
  }
}

TEST_P(MachineStateGuest, RefusesAnotherMachines) {
  Rig rig(GetParam(), false);
  KeptState state(rig.machine->save_state());
  state.state.ram = std::span(state.ram).first(4096);
  EXPECT_TRUE(rig.machine->load_state(state.state));
  state.state.ram = state.ram;
  state.state.devices.pop_back();
  EXPECT_TRUE(rig.machine->load_state(state.state));
}

INSTANTIATE_TEST_SUITE_P(All, MachineStateGuest, testing::Values("clock.elf", "disk.elf"),
                         [](const auto& guest) {
                           const std::string file = guest.param;
                           return file.substr(0, file.find('.'));
                         });

}  // namespace
}  // namespace strata::test
