#include "models/isa/transfer.h"

#include <vector>

#include "models/isa/opcode_table.h"

namespace strata {
namespace {

struct TransferOpcode {
  std::uint8_t opcode;  // of the one-byte map
  std::int8_t group;
  Transfer transfer;
};

// SDM vol. 2, chapters 3 and 4: CALL, RET, INT n/INTO/INT3/INT1, IRET.
constexpr TransferOpcode kOpcodes[] = {
    {0x9A, kAnyReg, Transfer::kCall},
    {0xE8, kAnyReg, Transfer::kCall},
    {0xFF, 2, Transfer::kCall},
    {0xFF, 3, Transfer::kCall},
    {0xC2, kAnyReg, Transfer::kReturn},
    {0xC3, kAnyReg, Transfer::kReturn},
    {0xCA, kAnyReg, Transfer::kReturn},
    {0xCB, kAnyReg, Transfer::kReturn},
    {0xCC, kAnyReg, Transfer::kInterrupt},
    {0xCD, kAnyReg, Transfer::kInterrupt},
    {0xCE, kAnyReg, Transfer::kInterrupt},
    {0xF1, kAnyReg, Transfer::kInterrupt},
    {0xCF, kAnyReg, Transfer::kInterruptReturn},
};

Transfer transfer_of(const OpcodeRow& row) {
  if (row.map != OpcodeMap::kOneByte) return Transfer::kJump;
  for (const TransferOpcode& known : kOpcodes) {
    if (row.opcode == known.opcode && row.group == known.group) return known.transfer;
  }
  return Transfer::kJump;
}

}  // namespace

std::span<const Transfer> transfers() {
  static const std::vector<Transfer> kByRow = [] {
    std::vector<Transfer> by_row;
    for (const OpcodeRow& row : opcode_rows()) by_row.push_back(transfer_of(row));
    return by_row;
  }();
  return kByRow;
}

Transfer transfer_of(std::uint16_t row) {
  return row < transfers().size() ? transfers()[row] : Transfer::kJump;
}

}  // namespace strata
