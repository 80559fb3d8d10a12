#include "tests/lockstep/random_pages.h"

namespace strata::test {
namespace {

constexpr std::uint32_t kPresent = 0x01;
constexpr std::uint32_t kWrite = 0x02;
constexpr std::uint32_t kUser = 0x04;
constexpr std::uint32_t kWriteThrough = 0x08;  // PWT; twice that is PCD
constexpr std::uint32_t kAccessed = 0x20;
constexpr std::uint32_t kLarge = 0x80;
constexpr std::uint32_t kGlobal = 0x100;

constexpr std::uint32_t kEntries = 1024;
constexpr std::uint32_t kRamPages = 0xA0;
constexpr std::uint32_t kFirstStackPage = 0x04;
constexpr std::uint32_t kLastStackPage = 0x09;
constexpr std::uint32_t kIdtPage = kVectorBase >> 12;
constexpr std::uint32_t kHandlerPage = kCodeBase >> 12;
constexpr std::uint32_t kGdtPage = kTableBase >> 12;
constexpr std::uint32_t kDirectoryPage = kPageDirectory >> 12;

std::uint32_t random_bits(Random& random) {
  std::uint32_t bits = pick(random, 4) * kAccessed | pick(random, 2) * kGlobal;
  bits |= pick(random, 3) == 0 ? pick(random, 4) * kWriteThrough : 0;
  bits |= pick(random, 10) != 0 ? kPresent : 0;
  bits |= pick(random, 4) != 0 ? kWrite : 0;
  bits |= pick(random, 3) != 0 ? kUser : 0;
  return bits;
}

std::uint32_t random_entry(Random& random, std::uint32_t page) {
  std::uint32_t bits = random_bits(random);
  std::uint32_t frame = page;
  if (page >= kDirectoryPage && page < kDirectoryPage + kPageTablePages) return 0;
  if (page > kDirectoryPage || (page < kRamPages && pick(random, 3) == 0)) {
    frame = pick(random, kRamPages);
  }
  if (page >= kCodeAlias >> 12 && page < (kCodeAlias >> 12) + 0x10) {
    frame = page - (kCodeAlias >> 12) + kHandlerPage;
  }
  const bool stack = page >= kFirstStackPage && page <= kLastStackPage;
  if (stack || page == kIdtPage || page == kHandlerPage || page == kGdtPage) {
    bits |= kPresent | (pick(random, 16) != 0 ? kWrite : 0);
    frame = page;
  }
  return frame << 12 | bits;
}

/// Mostly missing; else the one table again, or 4 MiB of memory that is there or not.
std::uint32_t random_directory_entry(Random& random, bool large_pages) {
  const std::uint32_t bits = random_bits(random);
  const std::uint32_t choice = pick(random, 4);
  if (choice == 0) {
    return (kPageDirectory + 0x1000) | bits;
  }
  if (choice == 1 && large_pages) {
    const std::uint32_t reserved = pick(random, 8) == 0 ? 0x1000 : 0;
    return pick(random, 2) * 0x7000000 | reserved | bits | kLarge;
  }
  return bits & ~kPresent;
}

}  // namespace

void add_random_pages(Random& random, std::span<std::uint8_t> memory, CpuFamily family,
                      CpuState& initial) {
  const auto put = [&](std::uint32_t address, std::uint32_t value) {
    for (unsigned n = 0; n < 4; ++n) {
      memory[address + n] = static_cast<std::uint8_t>(value >> (8 * n));
    }
  };
  initial.cr4 = pick(random, 2) * cr4::kPse | pick(random, 2) * cr4::kPge;
  const std::uint32_t table = kPageDirectory + 0x1000;
  for (std::uint32_t n = 0; n < kEntries; ++n) {
    put(kPageDirectory + n * 4, random_directory_entry(random, (initial.cr4 & cr4::kPse) != 0));
    put(table + n * 4, random_entry(random, n));
  }
  put(kPageDirectory, table | kPresent | kWrite | kUser | pick(random, 2) * kAccessed);
  initial.cr0 |= cr0::kPg;
  if (family >= CpuFamily::k486 && pick(random, 2) != 0) {
    initial.cr0 |= cr0::kWp;
  }
  initial.cr3 = kPageDirectory;
}

}  // namespace strata::test
