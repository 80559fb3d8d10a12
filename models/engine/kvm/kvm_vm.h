// A virtual machine with one virtual CPU and its memory slots: the file descriptors and mappings of
// the KVM interface (Documentation/virt/kvm/api.rst of the kernel), opened, owned and closed. Knows
// nothing of the machine; KvmEngine drives it.
#pragma once

#include <linux/kvm.h>

#include <memory>
#include <span>
#include <string>

#include "models/base/file_descriptor.h"
#include "models/base/result.h"
#include "models/engine/engine.h"
#include "models/isa/cpu_state.h"

namespace strata {

/// Opens `device` and checks the API version; the error says what is missing and what would help.
Result<FileDescriptor> open_kvm(const std::string& device);

class KvmVm {
 public:
  /// Opens KVM, creates the machine, maps `memory` and creates the CPU, with the registers KVM
  /// gives it. `family` is what CPUID says; `clock_hz` is what the guest's time stamp counter runs
  /// at where the host can scale it.
  static Result<std::unique_ptr<KvmVm>> create(const std::string& device,
                                               std::span<const MemoryRegion> memory,
                                               std::uint64_t clock_hz, CpuFamily family);
  ~KvmVm();

  /// Shared with the kernel: why the guest was left, and what to do next.
  kvm_run& run() { return *run_; }
  const kvm_run& run() const { return *run_; }

  /// KVM_RUN: 0 or the errno.
  int enter();

  /// Makes the next enter() leave with KVM_EXIT_DEBUG after one instruction (KVM_SET_GUEST_DEBUG);
  /// false where KVM cannot.
  bool single_step();

  /// Queues external interrupt `vector`; only at a boundary where KVM said it is ready.
  bool inject_interrupt(std::uint8_t vector);

  /// Queues an NMI; false where KVM refuses, errno says how.
  bool raise_nmi();

  /// False where KVM refuses the state; errno says how.
  bool write_state(const CpuState& state);
  /// Replaces everything but the time stamp counter.
  bool write_registers(const CpuState& state);
  /// All but `halted`. The time stamp counter goes on from the value last written, also where KVM
  /// shows the guest the host's own.
  CpuState read_state() const;

 private:
  KvmVm() = default;

  Result<bool> create_machine(std::span<const MemoryRegion> memory);
  Result<bool> add_slot(unsigned slot, const MemoryRegion& region);
  Result<bool> create_cpu(std::uint64_t clock_hz, CpuFamily family);

  FileDescriptor kvm_;
  FileDescriptor vm_;
  FileDescriptor cpu_;
  kvm_run* run_ = nullptr;
  std::size_t run_bytes_ = 0;
  std::uint64_t tsc_offset_ = 0;  // CpuState's counter less KVM's
};

}  // namespace strata
