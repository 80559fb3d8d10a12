// Source lines of a guest's code from its DWARF (DWARF 5, 6.2), read with elfutils' libdw. Whatever
// is missing or damaged there has no lines; it never stands in the way of a run.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace strata {

struct SourceLine {
  std::uint32_t file = 0;  // index of LineTable::files()
  std::uint32_t line = 0;
};

class LineTable {
 public:
  LineTable() = default;

  /// Of an ELF file, all of it.
  explicit LineTable(std::span<const std::uint8_t> elf);

  std::optional<SourceLine> find(std::uint32_t address) const;

  /// Names as the compiler was given them.
  const std::vector<std::string>& files() const { return files_; }

 private:
  class Reader;

  std::vector<std::string> files_;
  /// Up to the next address; line 0: no line.
  std::map<std::uint32_t, SourceLine> lines_;
};

}  // namespace strata
