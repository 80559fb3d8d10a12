#include "tests/lockstep/system/system_pages.h"

#include <cassert>

#include "tests/lockstep/system/system_features.h"
#include "tests/lockstep/system/system_map.h"
#include "tests/lockstep/system/system_segments.h"

namespace strata::test {
namespace {

// Entry bits (SDM vol. 3, 4.3).
constexpr std::uint32_t kPresent = 1u << 0;
constexpr std::uint32_t kWrite = 1u << 1;
constexpr std::uint32_t kUser = 1u << 2;
constexpr std::uint32_t kAccessed = 1u << 5;
constexpr std::uint32_t kDirty = 1u << 6;
constexpr std::uint32_t kBig = 1u << 7;
constexpr std::uint32_t kGlobal = 1u << 8;

constexpr unsigned kPageShift = 12;
constexpr unsigned kBigShift = 22;
constexpr std::uint32_t kPageBytes = 1u << kPageShift;
constexpr std::uint32_t kEntries = 1024;

// Tables by their page behind kPageTables.
constexpr unsigned kLowTable = 2;
constexpr unsigned kFirstAlias = 3;
constexpr unsigned kAliases = 2;
constexpr unsigned kOwnTable = 5;  // maps the tables
constexpr unsigned kGlobalDirectory = 1;
constexpr unsigned kOwnDirectory = kPageTables >> kBigShift;

constexpr std::uint32_t kFirstSystemPage = SYSTEM_GDT >> kPageShift;
constexpr std::uint32_t kEndOfMemory = 0x120;  // first page without memory of its own
constexpr std::uint32_t kFirstDevicePage = 0xA0;
constexpr std::uint32_t kEndOfDevice = 0xC0;
constexpr std::uint32_t kFirstRomPage = SYSTEM_ROM16 >> kPageShift;
constexpr std::uint32_t kFirstCode16 = kFirstRomPage + 6;
constexpr std::uint32_t kHandlerPage = SYSTEM_ROM32 >> kPageShift;

bool one_in(Random& random, std::uint32_t n) {
  return pick(random, n) == 0;
}

std::uint32_t table_address(unsigned table, std::uint32_t entry) {
  return kPageTables + table * kPageBytes + entry * 4;
}

std::uint32_t random_frame(Random& random, std::uint32_t page) {
  if (page >= kFirstCode16 && page < kHandlerPage) {
    return kFirstCode16 + pick(random, kHandlerPage - kFirstCode16);
  }
  if (page > kHandlerPage && page < (SYSTEM_ROM32 + 0x10000) >> kPageShift) {
    return kHandlerPage + 1 + pick(random, 15);
  }
  const bool own = (page >= kFirstDevicePage && page < kEndOfDevice) ||
                   (page >= kFirstRomPage && page < kEndOfMemory);
  if (own || (page < kEndOfMemory && !one_in(random, 4))) {
    return page;
  }
  return pick(random, kFirstDevicePage);
}

std::uint32_t random_attributes(Random& random, std::uint32_t features) {
  std::uint32_t bits = pick(random, 8) << 9 | pick(random, 4) << 3 | pick(random, 4) * kAccessed;
  bits |= one_in(random, 16) ? 0 : kPresent;
  bits |= one_in(random, 8) ? 0 : kWrite;
  bits |= one_in(random, 12) ? 0 : kUser;
  bits |= (features & kBigPages) != 0 && one_in(random, 8) ? kGlobal : 0;
  return bits;
}

/// Of the pages a handler needs to run, or that hold its plans.
bool always_mapped(std::uint32_t page) {
  return (page >= kFirstRomPage && page < kFirstCode16) || page == kHandlerPage ||
         (page >= kFirstSystemPage && page < SYSTEM_MODIFIED >> kPageShift);
}

std::uint32_t low_entry(Random& random, std::uint32_t features, std::uint32_t page) {
  std::uint32_t attributes = random_attributes(random, features);
  if (always_mapped(page)) {
    attributes = (attributes | kPresent | kWrite) & ~kUser;
    return page << kPageShift | attributes;
  }
  return random_frame(random, page) << kPageShift | attributes;
}

/// As the low table's, but the system's pages are other data.
std::uint32_t alias_entry(Random& random, std::uint32_t features, std::uint32_t page) {
  const bool system = page >= kFirstSystemPage && page < kEndOfMemory;
  const std::uint32_t frame = system ? pick(random, kFirstDevicePage) : random_frame(random, page);
  return frame << kPageShift | (random_attributes(random, features) & ~kGlobal);
}

std::uint32_t directory_entry(Random& random, std::uint32_t features) {
  std::uint32_t attributes = random_attributes(random, features) & ~kGlobal;
  if ((features & kBigPages) == 0 || !one_in(random, 4)) {
    const unsigned table = kFirstAlias + pick(random, kAliases);
    return (kPageTables + table * kPageBytes) | attributes;
  }
  attributes |= kBig | kDirty * pick(random, 2);
  if (one_in(random, 16)) {
    attributes |= 1u << (12 + pick(random, 10));  // reserved
  }
  // The first 4 MiB, or where there are only device registers.
  return attributes | (one_in(random, 3) ? (3 + pick(random, 1000)) << kBigShift : 0);
}

/// Those of both directories: the low table, the tables' own, and one 4 MiB page, global as pages
/// may be that are the same in all directories.
bool fixed(std::uint32_t features, unsigned directory) {
  return directory == 0 || directory == kOwnDirectory ||
         (directory == kGlobalDirectory && (features & kBigPages) != 0);
}

std::uint32_t fixed_directory_entry(Random& random, unsigned directory) {
  if (directory == kGlobalDirectory) {
    return kPresent | kWrite | kUser | kBig | kGlobal;
  }
  const unsigned table = directory == 0 ? kLowTable : kOwnTable;
  const std::uint32_t user = directory == 0 ? kUser : 0;
  return (kPageTables + table * kPageBytes) | kPresent | kWrite | user |
         pick(random, 2) * kAccessed;
}

/// What makes sure that no TLB holds the old entry of a page of the alias tables.
std::uint32_t full_flush(std::uint32_t features) {
  return (features & kBigPages) != 0 ? SYSTEM_FLUSH_CR4 : SYSTEM_FLUSH_CR3;
}

PageChange change_low(Random& random, std::uint32_t features, std::uint32_t linear) {
  const std::uint32_t page = linear >> kPageShift;
  const bool one = family_of(features) >= CpuFamily::k486 && !one_in(random, 8);
  return {.address = table_address(kLowTable, page),
          .value = low_entry(random, features, page),
          .linear = linear,
          .flush = one ? SYSTEM_FLUSH_PAGE : full_flush(features)};
}

}  // namespace

void write_pages(Random& random, std::uint32_t features, std::span<std::uint8_t> pages) {
  assert(pages.size() >= kPageTablePages * kPageBytes);
  const auto put = [&](unsigned table, std::uint32_t entry, std::uint32_t value) {
    for (unsigned n = 0; n < 4; ++n) {
      pages[table * kPageBytes + entry * 4 + n] = static_cast<std::uint8_t>(value >> (8 * n));
    }
  };
  for (std::uint32_t n = 0; n < kEntries; ++n) {
    for (unsigned directory = 0; directory < kDirectories; ++directory) {
      put(directory, n,
          fixed(features, n) ? fixed_directory_entry(random, n)
                             : directory_entry(random, features));
    }
    put(kLowTable, n, low_entry(random, features, n));
    for (unsigned alias = 0; alias < kAliases; ++alias) {
      put(kFirstAlias + alias, n, alias_entry(random, features, n));
    }
    put(kOwnTable, n, n < kPageTablePages ? (kPageTables + n * kPageBytes) | kPresent | kWrite : 0);
  }
}

PageChange change_page_of(Random& random, std::uint32_t features, std::uint32_t linear) {
  const std::uint32_t directory = linear >> kBigShift;
  if (directory == 0) {
    return change_low(random, features, linear);
  }
  if (fixed(features, directory)) {
    return change_any_page(random, features);
  }
  const std::uint32_t page = (linear >> kPageShift) % kEntries;
  PageChange change{.linear = linear, .flush = full_flush(features)};
  if (one_in(random, 2)) {
    change.address = table_address(pick(random, kDirectories), directory);
    change.value = directory_entry(random, features);
  } else {
    change.address = table_address(kFirstAlias + pick(random, kAliases), page);
    change.value = alias_entry(random, features, page);
  }
  return change;
}

PageChange change_any_page(Random& random, std::uint32_t features) {
  const std::uint32_t page = pick(random, kEndOfMemory) << kPageShift;
  if (one_in(random, 3)) {
    return change_page_of(random, features, page | (3 + pick(random, 1000)) << kBigShift);
  }
  return change_low(random, features, page);
}

}  // namespace strata::test
