#include "tests/lockstep/system/core_lacks.h"

#include <algorithm>
#include <string_view>

#include "models/isa/decoder.h"
#include "models/isa/opcode_table.h"

namespace strata::test {
namespace {

constexpr std::string_view kNotYet[] = {"BOUND", "ENTER", "SALC", "ESC", "INT1"};

}  // namespace

bool core_lacks(const RetireRecord& record, const CpuState& before, CpuFamily family,
                std::span<const std::uint8_t> code) {
  if (record.kind != RetireKind::kException) {
    return false;
  }
  Instruction instruction;
  const bool big = (before.seg[kCs].attributes & attr::kBig) != 0;
  if (!decode(code, big, family, instruction) || instruction.row == kUndefinedRow) {
    return false;
  }
  const char* name = opcode_rows()[instruction.row].mnemonic;
  return std::find(std::begin(kNotYet), std::end(kNotYet), name) != std::end(kNotYet);
}

bool core_lacks(const CpuState& state) {
  return (state.eflags & eflags::kTf) != 0;
}

}  // namespace strata::test
