// Builds small ELF32 files field by field (System V ABI, chapters 4 and 5), so that tests can break
// exactly one thing.
#pragma once

#include <elf.h>

#include <cstdint>
#include <cstring>
#include <iterator>
#include <string>
#include <vector>

namespace strata::test {

struct ElfBuilder {
  // A multiboot guest of one segment at 1 MiB: header (magic, flags 0, checksum), then HLT.
  Elf32_Ehdr header{};
  Elf32_Phdr segment{};
  static constexpr std::uint8_t kCode[] = {0x02, 0xB0, 0xAD, 0x1B, 0,    0,   0,
                                           0,    0xFE, 0x4F, 0x52, 0xE4, 0xF4};
  std::vector<std::uint8_t> code{std::begin(kCode), std::end(kCode)};
  std::uint32_t segment_count = 1;

  ElfBuilder() {
    std::memcpy(header.e_ident, ELFMAG, SELFMAG);
    header.e_ident[EI_CLASS] = ELFCLASS32;
    header.e_ident[EI_DATA] = ELFDATA2LSB;
    header.e_ident[EI_VERSION] = EV_CURRENT;
    header.e_type = ET_EXEC;
    header.e_machine = EM_386;
    header.e_version = EV_CURRENT;
    header.e_entry = 0x10000C;
    header.e_phoff = sizeof(Elf32_Ehdr);
    header.e_ehsize = sizeof(Elf32_Ehdr);
    header.e_phentsize = sizeof(Elf32_Phdr);
    header.e_phnum = 1;
    header.e_shentsize = sizeof(Elf32_Shdr);
    segment.p_type = PT_LOAD;
    segment.p_offset = sizeof(Elf32_Ehdr) + sizeof(Elf32_Phdr);
    segment.p_vaddr = segment.p_paddr = 0x100000;
    segment.p_filesz = static_cast<std::uint32_t>(code.size());
    segment.p_memsz = segment.p_filesz + 0x100;
  }

  std::vector<std::uint8_t> build() const {
    std::vector<std::uint8_t> file;
    append(file, &header, sizeof header);
    append(file, &segment, sizeof segment);
    append(file, code.data(), code.size());
    return file;
  }

  /// The file with a symbol table of functions: three sections (null, .symtab, .strtab).
  std::vector<std::uint8_t> build_with_symbol(const std::string& name, std::uint32_t address) {
    const std::string strings = '\0' + name + '\0';
    const auto at = static_cast<std::uint32_t>(build().size());
    Elf32_Sym symbol{};
    symbol.st_name = 1;
    symbol.st_value = address;
    symbol.st_info = ELF32_ST_INFO(STB_GLOBAL, STT_FUNC);
    symbol.st_shndx = 1;
    Elf32_Shdr null_section{};
    Elf32_Shdr symtab{};
    symtab.sh_type = SHT_SYMTAB;
    symtab.sh_offset = at;
    symtab.sh_size = sizeof symbol;
    symtab.sh_link = 2;
    Elf32_Shdr strtab{};
    strtab.sh_type = SHT_STRTAB;
    strtab.sh_offset = at + static_cast<std::uint32_t>(sizeof symbol);
    strtab.sh_size = static_cast<std::uint32_t>(strings.size());
    header.e_shnum = 3;
    header.e_shoff = strtab.sh_offset + strtab.sh_size;

    std::vector<std::uint8_t> file = build();
    append(file, &symbol, sizeof symbol);
    append(file, strings.data(), strings.size());
    for (const Elf32_Shdr* section : {&null_section, &symtab, &strtab}) {
      append(file, section, sizeof *section);
    }
    return file;
  }

 private:
  static void append(std::vector<std::uint8_t>& file, const void* data, std::size_t size) {
    const auto* bytes = static_cast<const std::uint8_t*>(data);
    file.insert(file.end(), bytes, bytes + size);
  }
};

}  // namespace strata::test
