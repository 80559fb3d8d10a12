#include "tests/isa/conformance/exclusions.h"

#include <algorithm>
#include <set>

#include "models/isa/cpu_state.h"

namespace strata::test {
namespace {

constexpr std::uint8_t kLockPrefix = 0xF0;

bool is_prefix(std::uint8_t byte) {
  constexpr std::uint8_t kPrefixes[] = {0x26, 0x2E, 0x36, 0x3E, kLockPrefix, 0xF2, 0xF3};
  return std::ranges::find(kPrefixes, byte) != std::end(kPrefixes);
}

std::size_t prefix_count(const Capture& capture) {
  const auto opcode = std::ranges::find_if_not(capture.bytes, is_prefix);
  return static_cast<std::size_t>(opcode - capture.bytes.begin());
}

bool has_lock(const Capture& capture) {
  const auto end = capture.bytes.begin() + static_cast<std::ptrdiff_t>(prefix_count(capture));
  return std::find(capture.bytes.begin(), end, kLockPrefix) != end;
}

/// Forms of the manual's list that write memory; the register forms of the same opcodes are not on
/// it.
bool on_lock_list(const std::string& form) {
  static const std::set<std::string> kForms = {
      "00",   "01",   "08",   "09",   "10",   "11",   "18",   "19",   "20",   "21",   "28",
      "29",   "30",   "31",   "80.0", "80.1", "80.2", "80.3", "80.4", "80.5", "80.6", "81.0",
      "81.1", "81.2", "81.3", "81.4", "81.5", "81.6", "82.0", "82.1", "82.2", "82.3", "82.4",
      "82.5", "82.6", "83.0", "83.1", "83.2", "83.3", "83.4", "83.5", "83.6", "86",   "87",
      "F6.2", "F6.3", "F7.2", "F7.3", "FE.0", "FE.1", "FF.0", "FF.1"};
  return kForms.contains(form);
}

bool lock_not_allowed(const std::string& form, const Capture& capture) {
  if (!has_lock(capture)) {
    return false;
  }
  const std::uint8_t modrm = capture.bytes.at(prefix_count(capture) + 1);
  return !on_lock_list(form) || modrm >= 0xC0;
}

/// Bytes of the instruction without the HLT after it.
std::size_t length(const Capture& capture) {
  return capture.bytes.size() - 1;
}

bool longer_than_10(const std::string&, const Capture& capture) {
  return length(capture) > 10;
}

bool names_fs_or_gs(const std::string& form, const Capture& capture) {
  const bool moves_segment = form == "8C" || form == "8E";
  const unsigned reg = (capture.bytes.at(prefix_count(capture) + 1) >> 3) & 7;
  return moves_segment && (reg == kFs || reg == kGs);
}

bool string_past_the_end(const std::string& form, const Capture& capture) {
  static const std::set<std::string> kWordForms = {"6D", "6F", "A5", "A7", "AB", "AD", "AF"};
  return kWordForms.contains(form) && capture.exception.has_value();
}

/// RCL and RCR of a byte by 9 or 18 places.
bool whole_turn(const std::string& form, const Capture& capture) {
  const std::uint8_t count = capture.bytes.at(length(capture) - 1) & 31;
  return (form == "C0.2" || form == "C0.3") && count != 0 && count % 9 == 0;
}

constexpr Exclusion kExclusions[] = {
    {"LOCK where it is not allowed",
     "386 reference manual, LOCK: \"The LOCK prefix functions only with the following "
     "instructions: "
     "BT, BTS, BTR, BTC mem, reg/imm; XCHG reg, mem; XCHG mem, reg; ADD, OR, ADC, SBB, AND, SUB, "
     "XOR "
     "mem, reg/imm; NOT, NEG, INC, DEC mem. An undefined opcode trap will be generated if a LOCK "
     "prefix is used with any instruction not listed above.\"",
     lock_not_allowed, vector::kInvalidOpcode},
    {"instruction longer than 10 bytes",
     "386 reference manual, 14.7: \"The 80386 sets a limit of 15 bytes on instruction length.\" "
     "The "
     "80286 raises 13 past 10.",
     longer_than_10, std::nullopt},
    {"FS and GS",
     "386 reference manual, MOV: Sreg 100 is FS and 101 is GS; the 80286 has neither and raises 6.",
     names_fs_or_gs, std::nullopt},
    {"string operand past offset FFFF",
     "SDM vol. 3, 6.5: \"When a fault is reported, the processor restores the machine state to the "
     "state prior to the beginning of execution of the faulting instruction\"; this 80286 has "
     "moved "
     "SI, DI or CX already.",
     string_past_the_end, std::nullopt},
    {"RCL, RCR of a byte by a whole turn",
     "SDM vol. 2, RCL/RCR: \"The OF flag is defined only for the 1-bit rotates; it is undefined in "
     "all other cases\"; metadata.json masks it for C1, D2 and D3 but not for C0.",
     whole_turn, std::nullopt},
};

}  // namespace

const Exclusion* excluded(const std::string& form, const Capture& capture) {
  for (const Exclusion& exclusion : kExclusions) {
    if (exclusion.applies(form, capture)) {
      return &exclusion;
    }
  }
  return nullptr;
}

}  // namespace strata::test
