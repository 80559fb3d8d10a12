// Random programs that share memory with another master of the bus: 32-bit code at level 0 with
// paging, in a loop that ends with HLT.
//
// Lines are shared, dwords are not: those at odd places of the shared memory the program only
// reads, each with one aligned access an instruction, so that every such access comes before or
// after a store of the other master; those at even places the other master never changes. What the
// CPU's retirement port says of the stores an instruction has seen is then exact.
#pragma once

#include <cstdint>
#include <vector>

#include "models/isa/cpu_state.h"
#include "tests/lockstep/random_program.h"

namespace strata::test {

class SharedProgram {
 public:
  static constexpr std::uint32_t kMemoryBytes = 0x50000;
  static constexpr std::uint32_t kShared = 0x20000;
  static constexpr std::uint32_t kSharedBytes = 0x4000;

  explicit SharedProgram(std::uint32_t seed);

  const std::vector<std::uint8_t>& memory() const { return memory_; }
  CpuState initial() const;

  /// A dword the program does not write, often of a few lines: of the shared memory, or of those it
  /// jumps over between its instructions.
  std::uint32_t foreign_dword(Random& random) const;
  /// One of the shared memory that it writes.
  static std::uint32_t own_dword(Random& random) { return shared_dword(random) ^ 4; }

 private:
  void write_tables();
  void write_code();
  void instruction();
  void load();
  void store();
  void change();
  void private_access();
  void stack();
  void call();
  void branch();
  void cache_control();
  void page_control();
  void modify();
  void locked();
  void copy();
  void jump_over_data();

  void byte(std::uint32_t value) { memory_[at_++] = static_cast<std::uint8_t>(value); }
  void bytes(std::initializer_list<std::uint32_t> values) {
    for (const std::uint32_t value : values) byte(value);
  }
  void dword(std::uint32_t value);
  void put32(std::uint32_t address, std::uint32_t value);
  /// ModR/M for an operand at `address`.
  void operand(std::uint32_t reg, std::uint32_t address);
  std::uint32_t reg();
  /// The same memory through one of its linear addresses.
  std::uint32_t linear(std::uint32_t physical);
  std::uint32_t private_place();

  static std::uint32_t shared_dword(Random& random);

  Random random_;
  std::vector<std::uint8_t> memory_;
  std::vector<std::uint32_t> between_code_;  // dwords
  std::uint32_t at_ = 0;
};

}  // namespace strata::test
