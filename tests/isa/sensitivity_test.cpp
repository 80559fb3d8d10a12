// The table of sensitive instructions against the opcode table, and against what the processor does
// where a monitor would run its guest.
#include "models/isa/sensitivity.h"

#include <algorithm>
#include <set>
#include <string>
#include <tuple>

#include "tests/isa/protected_guest.h"

namespace strata::test {
namespace {

bool same_key(const SensitiveRow& row, const OpcodeRow& opcode) {
  return row.map == opcode.map && row.opcode == opcode.opcode && row.group == opcode.group;
}

const SensitiveRow* line_of(const OpcodeRow& opcode) {
  for (const SensitiveRow& row : sensitive_rows()) {
    if (same_key(row, opcode)) return &row;
  }
  return nullptr;
}

TEST(Sensitivity, EveryLineIsBesideOneOfTheOpcodeTableAndNamesItsSource) {
  std::set<std::tuple<OpcodeMap, unsigned, int>> seen;
  for (const SensitiveRow& row : sensitive_rows()) {
    EXPECT_EQ(std::ranges::count_if(opcode_rows(),
                                    [&](const OpcodeRow& opcode) { return same_key(row, opcode); }),
              1)
        << std::hex << unsigned{row.opcode};
    EXPECT_TRUE(seen.emplace(row.map, row.opcode, row.group).second) << unsigned{row.opcode};
    EXPECT_STRNE(row.source, "") << std::hex << unsigned{row.opcode};
    EXPECT_TRUE(*row.monitor != '\0' || *row.unseen != '\0') << unsigned{row.opcode};
  }
}

/// The encoding of a row with zeros behind it; ModR/M names register `rm` unless it must be memory.
std::vector<std::uint8_t> encoding(const OpcodeRow& row) {
  std::vector<std::uint8_t> bytes;
  if (row.map == OpcodeMap::kTwoByte) bytes.push_back(0x0F);
  bytes.push_back(row.opcode);
  const FormTraits traits = traits_of(row.form);
  if (traits.modrm) {
    const unsigned reg = row.group == kAnyReg ? 0 : static_cast<unsigned>(row.group);
    const unsigned place = traits.memory_only ? 0x03 : 0xC3;  // [ebx], ebx
    bytes.push_back(static_cast<std::uint8_t>(place | reg << 3));
  }
  bytes.resize(15, 0);
  return bytes;
}

struct Ended {
  bool fault = false;
  unsigned vector = 0;
};

/// At level 3 with IOPL 0, a bitmap that closes all ports, and gates of level 0; or at level 0.
Ended execute(const OpcodeRow& row, bool outside) {
  ProtectedGuest guest;
  guest.set_memory<std::uint16_t>(ProtectedGuest::kTssBase + 0x66, 0x400);
  if (outside) guest.enter_level3();
  guest.state.gpr[kEbx] = 0x4000;
  std::uint32_t at = GuestCpu::kCode;
  for (const std::uint8_t byte : encoding(row)) guest.set_memory<std::uint8_t>(at++, byte);
  const RetireRecord record = guest.step();
  return {record.kind == RetireKind::kException, record.vector};
}

/// Popek and Goldberg's "privileged" is what the processor makes of an instruction: what raises #GP
/// at level 3 and not at level 0 has to be in the table, and what the table calls privileged has to
/// raise it.
TEST(Sensitivity, PrivilegedIsWhatTrapsAtLevel3AndNotAtLevel0) {
  // Of these the operand decides, or a bit of CR4.
  const std::set<std::string> by_operand = {"RETF", "IRET", "RDTSC"};
  for (const OpcodeRow& opcode : opcode_rows()) {
    const SensitiveRow* row = line_of(opcode);
    const Ended inside = execute(opcode, false);
    const Ended outside = execute(opcode, true);
    const bool traps = outside.fault && outside.vector == vector::kGeneralProtection;
    const bool privileged = row != nullptr && row->outer == SensitivityRule::kPrivileged;
    if (by_operand.contains(opcode.mnemonic)) continue;
    const bool undefined = inside.fault && inside.vector == vector::kInvalidOpcode;
    if (privileged && !undefined) {
      EXPECT_TRUE(traps) << opcode.mnemonic << std::hex << ' ' << unsigned{opcode.opcode};
    }
    if (traps && !inside.fault) {
      EXPECT_TRUE(row != nullptr && row->outer != SensitivityRule::kNone)
          << opcode.mnemonic << std::hex << ' ' << unsigned{opcode.opcode};
    }
  }
}

/// Where the monitor runs a guest of real mode: virtual-8086 mode with IOPL 0.
TEST(Sensitivity, PrivilegedInRealModeIsWhatTrapsInV86) {
  for (const OpcodeRow& opcode : opcode_rows()) {
    const SensitiveRow* row = line_of(opcode);
    if (row == nullptr || row->v86 != SensitivityRule::kPrivileged) continue;
    // By CR4.TSD; and registers that only the processors before the 586 have.
    const bool test_register =
        opcode.map == OpcodeMap::kTwoByte && (opcode.opcode == 0x24 || opcode.opcode == 0x26);
    if (std::string(opcode.mnemonic) == "RDTSC" || test_register) continue;
    ProtectedGuest guest;
    guest.set_memory<std::uint16_t>(ProtectedGuest::kTssBase + 0x66, 0x400);
    guest.enter_v86(0);
    std::uint32_t at = GuestCpu::kCode;
    for (const std::uint8_t byte : encoding(opcode)) guest.set_memory<std::uint8_t>(at++, byte);
    EXPECT_TRUE(raised(guest.step(), vector::kGeneralProtection))
        << opcode.mnemonic << std::hex << ' ' << unsigned{opcode.opcode};
  }
}

}  // namespace
}  // namespace strata::test
