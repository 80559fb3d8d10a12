// The descriptor tables of a random system program, and selectors that name their entries.
#pragma once

#include <cstdint>
#include <span>

#include "models/isa/cpu_state.h"
#include "tests/lockstep/random_program.h"

namespace strata::test {

/// Entries of the GDT. Each level has the ten from kLevel + 10 * level on.
enum SystemIndex : unsigned {
  kLevel = 1,
  kCode32 = 0,  // offsets from kLevel + 10 * level: code at SYSTEM_ROM32
  kCode16,      // 16-bit code at SYSTEM_ROM16
  kConforming32,
  kFlat,
  kStack,
  kData16,
  kDownward,
  kModifiedData,  // the page of modified code, as data and as code
  kModifiedCode,
  kReadOnly,
  kOdd = 41,  // fifteen of odd kinds
  kFirstTss = 56,
  kDoubleFaultTss = kFirstTss + 7,
  kFirstLdt = 64,   // the third is not present
  kFirstGate = 70,  // call gates
  kFirstTaskGate = 86,
  kGdtEntries = 92,
  kLdtEntries = 32,
};

/// Descriptor of entry `kind` of `level`.
constexpr unsigned level_index(unsigned level, unsigned kind) {
  return kLevel + 10 * level + kind;
}

constexpr std::uint16_t level_selector(unsigned level, unsigned kind) {
  return static_cast<std::uint16_t>(level_index(level, kind) * 8 + level);
}

/// Which part of its code segment holds the code made for a level; level 4 is virtual-8086 mode,
/// whose code is 16-bit.
inline constexpr unsigned kV86Level = 4;
struct CodeZone {
  std::uint32_t first;
  std::uint32_t bytes;
};
constexpr CodeZone code_zone(unsigned level, bool wide) {
  return wide ? CodeZone{0x1000 + level * 0x3C00, 0x3C00}
              : CodeZone{0x6000 + level * 0x2000, 0x2000};
}

/// An offset in that zone.
std::uint32_t system_place(Random& random, unsigned level, bool wide);

/// Writes the GDT and two LDTs of kLdtEntries each into `gdt` and `ldt`.
void write_segments(Random& random, std::uint32_t features, std::span<std::uint64_t> gdt,
                    std::span<std::uint64_t> ldt);

/// The state of a segment register that holds entry `index`, loaded as a code or data segment.
SegmentState segment_of(std::uint64_t descriptor, std::uint16_t selector);

/// Selectors for code that runs at `level`: mostly what may be loaded there, sometimes anything.
std::uint16_t data_selector(Random& random, unsigned level);
std::uint16_t stack_selector(Random& random, unsigned level);
/// For far jumps and calls, gates and tasks among them as the features allow.
std::uint16_t target_selector(Random& random, unsigned level, std::uint32_t features);
/// Of code at `level`.
std::uint16_t code_selector(Random& random, unsigned level, bool wide);
/// Anything.
std::uint16_t any_selector(Random& random);

/// A gate of the IDT, or a call gate: `type` as in the descriptor.
std::uint64_t gate_descriptor(std::uint16_t selector, std::uint32_t offset, unsigned type,
                              unsigned level, unsigned parameters = 0);

}  // namespace strata::test
