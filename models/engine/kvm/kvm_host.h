// What kind of KVM this host has, found out by asking and by timing a short guest loop.
#pragma once

#include <string>

namespace strata {

enum class KvmKind {
  kNone,       // no usable KVM; KvmHost::reason says why
  kEmulating,  // KVM answers, but runs 32-bit guests instruction by instruction in software
  kHardware,   // guest instructions run on the CPU itself
};

struct KvmHost {
  bool available = false;
  std::string reason;  // why not available, and what would help; else empty
  int api_version = 0;
  bool vmx = false;  // the host CPU shows VT-x
  bool svm = false;  // the host CPU shows AMD-V
  double real_mode_mips = 0;
  double protected_mode_mips = 0;
  KvmKind kind = KvmKind::kNone;
  /// A 32-bit guest with CR0.PG set ran and saw what its page tables say.
  bool paging = false;

  /// One line for users, without a full stop.
  std::string line() const;
};

/// Whether the host CPU shows VT-x or AMD-V; asks KVM nothing.
bool shows_virtualisation();

/// Asks once, on the first call (a few milliseconds), and remembers.
const KvmHost& describe_kvm();

/// The same for another device path, not remembered.
KvmHost probe_kvm(const std::string& device);

/// "none", "emulating" or "hardware".
const char* to_string(KvmKind kind);

}  // namespace strata
