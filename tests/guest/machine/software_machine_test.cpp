// Software machines are plain objects: several in one process, run in pieces, started again.
#include "platform/software_machine.h"

#include <gtest/gtest.h>

#include "tests/guest/machine/guest_machine.h"

namespace strata {
namespace {

using test::GuestMachine;
using test::RunResult;

// Timer interrupts and HLT; the disk with its interrupts; the CPU's rules; a boot sector.
constexpr const char* kGuests[] = {"clock.elf", "disk.elf", "rules.elf", "hello16.img"};

class SoftwareMachineGuest : public testing::TestWithParam<const char*> {};

TEST_P(SoftwareMachineGuest, RunsInPiecesAsInOne) {
  const RunResult whole = GuestMachine(GetParam()).run_whole();
  ASSERT_EQ(whole.end, RunEnd::kExited);
  ASSERT_EQ(whole.status, 0u);
  GuestMachine pieces(GetParam());
  for (Cycle limit = 977;; limit += 977) {
    const RunOutcome outcome = pieces.run_to(limit);
    if (outcome.end != RunEnd::kCycleLimit) {
      EXPECT_EQ(pieces.result(outcome), whole);
      return;
    }
    ASSERT_EQ(pieces.machine->cycles(), limit);
  }
}

TEST_P(SoftwareMachineGuest, StartedAgainItDoesTheSame) {
  GuestMachine guest(GetParam());
  const RunResult first = guest.run_whole();
  guest.reset();
  EXPECT_EQ(guest.machine->cycles(), 0u);
  EXPECT_EQ(guest.run_whole(), first);
  // From the middle, too.
  guest.reset();
  guest.run_to(first.cycles / 2);
  guest.reset();
  EXPECT_EQ(guest.run_whole(), first);
}

TEST_P(SoftwareMachineGuest, TrappingTheScreenChangesNothingButExits) {
  GuestMachine shared(GetParam());
  GuestMachine trap(GetParam(), VgaMemory::kTrap);
  EXPECT_EQ(shared.run_whole(), trap.run_whole());
  EXPECT_EQ(shared.machine->exits().at("mmio"), 0u) << "text memory is memory";
  EXPECT_GT(trap.machine->exits().at("mmio"), 0u);
}

INSTANTIATE_TEST_SUITE_P(All, SoftwareMachineGuest, testing::ValuesIn(kGuests),
                         [](const auto& guest) {
                           const std::string file = guest.param;
                           return file.substr(0, file.find('.'));
                         });

TEST(SoftwareMachine, TwoInterleavedDoTheSameAsEachAlone) {
  const RunResult clock_alone = GuestMachine("clock.elf").run_whole();
  const RunResult disk_alone = GuestMachine("disk.elf", VgaMemory::kTrap, 3).run_whole();

  GuestMachine clock("clock.elf");
  GuestMachine disk("disk.elf", VgaMemory::kTrap, 3);
  RunOutcome clock_end{.end = RunEnd::kCycleLimit, .status = 0, .report = {}};
  RunOutcome disk_end = clock_end;
  unsigned turns = 0;
  for (Cycle limit = 1000;
       clock_end.end == RunEnd::kCycleLimit || disk_end.end == RunEnd::kCycleLimit;
       limit += 1000, ++turns) {
    if (clock_end.end == RunEnd::kCycleLimit) clock_end = clock.run_to(limit);
    if (disk_end.end == RunEnd::kCycleLimit) disk_end = disk.run_to(limit);
  }
  EXPECT_GT(turns, 100u);
  EXPECT_EQ(clock.result(clock_end), clock_alone);
  EXPECT_EQ(disk.result(disk_end), disk_alone);
}

}  // namespace
}  // namespace strata
