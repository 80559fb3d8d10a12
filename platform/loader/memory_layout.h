// Where in a machine's memory there is RAM that a guest may have.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace strata {

inline constexpr std::uint32_t kPage = 4096;

/// Bytes begin..end-1 of memory space.
struct AddressRange {
  std::uint64_t begin;
  std::uint64_t end;
};

bool overlaps(const AddressRange& a, const AddressRange& b);

/// Addresses of memory space that are no RAM.
struct Window {
  AddressRange range;
  std::string name;
};

/// Those of all devices, in ascending order.
std::vector<Window> device_windows();

/// What of 0 to `low_end` and from 1 MiB to the end of memory no device has, in ascending order.
std::vector<AddressRange> usable_ram(std::uint64_t low_end, std::uint64_t memory_bytes);

/// The highest `pages` pages in a row of conventional memory that are not in `taken` and that no
/// device has, below the page of port ABBA (models/pv/pv_page.h).
std::optional<std::uint32_t> find_low_pages(std::uint32_t pages,
                                            std::span<const AddressRange> taken);

/// The next multiple of kPage.
std::uint64_t page_up(std::uint64_t address);

/// "16 MiB", "1000 KiB".
std::string size_text(std::uint64_t bytes);

/// What to do about a guest whose memory ends at `end`: "give --mem 32M or more".
std::string memory_advice(std::uint64_t end);

}  // namespace strata
