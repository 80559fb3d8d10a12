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
#include "models/engine/kvm/virtual_cpu.h"
#include "models/isa/cpu_state.h"

namespace strata {

/// Opens `device` and checks the API version; the error says what is missing and what would help.
Result<FileDescriptor> open_kvm(const std::string& device);

class KvmVm final : public VirtualCpu {
 public:
  /// Opens KVM, creates the machine, maps `memory` and creates the CPU, with the registers KVM
  /// gives it. `family` is what CPUID says; `clock_hz` is what the guest's time stamp counter runs
  /// at where the host can scale it.
  static Result<std::unique_ptr<KvmVm>> create(const std::string& device,
                                               std::span<const MemoryRegion> memory,
                                               std::uint64_t clock_hz, CpuFamily family);
  ~KvmVm() override;

  kvm_run& run() override { return *run_; }
  int enter() override;
  std::optional<KeptWrite> take_kept_write() override;
  bool signal_on_write(std::uint16_t port, std::uint32_t value, int event) override;

  /// Has KVM keep writes of up to `bytes` bytes to the ports from `port` on; those of other sizes,
  /// and all where the host cannot, leave the guest as ever.
  void keep_writes(std::uint16_t port, unsigned bytes);
  bool single_step(bool on) override;
  bool break_at(std::optional<std::uint32_t> linear) override;
  bool inject_interrupt(std::uint8_t vector) override;
  bool raise_nmi() override;
  bool write_state(const CpuState& state) override;
  bool write_registers(const CpuState& state) override;
  CpuState read_state() const override;

 private:
  KvmVm() = default;

  Result<bool> create_machine(std::span<const MemoryRegion> memory);
  Result<bool> add_slot(unsigned slot, const MemoryRegion& region);
  Result<bool> create_cpu(std::uint64_t clock_hz, CpuFamily family);

  FileDescriptor kvm_;
  FileDescriptor vm_;
  FileDescriptor cpu_;
  kvm_run* run_ = nullptr;
  kvm_coalesced_mmio_ring* kept_ = nullptr;  // in the run block; null: nothing is kept
  std::size_t run_bytes_ = 0;
  std::uint64_t tsc_offset_ = 0;  // CpuState's counter less KVM's
};

}  // namespace strata
