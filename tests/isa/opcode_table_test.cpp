#include "models/isa/opcode_table.h"

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <tuple>

#include "models/isa/decoder.h"

namespace strata {
namespace {

using Place = std::tuple<OpcodeMap, unsigned, unsigned>;

TEST(OpcodeTable, NoRowShadowsAnother) {
  std::set<Place> taken;
  for (const OpcodeRow& row : opcode_rows()) {
    const unsigned opcodes = traits_of(row.form).register_in_opcode ? 8 : 1;
    for (unsigned n = 0; n < opcodes; ++n) {
      for (unsigned reg = 0; reg < 8; ++reg) {
        if (row.group == kAnyReg || static_cast<unsigned>(row.group) == reg) {
          EXPECT_TRUE(taken.insert({row.map, row.opcode + n, reg}).second)
              << row.mnemonic << " at opcode " << std::hex << row.opcode + n << " /" << reg;
        }
      }
    }
  }
}

TEST(OpcodeTable, GroupRowsAgreeThatThereIsModRM) {
  for (const OpcodeRow& row : opcode_rows()) {
    if (row.group != kAnyReg) {
      EXPECT_TRUE(traits_of(row.form).modrm) << row.mnemonic;
    }
  }
}

TEST(OpcodeTable, EveryRowHasFourHandlers) {
  for (const OpcodeRow& row : opcode_rows()) {
    for (const auto& by_memory : row.handlers.by_size_and_memory) {
      EXPECT_NE(by_memory[0], nullptr) << row.mnemonic;
      EXPECT_NE(by_memory[1], nullptr) << row.mnemonic;
    }
  }
}

// 386 reference manual, LOCK: "BT, BTS, BTR, BTC mem,reg/imm; XCHG; ADD, OR, ADC, SBB, AND, SUB,
// XOR mem,reg/imm; NOT, NEG, INC, DEC mem". SDM vol. 2, LOCK, takes BT from the list, as it does
// not write, and adds CMPXCHG, CMPXCHG8B and XADD.
TEST(OpcodeTable, LockIsAllowedExactlyOnTheManualsList) {
  const std::set<std::string> list = {"BTS", "BTR", "BTC", "XCHG",    "ADD",       "OR",
                                      "ADC", "SBB", "AND", "SUB",     "XOR",       "NOT",
                                      "NEG", "INC", "DEC", "CMPXCHG", "CMPXCHG8B", "XADD"};
  std::set<std::string> lockable;
  for (const OpcodeRow& row : opcode_rows()) {
    if (row.lock == Lock::kYes) {
      lockable.insert(row.mnemonic);
      EXPECT_TRUE(traits_of(row.form).modrm) << row.mnemonic;
    }
  }
  EXPECT_EQ(lockable, list);
}

}  // namespace
}  // namespace strata
