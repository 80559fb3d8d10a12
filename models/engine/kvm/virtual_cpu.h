// A virtual CPU as KvmEngine drives it: the kernel's (KvmVm), or one of a test that behaves like a
// KVM this host does not have.
#pragma once

#include <linux/kvm.h>

#include <array>
#include <cstdint>
#include <optional>

#include "models/isa/cpu_state.h"

namespace strata {

class VirtualCpu {
 public:
  virtual ~VirtualCpu() = default;

  /// Shared with the kernel: why the guest was left, and what to do next.
  virtual kvm_run& run() = 0;

  /// KVM_RUN: 0 or the errno.
  virtual int enter() = 0;

  /// A write to a port that KVM has kept instead of leaving the guest.
  struct KeptWrite {
    std::uint16_t port = 0;
    unsigned bytes = 0;
    std::array<std::uint8_t, 4> data{};
  };
  /// The oldest of them, which is then forgotten. They all came before what the guest was left for.
  virtual std::optional<KeptWrite> take_kept_write() { return std::nullopt; }

  /// Signals eventfd `event` when `value` is written to `port` with 32 bits, instead of leaving the
  /// guest; false where KVM cannot.
  virtual bool signal_on_write(std::uint16_t port, std::uint32_t value, int event) {
    static_cast<void>(port), static_cast<void>(value), static_cast<void>(event);
    return false;
  }

  /// Makes enter() leave with KVM_EXIT_DEBUG after each instruction, or no longer
  /// (KVM_SET_GUEST_DEBUG); false where KVM cannot.
  virtual bool single_step(bool on) = 0;

  /// Makes enter() leave with KVM_EXIT_DEBUG before the instruction at this linear address, or no
  /// longer; in place of single_step(). False where KVM cannot.
  virtual bool break_at(std::optional<std::uint32_t> linear) {
    static_cast<void>(linear);
    return false;
  }

  /// Queues external interrupt `vector`; only at a boundary where KVM said it is ready.
  virtual bool inject_interrupt(std::uint8_t vector) = 0;

  /// Queues an NMI; false where KVM refuses, errno says how.
  virtual bool raise_nmi() = 0;

  /// False where KVM refuses the state; errno says how.
  virtual bool write_state(const CpuState& state) = 0;
  /// Replaces everything but the time stamp counter.
  virtual bool write_registers(const CpuState& state) = 0;
  /// All but `halted`. The time stamp counter goes on from the value last written, also where KVM
  /// shows the guest the host's own.
  virtual CpuState read_state() const = 0;
};

}  // namespace strata
