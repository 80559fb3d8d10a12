// A machine full of random system software: descriptor tables with segments, gates and tasks of all
// levels, an interrupt table, page tables, and code for each level and for virtual-8086 mode.
//
// All code is in memory that cannot be written, so that a program is what it was made to be, but
// for one page that is written, jumped to, and changes itself. Faults and interrupts lead to
// handlers (system_handlers.S) that ask the device (system_device.h) where to go on: so a program
// is run from one random place after another, for as long as wanted.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "models/engine/engine.h"
#include "models/isa/cpu_state.h"
#include "tests/lockstep/random_program.h"

namespace strata::test {

inline constexpr std::uint32_t kTablePointers = 0x20;  // in SYSTEM_ROM32: operands of LGDT and LIDT
inline constexpr unsigned kPlans = 384;

/// EFLAGS as code or a plan may ask for them: any IOPL, mostly IF, rarely NT, TF and the rest.
std::uint32_t random_flags(Random& random, std::uint32_t features);
/// CR0 that keeps protected mode and paging as they are.
std::uint32_t random_cr0(Random& random, std::uint32_t features);
std::uint32_t random_dr7(Random& random);

class SystemProgram {
 public:
  SystemProgram(std::uint32_t seed, std::uint32_t features);

  std::uint32_t features() const { return features_; }
  const std::vector<std::uint8_t>& memory() const { return memory_; }
  const CpuState& initial() const { return initial_; }

  /// The program's memory as regions over `copy`, which must be memory()'s size.
  static std::vector<MemoryRegion> regions(std::span<std::uint8_t> copy);

  /// Where memory() has the byte at `physical`; -1 if nowhere.
  static std::int64_t offset_of(std::uint32_t physical);
  /// The reverse.
  static std::uint32_t physical_of(std::size_t offset);

  /// Whether `physical` is a device register among the memory.
  static bool is_device(std::uint32_t physical);

  /// Whether code at `linear` is the program's.
  static bool is_code(std::uint32_t linear);

  /// The level plan `plan` goes to (kV86Level too) and whether to 32-bit code.
  struct Destination {
    unsigned level = 0;
    bool wide = true;
  };
  static Destination destination(std::uint32_t features, unsigned plan);

 private:
  void fill_ram();
  void write_code();
  void write_tables();
  void write_idt();
  std::uint64_t random_interrupt_gate(unsigned vector);
  std::uint64_t exception_gate(unsigned vector);
  void write_tss(unsigned index);
  void write_wide_tss(unsigned index);
  void write_narrow_tss(unsigned index);
  void write_plans();
  void write_state();
  void put16(std::uint32_t physical, std::uint32_t value);
  void put32(std::uint32_t physical, std::uint32_t value);
  void put64(std::uint32_t physical, std::uint64_t value);
  bool one_in(std::uint32_t n) { return pick(random_, n) == 0; }
  bool has(std::uint32_t feature) const { return (features_ & feature) != 0; }

  Random random_;
  std::uint32_t features_;
  std::vector<std::uint8_t> memory_;
  CpuState initial_;
  std::vector<std::uint64_t> gdt_;
};

}  // namespace strata::test
