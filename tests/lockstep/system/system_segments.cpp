#include "tests/lockstep/system/system_segments.h"

#include <cassert>

#include "tests/lockstep/system/system_features.h"
#include "tests/lockstep/system/system_map.h"

namespace strata::test {
namespace {

/// What a descriptor describes: access byte and flags as in the high dword, bits 15:8 and 23:20.
struct Shape {
  std::uint32_t base;
  std::uint32_t limit;  // 20 bits
  std::uint32_t access;
  std::uint32_t flags;
};

/// Entries of a level, with DPL 0 here. Accessed bits are set at random.
constexpr Shape kLevelShapes[] = {
    {SYSTEM_ROM32, 0x0FFFF, 0x9A, 0x4},     // kCode32
    {SYSTEM_ROM16, 0x0FFFF, 0x9A, 0x0},     // kCode16
    {SYSTEM_ROM32, 0x0FFFF, 0x9E, 0x4},     // kConforming32
    {0, 0xFFFFF, 0x92, 0xC},                // kFlat
    {0, 0x9FFFF, 0x92, 0x4},                // kStack
    {0x20000, 0x0FFFF, 0x92, 0x0},          // kData16
    {0, 0x00002, 0x96, 0xC},                // kDownward: above 2FFF
    {SYSTEM_MODIFIED, 0x00FFF, 0x92, 0x4},  // kModifiedData
    {SYSTEM_MODIFIED, 0x00FFF, 0x9A, 0x4},  // kModifiedCode
    {0x30000, 0x0FFFF, 0x90, 0x4},          // kReadOnly
};

constexpr Shape kOddShapes[] = {
    {SYSTEM_ROM16, 0x0FFFF, 0xFE, 0x0},  // 16-bit conforming code
    {SYSTEM_ROM32, 0x0FFFF, 0xF8, 0x4},  // execute-only code
    {0, 0xFFFFF, 0x73, 0xC},             // data, not present
    {SYSTEM_ROM32, 0x0FFFF, 0x7A, 0x4},  // code, not present
    {0x40000, 0x0000F, 0xF2, 0x4},       // 16 bytes of data
    {0x10000, 0x07FFF, 0xF6, 0x0},       // expand-down, 8000 to FFFF
    {0xFFFF0000, 0xFFFFF, 0xF2, 0xC},    // data around the end of the address space
    {0x50000, 0x08FFD, 0xF2, 0x4},       // data with an odd end
    {0, 0x00000, 0x80, 0x0},             // reserved system type
    {0, 0x00000, 0x8A, 0x0},             // reserved system type
    {0, 0x9FFFF, 0x12, 0x4},             // stack, not present
    {SYSTEM_ROM32, 0x0C000, 0xFA, 0x4},  // short code
    {0, 0x00FFF, 0xF2, 0x4},             // a page of data
    {0, 0x00000, 0xF6, 0x4},             // expand-down, all but byte 0
    {0, 0xFFFFF, 0xF0, 0xC},             // all of memory, read-only
};

constexpr unsigned kOddCount = sizeof(kOddShapes) / sizeof(kOddShapes[0]);
constexpr unsigned kTssTypes[SYSTEM_TSS_COUNT] = {9, 9, 9, 1, 9, 1, 9, 9};

std::uint64_t descriptor(const Shape& s) {
  const std::uint64_t low = (s.limit & 0xFFFF) | (s.base & 0xFFFF) << 16;
  const std::uint64_t high = ((s.base >> 16) & 0xFF) | s.access << 8 | (s.limit & 0xF0000) |
                             s.flags << 20 | (s.base & 0xFF000000);
  return high << 32 | low;
}

bool one_in(Random& random, std::uint32_t n) {
  return pick(random, n) == 0;
}

void write_level(Random& random, unsigned level, std::span<std::uint64_t> gdt) {
  for (unsigned kind = 0; kind < 10; ++kind) {
    Shape shape = kLevelShapes[kind];
    shape.access |= level << 5 | pick(random, 2);
    gdt[level_index(level, kind)] = descriptor(shape);
  }
}

void write_tasks(Random& random, std::span<std::uint64_t> gdt) {
  for (unsigned n = 0; n < SYSTEM_TSS_COUNT; ++n) {
    const bool wide = kTssTypes[n] == 9;
    // Now and then too small for the I/O bitmap, or not a valid TSS at all.
    std::uint32_t limit = wide ? SYSTEM_TSS_BYTES - 1 : 0x2B + pick(random, 8);
    if (one_in(random, 6) && n != 0 && n != SYSTEM_TSS_COUNT - 1) {
      limit = wide ? 0x60 + pick(random, 0x40) : 0x28 + pick(random, 8);
    }
    gdt[kFirstTss + n] = descriptor(
        {SYSTEM_TSS + n * SYSTEM_TSS_BYTES, limit, 0x80 | kTssTypes[n] | pick(random, 4) << 5, 0});
  }
  for (unsigned n = 0; n < 2; ++n) {
    gdt[kFirstLdt + n] =
        descriptor({SYSTEM_LDT + n * kLdtEntries * 8, kLdtEntries * 8 - 1, 0x82, 0});
  }
  gdt[kFirstLdt + 2] = descriptor({SYSTEM_LDT, kLdtEntries * 8 - 1, 0x02, 0});
}

std::uint64_t random_call_gate(Random& random) {
  const bool wide = !one_in(random, 3);
  const unsigned level = pick(random, 4);
  const unsigned target_level = one_in(random, 4) ? pick(random, 4) : pick(random, level + 1);
  std::uint16_t selector = code_selector(random, target_level, !one_in(random, 3));
  if (one_in(random, 16)) {
    selector = any_selector(random);
  }
  const unsigned parameters = one_in(random, 3) ? pick(random, 6) : 0;
  const unsigned type = (wide ? 0xCu : 4u) | (one_in(random, 16) ? 0u : 0x80u);
  return gate_descriptor(selector, system_place(random, target_level, wide), type,
                         one_in(random, 3) ? 3 : level, parameters);
}

void write_gates(Random& random, std::uint32_t features, std::span<std::uint64_t> gdt) {
  for (unsigned n = kFirstGate; n < kFirstTaskGate && (features & kRings) != 0; ++n) {
    gdt[n] = random_call_gate(random);
  }
  for (unsigned n = kFirstTaskGate; n < kGdtEntries && (features & kTasks) != 0; ++n) {
    const unsigned task = one_in(random, 8) ? pick(random, 64) : kFirstTss + pick(random, 7);
    gdt[n] = gate_descriptor(static_cast<std::uint16_t>(task * 8), 0, one_in(random, 12) ? 5 : 0x85,
                             pick(random, 4));
  }
}

}  // namespace

std::uint64_t gate_descriptor(std::uint16_t selector, std::uint32_t offset, unsigned type,
                              unsigned level, unsigned parameters) {
  const std::uint64_t low = (offset & 0xFFFF) | std::uint32_t{selector} << 16;
  const std::uint64_t high = (offset & 0xFFFF0000) | (type | level << 5) << 8 | parameters;
  return high << 32 | low;
}

void write_segments(Random& random, std::uint32_t features, std::span<std::uint64_t> gdt,
                    std::span<std::uint64_t> ldt) {
  static_assert(kOdd + kOddCount == kFirstTss && kFirstTss == SYSTEM_FIRST_TSS);
  static_assert(level_selector(0, kFlat) == SYSTEM_FLAT_SELECTOR);
  assert(gdt.size() >= kGdtEntries && ldt.size() >= 2 * kLdtEntries);
  for (unsigned level = 0; level < 4; ++level) {
    write_level(random, level, gdt);
  }
  for (unsigned n = 0; n < kOddCount; ++n) {
    Shape shape = kOddShapes[n];
    if (one_in(random, 2)) {
      shape.access &= ~(pick(random, 4) << 5);
    }
    gdt[kOdd + n] = descriptor(shape);
  }
  write_tasks(random, gdt);
  write_gates(random, features, gdt);
  for (unsigned n = 0; n < 2 * kLdtEntries; ++n) {
    const unsigned index = one_in(random, 4) ? pick(random, kGdtEntries) : pick(random, kFirstTss);
    ldt[n] = gdt[index];
  }
}

SegmentState segment_of(std::uint64_t descriptor, std::uint16_t selector) {
  const std::uint32_t low = static_cast<std::uint32_t>(descriptor);
  const std::uint32_t high = static_cast<std::uint32_t>(descriptor >> 32);
  const std::uint32_t limit = (low & 0xFFFF) | (high & 0xF0000);
  const std::uint32_t attributes = (high >> 8) & attr::kDescriptorMask;
  return {.selector = selector,
          .base = low >> 16 | (high & 0xFF) << 16 | (high & 0xFF000000),
          .limit = (attributes & attr::kGranularity) != 0 ? limit << 12 | 0xFFF : limit,
          .attributes = (attributes & attr::kS) != 0 ? attributes | attr::kAccessed : attributes};
}

std::uint16_t any_selector(Random& random) {
  const unsigned index = one_in(random, 40) ? pick(random, 0x2000) : pick(random, kGdtEntries + 1);
  return static_cast<std::uint16_t>(index << 3 | (one_in(random, 6) ? 4u : 0u) | pick(random, 4));
}

std::uint16_t data_selector(Random& random, unsigned level) {
  if (one_in(random, 10)) {
    return any_selector(random);
  }
  if (one_in(random, 10)) {
    return static_cast<std::uint16_t>(((kOdd + pick(random, kOddCount)) << 3) | level);
  }
  static constexpr unsigned kKinds[] = {kFlat,   kFlat,     kFlat,     kStack,  kStack,
                                        kData16, kDownward, kReadOnly, kCode32, kConforming32};
  const unsigned owner = one_in(random, 3) ? level + pick(random, 4 - level) : level;
  const unsigned rpl = one_in(random, 8) ? pick(random, 4) : level;
  return static_cast<std::uint16_t>(level_index(owner, kKinds[pick(random, 10)]) << 3 | rpl);
}

std::uint16_t stack_selector(Random& random, unsigned level) {
  if (one_in(random, 16)) {
    return any_selector(random);
  }
  static constexpr unsigned kKinds[] = {kFlat, kStack, kStack, kStack, kStack, kData16, kDownward};
  return level_selector(level, kKinds[pick(random, 7)]);
}

std::uint16_t code_selector(Random& random, unsigned level, bool wide) {
  const unsigned kind = !wide ? kCode16 : one_in(random, 5) ? kConforming32 : kCode32;
  return level_selector(level, kind);
}

std::uint16_t target_selector(Random& random, unsigned level, std::uint32_t features) {
  const auto index = [&](unsigned first, unsigned count) {
    const unsigned rpl = one_in(random, 6) ? pick(random, 4) : level;
    return static_cast<std::uint16_t>((first + pick(random, count)) << 3 | rpl);
  };
  if ((features & kRings) != 0 && one_in(random, 2)) {
    return index(kFirstGate, kFirstTaskGate - kFirstGate);
  }
  if ((features & kTasks) != 0 && one_in(random, 3)) {
    return one_in(random, 2) ? index(kFirstTaskGate, kGdtEntries - kFirstTaskGate)
                             : index(kFirstTss, SYSTEM_TSS_COUNT);
  }
  if (one_in(random, 12)) {
    return any_selector(random);
  }
  return code_selector(random, one_in(random, 8) ? pick(random, 4) : level, !one_in(random, 4));
}

std::uint32_t system_place(Random& random, unsigned level, bool wide) {
  const CodeZone zone = code_zone(level, wide);
  return zone.first + pick(random, zone.bytes);
}

}  // namespace strata::test
