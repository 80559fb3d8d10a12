// Reads what the loader needs of an ELF file (System V ABI, Edition 4.1, chapters 4 and 5):
// loadable segments, entry point and symbols of a 32-bit little-endian i386 executable. Everything
// else is refused with one line. No relocation, no dynamic linking.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "models/base/result.h"
#include "platform/loader/guest_image.h"

namespace strata {

struct ElfSegment {
  std::uint32_t physical = 0;
  std::uint32_t virtual_address = 0;
  std::uint32_t memory_size = 0;             // bytes in memory; beyond the file's bytes: zero
  std::span<const std::uint8_t> file_bytes;  // inside the parsed file
};

struct ElfFile {
  std::uint32_t entry = 0;           // virtual address
  std::vector<ElfSegment> segments;  // PT_LOAD with a memory size, in file order
  SymbolTable symbols;
};

/// Whether `file` begins with the ELF magic, whatever follows.
bool looks_like_elf(std::span<const std::uint8_t> file);

/// Parses `file`, which must outlive the result. `name` is for error messages.
Result<ElfFile> parse_elf32(std::span<const std::uint8_t> file, const std::string& name);

}  // namespace strata
