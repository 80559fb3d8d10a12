// What `strata bench disk` does to the image itself: makes sectors and looks at them, by the
// pattern of the guest (sw/benchmarks/disk_ways/sector_pattern.h), and moves as many as `dd` would.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "models/base/result.h"

namespace strata {

using Cancelled = std::function<bool()>;

/// Each gives an error, of one line, where the host refuses, and where `cancelled` said so.

/// Writes sectors 0 to `sectors` - 1 as pass `seed`.
Result<bool> fill_pattern(const std::string& image, std::uint64_t sectors, std::uint32_t seed,
                          const Cancelled& cancelled);

/// Whether those sectors all are as pass `seed` writes them.
Result<bool> has_pattern(const std::string& image, std::uint64_t sectors, std::uint32_t seed,
                         const Cancelled& cancelled);

/// Seconds that so many sectors take from /dev/zero to the image, or, `reading`, from it to
/// /dev/null, in blocks of `block_sectors`.
Result<double> copy_as_dd(const std::string& image, std::uint64_t sectors, unsigned block_sectors,
                          bool reading, const Cancelled& cancelled);

}  // namespace strata
