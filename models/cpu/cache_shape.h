// How much of the CPU's caches a run uses: of the instruction cache and of the data cache alike.
#pragma once

namespace strata {

/// Bytes of a line; the same in every build.
inline constexpr unsigned kCacheLine = 16;

/// At most `sets` and `ways` of the build are used; both are powers of two.
struct CacheShape {
  unsigned sets = 0;
  unsigned ways = 0;
  bool off = false;  // no line is kept, as with CR0.CD set from reset on

  unsigned bytes() const { return sets * ways * kCacheLine; }
  bool operator==(const CacheShape&) const = default;
};

/// All there is (CMake's STRATA_CACHE_BYTES and STRATA_CACHE_WAYS).
CacheShape built_caches();

}  // namespace strata
