// GuestCpu in protected mode with segments of levels 0 and 3, task state segments and free slots in
// the GDT, for tests of protection.
#pragma once

#include <gtest/gtest.h>

#include <initializer_list>

#include "tests/isa/guest_cpu.h"

namespace strata::test {

class ProtectedGuest : public GuestCpu {
 public:
  static constexpr std::uint16_t kCode3 = 0x1B;
  static constexpr std::uint16_t kData3 = 0x23;
  static constexpr std::uint16_t kTss = 0x28;       // busy, in TR; 32-bit
  static constexpr std::uint16_t kOtherTss = 0x30;  // available, 32-bit
  static constexpr std::uint16_t kTss16 = 0x38;     // available, 16-bit
  static constexpr std::uint16_t kLdt = 0x40;
  static constexpr std::uint16_t kSlot = 0x48;  // free, as the next ones
  static constexpr std::uint16_t kSlot2 = 0x50;
  static constexpr std::uint16_t kPastGdt = 0x100;

  static constexpr std::uint32_t kTssBase = 0x5000;
  static constexpr std::uint32_t kOtherTssBase = 0x5400;
  static constexpr std::uint32_t kTss16Base = 0x5500;
  static constexpr std::uint32_t kLdtBase = 0x5600;
  static constexpr std::uint32_t kStack0 = 0xA000;    // ESP0 of the running task
  static constexpr std::uint32_t kNewTask = 0x2000;   // EIP in the other TSS
  static constexpr std::uint32_t kNewStack = 0xB000;  // ESP there

  // Attributes; access byte and flags.
  static constexpr std::uint32_t kPresent = attr::kPresent;
  static constexpr std::uint32_t kDpl3 = 3u << attr::kDplShift;
  static constexpr std::uint32_t kDataRw = attr::kS | attr::kWritable;
  static constexpr std::uint32_t kDataRo = attr::kS;
  static constexpr std::uint32_t kCodeXo = attr::kS | attr::kCode;
  static constexpr std::uint32_t kBusy = 2;  // of the type of a TSS
  static constexpr std::uint32_t kCodeXr = kCodeXo | attr::kWritable;
  static constexpr std::uint32_t kConforming = kCodeXr | attr::kExpandDown;
  static constexpr std::uint32_t kFlat = attr::kGranularity | attr::kBig;

  ProtectedGuest();

  /// CS, SS, DS, ES of level 3; FS, GS null.
  void enter_level3();
  /// Virtual-8086 mode with CS 100, SS 900, DS ES FS GS 200 300 400 500, SP 100. Code is at kCode.
  void enter_v86(unsigned iopl);

  /// A flat descriptor.
  void set_flat(std::uint16_t selector, std::uint32_t attributes) {
    set_descriptor(selector, 0, 0xFFFFF, attributes | kFlat);
  }
  /// A gate in the GDT. `access` is its access byte.
  void set_gdt_gate(std::uint16_t selector, std::uint16_t target, std::uint32_t offset,
                    std::uint32_t access, unsigned parameters = 0);
  /// A gate in the IDT with all of its access byte.
  void set_idt_gate(unsigned vector, std::uint16_t target, std::uint32_t offset,
                    std::uint32_t access);

  /// The cache a load of the descriptor gives.
  SegmentState cache(std::uint16_t selector) const;
  std::uint8_t access_of(std::uint16_t selector) const {
    return memory<std::uint8_t>(kGdt + (selector & ~7u) + 5);
  }

  /// Puts the instruction at CS:EIP and executes it.
  RetireRecord run(std::initializer_list<std::uint8_t> bytes);

  /// Dword `n` from the top of the current stack (which has base 0).
  std::uint32_t stack(unsigned n) const { return memory<std::uint32_t>(state.gpr[kEsp] + 4 * n); }

  /// Paging on; the first 4 MiB map to themselves, for everyone.
  void turn_paging_on();
  /// Page table entry bits of the page `linear` lies in: 7 present, writable, user.
  void set_page(std::uint32_t linear, std::uint32_t bits);

  std::uint32_t& esp() { return state.gpr[kEsp]; }
  unsigned cpl() const { return (state.seg[kSs].attributes >> attr::kDplShift) & 3; }
};

/// A far CALL or JMP to offset 0 of `selector`.
RetireRecord call(ProtectedGuest& guest, std::uint16_t selector);
RetireRecord jump(ProtectedGuest& guest, std::uint16_t selector);

/// Whether `record` is the exception; for EXPECT_TRUE.
testing::AssertionResult raised(const RetireRecord& record, unsigned vector,
                                std::uint32_t error_code = 0);
testing::AssertionResult executed(const RetireRecord& record);

}  // namespace strata::test
