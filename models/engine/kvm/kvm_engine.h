// Runs a guest on Linux KVM: a virtual machine and one virtual CPU of its own, without any
// in-kernel device. Memory regions become memory slots; port accesses and accesses to what is not
// memory leave the guest and go to EngineBus; interrupts come from the machine's 8259 pair through
// KVM_INTERRUPT.
//
// Assumes an x86 Linux host. Works whether the host's KVM virtualises (VT-x, AMD-V) or emulates;
// what it cannot emulate is carried out here, an instruction or a delivery at a time (exit reason
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
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "models/base/result.h"
#include "models/base/types.h"
#include "models/engine/engine.h"
#include "models/engine/kvm/guest_share.h"
#include "models/engine/kvm/paging_watch.h"
#include "models/isa/cpu_state.h"

namespace strata {

class RunTimer;
class SoftwareStep;
class Sleeper;
class VirtualCpu;

/// Both ask describe_kvm() (models/engine/kvm/kvm_host.h).
bool host_runs_paged_guests();
bool host_emulates_guests();
/// Whether the CPU shows neither VT-x nor AMD-V.
bool host_may_not_page();

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
  /// Ports that KVM may keep writes to until the guest is left for something else, but no longer
  /// than a turn of it lasts: those where nothing happens at once. Empty range: none.
  std::uint16_t kept_port = 0;
  unsigned kept_port_bytes = 0;
  /// Where KVM is; another path is of use only to tests.
  std::string device = "/dev/kvm";
  /// Whether this host's KVM runs paged 32-bit guests; asked when one ends as if it did not.
  bool (*host_pages)() = host_runs_paged_guests;
  /// Whether it is worth looking for the end of one in a handler of #GP; costs no time.
  bool (*host_may_not_page)() = strata::host_may_not_page;
  /// Whether it emulates, so that a shutdown may be its own and not the guest's; asked when one
  /// comes.
  bool (*host_emulates)() = host_emulates_guests;
};

class KvmEngine final : public Engine {
 public:
  /// Builds the virtual machine. The error names what the host lacks and what would help. `bus`
  /// outlives the engine.
  static Result<std::unique_ptr<KvmEngine>> create(EngineBus& bus, const KvmConfig& config);
  /// An engine on the virtual CPU `cpu`, which has the memory of `config` mapped.
  KvmEngine(EngineBus& bus, std::unique_ptr<VirtualCpu> cpu, const KvmConfig& config);
  ~KvmEngine() override;

  std::string_view name() const override { return "kvm"; }
  bool on_host_time() const override { return true; }

  /// Also restarts cycle() and the exit counts at zero. A state KVM refuses shows in failure().
  void load_state(const CpuState& state) override;
  /// EFLAGS and CR bits a 386 does not have are given back as the host CPU keeps them.
  CpuState state() const override;
  void set_registers(const CpuState& state) override;

  /// Host CLOCK_MONOTONIC since load_state() or on from set_cycle(), in cycles of
  /// KvmConfig::clock_hz.
  Cycle cycle() const override;
  void set_cycle(Cycle cycle) override;
  /// Sleeps until `cycle`, or until request_stop().
  void advance_to(Cycle cycle) override;
  /// The guest runs on past a deadline where it would starve or could not notice: for 50 us from
  /// the call on, however early the deadline is, and while IF is clear, for 5 ms; setting IF then
  /// ends the run at once.
  StopReason run(Cycle deadline) override;
  /// With KVM's own single step; failure() says so where the host has none.
  EngineStep step_once() override;
  void set_interrupt_line(bool level) override { interrupt_line_ = level; }
  void raise_nmi() override;
  bool signal_on_write(std::uint16_t port, std::uint32_t value, int event) override;
  /// Async-signal-safe, and callable from any thread.
  void request_stop() override;

  std::uint32_t linear_address() const override;
  void watch_exits(ExitWatch* watch) override;
  std::uint64_t instructions() const override { return 0; }
  std::map<std::string, std::uint64_t> exits() const override;
  std::string failure() const override { return failure_; }

 private:
  /// What exits() counts. Ports and MMIO by calls of the bus, as the other engines do: one exit
  /// may carry a batch of them.
  enum ExitKind : unsigned {
    kPortExit,
    kMmioExit,
    kHltExit,
    kWindowExit,
    kSignalExit,
    kShutdownExit,
    kSoftwareExit,
    kOtherExit,
    kInterrupt,
    kVmExit,
    kExitKinds
  };

  /// What KVM was given to deliver before the guest's next instruction, and where that is.
  struct Injection {
    bool nmi = false;
    std::uint8_t vector = 0;
    CpuState before;
  };

  std::optional<StopReason> look_at_clock();
  void offer_interrupt();
  std::uint8_t inject_interrupt();
  void step_in_kvm();
  bool steps_hlt(const CpuState& before) const;
  void note_shutdown();
  void note_break();
  bool delivery_waits() const;
  bool delivery_failed(const CpuState& state) const;
  bool enter_guest();
  void carry_out_kept_writes();
  void handle_exit();
  void answer_exit();
  const char* exit_reason() const;
  void handle_port_exit();
  void handle_mmio_exit();
  void complete_access();
  void step_in_software();
  SoftwareStep& software();
  void go_on_in_software(const CpuState& state, bool alive);
  void note_boundary(const CpuState& state);
  void note_written(const CpuState& state, bool taken);
  void fail(std::string what);
  StopReason run_loop();

  EngineBus& bus_;
  std::unique_ptr<VirtualCpu> cpu_;
  std::unique_ptr<RunTimer> timer_;
  std::unique_ptr<Sleeper> sleeper_;
  GuestShare share_;
  std::unique_ptr<SoftwareStep> software_;  // made when first needed
  std::vector<MemoryRegion> memory_;
  PagingWatch paging_;
  std::uint64_t clock_hz_;
  CpuFamily family_;
  bool (*host_pages_)();
  bool (*host_emulates_)();
  std::int64_t start_ns_ = 0;

  std::atomic<bool> stop_{false};
  bool interrupt_line_ = false;
  bool interrupts_enabled_ = false;  // EFLAGS.IF at the last boundary
  bool clock_for_enabled_ = false;   // interrupts_enabled_ when the timer was set
  bool interruptible_ = false;       // an interrupt may be injected at once
  bool halted_ = false;
  bool shut_down_ = false;
  bool stepped_ = false;         // KVM has reported the end of a single step
  bool access_pending_ = false;  // KVM finishes the last port or MMIO access on its next run
  std::optional<Injection> injection_;
  std::array<std::uint64_t, kExitKinds> exits_{};
  ExitWatch* watch_ = nullptr;
  std::int64_t entered_ns_ = 0;  // both of the latest KVM_RUN that somebody wanted to know of
  std::int64_t left_ns_ = 0;
  std::string failure_;
};

}  // namespace strata
