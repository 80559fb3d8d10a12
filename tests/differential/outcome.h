// What a run of user code is compared by.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "models/isa/cpu_state.h"
#include "tests/differential/code_bytes.h"

namespace strata::test {

struct Registers {
  std::array<std::uint32_t, 8> gpr{};
  std::uint32_t eip = 0;
  std::uint32_t eflags = 0;
  std::array<std::uint16_t, 6> selector{};  // in encoding order
  bool operator==(const Registers&) const = default;
};

/// The exception a run ended in.
struct Event {
  static constexpr std::uint32_t kNone = 0xFFFFFFFF;
  std::uint32_t vector = kNone;
  std::uint32_t error_code = 0;
  std::uint32_t cr2 = 0;  // of #PF
  bool operator==(const Event&) const = default;
};

struct Outcome {
  Registers registers;
  Event event;
};

/// A program: instructions at their places, in the order they were first executed.
struct Sequence {
  struct Piece {
    std::uint32_t eip = 0;
    CodeBytes code;
  };
  std::uint64_t seed = 0;
  unsigned image = 0;  // which initial memory
  Registers start;
  std::vector<Piece> pieces;
  std::uint32_t end = 0;  // EIP after the last instruction
};

/// "eax 00000001 ecx ..." in two lines.
std::string describe(const Registers& registers);
std::string describe(const Event& event);

/// Bytes and disassembly, a line an instruction.
std::string describe(const Sequence& sequence, bool big);

/// A line for every register, flag or event that differs; `undefined` flags do not count.
std::string difference(const Outcome& expected, const Outcome& actual, std::uint32_t undefined,
                       const char* expected_name, const char* actual_name);

/// The first bytes that differ; `base` is the address of the first.
std::string memory_difference(std::span<const std::uint8_t> expected,
                              std::span<const std::uint8_t> actual, std::uint32_t base);

}  // namespace strata::test
