#include "platform/loader/elf32.h"

#include <elf.h>
#include <fmt/format.h>

#include <cassert>
#include <cstring>
#include <optional>

namespace strata {
namespace {

using Bytes = std::span<const std::uint8_t>;

/// Beyond this share of the machine's memory a symbol table is no help any more; what is kept of a
/// symbol takes about 16 times its entry.
constexpr std::uint64_t kSymbolShare = 8;

/// A struct out of a header table; the host is little-endian like the file.
template <typename T>
T struct_at(Bytes table, std::size_t offset) {
  T value;
  assert(offset + sizeof value <= table.size());
  std::memcpy(&value, table.data() + offset, sizeof value);
  return value;
}

Error damaged(const std::string& name, const std::string& what) {
  return Error{fmt::format("guest {}: damaged ELF file: {}; link it again", name, what)};
}

std::string machine_name(unsigned machine) {
  switch (machine) {
    case EM_X86_64: return "x86-64";
    case EM_ARM: return "ARM";
    case EM_AARCH64: return "AArch64";
    case EM_RISCV: return "RISC-V";
    default: return fmt::format("machine {}", machine);
  }
}

std::optional<Error> check_header(const Elf32_Ehdr& header, const std::string& name) {
  if (header.e_ident[EI_CLASS] != ELFCLASS32) {
    return Error{fmt::format(
        "guest {}: 64-bit ELF file; a 32-bit i386 one is needed (build with -m32)", name)};
  }
  if (header.e_ident[EI_DATA] != ELFDATA2LSB) {
    return Error{
        fmt::format("guest {}: big-endian ELF file; a little-endian i386 one is needed", name)};
  }
  if (header.e_machine != EM_386) {
    return Error{fmt::format("guest {}: ELF file for {}; one for i386 is needed (build with -m32)",
                             name, machine_name(header.e_machine))};
  }
  if (header.e_type != ET_EXEC) {
    return Error{
        fmt::format("guest {}: not a linked executable; link it statically at a fixed address "
                    "(-static -no-pie)",
                    name)};
  }
  return std::nullopt;
}

class Parser {
 public:
  Parser(const HostFile& file, const std::string& name, std::uint64_t memory_bytes)
      : file_(file), name_(name), memory_bytes_(memory_bytes) {}

  Result<ElfFile> parse();

 private:
  /// The `size` bytes at `offset`; `what` they are is for the error when the file ends before.
  Result<std::vector<std::uint8_t>> part(std::uint64_t offset, std::uint64_t size,
                                         const char* what) const;
  Result<std::vector<ElfSegment>> read_segments(const Elf32_Ehdr& header) const;
  Result<std::optional<ElfSegment>> segment_of(const Elf32_Phdr& program) const;
  Result<SymbolTable> read_symbols(const Elf32_Ehdr& header) const;
  Result<SymbolTable> symbols_of(const Elf32_Shdr& symbols, const Elf32_Shdr& strings) const;
  Error truncated(const char* what) const;

  const HostFile& file_;
  const std::string& name_;
  std::uint64_t memory_bytes_;
};

Error Parser::truncated(const char* what) const {
  return Error{fmt::format(
      "guest {}: truncated: {} lies past the end of the file ({} bytes); build or copy it again",
      name_, what, file_.size())};
}

Result<std::vector<std::uint8_t>> Parser::part(std::uint64_t offset, std::uint64_t size,
                                               const char* what) const {
  if (offset > file_.size() || size > file_.size() - offset) return truncated(what);
  return file_.read(offset, size);
}

Result<std::vector<ElfSegment>> Parser::read_segments(const Elf32_Ehdr& header) const {
  if (header.e_phnum != 0 && header.e_phentsize != sizeof(Elf32_Phdr)) {
    return damaged(name_, fmt::format("its program headers have {} bytes, not {}",
                                      header.e_phentsize, sizeof(Elf32_Phdr)));
  }
  const auto table = part(header.e_phoff, std::uint64_t{header.e_phnum} * sizeof(Elf32_Phdr),
                          "the program header table");
  if (!table) return table.failure();
  std::vector<ElfSegment> segments;
  for (std::size_t at = 0; at < table.value().size(); at += sizeof(Elf32_Phdr)) {
    auto segment = segment_of(struct_at<Elf32_Phdr>(table.value(), at));
    if (!segment) return segment.failure();
    if (*segment) segments.push_back(**segment);
  }
  if (segments.empty()) {
    return Error{fmt::format(
        "guest {}: nothing to load: no PT_LOAD segment; link it as an executable", name_)};
  }
  return segments;
}

/// Nothing for what is not to be loaded.
Result<std::optional<ElfSegment>> Parser::segment_of(const Elf32_Phdr& program) const {
  if (program.p_type == PT_INTERP) {
    return Error{fmt::format(
        "guest {}: dynamically linked; link it statically at a fixed address (-static -no-pie)",
        name_)};
  }
  if (program.p_type != PT_LOAD || program.p_memsz == 0) return std::optional<ElfSegment>();
  if (std::uint64_t{program.p_offset} + program.p_filesz > file_.size()) {
    return truncated("a segment");
  }
  if (program.p_filesz > program.p_memsz) {
    return damaged(name_, "a segment has more bytes in the file than in memory");
  }
  return std::optional(ElfSegment{program.p_paddr, program.p_vaddr, program.p_memsz,
                                  program.p_offset, program.p_filesz});
}

/// The NUL-terminated string at `offset` of a string table; empty when it is not inside.
std::string table_string(Bytes table, std::uint32_t offset) {
  if (offset >= table.size()) return {};
  const auto* begin = reinterpret_cast<const char*>(table.data()) + offset;
  return std::string(begin, strnlen(begin, table.size() - offset));
}

void add_symbol(const Elf32_Sym& symbol, const std::string& name, SymbolTable& out) {
  out.by_name.emplace(name, symbol.st_value);
  // A function's name says more about an address than a label of the same place.
  if (ELF32_ST_TYPE(symbol.st_info) == STT_FUNC) {
    out.by_address[symbol.st_value] = name;
  } else {
    out.by_address.emplace(symbol.st_value, name);
  }
}

bool is_code_or_data(const Elf32_Sym& symbol) {
  const unsigned type = ELF32_ST_TYPE(symbol.st_info);
  return (type == STT_NOTYPE || type == STT_FUNC || type == STT_OBJECT) &&
         symbol.st_shndx != SHN_UNDEF && symbol.st_shndx != SHN_ABS;
}

Result<SymbolTable> Parser::symbols_of(const Elf32_Shdr& symbols, const Elf32_Shdr& strings) const {
  if (symbols.sh_size > memory_bytes_ / kSymbolShare || strings.sh_size > memory_bytes_) {
    return Error{fmt::format(
        "guest {}: its symbol table ({} bytes, names {}) is too large for a machine of {} bytes; "
        "strip it or give more --mem",
        name_, symbols.sh_size, strings.sh_size, memory_bytes_)};
  }
  const auto entries = part(symbols.sh_offset, symbols.sh_size, "the symbol table");
  if (!entries) return entries.failure();
  const auto names = part(strings.sh_offset, strings.sh_size, "the symbol table");
  if (!names) return names.failure();
  SymbolTable table;
  std::uint64_t name_bytes = 0;
  const std::size_t size = entries.value().size();
  for (std::size_t at = 0; at + sizeof(Elf32_Sym) <= size; at += sizeof(Elf32_Sym)) {
    const auto symbol = struct_at<Elf32_Sym>(entries.value(), at);
    if (!is_code_or_data(symbol)) continue;
    const std::string symbol_name = table_string(names.value(), symbol.st_name);
    // Names may share their ends, but not so that they take more room than the machine.
    name_bytes += symbol_name.size();
    if (name_bytes > memory_bytes_) return damaged(name_, "the names of its symbols overlap");
    if (!symbol_name.empty()) add_symbol(symbol, symbol_name, table);
  }
  return table;
}

/// An object file has one section of type SHT_SYMTAB at most (System V ABI, chapter 4).
Result<SymbolTable> Parser::read_symbols(const Elf32_Ehdr& header) const {
  if (header.e_shnum != 0 && header.e_shentsize != sizeof(Elf32_Shdr)) {
    return damaged(name_, fmt::format("its section headers have {} bytes, not {}",
                                      header.e_shentsize, sizeof(Elf32_Shdr)));
  }
  const auto table = part(header.e_shoff, std::uint64_t{header.e_shnum} * sizeof(Elf32_Shdr),
                          "the section header table");
  if (!table) return table.failure();
  const auto section = [&](std::size_t index) {
    return struct_at<Elf32_Shdr>(table.value(), index * sizeof(Elf32_Shdr));
  };
  for (unsigned i = 0; i < header.e_shnum; ++i) {
    const Elf32_Shdr symbols = section(i);
    if (symbols.sh_type != SHT_SYMTAB) continue;
    if (symbols.sh_link >= header.e_shnum) return truncated("the symbol table");
    return symbols_of(symbols, section(symbols.sh_link));
  }
  return SymbolTable();
}

Result<ElfFile> Parser::parse() {
  // The first fields are the same in both classes; a 64-bit file gets its own message.
  const auto bytes = part(0, sizeof(Elf32_Ehdr), "the ELF header");
  if (!bytes) return bytes.failure();
  const auto header = struct_at<Elf32_Ehdr>(bytes.value(), 0);
  if (auto error = check_header(header, name_)) return *error;
  auto segments = read_segments(header);
  if (!segments) return segments.failure();
  auto symbols = read_symbols(header);
  if (!symbols) return symbols.failure();
  for (const ElfSegment& segment : segments.value()) {
    const std::uint64_t end = std::uint64_t{segment.virtual_address} + segment.memory_size;
    symbols->segments[segment.virtual_address] = end;
  }
  return ElfFile{header.e_entry, std::move(*segments), std::move(*symbols)};
}

}  // namespace

bool looks_like_elf(Bytes file) {
  return file.size() >= SELFMAG && std::memcmp(file.data(), ELFMAG, SELFMAG) == 0;
}

Result<ElfFile> parse_elf32(const HostFile& file, const std::string& name,
                            std::uint64_t memory_bytes) {
  return Parser(file, name, memory_bytes).parse();
}

}  // namespace strata
