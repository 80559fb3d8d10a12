#include "platform/profile/line_table.h"

#include <elfutils/libdw.h>
#include <libelf.h>

#include <iterator>
#include <memory>
#include <unordered_map>

namespace strata {

class LineTable::Reader {
 public:
  explicit Reader(LineTable& table) : table_(table) {}

  void read(std::span<const std::uint8_t> elf) {
    elf_version(EV_CURRENT);
    // libelf writes to what it is given only where it is told to.
    const std::unique_ptr<Elf, int (*)(Elf*)> file(
        elf_memory(reinterpret_cast<char*>(const_cast<std::uint8_t*>(elf.data())), elf.size()),
        elf_end);
    if (!file) return;
    const std::unique_ptr<Dwarf, int (*)(Dwarf*)> dwarf(
        dwarf_begin_elf(file.get(), DWARF_C_READ, nullptr), dwarf_end);
    if (!dwarf) return;
    Dwarf_CU* unit = nullptr;
    Dwarf_Die die{};
    while (dwarf_get_units(dwarf.get(), unit, &unit, nullptr, nullptr, &die, nullptr) == 0) {
      read_unit(die);
    }
  }

 private:
  void read_unit(Dwarf_Die& unit) {
    Dwarf_Lines* lines = nullptr;
    std::size_t count = 0;
    if (dwarf_getsrclines(&unit, &lines, &count) != 0) return;
    find_directory(unit);
    for (std::size_t n = 0; n < count; ++n) add(dwarf_onesrcline(lines, n));
  }

  /// Where the compiler ran: libdw puts it before names that were given without.
  void find_directory(Dwarf_Die& unit) {
    Dwarf_Files* files = nullptr;
    const char* const* directories = nullptr;
    std::size_t count = 0;
    directory_.clear();
    if (dwarf_getsrcfiles(&unit, &files, &count) != 0) return;
    if (dwarf_getsrcdirs(files, &directories, &count) != 0 || count == 0) return;
    if (directories[0] != nullptr) directory_ = std::string(directories[0]) + "/";
  }

  void add(Dwarf_Line* row) {
    Dwarf_Addr address = 0;
    bool ends = false;
    int number = 0;
    const char* source = dwarf_linesrc(row, nullptr, nullptr);
    if (dwarf_lineaddr(row, &address) != 0 || dwarf_lineendsequence(row, &ends) != 0) return;
    if (dwarf_lineno(row, &number) != 0 || address > UINT32_MAX) return;
    const auto place = static_cast<std::uint32_t>(address);
    if (ends || source == nullptr) {
      // What begins where a sequence ends is another's, whichever is read first.
      table_.lines_.emplace(place, SourceLine{});
    } else if (number > 0) {
      table_.lines_[place] = {index_of(source), static_cast<std::uint32_t>(number)};
    }
  }

  std::uint32_t index_of(std::string name) {
    if (name.starts_with(directory_)) name.erase(0, directory_.size());
    const auto [entry, added] = files_.emplace(name, table_.files_.size());
    if (added) table_.files_.push_back(name);
    return entry->second;
  }

  LineTable& table_;
  std::string directory_;
  std::unordered_map<std::string, std::uint32_t> files_;
};

LineTable::LineTable(std::span<const std::uint8_t> elf) {
  Reader(*this).read(elf);
}

std::optional<SourceLine> LineTable::find(std::uint32_t address) const {
  const auto behind = lines_.upper_bound(address);
  if (behind == lines_.begin()) return std::nullopt;
  const SourceLine& line = std::prev(behind)->second;
  return line.line != 0 ? std::optional(line) : std::nullopt;
}

}  // namespace strata
