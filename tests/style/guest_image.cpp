#include "tests/style/guest_image.h"

#include <Zydis/Zydis.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <iterator>

namespace strata::style {
namespace {

template <typename Entry>
std::vector<Entry> table(const Bytes& file, std::size_t offset, std::size_t count) {
  std::vector<Entry> entries;
  for (std::size_t i = 0; i < count && offset + sizeof(Entry) <= file.size(); i++) {
    Entry entry;
    std::memcpy(&entry, file.data() + offset, sizeof(entry));
    entries.push_back(entry);
    offset += sizeof(entry);
  }
  return entries;
}

bool is_386_integer(ZydisISASet set) {
  constexpr std::array kSets = {ZYDIS_ISA_SET_I86, ZYDIS_ISA_SET_I186, ZYDIS_ISA_SET_I286REAL,
                                ZYDIS_ISA_SET_I286PROTECTED, ZYDIS_ISA_SET_I386};
  return std::find(kSets.begin(), kSets.end(), set) != kSets.end();
}

std::string at_address(std::uint32_t address, const std::string& what) {
  std::array<char, 16> text;
  std::snprintf(text.data(), text.size(), "%08x: ", address);
  return text.data() + what;
}

}  // namespace

Bytes read_bytes(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return Bytes(std::istreambuf_iterator<char>(file), {});
}

Elf32_Ehdr elf_header(const Bytes& file) {
  const auto headers = table<Elf32_Ehdr>(file, 0, 1);
  return headers.empty() ? Elf32_Ehdr{} : headers[0];
}

std::vector<Elf32_Phdr> program_headers(const Bytes& file) {
  const Elf32_Ehdr header = elf_header(file);
  return table<Elf32_Phdr>(file, header.e_phoff, header.e_phnum);
}

std::vector<CodeSection> code_sections(const Bytes& file) {
  const Elf32_Ehdr header = elf_header(file);
  const auto sections = table<Elf32_Shdr>(file, header.e_shoff, header.e_shnum);
  std::vector<CodeSection> result;
  if (header.e_shstrndx >= sections.size()) return result;
  const char* names =
      reinterpret_cast<const char*>(file.data()) + sections[header.e_shstrndx].sh_offset;
  for (const Elf32_Shdr& section : sections) {
    if ((section.sh_flags & SHF_EXECINSTR) == 0) continue;
    const auto first = file.begin() + static_cast<std::ptrdiff_t>(section.sh_offset);
    result.push_back(
        {names + section.sh_name, section.sh_addr, Bytes(first, first + section.sh_size)});
  }
  return result;
}

std::vector<std::string> instructions_beyond_386(std::span<const std::uint8_t> code,
                                                 std::uint32_t address) {
  ZydisDecoder decoder;
  ZydisDecoderInit(&decoder, ZYDIS_MACHINE_MODE_LONG_COMPAT_32, ZYDIS_STACK_WIDTH_32);
  std::vector<std::string> findings;
  while (!code.empty()) {
    ZydisDecodedInstruction instruction;
    std::array<ZydisDecodedOperand, ZYDIS_MAX_OPERAND_COUNT> operands;
    const ZyanStatus status =
        ZydisDecoderDecodeFull(&decoder, code.data(), code.size(), &instruction, operands.data());
    if (!ZYAN_SUCCESS(status)) {
      findings.push_back(at_address(address, "does not decode"));
      return findings;
    }
    if (!is_386_integer(instruction.meta.isa_set))
      findings.push_back(at_address(address, ZydisMnemonicGetString(instruction.mnemonic)));
    code = code.subspan(instruction.length);
    address += instruction.length;
  }
  return findings;
}

}  // namespace strata::style
