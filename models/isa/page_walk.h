// The walk through the guest's two levels of page tables (SDM vol. 3, 4.3 and 4.6-4.8; 80386
// Programmer's Reference Manual, 5.2), for whoever translates: the MMU for itself, a monitor for
// its guest. How an entry is read and written is the caller's.
#pragma once

#include <cstdint>

namespace strata {

/// Who accesses memory, for the page tables' user/supervisor bits (SDM vol. 3, 4.6).
enum class Privilege : std::uint8_t { kSupervisor, kUser };

enum class Access : std::uint8_t { kRead, kWrite };

/// Page-fault error code (SDM vol. 3, 4.7). There is no bit for instruction fetches.
namespace page_fault {
inline constexpr std::uint32_t kPresent = 1u << 0;
inline constexpr std::uint32_t kWrite = 1u << 1;
inline constexpr std::uint32_t kUser = 1u << 2;
inline constexpr std::uint32_t kReserved = 1u << 3;
}  // namespace page_fault

/// Page directory and page table entries (SDM vol. 3, tables 4-4 to 4-6).
namespace pte {
inline constexpr std::uint32_t kPresent = 1u << 0;
inline constexpr std::uint32_t kWritable = 1u << 1;
inline constexpr std::uint32_t kUser = 1u << 2;
inline constexpr std::uint32_t kAccessed = 1u << 5;
inline constexpr std::uint32_t kDirty = 1u << 6;
inline constexpr std::uint32_t kLarge = 1u << 7;
inline constexpr std::uint32_t kGlobal = 1u << 8;
inline constexpr std::uint32_t kFrame = 0xFFFFF000;
inline constexpr std::uint32_t kLargeFrame = 0xFFC00000;
inline constexpr std::uint32_t kLargeReserved = 0x003FF000;
}  // namespace pte

/// What the control registers say about paging.
struct PagingMode {
  bool on = false;
  bool write_protect = false;   // CR0.WP, from the 486 on
  bool large_pages = false;     // CR4.PSE
  bool global_pages = false;    // CR4.PGE
  std::uint32_t directory = 0;  // CR3

  bool operator==(const PagingMode&) const = default;
};

/// The error code's bits that the access alone makes.
inline std::uint32_t access_code(Privilege privilege, Access access) {
  return (privilege == Privilege::kUser ? page_fault::kUser : 0) |
         (access == Access::kWrite ? page_fault::kWrite : 0);
}

/// Whether an entry lets the access pass (SDM vol. 3, 4.6).
inline bool permits(std::uint32_t entry, Privilege privilege, Access access, bool write_protect) {
  const bool user = privilege == Privilege::kUser;
  if (user && (entry & pte::kUser) == 0) {
    return false;
  }
  const bool obeys = user || write_protect;
  return access == Access::kRead || !obeys || (entry & pte::kWritable) != 0;
}

/// The entries of one linear address.
struct PageWalk {
  std::uint32_t directory_at = 0;  // physical
  std::uint32_t directory = 0;
  std::uint32_t table_at = 0;
  std::uint32_t table = 0;
  bool large = false;

  /// Both levels as one entry of a 4 KiB page: frame, permissions of both together, dirty and
  /// global bits.
  std::uint32_t entry(std::uint32_t linear) const {
    if (large) {
      constexpr std::uint32_t kInside = ~pte::kLargeFrame & pte::kFrame;
      return (directory & ~pte::kFrame) | (directory & pte::kLargeFrame) | (linear & kInside);
    }
    constexpr std::uint32_t kBoth = pte::kWritable | pte::kUser;
    return (table & ~(kBoth | pte::kLarge)) | (directory & table & kBoth);
  }
};

/// Reads the entries for `linear` by `read`(physical) (SDM vol. 3, figures 4-2 and 4-3). False if
/// there is no page, or an entry has a reserved bit; that is added to `error_code`.
template <typename Read>
bool walk_pages(const PagingMode& mode, std::uint32_t linear, Read&& read, PageWalk& found,
                std::uint32_t& error_code) {
  found.directory_at = (mode.directory & pte::kFrame) | ((linear >> 20) & 0xFFC);
  found.directory = read(found.directory_at);
  if ((found.directory & pte::kPresent) == 0) {
    return false;
  }
  found.large = mode.large_pages && (found.directory & pte::kLarge) != 0;
  if (found.large) {
    if ((found.directory & pte::kLargeReserved) != 0) {
      error_code |= page_fault::kPresent | page_fault::kReserved;
      return false;
    }
    return true;
  }
  found.table_at = (found.directory & pte::kFrame) | ((linear >> 10) & 0xFFC);
  found.table = read(found.table_at);
  return (found.table & pte::kPresent) != 0;
}

/// Accessed and dirty bits (SDM vol. 3, 4.8) by `write`(physical, entry), directory first, each
/// written only if it changes.
template <typename Write>
void mark_used(PageWalk& found, Access access, Write&& write) {
  const std::uint32_t last = pte::kAccessed | (access == Access::kWrite ? pte::kDirty : 0);
  const std::uint32_t directory = found.directory | (found.large ? last : pte::kAccessed);
  if (directory != found.directory) {
    write(found.directory_at, directory);
    found.directory = directory;
  }
  if (found.large) {
    return;
  }
  const std::uint32_t table = found.table | last;
  if (table != found.table) {
    write(found.table_at, table);
    found.table = table;
  }
}

}  // namespace strata
