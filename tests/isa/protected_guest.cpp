#include "tests/isa/protected_guest.h"

namespace strata::test {
namespace {

constexpr std::uint32_t kTssAvailable32 = 0x9;
constexpr std::uint32_t kTssAvailable16 = 0x1;
constexpr std::uint32_t kLdtType = 0x2;
constexpr std::uint32_t kDirectory = 0x20000;
constexpr std::uint32_t kTable = 0x21000;

}  // namespace

ProtectedGuest::ProtectedGuest() {
  enter_protected_mode();
  set_flat(kCode3, kPresent | kDpl3 | kCodeXr | attr::kAccessed);
  set_flat(kData3, kPresent | kDpl3 | kDataRw | attr::kAccessed);
  set_descriptor(kTss, kTssBase, 0x2FF, kPresent | kTssAvailable32 | kBusy);
  set_descriptor(kOtherTss, kOtherTssBase, 0x67, kPresent | kTssAvailable32);
  set_descriptor(kTss16, kTss16Base, 0x2B, kPresent | kTssAvailable16);
  set_descriptor(kLdt, kLdtBase, 0x1F, kPresent | kLdtType);
  state.tr = cache(kTss);
  state.ldtr = {.selector = 0, .attributes = attr::kUnusable};

  set_memory<std::uint32_t>(kTssBase + 4, kStack0);
  set_memory<std::uint32_t>(kTssBase + 8, kData32);
  set_memory<std::uint16_t>(kTssBase + 0x66, 0x68);  // I/O bitmap: all ports open

  set_memory<std::uint32_t>(kOtherTssBase + 0x20, kNewTask);
  set_memory<std::uint32_t>(kOtherTssBase + 0x24, eflags::kReserved1);
  set_memory<std::uint32_t>(kOtherTssBase + 0x38, kNewStack);
  for (unsigned segment = kEs; segment <= kGs; ++segment) {
    set_memory<std::uint32_t>(kOtherTssBase + 0x48 + 4 * segment,
                              segment == kCs ? kCode32 : kData32);
  }
  set_memory<std::uint16_t>(kTss16Base + 0x0E, kNewTask);
  set_memory<std::uint16_t>(kTss16Base + 0x1A, kNewStack);
  for (unsigned segment = kEs; segment <= kDs; ++segment) {
    set_memory<std::uint16_t>(kTss16Base + 0x22 + 2 * segment, segment == kCs ? kCode32 : kData32);
  }
}

void ProtectedGuest::enter_level3() {
  state.seg[kCs] = cache(kCode3);
  for (const unsigned segment : {kSs, kDs, kEs}) {
    state.seg[segment] = cache(kData3);
  }
  for (const unsigned segment : {kFs, kGs}) {
    state.seg[segment] = {.selector = 0, .attributes = attr::kUnusable};
  }
}

void ProtectedGuest::enter_v86(unsigned iopl) {
  constexpr std::uint16_t kSelectors[] = {0x300, 0x100, 0x900, 0x200, 0x400, 0x500};
  for (unsigned segment = kEs; segment <= kGs; ++segment) {
    state.seg[segment] = {.selector = kSelectors[segment],
                          .base = kSelectors[segment] * 16u,
                          .limit = 0xFFFF,
                          .attributes = 0xF3};
  }
  state.eip = kCode - 0x1000;
  state.gpr[kEsp] = 0x100;
  state.eflags |= eflags::kVm | iopl << 12;
}

void ProtectedGuest::set_gdt_gate(std::uint16_t selector, std::uint16_t target,
                                  std::uint32_t offset, std::uint32_t access, unsigned parameters) {
  const std::uint32_t at = kGdt + (selector & ~7u);
  set_memory<std::uint32_t>(at, std::uint32_t{target} << 16 | (offset & 0xFFFF));
  set_memory<std::uint32_t>(at + 4, (offset & 0xFFFF0000) | access << 8 | parameters);
}

void ProtectedGuest::set_idt_gate(unsigned vector, std::uint16_t target, std::uint32_t offset,
                                  std::uint32_t access) {
  const std::uint32_t at = kIdt + vector * 8;
  set_memory<std::uint32_t>(at, std::uint32_t{target} << 16 | (offset & 0xFFFF));
  set_memory<std::uint32_t>(at + 4, (offset & 0xFFFF0000) | access << 8);
}

void ProtectedGuest::set_page(std::uint32_t linear, std::uint32_t bits) {
  set_memory<std::uint32_t>(kTable + (linear >> 12) * 4, (linear & ~0xFFFu) | bits);
}

void ProtectedGuest::turn_paging_on() {
  set_memory<std::uint32_t>(kDirectory, kTable | 7);
  for (std::uint32_t page = 0; page < 1024; ++page) {
    set_page(page << 12, 7);
  }
  state.cr3 = kDirectory;
  state.cr0 |= cr0::kPg;
}

SegmentState ProtectedGuest::cache(std::uint16_t selector) const {
  const auto low = memory<std::uint32_t>(kGdt + (selector & ~7u));
  const auto high = memory<std::uint32_t>(kGdt + (selector & ~7u) + 4);
  const std::uint32_t limit = (low & 0xFFFF) | (high & 0xF0000);
  const bool pages = (high >> 23 & 1) != 0;
  return {.selector = selector,
          .base = low >> 16 | (high & 0xFF) << 16 | (high & 0xFF000000),
          .limit = pages ? limit << 12 | 0xFFF : limit,
          .attributes = high >> 8 & 0xF0FF};
}

RetireRecord ProtectedGuest::run(std::initializer_list<std::uint8_t> bytes) {
  code(bytes, state.seg[kCs].base + state.eip);
  return step();
}

RetireRecord call(ProtectedGuest& guest, std::uint16_t selector) {
  return guest.run({0x9A, 0, 0, 0, 0, static_cast<std::uint8_t>(selector),
                    static_cast<std::uint8_t>(selector >> 8)});
}

RetireRecord jump(ProtectedGuest& guest, std::uint16_t selector) {
  return guest.run({0xEA, 0, 0, 0, 0, static_cast<std::uint8_t>(selector),
                    static_cast<std::uint8_t>(selector >> 8)});
}

testing::AssertionResult raised(const RetireRecord& record, unsigned vector,
                                std::uint32_t error_code) {
  if (record.kind == RetireKind::kException && record.vector == vector &&
      record.error_code == error_code) {
    return testing::AssertionSuccess();
  }
  return testing::AssertionFailure()
         << "expected exception " << vector << " with error code " << std::hex << error_code
         << ", got kind " << static_cast<unsigned>(record.kind) << ", vector "
         << unsigned{record.vector} << " (hex), error code " << record.error_code;
}

testing::AssertionResult executed(const RetireRecord& record) {
  if (record.kind == RetireKind::kInstruction) {
    return testing::AssertionSuccess();
  }
  return testing::AssertionFailure() << "raised " << unsigned{record.vector} << " with error code "
                                     << std::hex << record.error_code;
}

}  // namespace strata::test
