// Random guest programs for running two engines in lockstep.
//
// Each has one megabyte of memory: RAM with random contents, a window of device registers at A0000,
// and from E0000 up random code, which changes itself now and then. Two pages of that cannot be
// written: the one with the interrupt table, and the one with the handlers. Handlers return, or
// load registers afresh and continue at a random place in the code; registers and places come from
// ports that the device makes up. Code that jumps into RAM executes what happens to be there.
#pragma once

#include <array>
#include <cstdint>
#include <random>
#include <span>
#include <vector>

#include "models/engine/engine.h"
#include "models/isa/cpu_state.h"

namespace strata::test {

inline constexpr std::uint32_t kCodeBase = 0xF0000;    // of the 64 KiB segment all code is in
inline constexpr std::uint32_t kCodeAlias = 0x60000;   // with paging its pages are there too
inline constexpr std::uint32_t kVectorBase = 0xE0000;  // page of the interrupt table
inline constexpr std::uint32_t kDeviceBase = 0xA0000;
inline constexpr std::uint32_t kDeviceEnd = 0xC0000;
inline constexpr std::uint32_t kTableBase = 0x110000;  // page of the GDT and the LDT
inline constexpr std::uint32_t kFirstCode = 0x1000;    // offset of the random code
inline constexpr std::uint32_t kStopPlace = 0x30;      // offset of a CLI and a HLT

/// Ports the handlers ask: the next place in the code, and a value for a register.
inline constexpr std::uint8_t kPlacePort = 0x80;
inline constexpr std::uint8_t kValuePort = 0x84;
inline constexpr std::uint8_t kSelectorPort = 0x88;  // a code segment

using Random = std::mt19937;

/// Uniform in 0 .. below - 1.
inline std::uint32_t pick(Random& random, std::uint32_t below) {
  return static_cast<std::uint32_t>(random()) % below;
}

/// A register's value: small, an address in RAM, near a limit, or anything.
std::uint32_t random_value(Random& random);

/// A selector that names one of the program's descriptors, with any RPL.
std::uint16_t random_selector(Random& random);

/// A selector of a code segment at kCodeBase, for a 32-bit (or 16-bit) handler.
std::uint16_t random_code_selector(Random& random);

enum class Mode { kReal, kProtected, kPaged };

class RandomProgram {
 public:
  RandomProgram(std::uint32_t seed, Mode mode, CpuFamily family);

  /// The program's memory as regions over `copy`, which must be `memory()`'s size.
  static std::vector<MemoryRegion> regions(std::span<std::uint8_t> copy);
  const std::vector<std::uint8_t>& memory() const { return memory_; }

  CpuState initial() const { return initial_; }

 private:
  void fill_ram();
  void write_code();
  void write_descriptors();
  void write_idt();
  void write_vectors();
  std::uint32_t write_restart_handler(std::uint32_t at, bool wide);
  void put32(std::uint32_t address, std::uint32_t value);
  void put64(std::uint32_t address, std::uint64_t value);

  Random random_;
  bool protected_mode_;
  std::vector<std::uint8_t> memory_;
  CpuState initial_;
};

}  // namespace strata::test
