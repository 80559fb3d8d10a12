// Where processors may do as they like and the host's does something else than the interpreter:
// each case by name (README.md has the manual's words).
#pragma once

#include <string_view>
#include <vector>

#include "tests/differential/outcome.h"

namespace strata::test {

/// Mnemonics whose effect depends on the host or its kernel. No sequence contains them.
std::vector<std::string_view> left_out_of_silicon();

/// The instruction that a sequence ended in.
struct LastInstruction {
  std::string_view mnemonic;
  bool at_the_end = false;  // of 32-bit addresses: an item of its operands may lie over FFFFFFFF
};

/// Makes `host` and `expected`, which ended in the instruction `last`, alike where they need not
/// be.
void forgive(const LastInstruction& last, Outcome& host, Outcome& expected);

/// Whether memory must be the same.
bool memory_is_defined(std::string_view last, const Event& event);

}  // namespace strata::test
