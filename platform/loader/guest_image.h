// What the loader hands to a machine: bytes for RAM, bytes for the boot ROM, and the guest's
// symbols. Every engine starts in the boot ROM at the reset vector; nothing else is set up behind
// its back.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace strata {

/// Bytes placed in RAM before reset. `address + bytes.size()` is within the machine's memory.
struct MemoryBlock {
  std::uint32_t address = 0;
  std::vector<std::uint8_t> bytes;
};

/// Named addresses of an ELF guest (linear = physical without paging), for trace points and labels.
struct SymbolTable {
  std::map<std::string, std::uint32_t> by_name;
  std::map<std::uint32_t, std::string> by_address;
  /// The guest's segments, from the first byte to behind the last.
  std::map<std::uint32_t, std::uint64_t> segments;

  /// The symbol an address belongs to: the nearest at or below it in the same segment. Empty where
  /// there is none: in the boot ROM, on the stack, in memory the guest has taken for itself.
  std::string at(std::uint32_t address) const;
};

struct GuestImage {
  std::string name;  // as given on the command line, or the BIOS file when there is no guest
  std::vector<MemoryBlock> memory;
  /// Mapped read-only to end at 1 MiB (as much as fits above C0000) and at 4 GiB. A multiple of
  /// 4 KiB.
  std::vector<std::uint8_t> rom;
  SymbolTable symbols;
  /// Linear address of the guest's first instruction, behind the boot ROM's; none where the ROM is
  /// all there is.
  std::optional<std::uint32_t> entry;
  /// The guest file is a whole disk image: it is also the disk when no --disk is given.
  bool is_disk_image = false;
  /// The guest file and the BIOS file as they came through a pipe, for who has to hand them on;
  /// else empty.
  std::vector<std::uint8_t> piped;
  std::vector<std::uint8_t> piped_bios;
  /// Kernel, initrd or a module came through a pipe; nobody can be handed it on.
  bool pipe_beside_guest = false;
};

}  // namespace strata
