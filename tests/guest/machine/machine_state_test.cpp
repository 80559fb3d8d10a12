// Machine::save_state() and load_state(): run, save, go on, load, go on the same; and from one kind
// of machine to the other.
#include <gtest/gtest.h>

#include <algorithm>
#include <iterator>
#include <utility>
#include <vector>

#include "models/ata/ata_state.h"
#include "models/pic/pic_state.h"
#include "models/uart/uart_state.h"
#include "platform/rtl_machine.h"
#include "tests/guest/machine/guest_machine.h"
#include "tests/guest/machine/kept_state.h"
#include "tests/support/fresh_simulation.h"

namespace strata::test {
namespace {

/// What a run leaves behind whatever turns it took.
struct Left {
  RunEnd end;
  unsigned status;
  std::string screen;
  std::string serial;
  std::vector<std::uint8_t> disk;
  bool operator==(const Left&) const = default;
};

Left left_by(const RunResult& result, const std::string& serial) {
  return {result.end, result.status, result.screen, serial, result.disk};
}

void PrintTo(const Left& left, std::ostream* out) {
  *out << "end " << static_cast<int>(left.end) << " status " << left.status << ", serial '"
       << left.serial << "'";
}

/// Saves at `points` parts of the run, goes on to the end, loads, goes on to the same end.
void expect_same_after_loading(GuestMachine& guest, unsigned points) {
  const KeptState start(guest.machine->save_state());
  const MemoryDisk new_disk = guest.disk;
  const RunResult whole = guest.run_whole();
  ASSERT_EQ(whole.end, RunEnd::kExited);
  ASSERT_EQ(whole.status, 0u);
  for (unsigned point = 1; point < points; ++point) {
    ASSERT_FALSE(guest.machine->load_state(start.state));
    guest.disk = new_disk;
    guest.forget();
    const Cycle limit =
        start.state.cycle + (whole.cycles - start.state.cycle) * point / points + point;
    ASSERT_EQ(guest.run_to(limit).end, RunEnd::kCycleLimit);
    const KeptState state(guest.machine->save_state());
    const MemoryDisk disk = guest.disk;
    guest.forget();
    RunResult seen = guest.run_whole();
    ASSERT_EQ(seen.status, 0u);
    seen.instructions = 0;  // counts of what was done go on

    ASSERT_FALSE(guest.machine->load_state(state.state));
    guest.disk = disk;
    guest.forget();
    RunResult again = guest.run_whole();
    again.instructions = 0;
    ASSERT_EQ(again, seen) << "saved at " << state.state.cycle;
  }
}

class MachineStateGuest : public testing::TestWithParam<const char*> {};

TEST_P(MachineStateGuest, SoftwareMachineGoesOnTheSame) {
  GuestMachine guest(GetParam());
  expect_same_after_loading(guest, 20);
}

TEST_P(MachineStateGuest, ASecondMachineSaysWhatItHasTaken) {
  GuestMachine first(GetParam());
  GuestMachine second(GetParam());
  ASSERT_EQ(second.run_whole().status, 0u);
  ASSERT_EQ(first.run_to(second.machine->cycles() / 2).end, RunEnd::kCycleLimit);
  const MachineState given = first.machine->save_state();
  ASSERT_FALSE(second.machine->load_state(given));
  const MachineState taken = second.machine->save_state();
  EXPECT_EQ(taken.cycle, given.cycle);
  EXPECT_EQ(second.machine->cycles(), given.cycle);
  EXPECT_EQ(taken.cpu, given.cpu);
  EXPECT_EQ(taken.devices, given.devices);
  EXPECT_TRUE(std::ranges::equal(taken.ram, given.ram));
}

TEST_P(MachineStateGuest, RtlMachineGoesOnTheSameToTheCycle) {
  const FreshSimulation simulation;
  GuestMachine guest(GetParam(), make_rtl_machine);
  expect_same_after_loading(guest, 6);
}

// Two machines that stand alike stand alike a little later, whatever was before.
TEST_P(MachineStateGuest, RtlSaysTheSameABitLaterAsOneThatHasLoaded) {
  const FreshSimulation simulation;
  GuestMachine guest(GetParam(), make_rtl_machine);
  for (Cycle limit = 5003; guest.run_to(limit).end == RunEnd::kCycleLimit; limit += 5003) {
    const KeptState state(guest.machine->save_state());
    const MemoryDisk disk = guest.disk;
    const Cycle later = state.state.cycle + 997;
    guest.run_to(later);
    const KeptState seen(guest.machine->save_state());
    ASSERT_FALSE(guest.machine->load_state(state.state));
    guest.disk = disk;
    guest.run_to(later);
    const KeptState again(guest.machine->save_state());
    ASSERT_EQ(again.state.cycle, seen.state.cycle) << "saved at " << state.state.cycle;
    ASSERT_EQ(again.state.cpu, seen.state.cpu) << "saved at " << state.state.cycle;
    for (std::size_t n = 0; n < seen.state.devices.size(); ++n) {
      ASSERT_EQ(again.state.devices[n].bytes, seen.state.devices[n].bytes)
          << seen.state.devices[n].name << ", saved at " << state.state.cycle;
    }
    ASSERT_EQ(again.ram, seen.ram) << "saved at " << state.state.cycle;
  }
}

// With every device as its TLM twin.
TEST_P(MachineStateGuest, RtlMachineWithTwinsGoesOnTheSame) {
  const FreshSimulation simulation;
  GuestMachine guest(GetParam(), [](MachineConfig config) {
    config.tlm_devices = {std::begin(kTwinDevices), std::end(kTwinDevices)};
    return make_rtl_machine(config);
  });
  expect_same_after_loading(guest, 3);
}

// The rows that are open are not in the state: whoever saves and whoever loads closes them.
TEST_P(MachineStateGuest, RtlMachineWithSdramGoesOnTheSame) {
  const FreshSimulation simulation;
  GuestMachine guest(GetParam(), [](MachineConfig config) {
    config.sdram = true;
    return make_rtl_machine(config);
  });
  expect_same_after_loading(guest, 6);
}

/// What was under way in the states that were moved.
struct UnderWay {
  unsigned requests = 0;    // the 8259s have a request that is not masked
  unsigned in_service = 0;  // the CPU is in a handler
  unsigned sectors = 0;     // a sector is half moved
  unsigned seeks = 0;       // BSY with its timer running
  unsigned characters = 0;  // one is on the serial line
  unsigned halts = 0;       // the CPU sleeps

  void add(const MachineState& state) {
    PicState pic;
    UartState uart;
    AtaState ata;
    ASSERT_TRUE(from_bytes(bytes_of(state, "pic"), pic));
    ASSERT_TRUE(from_bytes(bytes_of(state, "uart"), uart));
    ASSERT_TRUE(from_bytes(bytes_of(state, "ata"), ata));
    requests += pic.intr;
    in_service += (pic.master.isr | pic.slave.isr) != 0;
    sectors += ata.registers.word != 0;
    seeks += ata.registers.busy_left != 0;
    characters += uart.character_left != 0;
    halts += state.cpu.halted != 0;
  }

 private:
  static std::span<const std::uint8_t> bytes_of(const MachineState& state, const char* name) {
    for (const DeviceBytes& device : state.devices) {
      if (device.name == name) return device.bytes;
    }
    return {};
  }
};

/// Hands the machine's whole state, disk and serial line from one to the other.
void move(GuestMachine& from, GuestMachine& to, UnderWay& seen) {
  const KeptState state(from.machine->save_state());
  ASSERT_NO_FATAL_FAILURE(seen.add(state.state));
  ASSERT_FALSE(to.machine->load_state(state.state));
  to.disk = from.disk;
  const MachineState taken = to.machine->save_state();
  ASSERT_EQ(to.machine->cycles(), taken.cycle);
}

// Through a whole run, a piece here and a piece there, with everything under way: both kinds of
// machine end as one that was never moved.
TEST(MachineState, ABusyMachineMovesBetweenTheKindsOfMachine) {
  const FreshSimulation simulation;
  GuestMachine unmoved("busy.elf");
  const RunResult whole = unmoved.run_whole();
  ASSERT_EQ(whole.end, RunEnd::kExited);
  ASSERT_EQ(whole.status, 0u);
  ASSERT_NE(whole.serial.find("round 5 written, read"), std::string::npos);

  GuestMachine rtl("busy.elf", make_rtl_machine);
  GuestMachine software("busy.elf");
  UnderWay from_software;
  UnderWay from_rtl;
  std::string serial;
  RunOutcome outcome{.end = RunEnd::kCycleLimit, .status = 0, .report = {}};
  GuestMachine* here = &software;
  GuestMachine* there = &rtl;
  unsigned moves = 0;
  for (; outcome.end == RunEnd::kCycleLimit; ++moves) {
    // Lengths that meet every phase of what is under way.
    constexpr Cycle kPieces[] = {53, 101, 23, 211, 71};
    outcome = here->run_to(here->machine->cycles() + kPieces[moves % std::size(kPieces)]);
    serial += std::exchange(here->serial, {});
    if (outcome.end != RunEnd::kCycleLimit) break;
    ASSERT_NO_FATAL_FAILURE(move(*here, *there, here == &rtl ? from_rtl : from_software));
    serial += std::exchange(here->serial, {});
    std::swap(here, there);
  }
  EXPECT_EQ(left_by(here->result(outcome), serial), left_by(whole, whole.serial));
  EXPECT_GT(moves, 1000u);
  for (const UnderWay& seen : {from_software, from_rtl}) {
    EXPECT_GT(seen.requests, 0u);
    EXPECT_GT(seen.in_service, 0u);
    EXPECT_GT(seen.sectors, 0u);
    EXPECT_GT(seen.seeks, 0u);
    EXPECT_GT(seen.characters, 0u);
    EXPECT_GT(seen.halts, 0u);
  }
}

// "hlt" is falling asleep: once for each HLT, whoever looks meanwhile.
TEST(MachineState, SavingAHaltedMachineCountsNoHalt) {
  const FreshSimulation simulation;
  GuestMachine rtl("clock.elf", make_rtl_machine);
  GuestMachine software("clock.elf");
  for (GuestMachine* guest : {&rtl, &software}) {
    Cycle limit = 0;
    while (guest->machine->state().halted == 0) {
      ASSERT_EQ(guest->run_to(limit += 1000).end, RunEnd::kCycleLimit);
    }
    const auto halts = [&] { return guest->machine->exits()["hlt"]; };
    const std::uint64_t before = halts();
    ASSERT_GT(before, 0u);
    for (unsigned n = 0; n < 3; ++n) {
      const KeptState state(guest->machine->save_state());
      ASSERT_EQ(state.state.cpu.halted, 1u);
      ASSERT_FALSE(guest->machine->load_state(state.state));
      guest->run_to(guest->machine->cycles() + 50);
    }
    ASSERT_EQ(guest->machine->state().halted, 1u);
    EXPECT_EQ(halts(), before);
  }
}

/// A machine that a triple fault has ended, and another state for it.
void expect_life_after_a_shutdown(GuestMachine& guest) {
  const KeptState start(guest.machine->save_state());
  ASSERT_EQ(guest.run_to(20000).end, RunEnd::kCycleLimit);
  // No IDT, and the next instruction is UD2: #UD, a double fault, and a third.
  KeptState doomed(guest.machine->save_state());
  doomed.state.cpu.idtr.limit = 0;
  const std::uint32_t at = 0x9000;
  doomed.ram[at] = 0x0F;
  doomed.ram[at + 1] = 0x0B;
  doomed.state.cpu.eip = at;
  ASSERT_FALSE(guest.machine->load_state(doomed.state));
  ASSERT_EQ(guest.run_whole().end, RunEnd::kShutdown);
  const KeptState down(guest.machine->save_state());
  EXPECT_EQ(down.state.cpu.shutdown, 1u);

  ASSERT_FALSE(guest.machine->load_state(start.state));
  ASSERT_EQ(guest.run_to(20000).end, RunEnd::kCycleLimit) << "the shutdown is over";
  ASSERT_FALSE(guest.machine->load_state(down.state));
  EXPECT_EQ(guest.run_whole().end, RunEnd::kShutdown) << "and part of the state";
}

TEST(MachineState, AShutdownIsAState) {
  const FreshSimulation simulation;
  GuestMachine rtl("clock.elf", make_rtl_machine);
  GuestMachine software("clock.elf");
  expect_life_after_a_shutdown(rtl);
  expect_life_after_a_shutdown(software);
}

/// Empty if the machine takes the state.
std::string refusal(GuestMachine& guest, const MachineState& state) {
  const auto refused = guest.machine->load_state(state);
  return refused ? refused->message : "";
}

TEST_P(MachineStateGuest, RefusesAnotherMachines) {
  const FreshSimulation simulation;
  GuestMachine rtl(GetParam(), make_rtl_machine);
  GuestMachine software(GetParam());
  for (GuestMachine* guest : {&rtl, &software}) {
    const KeptState good(guest->machine->save_state());
    MachineState state = good.state;
    state.ram = std::span(good.ram).first(4096);
    EXPECT_EQ(refusal(*guest, state),
              "the state is of another machine: memory 4096 bytes, here 4194304 bytes");
    state = good.state;
    state.devices.pop_back();
    EXPECT_EQ(
        refusal(*guest, state),
        "the state is of another machine: devices pic pit uart debug vga ata pv rtc, here pic pit "
        "uart debug vga ata pv rtc keyboard");
    for (std::size_t n = 0; n < good.state.devices.size(); ++n) {
      state = good.state;
      state.devices[n].name = "other";
      EXPECT_TRUE(guest->machine->load_state(state));
      state = good.state;
      state.devices[n].bytes.push_back(0);
      EXPECT_TRUE(guest->machine->load_state(state)) << state.devices[n].name;
      state.devices[n].bytes.resize(good.state.devices[n].bytes.size() - 1);
      EXPECT_TRUE(guest->machine->load_state(state)) << state.devices[n].name;
    }
    ASSERT_FALSE(guest->machine->load_state(good.state));
    EXPECT_EQ(guest->run_whole().status, 0u) << "what is refused leaves no trace";
  }
}

Result<std::unique_ptr<Machine>> make_software(const MachineConfig& config) {
  auto made = make_software_machine(config, make_interpreter);
  if (!made) return Error{made.error()};
  return std::unique_ptr<Machine>(std::move(*made));
}

/// A machine whose state is no other's, and what a refusal says of it.
struct OtherHardware {
  void (*change)(MachineConfig& config);
  const char* says;
};

const OtherHardware kOtherHardware[] = {
    {[](MachineConfig& config) { config.cpu = CpuFamily::k486; }, "CPU 486, here 586"},
    {[](MachineConfig& config) { config.clock_hz = 10'000'000; }, "clock 10 MHz, here 25 MHz"},
    {[](MachineConfig& config) { config.memory_bytes *= 2; },
     "memory 8388608 bytes, here 4194304 bytes"},
    {[](MachineConfig& config) {
       static MemoryDisk larger(65);
       config.disk = &larger;
     },
     "disk 65 sectors, here 64 sectors"},
    {[](MachineConfig& config) { config.disk = nullptr; }, "disk none, here 64 sectors"},
    {[](MachineConfig& config) {
       static GuestImage image = *config.guest;
       image.rom[0] ^= 1;
       config.guest = &image;
     },
     "boot ROM with other contents"},
    {[](MachineConfig& config) {
       config.cpu = CpuFamily::k386;
       config.disk = nullptr;
     },
     "CPU 386, here 586; disk none, here 64 sectors"},
};

TEST(MachineState, OtherHardwareIsRefusedWithWhatDiffers) {
  const FreshSimulation simulation;
  GuestMachine rtl("clock.elf", make_rtl_machine);
  GuestMachine software("clock.elf");
  for (const OtherHardware& other : kOtherHardware) {
    GuestMachine owner("clock.elf", [&](MachineConfig config) {
      other.change(config);
      return make_software(config);
    });
    ASSERT_EQ(owner.run_to(1000).end, RunEnd::kCycleLimit);
    const KeptState state(owner.machine->save_state());
    for (GuestMachine* guest : {&rtl, &software}) {
      EXPECT_EQ(refusal(*guest, state.state),
                std::string("the state is of another machine: ") + other.says);
    }
  }
  EXPECT_EQ(rtl.run_whole().status, 0u) << "what is refused leaves no trace";
  EXPECT_EQ(software.run_whole().status, 0u);
}

// What is not hardware may differ: how fast the engine is, and what watches.
TEST(MachineState, OtherTimingIsNoOtherHardware) {
  GuestMachine slow("clock.elf", VgaMemory::kTrap, 3);
  GuestMachine fast("clock.elf");
  ASSERT_EQ(slow.run_to(1000).end, RunEnd::kCycleLimit);
  const KeptState state(slow.machine->save_state());
  ASSERT_FALSE(fast.machine->load_state(state.state));
  EXPECT_EQ(fast.run_whole().status, 0u);

  const FreshSimulation simulation;
  GuestMachine sdram("clock.elf", [](MachineConfig config) {
    config.sdram = true;
    return make_rtl_machine(config);
  });
  ASSERT_FALSE(sdram.machine->load_state(state.state));
  EXPECT_EQ(sdram.run_whole().status, 0u);
}

INSTANTIATE_TEST_SUITE_P(All, MachineStateGuest,
                         testing::Values("clock.elf", "disk.elf", "disk_pv.elf", "busy.elf"),
                         [](const auto& guest) {
                           const std::string file = guest.param;
                           return file.substr(0, file.find('.'));
                         });

}  // namespace
}  // namespace strata::test
