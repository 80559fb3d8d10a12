// A guest in a debugger's hands: on every engine of the table, RTL in its machine, and on a
// simulated KVM, where the engine stands alone.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "models/engine/debug_target.h"
#include "models/engine/engine_debug.h"
#include "platform/engines.h"
#include "platform/loader/guest_image.h"
#include "platform/machine.h"
#include "tests/support/engine_names.h"
#include "tests/support/fresh_simulation.h"
#include "tests/unit/kvm/kvm_guest.h"
#include "tests/unit/kvm/simulated_cpu.h"

namespace strata::test {

inline constexpr const char* kSimulatedKvm = "simulated_kvm";

// The guest: a ROM in real mode. Behind the reset vector a loop that stores AX at [BX], loads it
// back and writes AL to port 80, with BX one higher each time.
inline constexpr std::uint32_t kRomBytes = 0x10000;
inline constexpr std::uint32_t kRomBase = 0xF0000;
inline constexpr std::uint32_t kStart = 0x100;
inline constexpr std::uint32_t kStore = 0x106;
inline constexpr std::uint32_t kAfterStore = 0x108;
inline constexpr std::uint32_t kAfterLoad = 0x10A;
inline constexpr std::uint32_t kAfterOut = 0x10D;
inline constexpr std::uint32_t kData = 0x2000;
inline constexpr std::array<std::uint8_t, 15> kProgram = {
    0xB8, 0x34, 0x12,  // 100  mov ax, 1234h
    0xBB, 0x00, 0x20,  // 103  mov bx, 2000h
    0x89, 0x07,        // 106  mov [bx], ax
    0x8B, 0x0F,        // 108  mov cx, [bx]
    0x43,              // 10A  inc bx
    0xE6, 0x80,        // 10B  out 80h, al
    0xEB, 0xF7,        // 10D  jmp 106
};
inline constexpr std::array<std::uint8_t, 5> kResetCode = {0xEA, 0x00, 0x01, 0x00,
                                                           0xF0};  // jmp F000:0100

inline std::vector<std::uint8_t> make_rom() {
  std::vector<std::uint8_t> rom(kRomBytes, 0xF4);
  std::ranges::copy(kProgram, rom.begin() + kStart);
  std::ranges::copy(kResetCode, rom.begin() + 0xFFF0);
  return rom;
}

/// The same guest on KvmEngine without a kernel or a machine.
class SimulatedKvm {
 public:
  SimulatedKvm() {
    std::ranges::copy(make_rom(), rom_.data());
    engine_.load_state(CpuState::reset(CpuFamily::k586));
  }
  DebugTarget& target() { return target_; }
  void interrupt() { engine_.set_interrupt_line(true); }

 private:
  RecordingBus bus_;
  Pages ram_{kVideo};
  Pages rom_{kRomBytes};
  const std::vector<MemoryRegion> memory_ = {{0, kVideo, ram_.data(), true},
                                             {kRomBase, kRomBytes, rom_.data(), false},
                                             {0xFFFF0000, kRomBytes, rom_.data(), false}};
  KvmEngine engine_{bus_, std::make_unique<SimulatedCpu>(memory_, SimulatedCpu::Quirks{}),
                    KvmConfig{.memory = memory_, .clock_hz = kClockHz}};
  EngineDebug target_{engine_, memory_, CpuFamily::k586};
};

class DebugTargetTest : public ::testing::TestWithParam<std::string> {
 protected:
  void SetUp() override {
    if (GetParam() == kSimulatedKvm) {
      simulated_.emplace();
      target = &simulated_->target();
      return;
    }
    const std::string missing = why_no_engine(GetParam());
    if (!missing.empty()) GTEST_SKIP() << missing;
    start(make_rom(), CpuFamily::k586);
  }

  void start(std::vector<std::uint8_t> rom, CpuFamily family) {
    image_.rom = std::move(rom);
    MachineConfig config;
    config.memory_bytes = 1 << 20;
    config.guest = &image_;
    config.cpu = family;
    auto machine = find_engine(GetParam())->make(config);
    ASSERT_TRUE(machine.ok()) << machine.error();
    machine_ = std::move(*machine);
    target = &machine_->debug_target();
  }

  std::uint32_t eip() const { return target->registers().eip; }
  std::uint16_t reg(unsigned number) const {
    return static_cast<std::uint16_t>(target->registers().gpr[number]);
  }

  /// To the store of the loop's first time round.
  void go_to_loop() {
    for (int n = 0; n < 3; ++n) ASSERT_EQ(target->step(), DebugStop::kStepped);
    ASSERT_EQ(eip(), kStore);
  }

  FreshSimulation simulation_;
  GuestImage image_;
  std::unique_ptr<Machine> machine_;
  std::optional<SimulatedKvm> simulated_;
  DebugTarget* target = nullptr;
};

inline std::vector<std::string> debug_targets() {
  std::vector<std::string> names = all_engine_names();
  names.push_back(kSimulatedKvm);
  return names;
}

}  // namespace strata::test
