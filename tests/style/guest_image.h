// What is inside a guest file: ELF32 sections and the instructions in them.
#pragma once

#include <elf.h>

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace strata::style {

using Bytes = std::vector<std::uint8_t>;

Bytes read_bytes(const std::string& path);

/// The ELF32 header; all zero if the file is too short.
Elf32_Ehdr elf_header(const Bytes& file);

std::vector<Elf32_Phdr> program_headers(const Bytes& file);

struct CodeSection {
  std::string name;
  std::uint32_t address = 0;
  Bytes code;
};

/// All sections with instructions.
std::vector<CodeSection> code_sections(const Bytes& file);

/// One line for each instruction of 32-bit `code` that an 80386 without an 80387 does not have or
/// that does not decode.
std::vector<std::string> instructions_beyond_386(std::span<const std::uint8_t> code,
                                                 std::uint32_t address);

}  // namespace strata::style
