#include "tests/lockstep/system/system_program.h"

#include <algorithm>
#include <cassert>
#include <cstring>
#include <iterator>

#include "tests/lockstep/system/system_code.h"
#include "tests/lockstep/system/system_features.h"
#include "tests/lockstep/system/system_map.h"
#include "tests/lockstep/system/system_pages.h"
#include "tests/lockstep/system/system_segments.h"

extern "C" const std::uint8_t strata_system_handlers[];
extern "C" const std::uint8_t strata_system_handlers_end[];

namespace strata::test {
namespace {

constexpr std::uint32_t kLowBytes = 0x120000;  // of memory from 0 up
constexpr std::uint32_t kSegmentBytes = 0x10000;
constexpr std::size_t kMemoryBytes = kLowBytes + kPageTablePages * 0x1000;

/// Entries of the table in front of the handlers.
enum Handler : unsigned {
  kFaultPlain,
  kFaultError,
  kPageFault,
  kDebugTrap,
  kInterrupt32,
  kInterrupt16,
  kPlan,
  kOuter32,
  kTask,
  kDoubleFaultTask,
};

std::uint32_t handler(Handler which) {
  std::uint32_t offset = 0;
  std::memcpy(&offset, strata_system_handlers + 4 * which, sizeof(offset));
  return SYSTEM_HANDLERS + offset;
}

/// IDT gate types with the present bit (SDM vol. 3, 6.11).
constexpr unsigned kInterruptGate = 0x8E;
constexpr unsigned kTrapGate = 0x8F;
constexpr unsigned kInterruptGate16 = 0x86;
constexpr unsigned kTaskGate = 0x85;

bool pushes_error(unsigned vector) {
  return vector == vector::kDoubleFault || vector == vector::kAlignmentCheck ||
         (vector >= vector::kInvalidTss && vector <= vector::kPageFault);
}

}  // namespace

std::uint32_t random_flags(Random& random, std::uint32_t features) {
  const auto any = static_cast<std::uint32_t>(random());
  std::uint32_t flags = eflags::kReserved1 | (any & eflags::kStatus);
  flags |= pick(random, 8) != 0 ? eflags::kIf : 0;
  if ((features & kRings) != 0) {
    flags |= pick(random, 2) == 0 ? eflags::kIopl : any & eflags::kIopl;
  }
  flags |= pick(random, 16) == 0 ? eflags::kDf : 0;
  flags |= pick(random, 4) == 0 ? any & eflags::kId : 0;
  flags |= (features & kTasks) != 0 && pick(random, 24) == 0 ? eflags::kNt : 0;
  if ((features & kDebug) != 0) {
    flags |= pick(random, 12) == 0 ? eflags::kTf : 0;
    flags |= pick(random, 8) == 0 ? eflags::kRf : 0;
  }
  flags |= (features & kAlignment) != 0 && pick(random, 4) == 0 ? eflags::kAc : 0;
  return flags;
}

std::uint32_t random_cr0(Random& random, std::uint32_t features) {
  const auto any = static_cast<std::uint32_t>(random());
  std::uint32_t bits = cr0::kPe | cr0::kEt;
  bits |= family_of(features) >= CpuFamily::k486 ? any & (cr0::kNe | cr0::kWp) : 0;
  bits |= pick(random, 4) == 0 ? any & (cr0::kMp | cr0::kEm | cr0::kTs) : 0;
  bits |= (features & kPaging) != 0 ? cr0::kPg : 0;
  bits |= (features & kAlignment) != 0 ? any & cr0::kAm : 0;
  static constexpr std::uint32_t kCaching[] = {0, 0, 0, 0, cr0::kCd, cr0::kCd | cr0::kNw};
  bits |= kCaching[pick(random, std::size(kCaching))];
  return bits;
}

std::uint32_t random_dr7(Random& random) {
  const auto any = static_cast<std::uint32_t>(random());
  const std::uint32_t enables = pick(random, 3) == 0 ? any & 0x3FF : 0;
  const std::uint32_t general = pick(random, 16) == 0 ? dr7::kGd : 0;
  return enables | general | (any & 0xFFFF0000) | dr7::kAlwaysOne;
}

std::vector<MemoryRegion> SystemProgram::regions(std::span<std::uint8_t> copy) {
  assert(copy.size() == kMemoryBytes);
  const auto region = [&](std::uint32_t base, std::uint32_t end, bool writable) {
    return MemoryRegion{.base = base,
                        .size = end - base,
                        .host = copy.data() + offset_of(base),
                        .writable = writable};
  };
  return {region(0, kDeviceBase, true), region(kDeviceEnd, SYSTEM_ROM16, true),
          region(SYSTEM_ROM16, SYSTEM_ROM32 + kSegmentBytes, false),
          region(SYSTEM_ROM32 + kSegmentBytes, kLowBytes, true),
          region(kPageTables, kPageTables + kPageTablePages * 0x1000, true)};
}

std::int64_t SystemProgram::offset_of(std::uint32_t physical) {
  if (physical < kLowBytes) {
    return physical;
  }
  const std::uint32_t behind = physical - kPageTables;
  return behind < kPageTablePages * 0x1000 ? std::int64_t{kLowBytes} + behind : -1;
}

std::uint32_t SystemProgram::physical_of(std::size_t offset) {
  const auto at = static_cast<std::uint32_t>(offset);
  return at < kLowBytes ? at : at - kLowBytes + kPageTables;
}

bool SystemProgram::is_device(std::uint32_t physical) {
  return physical >= kDeviceBase && physical < kDeviceEnd;
}

bool SystemProgram::is_code(std::uint32_t linear) {
  constexpr std::uint32_t kLongest = 15;
  const std::uint32_t first16 = SYSTEM_ROM16 + code_zone(0, false).first;
  return (linear >= first16 && linear <= SYSTEM_ROM32 + kSegmentBytes - kLongest) ||
         linear - SYSTEM_MODIFIED <= 0x1000 - kLongest;
}

SystemProgram::Destination SystemProgram::destination(std::uint32_t features, unsigned plan) {
  static constexpr unsigned kLevels[] = {1, 3, 1, 2, 3, kV86Level, kV86Level, 2};
  unsigned level = plan % 16 == 0 ? 0 : kLevels[plan % 8];
  if (level == kV86Level && (features & kV86) == 0) {
    level = 3;
  }
  if (level != kV86Level && (features & kRings) == 0) {
    level = 0;
  }
  return {.level = level, .wide = level != kV86Level && plan / 8 % 4 != 0};
}

SystemProgram::SystemProgram(std::uint32_t seed, std::uint32_t features)
    : random_(seed), features_(features), memory_(kMemoryBytes), gdt_(kGdtEntries) {
  fill_ram();
  write_code();
  write_tables();
  write_idt();
  for (unsigned n = 0; n < SYSTEM_TSS_COUNT; ++n) {
    write_tss(n);
  }
  write_plans();
  write_pages(random_, features_,
              std::span(memory_).subspan(offset_of(kPageTables), kPageTablePages * 0x1000));
  write_state();
}

void SystemProgram::put16(std::uint32_t physical, std::uint32_t value) {
  memory_[offset_of(physical)] = static_cast<std::uint8_t>(value);
  memory_[offset_of(physical) + 1] = static_cast<std::uint8_t>(value >> 8);
}

void SystemProgram::put32(std::uint32_t physical, std::uint32_t value) {
  put16(physical, value);
  put16(physical + 2, value >> 16);
}

void SystemProgram::put64(std::uint32_t physical, std::uint64_t value) {
  put32(physical, static_cast<std::uint32_t>(value));
  put32(physical + 4, static_cast<std::uint32_t>(value >> 32));
}

/// Random bytes; around the stacks words that make sense as return addresses and selectors.
void SystemProgram::fill_ram() {
  for (std::uint32_t at = 0; at < kDeviceEnd; at += 4) {
    put32(at, static_cast<std::uint32_t>(random_()));
  }
  for (std::uint32_t at = 0x2800; at < 0x9800; at += 4) {
    const unsigned level = pick(random_, 4);
    put32(at, one_in(2) ? system_place(random_, level, true)
                        : code_selector(random_, level, !one_in(4)));
  }
}

void SystemProgram::write_code() {
  std::vector<std::uint8_t> code;
  for (unsigned level = 0; level <= kV86Level; ++level) {
    for (bool wide : {true, false}) {
      if (wide && level == kV86Level) continue;
      const CodeZone zone = code_zone(level, wide);
      code.clear();
      append_system_code(random_, {level, wide, features_}, zone.bytes, code);
      std::copy_n(code.begin(), zone.bytes,
                  memory_.begin() + (wide ? SYSTEM_ROM32 : SYSTEM_ROM16) + zone.first);
    }
  }
  // For stray returns: the rest of the handlers' page.
  assert(strata_system_handlers_end - strata_system_handlers <=
         SYSTEM_HANDLERS_END - SYSTEM_HANDLERS);
  code.clear();
  const std::uint32_t stray = code_zone(0, true).first - SYSTEM_HANDLERS_END;
  append_system_code(random_, {3, true, features_}, stray, code);
  std::copy_n(code.begin(), stray, memory_.begin() + SYSTEM_ROM32 + SYSTEM_HANDLERS_END);
  std::copy(strata_system_handlers, strata_system_handlers_end,
            memory_.begin() + SYSTEM_ROM32 + SYSTEM_HANDLERS);
}

void SystemProgram::write_tables() {
  std::vector<std::uint64_t> ldt(2 * kLdtEntries);
  write_segments(random_, features_, gdt_, ldt);
  gdt_[kFirstTss] |= std::uint64_t{2} << 40;  // busy: the task that is running
  for (unsigned n = 0; n < kGdtEntries; ++n) {
    put64(SYSTEM_GDT + n * 8, gdt_[n]);
  }
  for (unsigned n = 0; n < ldt.size(); ++n) {
    put64(SYSTEM_LDT + n * 8, ldt[n]);
  }
}

void SystemProgram::write_idt() {
  for (unsigned n = 0; n < 256; ++n) {
    put64(SYSTEM_IDT + n * 8, n < 0x20 ? exception_gate(n) : random_interrupt_gate(n));
  }
}

std::uint64_t SystemProgram::exception_gate(unsigned vector) {
  const std::uint16_t code = level_selector(0, kCode32);
  const unsigned type = one_in(4) ? kTrapGate : kInterruptGate;
  const bool from_below = vector == vector::kBreakpoint || vector == vector::kOverflow;
  const unsigned level = from_below || one_in(6) ? 3 : 0;
  if (vector == vector::kPageFault) {  // CR2 must not change before the handler has read it
    return gate_descriptor(code, handler(kPageFault), kInterruptGate, level);
  }
  if (vector == vector::kDoubleFault && has(kTasks)) {
    return gate_descriptor(kDoubleFaultTss * 8, 0, kTaskGate, 0);
  }
  if (vector == vector::kDebug && has(kDebug)) {
    return gate_descriptor(code, handler(kDebugTrap), kInterruptGate, level);
  }
  if (vector == vector::kNmi) {
    return gate_descriptor(code, handler(kOuter32), type, level);
  }
  if (vector == vector::kDoubleFault || one_in(16)) {
    return gate_descriptor(code, handler(kPlan), one_in(2) ? kInterruptGate16 : type, level);
  }
  if (has(kTasks) && one_in(24)) {
    return gate_descriptor(static_cast<std::uint16_t>((kFirstTss + 5 + pick(random_, 2)) * 8), 0,
                           kTaskGate, level);
  }
  return gate_descriptor(code, handler(pushes_error(vector) ? kFaultError : kFaultPlain), type,
                         level);
}

std::uint64_t SystemProgram::random_interrupt_gate(unsigned vector) {
  const unsigned level = one_in(4) ? pick(random_, 4) : 3;
  const unsigned type = one_in(2) ? kInterruptGate : kTrapGate;
  const std::uint16_t code = level_selector(0, kCode32);
  if (vector < 0x30 || one_in(3)) {
    return gate_descriptor(code, handler(kInterrupt32), type, level);
  }
  switch (pick(random_, 8)) {
    case 0:
    case 1: return gate_descriptor(code, handler(kInterrupt16), type & ~8u, level);
    case 2:
    case 3: {  // to any level
      const unsigned target = has(kRings) ? pick(random_, 4) : 0;
      const std::uint32_t offset =
          one_in(2) ? handler(kOuter32) : system_place(random_, target, true);
      return gate_descriptor(code_selector(random_, target, true), offset, type, level);
    }
    case 4:
      if (has(kTasks)) {
        return gate_descriptor(static_cast<std::uint16_t>((kFirstTss + pick(random_, 7)) * 8), 0,
                               kTaskGate, level);
      }
      break;
    case 5: return gate_descriptor(any_selector(random_), handler(kInterrupt32), type, level);
    case 6: return gate_descriptor(code, handler(kInterrupt32), pick(random_, 256) & 0x9F, level);
    default: break;
  }
  return gate_descriptor(code, handler(kInterrupt32), type, level);
}

void SystemProgram::write_tss(unsigned index) {
  const std::uint32_t base = SYSTEM_TSS + index * SYSTEM_TSS_BYTES;
  const bool wide = (gdt_[kFirstTss + index] >> 40 & 8) != 0;
  if (wide) {
    write_wide_tss(index);
  } else {
    write_narrow_tss(index);
  }
  // The I/O bitmap of the wide ones: ports a quarter of which are denied.
  for (std::uint32_t at = base + 0x68; wide && at < base + SYSTEM_TSS_BYTES; at += 4) {
    put32(at, static_cast<std::uint32_t>(random_() & random_()));
  }
}

/// SDM vol. 3, figure 8-2.
void SystemProgram::write_wide_tss(unsigned index) {
  const std::uint32_t base = SYSTEM_TSS + index * SYSTEM_TSS_BYTES;
  const bool last = index + 1 == SYSTEM_TSS_COUNT;
  const bool own = last || index == 6 || !has(kRings);  // for handlers
  const bool virtual_8086 = !own && has(kV86) && (index == 4 || one_in(4));
  const unsigned level = own ? 0 : virtual_8086 ? kV86Level : pick(random_, 4);
  const auto put = [&](std::uint32_t offset, std::uint32_t value) { put32(base + offset, value); };
  put(0x00, (kFirstTss + pick(random_, SYSTEM_TSS_COUNT)) * 8);
  for (unsigned ring = 0; ring < 3; ++ring) {
    const bool wrong = ring != 0 && one_in(8);
    put(0x04 + 8 * ring, ring == 0 ? SYSTEM_STACKS + (index + 1) * SYSTEM_STACK_BYTES
                                   : 0x4000 + pick(random_, 0x1000) * 4);
    put(0x08 + 8 * ring,
        wrong ? any_selector(random_) : level_selector(ring, ring == 0 ? kFlat : kStack));
  }
  put(0x1C, kPageTables + (one_in(2) && !own ? 0x1000 : 0));
  put(0x20,
      own ? handler(last ? kDoubleFaultTask : kTask) : system_place(random_, level, !virtual_8086));
  put(0x24,
      own ? eflags::kReserved1
          : (random_flags(random_, features_) & ~eflags::kTf) | (virtual_8086 ? eflags::kVm : 0));
  for (unsigned n = 0; n < 8; ++n) {
    put(0x28 + 4 * n, n == kEsp ? 0x3000 + pick(random_, 0x6000) : random_value(random_));
  }
  for (unsigned n = 0; n < 6; ++n) {
    std::uint32_t selector = n == kCs   ? level_selector(level, kCode32)
                             : n == kSs ? level_selector(level, kStack)
                             : own      ? level_selector(0, kFlat)
                                        : data_selector(random_, virtual_8086 ? 3 : level);
    if (virtual_8086) {
      selector = n == kCs ? SYSTEM_ROM16 >> 4 : pick(random_, 0x9000);
    }
    put(0x48 + 4 * n, selector);
  }
  put(0x60, one_in(8) && !own ? any_selector(random_) : (kFirstLdt + pick(random_, 2)) * 8);
  put(0x64, (has(kDebug) && one_in(8) && !own ? 1 : 0) | (0x68 + pick(random_, 0x40)) << 16);
}

/// SDM vol. 3, figure 8-10.
void SystemProgram::write_narrow_tss(unsigned index) {
  const std::uint32_t base = SYSTEM_TSS + index * SYSTEM_TSS_BYTES;
  const unsigned level = has(kRings) ? pick(random_, 4) : 0;
  const auto put = [&](std::uint32_t offset, std::uint32_t value) { put16(base + offset, value); };
  put(0x00, (kFirstTss + pick(random_, SYSTEM_TSS_COUNT)) * 8);
  for (unsigned ring = 0; ring < 3; ++ring) {
    put(0x02 + 4 * ring, 0x4000 + pick(random_, 0x1000) * 4);
    put(0x04 + 4 * ring, level_selector(ring, kStack));
  }
  put(0x0E, system_place(random_, level, false));
  put(0x10, random_flags(random_, features_) & ~eflags::kTf);
  for (unsigned n = 0; n < 8; ++n) {
    put(0x12 + 2 * n, n == kEsp ? 0x3000 + pick(random_, 0x6000) : random_value(random_));
  }
  const std::uint16_t selectors[] = {data_selector(random_, level), level_selector(level, kCode16),
                                     level_selector(level, kStack), data_selector(random_, level)};
  for (unsigned n = 0; n < 4; ++n) {
    put(0x22 + 2 * n, selectors[n]);
  }
  put(0x2A, (kFirstLdt + pick(random_, 2)) * 8);
}

void SystemProgram::write_plans() {
  for (unsigned n = 0; n < kPlans; ++n) {
    const Destination to = destination(features_, n);
    const bool virtual_8086 = to.level == kV86Level;
    const std::uint32_t base = SYSTEM_ROM16 + n * SYSTEM_PLAN_BYTES;
    const auto put = [&](std::uint32_t offset, std::uint32_t value) {
      put32(base + offset, value);
    };
    const auto data = [&] {
      if (virtual_8086) return std::uint16_t{0};
      return one_in(6) ? data_selector(random_, to.level)
                       : level_selector(to.level, one_in(3) ? kStack : kFlat);
    };
    put(SYSTEM_PLAN_CS,
        virtual_8086 ? SYSTEM_ROM16 >> 4 : code_selector(random_, to.level, to.wide));
    put(SYSTEM_PLAN_EFLAGS, random_flags(random_, features_) | (virtual_8086 ? eflags::kVm : 0));
    put(SYSTEM_PLAN_ESP, 0x3000 + pick(random_, 0x6000));
    put(SYSTEM_PLAN_SS, virtual_8086 ? pick(random_, 0x800) : stack_selector(random_, to.level));
    for (std::uint32_t offset :
         {SYSTEM_PLAN_V86_ES, SYSTEM_PLAN_V86_DS, SYSTEM_PLAN_V86_FS, SYSTEM_PLAN_V86_GS}) {
      put(offset, pick(random_, 0x9000));
    }
    for (std::uint32_t offset : {SYSTEM_PLAN_ES, SYSTEM_PLAN_FS, SYSTEM_PLAN_GS, SYSTEM_PLAN_DS}) {
      put(offset, data());
    }
    for (std::uint32_t offset :
         {SYSTEM_PLAN_EBX, SYSTEM_PLAN_ECX, SYSTEM_PLAN_ESI, SYSTEM_PLAN_EBP}) {
      put(offset, random_value(random_));
    }
  }
}

void SystemProgram::write_state() {
  initial_ = CpuState::reset(family_of(features_));
  initial_.gdtr = {.base = SYSTEM_GDT, .limit = kGdtEntries * 8 - 1};
  initial_.idtr = {.base = SYSTEM_IDT, .limit = 256 * 8 - 1};
  initial_.ldtr = segment_of(gdt_[kFirstLdt], kFirstLdt * 8);
  initial_.tr = segment_of(gdt_[kFirstTss], kFirstTss * 8);
  for (SegmentState& each : initial_.seg) {
    each = segment_of(gdt_[level_index(0, kFlat)], level_selector(0, kFlat));
  }
  initial_.seg[kCs] = segment_of(gdt_[level_index(0, kCode32)], level_selector(0, kCode32));
  initial_.cr0 = cr0::kPe | cr0::kEt | (has(kPaging) ? cr0::kPg : 0);
  initial_.cr3 = kPageTables;
  initial_.cr4 =
      (has(kPaging) && has(kBigPages) ? cr4::kPse | cr4::kPge : 0) |
      (family_of(features_) == CpuFamily::k586 && has(kDebug) && one_in(2) ? cr4::kDe : 0);
  initial_.gpr[kEsp] = SYSTEM_STACK_TOP;
  initial_.eip = handler(kPlan);
  put16(SYSTEM_ROM32 + kTablePointers, initial_.gdtr.limit);
  put32(SYSTEM_ROM32 + kTablePointers + 2, initial_.gdtr.base);
  put16(SYSTEM_ROM32 + kTablePointers + 8, initial_.idtr.limit);
  put32(SYSTEM_ROM32 + kTablePointers + 10, initial_.idtr.base);
}

}  // namespace strata::test
