#include "platform/explain/exit_instruction.h"

#include <array>
#include <iterator>
#include <optional>
#include <span>

#include "models/isa/decoder.h"

namespace strata {
namespace {

using Bytes = std::array<std::uint8_t, kMostCodeBytes>;

/// Of instructions that access ports and strings: all but LOCK, which they do not take.
bool is_allowed_prefix(std::uint8_t byte) {
  constexpr std::uint8_t kLock = 0xF0;
  return byte != kLock && is_prefix(byte);
}

/// The opcode behind the prefixes of code from `address` on, and the byte behind it.
std::array<std::uint8_t, 2> opcode_at(std::uint32_t address, const ReadCode& read) {
  Bytes bytes{};
  read(address, bytes);
  std::size_t at = 0;
  while (at + 2 < bytes.size() && is_allowed_prefix(bytes[at])) ++at;
  return {bytes[at], bytes[at + 1]};
}

/// IN, OUT, INS and OUTS (SDM vol. 2), with the port where it is in the instruction.
bool is_port_instruction(std::array<std::uint8_t, 2> code, const ExitRecord& exit) {
  const std::uint8_t form = code[0] & 0xFE;
  if (form == 0xE4 || form == 0xE6) {
    return (form == 0xE6) == exit.write &&
           (exit.kind == ExitKind::kCall || code[1] == (exit.place & 0xFF));
  }
  return form == (exit.write ? 0xEE : 0xEC) || form == (exit.write ? 0x6E : 0x6C);
}

/// MOVS and STOS, repeated.
bool is_repeated_store(std::uint32_t address, const ReadCode& read) {
  Bytes bytes{};
  read(address, bytes);
  const std::uint8_t form = opcode_at(address, read)[0] & 0xFE;
  return is_allowed_prefix(bytes[0]) && (form == 0xA4 || form == 0xAA);
}

std::optional<std::uint32_t> port_instruction_before(const ExitRecord& exit, std::uint32_t behind,
                                                     const ReadCode& read) {
  constexpr std::uint32_t kLongest = 2;  // without prefixes
  for (std::uint32_t length = 1; length <= kLongest; ++length) {
    std::uint32_t at = behind - length;
    const auto code = opcode_at(at, read);
    const bool has_port = (code[0] & 0xFC) == 0xE4;
    if (has_port != (length == kLongest) || !is_port_instruction(code, exit)) continue;
    std::array<std::uint8_t, 1> byte{};
    while (read(at - 1, byte) == 1 && is_allowed_prefix(byte[0])) --at;
    return at;
  }
  return std::nullopt;
}

/// The instruction that ends where `behind` begins, found from the symbol before it on.
std::optional<std::uint32_t> instruction_before(std::uint32_t behind, bool code32, CpuFamily family,
                                                const SymbolTable& symbols, const ReadCode& read) {
  constexpr std::uint32_t kFarthest = 64 << 10;
  const auto symbol = symbols.by_address.lower_bound(behind);
  if (symbol == symbols.by_address.begin()) return std::nullopt;
  std::uint32_t at = std::prev(symbol)->first;
  if (behind - at > kFarthest) return std::nullopt;
  while (at < behind) {
    const std::vector<std::uint8_t> code = code_at(at, code32, family, read);
    if (code.empty()) return std::nullopt;
    const std::uint32_t next = at + static_cast<std::uint32_t>(code.size());
    if (next == behind) return at;
    at = next;
  }
  return std::nullopt;
}

}  // namespace

std::uint32_t find_exit_instruction(const ExitRecord& exit, std::uint32_t stands, bool code32,
                                    CpuFamily family, const SymbolTable& symbols,
                                    const ReadCode& read) {
  if (!exit.write) return stands;
  if (exit.kind == ExitKind::kMemory) {
    if (is_repeated_store(stands, read)) return stands;
    return instruction_before(stands, code32, family, symbols, read).value_or(stands);
  }
  return port_instruction_before(exit, stands, read).value_or(stands);
}

}  // namespace strata
