// What RAM holds when a machine is switched on, for every kind of machine alike.
#pragma once

#include <cstdint>
#include <span>

#include "platform/loader/guest_image.h"

namespace strata {

/// Fills `ram`, fresh zeroed memory of the host, with a pseudo-random pattern of `seed`, so that a
/// guest that reads what it never wrote shows it; seed 0 leaves the zeroes. The same seed gives the
/// same bytes everywhere.
void fill_ram(std::span<std::uint8_t> ram, std::uint64_t seed);

/// Makes the page of port ABBA what a guest finds there (models/pv/pv_page.h). `ram` has 1 MiB at
/// least.
void place_pv_page(std::span<std::uint8_t> ram);

/// Copies the guest's blocks to their addresses; the loader has checked that they fit.
void place_guest(std::span<std::uint8_t> ram, const GuestImage& guest);

}  // namespace strata
