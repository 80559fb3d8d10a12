// The host's own CPU as an executor of 32-bit user code: a 64-bit Linux process jumps into a
// compatibility segment (SDM vol. 3, 5.8.1; selector 0x23 of Linux) with all registers loaded, and
// comes back by a far jump or by a signal. Needs an x86-64 host whose kernel has 32-bit segments.
//
// One at a time in a process: it takes fixed low addresses, and while code runs the signals SIGSEGV
// SIGILL SIGFPE SIGTRAP SIGBUS and, as a watchdog over loops that do not end, SIGVTALRM.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "tests/differential/outcome.h"
#include "tests/silicon/layout.h"

namespace strata::test {

class NativeCpu {
 public:
  /// Null, with the reason, where the host cannot do it.
  static std::unique_ptr<NativeCpu> create(std::string& reason);
  ~NativeCpu();
  NativeCpu(const NativeCpu&) = delete;
  NativeCpu& operator=(const NativeCpu&) = delete;

  /// Event::vector of a run that did not end within about half a second.
  static constexpr std::uint32_t kTimeout = 0xFFFFFFFE;

  /// Addresses it uses itself.
  static constexpr Range kOwnMemory{0x3D5B6000, 0x2000};

  /// Bytes a sequence ends with: a far jump out of the compatibility segment.
  static CodeBytes leave_code();

  /// The writable view of layout::kCode; the processor executes it through another mapping.
  std::uint8_t* code() { return code_; }
  /// Other memory of layout::, at its address.
  static std::uint8_t* memory(std::uint32_t address) {
    return reinterpret_cast<std::uint8_t*>(static_cast<std::uintptr_t>(address));
  }

  /// Makes layout::kReadOnly what its name says; until then it can be filled.
  static void protect_read_only();

  /// Whether layout::kLow could be mapped.
  bool has_low_memory() const { return has_low_memory_; }
  /// Whether the local descriptor table has layout::kLocal.
  bool has_local_segments() const { return has_local_segments_; }
  /// Whether FS may be loaded: user code must be able to restore its base afterwards.
  bool can_load_fs() const { return can_load_fs_; }

  /// Whether PUSH of a segment register leaves the upper half of its place (SDM vol. 2, PUSH).
  bool pushes_half_selectors() const { return pushes_half_selectors_; }

  /// Runs from `start.eip` until leave_code() or an exception. EFLAGS.RF is cleared in the outcome.
  Outcome run(const Registers& start);

 private:
  NativeCpu() = default;
  bool map_all(std::string& reason);
  bool try_out(std::string& reason);
  bool loads_local_segments(const Registers& usual);

  std::uint8_t* code_ = nullptr;
  bool has_low_memory_ = false;
  bool has_local_segments_ = false;
  bool can_load_fs_ = false;
  bool pushes_half_selectors_ = false;
};

}  // namespace strata::test
