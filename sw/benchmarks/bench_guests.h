// The guests of `strata bench` as data of the program (target strata_bench_guests): ELF files.
#pragma once

#include <cstdint>
#include <span>

namespace strata {

std::span<const std::uint8_t> disk_ways_guest();
std::span<const std::uint8_t> screen_ways_guest();

}  // namespace strata
