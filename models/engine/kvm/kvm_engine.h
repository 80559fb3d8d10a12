// Runs a guest on Linux KVM: a virtual machine and one virtual CPU of its own, without any
// in-kernel device. Memory regions become memory slots; port accesses and accesses to what is not
// memory leave the guest and go to EngineBus; interrupts come from the machine's 8259 pair through
// KVM_INTERRUPT.
//
// Assumes an x86 Linux host. Works whether the host's KVM virtualises (VT-x, AMD-V) or emulates;
// what it cannot emulate is carried out here, one instruction at a time (exit reason
// "software-step"). Leaves out SMM, nested virtualisation, CPU hot plug and instruction counting;
// guest paging works as far as the host's KVM offers it. Time is the host's, so runs do not repeat
// cycle by cycle.
//
// Not thread safe but for request_stop(): one thread at a time calls everything else.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "models/base/result.h"
#include "models/base/types.h"
#include "models/engine/engine.h"
#include "models/isa/cpu_state.h"

namespace strata {

class KvmVm;
class RunTimer;
class SoftwareStep;
class Sleeper;

struct KvmConfig {
  /// Slots, not overlapping, in memory the caller keeps alive and page aligned. A writable region
  /// is plain memory (VGA "shared"); a read-only one sends each write to EngineBus::mmio_write (VGA
  /// "trap", ROM).
  std::vector<MemoryRegion> memory;
  /// Clock of the machine in Hz; what cycle() counts.
  std::uint64_t clock_hz = 0;
  /// What CPUID tells the guest. The instructions are the host's all the same: a 386 has CPUID, and
  /// nothing is #UD for being too new.
  CpuFamily family = CpuFamily::k586;
  /// Where KVM is; another path is of use only to tests.
  std::string device = "/dev/kvm";
};

class KvmEngine final : public Engine {
 public:
  /// Builds the virtual machine. The error names what the host lacks and what would help. `bus`
  /// outlives the engine.
  static Result<std::unique_ptr<KvmEngine>> create(EngineBus& bus, const KvmConfig& config);
  ~KvmEngine() override;

  std::string_view name() const override { return "kvm"; }
  bool on_host_time() const override { return true; }

  /// Also restarts cycle() and the exit counts at zero. A state KVM refuses shows in failure().
  void load_state(const CpuState& state) override;
  /// EFLAGS and CR bits a 386 does not have are given back as the host CPU keeps them.
  CpuState state() const override;

  /// Host CLOCK_MONOTONIC since load_state() or on from set_cycle(), in cycles of
  /// KvmConfig::clock_hz.
  Cycle cycle() const override;
  void set_cycle(Cycle cycle) override;
  /// Sleeps until `cycle`, or until request_stop().
  void advance_to(Cycle cycle) override;
  StopReason run(Cycle deadline) override;
  void set_interrupt_line(bool level) override { interrupt_line_ = level; }
  void raise_nmi() override;
  /// Async-signal-safe, and callable from any thread.
  void request_stop() override;

  std::uint64_t instructions() const override { return 0; }
  std::map<std::string, std::uint64_t> exits() const override;
  std::string failure() const override { return failure_; }

 private:
  enum ExitKind : unsigned {
    kPortExit,
    kMmioExit,
    kHltExit,
    kWindowExit,
    kSignalExit,
    kShutdownExit,
    kSoftwareExit,
    kOtherExit,
    kExitKinds
  };

  KvmEngine(EngineBus& bus, std::unique_ptr<KvmVm> vm, const KvmConfig& config);

  void offer_interrupt();
  bool enter_guest();
  void handle_exit();
  void handle_port_exit();
  void handle_mmio_exit();
  void complete_access();
  void step_in_software();
  void note_boundary(const CpuState& state);
  void fail(std::string what);
  StopReason run_loop(Cycle deadline);

  EngineBus& bus_;
  std::unique_ptr<KvmVm> vm_;
  std::unique_ptr<RunTimer> timer_;
  std::unique_ptr<Sleeper> sleeper_;
  std::unique_ptr<SoftwareStep> software_;  // made when first needed
  std::vector<MemoryRegion> memory_;
  std::uint64_t clock_hz_;
  CpuFamily family_;
  std::int64_t start_ns_ = 0;

  std::atomic<bool> stop_{false};
  bool interrupt_line_ = false;
  bool interrupts_enabled_ = false;  // EFLAGS.IF at the last boundary
  bool interruptible_ = false;       // an interrupt may be injected at once
  bool halted_ = false;
  bool shut_down_ = false;
  bool access_pending_ = false;  // KVM finishes the last port or MMIO access on its next run
  std::array<std::uint64_t, kExitKinds> exits_{};
  std::string failure_;
};

}  // namespace strata
