// Architectural state as a value (charter, rule 2). Every engine loads it and gives it back at an
// instruction boundary; the RTL CPU through its load/unload port (rtl/common/cpu_state_pkg.sv has
// the same fields in the same order).
#pragma once

#include <array>
#include <cstdint>

#include "models/isa/cpu_family.h"

namespace strata {

/// General registers in encoding order (SDM vol. 2, table 2-2).
enum Gpr : unsigned { kEax, kEcx, kEdx, kEbx, kEsp, kEbp, kEsi, kEdi };

/// Segment registers in encoding order (SDM vol. 2, table 2-1 note; Sreg field).
enum Segment : unsigned { kEs, kCs, kSs, kDs, kFs, kGs };

/// EFLAGS bits (SDM vol. 1, 3.4.3).
namespace eflags {
inline constexpr std::uint32_t kCf = 1u << 0;
inline constexpr std::uint32_t kReserved1 = 1u << 1;  // always one
inline constexpr std::uint32_t kPf = 1u << 2;
inline constexpr std::uint32_t kAf = 1u << 4;
inline constexpr std::uint32_t kZf = 1u << 6;
inline constexpr std::uint32_t kSf = 1u << 7;
inline constexpr std::uint32_t kTf = 1u << 8;
inline constexpr std::uint32_t kIf = 1u << 9;
inline constexpr std::uint32_t kDf = 1u << 10;
inline constexpr std::uint32_t kOf = 1u << 11;
inline constexpr std::uint32_t kIopl = 3u << 12;
inline constexpr std::uint32_t kNt = 1u << 14;
inline constexpr std::uint32_t kRf = 1u << 16;
inline constexpr std::uint32_t kVm = 1u << 17;
inline constexpr std::uint32_t kAc = 1u << 18;  // 486 and later
inline constexpr std::uint32_t kId = 1u << 21;  // processors with CPUID
inline constexpr std::uint32_t kStatus = kCf | kPf | kAf | kZf | kSf | kOf;
/// Bits a 386 keeps; all others read as zero but bit 1.
inline constexpr std::uint32_t kWritable386 = kStatus | kTf | kIf | kDf | kIopl | kNt | kRf | kVm;
}  // namespace eflags

namespace cr0 {
inline constexpr std::uint32_t kPe = 1u << 0;
inline constexpr std::uint32_t kMp = 1u << 1;
inline constexpr std::uint32_t kEm = 1u << 2;
inline constexpr std::uint32_t kTs = 1u << 3;
inline constexpr std::uint32_t kEt = 1u << 4;
inline constexpr std::uint32_t kNe = 1u << 5;  // 486 and later, as the next four
inline constexpr std::uint32_t kWp = 1u << 16;
inline constexpr std::uint32_t kAm = 1u << 18;
inline constexpr std::uint32_t kNw = 1u << 29;
inline constexpr std::uint32_t kCd = 1u << 30;
inline constexpr std::uint32_t kPg = 1u << 31;
}  // namespace cr0

/// CR4 (SDM vol. 3, 2.5); Pentium and later. VME and PVI are left out.
namespace cr4 {
inline constexpr std::uint32_t kTsd = 1u << 2;
inline constexpr std::uint32_t kDe = 1u << 3;
inline constexpr std::uint32_t kPse = 1u << 4;
inline constexpr std::uint32_t kPge = 1u << 7;
inline constexpr std::uint32_t kWritable = kTsd | kDe | kPse | kPge;
}  // namespace cr4

/// DR6 (SDM vol. 3, 17.2.3): B0 to B3 are bits 0 to 3.
namespace dr6 {
inline constexpr std::uint32_t kBd = 1u << 13;
inline constexpr std::uint32_t kBs = 1u << 14;
inline constexpr std::uint32_t kBt = 1u << 15;
inline constexpr std::uint32_t kAlwaysOne = 0xFFFF0FF0;
inline constexpr std::uint32_t kWritable = kBd | kBs | kBt | 0xF;
}  // namespace dr6

/// DR7 (SDM vol. 3, 17.2.4): L0 is bit 0, G0 bit 1, ... R/W0 bits 17:16, LEN0 bits 19:18, ...
namespace dr7 {
inline constexpr std::uint32_t kLocal = 0x55;    // L0 to L3
inline constexpr std::uint32_t kEnables = 0xFF;  // L0 to G3
inline constexpr std::uint32_t kLe = 1u << 8;
inline constexpr std::uint32_t kGe = 1u << 9;
inline constexpr std::uint32_t kAlwaysOne = 1u << 10;
inline constexpr std::uint32_t kGd = 1u << 13;
inline constexpr std::uint32_t kWritable = 0xFFFF0000 | kGd | kLe | kGe | kEnables;
}  // namespace dr7

/// Exception vectors (SDM vol. 3, table 6-1).
namespace vector {
inline constexpr std::uint8_t kDivideError = 0;
inline constexpr std::uint8_t kDebug = 1;
inline constexpr std::uint8_t kNmi = 2;
inline constexpr std::uint8_t kBreakpoint = 3;
inline constexpr std::uint8_t kOverflow = 4;
inline constexpr std::uint8_t kBound = 5;
inline constexpr std::uint8_t kInvalidOpcode = 6;
inline constexpr std::uint8_t kDeviceNotAvailable = 7;
inline constexpr std::uint8_t kDoubleFault = 8;
inline constexpr std::uint8_t kInvalidTss = 10;
inline constexpr std::uint8_t kSegmentNotPresent = 11;
inline constexpr std::uint8_t kStackFault = 12;
inline constexpr std::uint8_t kGeneralProtection = 13;
inline constexpr std::uint8_t kPageFault = 14;
inline constexpr std::uint8_t kAlignmentCheck = 17;
}  // namespace vector

/// Segment attribute bits: the descriptor's second dword shifted right by 8, without the limit bits
/// (SDM vol. 3, 3.4.5; the layout VMX calls access rights, table 24-2).
namespace attr {
inline constexpr std::uint32_t kTypeMask = 0xF;
inline constexpr std::uint32_t kAccessed = 1u << 0;
inline constexpr std::uint32_t kWritable = 1u << 1;    // data; for code: readable
inline constexpr std::uint32_t kExpandDown = 1u << 2;  // data; for code: conforming
inline constexpr std::uint32_t kCode = 1u << 3;
inline constexpr std::uint32_t kS = 1u << 4;  // code or data
inline constexpr unsigned kDplShift = 5;
inline constexpr std::uint32_t kPresent = 1u << 7;
inline constexpr std::uint32_t kAvailable = 1u << 12;
inline constexpr std::uint32_t kBig = 1u << 14;  // D/B
inline constexpr std::uint32_t kGranularity = 1u << 15;
inline constexpr std::uint32_t kUnusable = 1u << 16;  // loaded with a null selector
inline constexpr std::uint32_t kDescriptorMask = 0xF0FF;
}  // namespace attr

/// CpuState::pending_exception: a debug trap waits to be delivered.
inline constexpr std::uint32_t kPendingDebugTrap = 1u << 31 | vector::kDebug;

/// A segment register with its descriptor cache. `limit` is in bytes (granularity applied).
struct SegmentState {
  std::uint32_t selector = 0;
  std::uint32_t base = 0;
  std::uint32_t limit = 0;
  std::uint32_t attributes = 0;
  bool operator==(const SegmentState&) const = default;
};

struct TableState {
  std::uint32_t base = 0;
  std::uint32_t limit = 0;
  bool operator==(const TableState&) const = default;
};

/// Why interrupts wait for one more instruction.
enum Shadow : std::uint32_t { kNoShadow = 0, kStiShadow = 1, kMovSsShadow = 2 };

struct CpuState {
  std::array<std::uint32_t, 8> gpr{};
  std::uint32_t eip = 0;
  std::uint32_t eflags = eflags::kReserved1;
  std::array<SegmentState, 6> seg{};
  SegmentState ldtr;
  SegmentState tr;
  TableState gdtr;
  TableState idtr;
  std::uint32_t cr0 = 0;
  std::uint32_t cr2 = 0;
  std::uint32_t cr3 = 0;
  std::uint32_t cr4 = 0;
  std::array<std::uint32_t, 8> dr{};
  std::uint32_t shadow = kNoShadow;
  std::uint32_t halted = 0;
  /// Bit 31 valid, bits 7:0 vector. Set only between an instruction that ends in a debug trap (DR6
  /// already says which) and the delivery of that #DB; zero at every other boundary.
  std::uint32_t pending_exception = 0;
  /// 1 from the delivery of an NMI to the next IRET (SDM vol. 3, 6.7.1).
  std::uint32_t nmi_blocked = 0;
  /// 1 while an edge of the NMI pin waits to be taken.
  std::uint32_t nmi_pending = 0;
  /// 1 after a triple fault: nothing is executed any more (SDM vol. 3, 6.15).
  std::uint32_t shutdown = 0;
  std::uint64_t tsc = 0;

  bool operator==(const CpuState&) const = default;

  /// State after RESET (386 reference manual, 10.1; SDM vol. 3, table 9-1): CS F000 with base
  /// FFFF0000, EIP FFF0, all segments 64 KiB real-mode, EDX the component identifier.
  static CpuState reset(CpuFamily family = CpuFamily::k586);
};

}  // namespace strata
