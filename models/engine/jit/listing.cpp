#include "models/engine/jit/listing.h"

#include <algorithm>
#include <cstdio>
#include <vector>

#include "models/isa/disassemble.h"
#include "models/isa/disassemble_host.h"

namespace strata::jit {
namespace {

constexpr std::size_t kGuestWidth = 40;
constexpr std::size_t kFormWidth = 44;

std::string padded(std::string text, std::size_t width) {
  text.resize(std::max(text.size() + 1, width), ' ');
  return text;
}

std::vector<std::string> host_lines(const CodeBuffer& buffer, std::size_t from, std::size_t to) {
  std::vector<std::string> lines;
  while (from < to) {
    unsigned length = 0;
    const std::uint8_t* code = buffer.executable(from);
    lines.push_back(
        disassemble_host({code, to - from}, reinterpret_cast<std::uintptr_t>(code), length));
    from += length;
  }
  return lines;
}

std::string guest_line(const Translation& translation, std::size_t n, CpuFamily family) {
  const Block& block = *translation.block;
  if (n >= block.count) return "";
  const Step& step = block.steps[n];
  const std::uint32_t eip = translation.eip + step.offset;
  char address[16];
  std::snprintf(address, sizeof(address), "%08X  ", eip);
  return address + disassemble({block.code() + step.offset, step.instruction.length},
                               block.mode.big, eip, family);
}

void add_rows(std::string& text, const std::string& guest, const std::string& form,
              const std::vector<std::string>& host) {
  const std::size_t rows = std::max<std::size_t>(host.size(), 1);
  for (std::size_t row = 0; row < rows; ++row) {
    const std::string left = padded(row == 0 ? guest : "", kGuestWidth);
    const std::string middle = padded(row == 0 ? form : "", kFormWidth);
    std::string line = left + middle + (row < host.size() ? host[row] : "");
    line.erase(line.find_last_not_of(' ') + 1);
    text += line + '\n';
  }
}

void add_block(std::string& text, const Translation& translation, const CodeBuffer& buffer,
               CpuFamily family) {
  char head[160];
  std::snprintf(head, sizeof(head),
                "block at %08X: executed %llu times, %u instructions, %zu bytes of host code\n",
                translation.conditions.code_base + translation.eip,
                static_cast<unsigned long long>(translation.executions), translation.block->count,
                translation.end - translation.begin);
  text += head;
  if (translation.places[0] > translation.begin) {
    add_rows(text, "", "(budget)", host_lines(buffer, translation.begin, translation.places[0]));
  }
  for (std::size_t n = 0; n < translation.operations.size(); ++n) {
    add_rows(text, guest_line(translation, n, family), translation.operations[n],
             host_lines(buffer, translation.places[n], translation.places[n + 1]));
  }
  add_rows(text, "", "(stubs)", host_lines(buffer, translation.places.back(), translation.end));
  text += '\n';
}

std::uint64_t weight(const Translation& translation) {
  return translation.executions * translation.block->count;
}

}  // namespace

std::string listing(std::span<const Translation* const> translations, const CodeBuffer& buffer,
                    CpuFamily family) {
  std::vector<const Translation*> sorted;
  std::ranges::copy_if(translations, std::back_inserter(sorted),
                       [](const Translation* one) { return one->listed; });
  std::ranges::stable_sort(sorted, std::greater(),
                           [](const Translation* one) { return weight(*one); });
  std::string text;
  for (const Translation* one : sorted) add_block(text, *one, buffer, family);
  return text;
}

}  // namespace strata::jit
