// Looks whether an instruction and those behind it can give way to a jump: what a monitor has to
// know of code it has not written.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "models/isa/cpu_family.h"
#include "models/isa/instruction.h"
#include "models/isa/row_effects.h"
#include "models/isa/sensitivity.h"
#include "platform/loader/guest_image.h"

namespace strata {

/// An instruction that comes to run elsewhere.
struct MovedInstruction {
  std::vector<std::uint8_t> bytes;
  Operation operation = Operation::kNop;
  std::optional<std::uint32_t> target;  // linear, of a relative jump or call
};

/// Those that give way to a jump.
struct MovedCode {
  std::vector<MovedInstruction> instructions;
  std::vector<std::uint8_t> bytes;  // of all, as they are in memory, and of what lies behind a RET
  std::string why_not;              // not empty: they cannot, and the rest is of no use
};

/// The code of `moved` from the instruction `first` on, as it runs at `at` in flat 32-bit code.
std::vector<std::uint8_t> at_new_place(const MovedCode& moved, std::size_t first, std::uint32_t at);

/// Whether the routine of a monitor can stand for the instruction at the place of a jump to it:
/// it changes nothing but registers, flags and memory of the guest's.
bool can_be_routine(const Instruction& instruction);

class CodeScan {
 public:
  struct Code {
    const CpuState& state;
    bool code32 = false;     // in a 32-bit segment
    std::uint32_t base = 0;  // of its segment
  };

  /// All outlive it. `entry`: where the guest begins, for code without symbols.
  CodeScan(const SymbolTable& symbols, std::optional<std::uint32_t> entry, CpuFamily family,
           const ReadLinear& read, Code code)
      : symbols_(symbols), entry_(entry), family_(family), read_(read), code_(code) {}

  /// `room` bytes from linear `address` on, in whole instructions.
  MovedCode move(std::uint32_t address, std::uint32_t room) const;

 private:
  struct Decoded {
    std::vector<std::uint8_t> bytes;
    Instruction instruction;
  };
  /// Where a scan has still to go on, in a segment with this base.
  struct Path {
    std::uint32_t address = 0;
    std::uint32_t base = 0;
  };

  bool decode_at(std::uint32_t address, Decoded& decoded) const;
  bool can_move(const Instruction& instruction) const;
  bool add(std::uint32_t at, MovedCode& moved) const;
  std::string why_entered(std::uint32_t address, std::uint32_t size) const;
  bool follow(const Instruction& instruction, Path behind, bool calls,
              std::vector<Path>& paths) const;

  const SymbolTable& symbols_;
  const std::optional<std::uint32_t> entry_;
  const CpuFamily family_;
  const ReadLinear& read_;
  const Code code_;
};

}  // namespace strata
