// Reads what the loader needs of an ELF file (System V ABI, Edition 4.1, chapters 4 and 5):
// loadable segments, entry point and symbols of a 32-bit little-endian i386 executable. Everything
// else is refused with one line. No relocation, no dynamic linking. The file may come from anybody:
// what is read and kept is bounded by its size and by the machine's memory.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "models/base/result.h"
#include "platform/loader/guest_image.h"
#include "platform/loader/host_file.h"

namespace strata {

struct ElfSegment {
  std::uint32_t physical = 0;
  std::uint32_t virtual_address = 0;
  std::uint32_t memory_size = 0;  // bytes in memory; beyond the file's bytes: zero
  std::uint32_t file_offset = 0;  // where its bytes are, inside the file
  std::uint32_t file_size = 0;    // at most memory_size
};

struct ElfFile {
  std::uint32_t entry = 0;           // virtual address
  std::vector<ElfSegment> segments;  // PT_LOAD with a memory size, in file order
  SymbolTable symbols;
};

/// Whether `file` begins with the ELF magic, whatever follows.
bool looks_like_elf(std::span<const std::uint8_t> file);

/// Parses `file` for a machine of `memory_bytes`; it reads headers and symbols, no segment. `name`
/// is for error messages.
Result<ElfFile> parse_elf32(const HostFile& file, const std::string& name,
                            std::uint64_t memory_bytes);

}  // namespace strata
