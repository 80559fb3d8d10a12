#include "models/cpu/cache_shape.h"

namespace strata {

CacheShape built_caches() {
  return {.sets = STRATA_CACHE_BYTES / STRATA_CACHE_WAYS / kCacheLine, .ways = STRATA_CACHE_WAYS};
}

}  // namespace strata
