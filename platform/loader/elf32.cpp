#include "platform/loader/elf32.h"

#include <elf.h>
#include <fmt/format.h>

#include <cstring>
#include <optional>

namespace strata {
namespace {

using Bytes = std::span<const std::uint8_t>;

/// The `size` bytes at `offset`, or nothing when the file ends before.
std::optional<Bytes> slice(Bytes file, std::uint64_t offset, std::uint64_t size) {
  if (offset > file.size() || size > file.size() - offset) return std::nullopt;
  return file.subspan(offset, size);
}

/// Reads a header struct; the host is little-endian like the file.
template <typename T>
std::optional<T> read_struct(Bytes file, std::uint64_t offset) {
  const auto bytes = slice(file, offset, sizeof(T));
  if (!bytes) return std::nullopt;
  T value;
  std::memcpy(&value, bytes->data(), sizeof value);
  return value;
}

Error truncated(const std::string& name, const char* what, std::size_t size) {
  return Error{fmt::format(
      "guest {}: truncated: {} lies past the end of the file ({} bytes); build or copy it again",
      name, what, size)};
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

Result<std::vector<ElfSegment>> read_segments(Bytes file, const Elf32_Ehdr& header,
                                              const std::string& name) {
  std::vector<ElfSegment> segments;
  for (unsigned i = 0; i < header.e_phnum; ++i) {
    const auto program =
        read_struct<Elf32_Phdr>(file, header.e_phoff + std::uint64_t{i} * header.e_phentsize);
    if (!program) return truncated(name, "the program header table", file.size());
    if (program->p_type == PT_INTERP) {
      return Error{fmt::format(
          "guest {}: dynamically linked; link it statically at a fixed address (-static -no-pie)",
          name)};
    }
    if (program->p_type != PT_LOAD || program->p_memsz == 0) continue;
    const auto bytes = slice(file, program->p_offset, program->p_filesz);
    if (!bytes) return truncated(name, "a segment", file.size());
    if (program->p_filesz > program->p_memsz) {
      return Error{
          fmt::format("guest {}: damaged ELF file: a segment has more bytes in the file "
                      "than in memory; link it again",
                      name)};
    }
    segments.push_back({program->p_paddr, program->p_vaddr, program->p_memsz, *bytes});
  }
  if (segments.empty()) {
    return Error{fmt::format(
        "guest {}: nothing to load: no PT_LOAD segment; link it as an executable", name)};
  }
  return segments;
}

/// The NUL-terminated string at `offset` of a string table; empty when it is not inside.
std::string table_string(Bytes table, std::uint32_t offset) {
  if (offset >= table.size()) return {};
  const auto* begin = reinterpret_cast<const char*>(table.data()) + offset;
  return std::string(begin, strnlen(begin, table.size() - offset));
}

void add_symbols(Bytes symbols, Bytes strings, SymbolTable& out) {
  for (std::uint64_t at = 0; at + sizeof(Elf32_Sym) <= symbols.size(); at += sizeof(Elf32_Sym)) {
    const auto symbol = *read_struct<Elf32_Sym>(symbols, at);
    const unsigned type = ELF32_ST_TYPE(symbol.st_info);
    const bool is_code_or_data = type == STT_NOTYPE || type == STT_FUNC || type == STT_OBJECT;
    if (!is_code_or_data || symbol.st_shndx == SHN_UNDEF || symbol.st_shndx == SHN_ABS) continue;
    const std::string symbol_name = table_string(strings, symbol.st_name);
    if (symbol_name.empty()) continue;
    out.by_name.emplace(symbol_name, symbol.st_value);
    // A function's name says more about an address than a label of the same place.
    if (type == STT_FUNC) {
      out.by_address[symbol.st_value] = symbol_name;
    } else {
      out.by_address.emplace(symbol.st_value, symbol_name);
    }
  }
}

Result<SymbolTable> read_symbols(Bytes file, const Elf32_Ehdr& header, const std::string& name) {
  SymbolTable table;
  for (unsigned i = 0; i < header.e_shnum; ++i) {
    const auto at = [&](std::uint64_t index) {
      return read_struct<Elf32_Shdr>(file, header.e_shoff + index * header.e_shentsize);
    };
    const auto section = at(i);
    if (!section) return truncated(name, "the section header table", file.size());
    if (section->sh_type != SHT_SYMTAB) continue;
    const auto strings = at(section->sh_link);
    const auto symbol_bytes = slice(file, section->sh_offset, section->sh_size);
    const auto string_bytes =
        strings ? slice(file, strings->sh_offset, strings->sh_size) : std::nullopt;
    if (!symbol_bytes || !string_bytes) return truncated(name, "the symbol table", file.size());
    add_symbols(*symbol_bytes, *string_bytes, table);
  }
  return table;
}

}  // namespace

bool looks_like_elf(Bytes file) {
  return file.size() >= SELFMAG && std::memcmp(file.data(), ELFMAG, SELFMAG) == 0;
}

Result<ElfFile> parse_elf32(Bytes file, const std::string& name) {
  // The first fields are the same in both classes; a 64-bit file gets its own message.
  const auto header = read_struct<Elf32_Ehdr>(file, 0);
  if (!header) return truncated(name, "the ELF header", file.size());
  if (auto error = check_header(*header, name)) return *error;

  auto segments = read_segments(file, *header, name);
  if (!segments) return Error{segments.error()};
  auto symbols = read_symbols(file, *header, name);
  if (!symbols) return Error{symbols.error()};
  return ElfFile{header->e_entry, std::move(*segments), std::move(*symbols)};
}

}  // namespace strata
