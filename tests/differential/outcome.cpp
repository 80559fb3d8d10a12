#include "tests/differential/outcome.h"

#include <algorithm>
#include <cstdio>
#include <cstring>

#include "models/isa/disassemble.h"

namespace strata::test {
namespace {

constexpr const char* kGprs[] = {"eax", "ecx", "edx", "ebx", "esp", "ebp", "esi", "edi"};
constexpr const char* kSegments[] = {"es", "cs", "ss", "ds", "fs", "gs"};

std::string text(const char* format, const char* name, std::uint32_t value) {
  char buffer[48];
  std::snprintf(buffer, sizeof(buffer), format, name, value);
  return buffer;
}

class Lines {
 public:
  Lines(const char* expected_name, const char* actual_name)
      : expected_name_(expected_name), actual_name_(actual_name) {}

  void compare(const char* name, std::uint32_t expected, std::uint32_t actual) {
    if (expected == actual) return;
    char buffer[120];
    std::snprintf(buffer, sizeof(buffer), "  %-10s %s %08x, %s %08x\n", name, expected_name_,
                  expected, actual_name_, actual);
    text_ += buffer;
  }
  const std::string& str() const { return text_; }

 private:
  const char* expected_name_;
  const char* actual_name_;
  std::string text_;
};

}  // namespace

std::string describe(const Registers& registers) {
  std::string line;
  for (unsigned n = 0; n < registers.gpr.size(); ++n) {
    line += text("%s %08x ", kGprs[n], registers.gpr[n]);
  }
  line += '\n';
  for (unsigned n = 0; n < registers.selector.size(); ++n) {
    line += text("%s %02x ", kSegments[n], registers.selector[n]);
  }
  line += text("%s %08x ", "eip", registers.eip);
  line += text("%s %08x\n", "eflags", registers.eflags);
  return line;
}

std::string describe(const Event& event) {
  if (event.vector == Event::kNone) return "no exception";
  return text("%s %u", "exception", event.vector) + text(" %s %x", "error code", event.error_code) +
         text(" %s %08x", "cr2", event.cr2);
}

std::string describe(const Sequence& sequence, bool big) {
  std::string lines;
  for (const Sequence::Piece& piece : sequence.pieces) {
    lines += text("%s%08x  ", "  ", piece.eip);
    std::string bytes;
    for (const std::uint8_t byte : piece.code.bytes()) bytes += text("%s%02x ", "", byte);
    bytes.resize(std::max<std::size_t>(bytes.size(), 33), ' ');
    lines += bytes + disassemble(piece.code.bytes(), big, piece.eip, CpuFamily::k586) + '\n';
  }
  return lines;
}

std::string difference(const Outcome& expected, const Outcome& actual, std::uint32_t undefined,
                       const char* expected_name, const char* actual_name) {
  Lines lines(expected_name, actual_name);
  const Registers& e = expected.registers;
  const Registers& a = actual.registers;
  for (unsigned n = 0; n < e.gpr.size(); ++n) lines.compare(kGprs[n], e.gpr[n], a.gpr[n]);
  lines.compare("eip", e.eip, a.eip);
  lines.compare("eflags", e.eflags & ~undefined, a.eflags & ~undefined);
  for (unsigned n = 0; n < e.selector.size(); ++n) {
    lines.compare(kSegments[n], e.selector[n], a.selector[n]);
  }
  lines.compare("vector", expected.event.vector, actual.event.vector);
  lines.compare("error code", expected.event.error_code, actual.event.error_code);
  lines.compare("cr2", expected.event.cr2, actual.event.cr2);
  return lines.str();
}

std::string memory_difference(std::span<const std::uint8_t> expected,
                              std::span<const std::uint8_t> actual, std::uint32_t base) {
  if (std::memcmp(expected.data(), actual.data(), expected.size()) == 0) return {};
  constexpr unsigned kMostLines = 16;
  std::string lines;
  unsigned count = 0;
  for (std::size_t n = 0; n < expected.size() && count < kMostLines; ++n) {
    if (expected[n] == actual[n]) continue;
    ++count;
    char buffer[64];
    std::snprintf(buffer, sizeof(buffer), "  [%08zx]  %02x, %02x\n", base + n, expected[n],
                  actual[n]);
    lines += buffer;
  }
  return lines;
}

}  // namespace strata::test
