// Loading a state into an RTL machine that is being watched: by the lockstep check, by the waves.
#include <gtest/gtest.h>

#include <fstream>
#include <set>

#include "models/engine/debug_target.h"
#include "platform/rtl_machine.h"
#include "platform/trace/vcd_reader.h"
#include "tests/guest/machine/guest_machine.h"
#include "tests/guest/machine/kept_state.h"
#include "tests/support/fresh_simulation.h"
#include "tests/support/temp_folder.h"

namespace strata::test {
namespace {

constexpr const char* kGuest = "clock.elf";

class WatchedState : public testing::Test {
 protected:
  WatchedState() {
    GuestMachine software(kGuest);
    const Cycle end = software.run_whole().cycles;
    software.reset();
    EXPECT_EQ(software.run_to(end / 2).end, RunEnd::kCycleLimit);
    middle_ = std::make_unique<KeptState>(software.machine->save_state());
  }

  void make(bool check, bool waves) {
    guest_ = std::make_unique<GuestMachine>(kGuest, [&](MachineConfig config) {
      config.check = check;
      if (waves) config.trace.vcd_file = vcd_;
      return make_rtl_machine(config);
    });
  }

  /// The cycles at which something is in the file.
  std::set<Cycle> recorded() {
    guest_.reset();
    std::ifstream file(vcd_, std::ios::binary);
    VcdReader reader(file);
    EXPECT_TRUE(reader.read_header().ok());
    constexpr std::uint64_t kTicks = 4;  // platform/trace/wave_recorder.h, at 25 MHz
    std::set<Cycle> cycles;
    const auto end =
        reader.read_changes([&](const VcdChange& change) { cycles.insert(change.time / kTicks); });
    EXPECT_TRUE(end.ok());
    return cycles;
  }

  FreshSimulation simulation_;
  TempFolder folder_;
  const std::string vcd_ = folder_.file("waves.vcd");
  std::unique_ptr<KeptState> middle_;  // of a software machine's run
  std::unique_ptr<GuestMachine> guest_;
};

TEST_F(WatchedState, ACheckedRunGoesOnFromAnotherState) {
  make(true, false);
  ASSERT_EQ(guest_->run_to(20000).end, RunEnd::kCycleLimit);
  const KeptState early(guest_->machine->save_state());
  ASSERT_EQ(guest_->run_to(60000).end, RunEnd::kCycleLimit);
  ASSERT_FALSE(guest_->machine->load_state(early.state)) << "back in time";
  ASSERT_EQ(guest_->run_to(40000).end, RunEnd::kCycleLimit);
  ASSERT_FALSE(guest_->machine->load_state(middle_->state)) << "another machine's";
  const RunResult result = guest_->run_whole();
  EXPECT_EQ(result.end, RunEnd::kExited);
  EXPECT_EQ(result.status, 0u);
}

// That it is still checked: a byte of memory of which the checker does not know is a difference.
TEST_F(WatchedState, ACheckedRunIsCheckedAfterLoading) {
  constexpr std::uint32_t kUnused = GuestMachine::kMemoryBytes - 64;
  make(true, false);
  ASSERT_FALSE(guest_->machine->load_state(middle_->state));
  const MachineState now = guest_->machine->save_state();
  const_cast<std::uint8_t&>(now.ram[kUnused]) ^= 1;
  const RunOutcome outcome = guest_->run_to(kNever);
  EXPECT_EQ(outcome.end, RunEnd::kCheckFailed);
  EXPECT_NE(outcome.report.find("3fffc0"), std::string::npos) << outcome.report;
}

// The waves are of one run(); what is before it a debugger does.
TEST_F(WatchedState, WavesGoOnAtTheCycleOfTheState) {
  make(true, true);
  DebugTarget& debugger = guest_->machine->debug_target();
  ASSERT_EQ(debugger.run(200), DebugStop::kStepped);
  const KeptState early(guest_->machine->save_state());
  ASSERT_EQ(debugger.run(200), DebugStop::kStepped);
  const auto refused = guest_->machine->load_state(early.state);
  ASSERT_TRUE(refused);
  EXPECT_NE(refused->message.find("back in time"), std::string::npos) << refused->message;
  const Cycle before = guest_->machine->cycles();
  const Cycle loaded = middle_->state.cycle;
  ASSERT_GT(loaded, 2 * before);
  ASSERT_FALSE(guest_->machine->load_state(middle_->state));
  ASSERT_EQ(guest_->run_to(loaded + 2000).end, RunEnd::kCycleLimit);
  EXPECT_EQ(guest_->run_whole().status, 0u) << "and the run goes on without them";

  const std::set<Cycle> cycles = recorded();
  EXPECT_TRUE(cycles.contains(before - 1)) << "the file goes on after what was refused";
  // Loading brings the bus to rest first, which takes some cycles.
  EXPECT_LT(*std::prev(cycles.lower_bound(loaded)), before + 200);
  EXPECT_LE(*cycles.lower_bound(loaded), loaded + 2);
  EXPECT_GE(*cycles.rbegin(), loaded + 1998);
  EXPECT_LE(*cycles.rbegin(), loaded + 2001);
}

}  // namespace
}  // namespace strata::test
