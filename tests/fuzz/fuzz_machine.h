// A fuzzer's input as a machine: a random system program (tests/lockstep/system), its state and its
// memory edited by the bytes.
//
//   byte 0     0 to 3: program and features; bits 3:2 processor family
//   byte 1     bits 3:0 mode edits: real, V86; bits 7:4 how often an interrupt comes
//   byte 2     seed of the values device registers and ports read as
//   then edits until the bytes end, each a byte that says what and where:
//   0 - 7F     word (value & 3F) of CpuState becomes the next four bytes
//   80 - BF    (value & 3F) + 1 bytes follow for the code at CS:EIP, behind those of earlier such
//   edits C0 - FF    address (four bytes), length (one byte, low 6 bits, plus one), bytes: physical
//   memory
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "models/isa/cpu_family.h"
#include "models/isa/cpu_state.h"

namespace strata::test {

struct FuzzMachine {
  CpuFamily family = CpuFamily::k586;
  CpuState state;
  unsigned program = 0;
  struct Patch {
    std::uint32_t physical = 0;
    std::vector<std::uint8_t> bytes;
  };
  std::vector<Patch> patches = {};  // of the program's memory
  unsigned interrupt_period = 0;    // instructions (clocks) between two; 0: none
  std::uint32_t seed = 0;
};

/// Any bytes make a machine, in a state it can be in (possible_state.h).
FuzzMachine fuzz_machine(std::span<const std::uint8_t> input);

/// Makes `memory` what the machine starts with, as SystemProgram::regions() maps it.
void fill_memory(const FuzzMachine& machine, std::vector<std::uint8_t>& memory);

/// What ports and device registers give: a function of how many were asked for so far.
class FuzzValues {
 public:
  explicit FuzzValues(std::uint32_t seed) : state_(seed) {}
  std::uint32_t next();
  std::uint8_t vector() { return static_cast<std::uint8_t>(next() >> 8); }

 private:
  std::uint32_t state_;
};

/// Runs the machine in the interpreter; returns what ran. A state that cannot be is a finding: the
/// text is not empty then.
std::string run_fuzz_in_interpreter(const FuzzMachine& machine, std::uint64_t& retired);

/// Runs it in the Verilated CPU. A finding if nothing retires for long while the CPU is neither
/// halted nor shut down.
std::string run_fuzz_in_rtl(const FuzzMachine& machine, std::uint64_t& retired);

}  // namespace strata::test
