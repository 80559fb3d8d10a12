// A decoded instruction: everything the bytes say, and the function that carries it out.
#pragma once

#include <cstdint>

namespace strata {

class Processor;
struct Instruction;

/// How an instruction ended.
enum class Outcome : std::uint8_t {
  kDone,    // retired; EIP moves to Processor::next_eip
  kRepeat,  // one iteration of a REP string instruction; EIP stays
  kFault,   // nothing changed; Processor::fault() says why
};

using Handler = Outcome (*)(Processor&, const Instruction&);

enum class Repeat : std::uint8_t { kNone, kWhileEqual, kWhileNotEqual };

/// Index into Processor's registers that always reads zero: "no base", "no index".
inline constexpr std::uint8_t kNoRegister = 8;

struct Instruction {
  Handler execute = nullptr;
  std::uint32_t immediate = 0;     // sign-extended from its size in the encoding
  std::uint32_t displacement = 0;  // sign-extended likewise; a far pointer's selector
  std::uint32_t address_mask = 0;  // FFFF or FFFFFFFF
  std::uint8_t length = 0;         // bytes
  std::uint8_t reg = 0;            // ModR/M reg, or the register in the opcode's low three bits
  std::uint8_t rm = 0;             // ModR/M r/m when it names a register
  std::uint8_t base = kNoRegister;
  std::uint8_t index = kNoRegister;
  std::uint8_t scale = 0;    // shift count
  std::uint8_t segment = 0;  // of the memory operand, overrides applied
  Repeat repeat = Repeat::kNone;
  bool operand32 = false;
  bool memory = false;    // ModR/M names memory
  std::uint16_t row = 0;  // index of the opcode table's row; kUndefinedRow if there is none

  bool address32() const { return address_mask == 0xFFFFFFFF; }
};

}  // namespace strata
