// The least that runs a guest on KVM: one memory slot, one CPU, a loop around KVM_RUN that does
// nothing with what it gets. What the KVM engine's cost of an exit is measured against; shares no
// code with it.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "models/base/file_descriptor.h"

struct kvm_run;

namespace strata {

class BareKvm {
 public:
  /// Runs `code` at `address` of `memory` (at guest-physical 0) in flat 32-bit protected mode.
  BareKvm(std::span<std::uint8_t> memory, std::uint32_t address);
  ~BareKvm();
  BareKvm(const BareKvm&) = delete;
  BareKvm& operator=(const BareKvm&) = delete;

  bool ok() const { return run_ != nullptr; }

  /// Starts the code with ECX = `count` and runs to HLT; the number of port exits, or -1.
  long run(std::uint32_t count);

 private:
  bool start(std::uint32_t count);

  std::uint32_t address_;
  FileDescriptor kvm_;
  FileDescriptor vm_;
  FileDescriptor cpu_;
  kvm_run* run_ = nullptr;
  std::size_t run_bytes_ = 0;
};

/// Microseconds of a port exit in such a loop, the fastest of some rounds, as what else the
/// host does only adds; nothing where the host's
/// KVM cannot do it. Takes a fraction of a second.
std::optional<double> bare_port_exit_us();

}  // namespace strata
